"""What a run of the engine's that did not finish leaves unsaid: jobs that it may have deleted, creates that it began.

The state lists a job until its delete was recorded. The engine keeps what it had begun with its state, and how a run
ended in the stack's history; neither can be asked of it from within a program, so the CLI is.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True)
class LastRun:
    """How the stack's last run ended.

    Attributes:
        finished: it succeeded, and nothing that was begun is unrecorded.
        begun_deletes: the ARNs of what it had begun to delete.
        destroy_failed: it was a destroy, and failed: deletes that went unrecorded may be any.
        generation: tells apart what the stack had before and after a run that deleted something.
    """

    finished: bool = True
    begun_deletes: frozenset[str] = frozenset()
    destroy_failed: bool = False
    generation: str = ""

    def may_have_deleted(self, arn: str) -> bool:
        """Whether it may have deleted a job although the state still has it."""
        return self.destroy_failed or arn in self.begun_deletes


class Question:
    """The CLI is being asked how a stack's last run ended.

    Asking begins with the making, so that the CLI works while the program does.

    Args:
        stack: the stack's full name.
        project: the folder of its project file, which may name the backend.

    Raises:
        OSError: there is no `pulumi` on PATH.
    """

    def __init__(self, stack: str, project: str) -> None:
        at = ("--stack", stack, "--cwd", project, "--non-interactive")
        self._state = _Command("stack", "export", *at)
        self._history = _Command("stack", "history", *at, "--json", "--page-size", "10", "--page", "1")

    def answer(self) -> LastRun:
        """Wait for the answer.

        Raises:
            ValueError: the CLI did not answer as expected; the text is its own.
        """
        return of(self._state.answer(), self._history.answer())


def of(state: Mapping[str, Any], history: Collection[Mapping[str, Any]]) -> LastRun:
    """What a stack's state and its history, newest first, say of it."""
    pending = (state.get("deployment") or {}).get("pending_operations") or []
    deletes = [operation["resource"] for operation in pending if operation.get("type") == "deleting"]
    # The run that asks is listed by Pulumi Cloud, too, and has no result yet.
    ended = [run for run in history if run.get("result") in {"succeeded", "failed"}]
    destroy_failed = False
    for run in ended:
        # Updates that failed since settle nothing.
        destroy_failed = run.get("kind") == "destroy" and run["result"] == "failed"
        if destroy_failed or run["result"] == "succeeded":
            break
    deleting = [run for run in ended if (run.get("resourceChanges") or {}).get("delete")]
    return LastRun(
        finished=not pending and all(run["result"] == "succeeded" for run in ended[:1]),
        begun_deletes=frozenset(arn for item in deletes if (arn := (item.get("outputs") or {}).get("arn"))),
        destroy_failed=destroy_failed,
        generation=str(deleting[0].get("startTime", "")) if deleting else "",
    )


class _Command:
    """One call of the CLI, under way."""

    def __init__(self, *arguments: str) -> None:
        command = ["pulumi", *arguments]
        # Files, where a pipe would fill up and stop the CLI until somebody reads.
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # `close` closes it.
        self._fault = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # Likewise.
        self._process = subprocess.Popen(  # noqa: S603  # Fixed words, and names that the engine gave.
            command, stdin=subprocess.DEVNULL, stdout=self._said, stderr=self._fault
        )

    def answer(self) -> Any:
        code = self._process.wait()
        self._said.seek(0)
        self._fault.seek(0)
        if code:
            raise ValueError(self._fault.read().strip() or f"pulumi ended with exit code {code}")
        return json.load(self._said)

    def __del__(self) -> None:
        """End a call that nobody waits for."""
        self._said.close()
        self._fault.close()
        if hasattr(self, "_process"):
            self._process.kill()
            self._process.wait()
