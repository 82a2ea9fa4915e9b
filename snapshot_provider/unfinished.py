"""What a run of the engine's that did not finish leaves unsaid: jobs that it may have deleted, creates that it began.

The state lists a job until its delete was recorded. The engine keeps what it had begun with its state, and how a run
ended in the stack's history; neither can be asked of it from within a program, so the CLI is.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
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


async def last_run(stack: str, project: str) -> LastRun:
    """How the stack's last run ended.

    Args:
        stack: the stack's full name.
        project: the folder of its project file, which may name the backend.

    Raises:
        OSError: there is no `pulumi` on PATH.
        ValueError: it did not answer as expected; the text is its own.
    """
    state, history = await asyncio.gather(
        _ask("export", "--stack", stack, "--cwd", project),
        _ask("history", "--stack", stack, "--cwd", project, "--json", "--page-size", "10", "--page", "1"),
    )
    return of(state, history)


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


async def _ask(*arguments: str) -> Any:
    command = ["pulumi", "stack", *arguments, "--non-interactive"]
    done = await asyncio.to_thread(
        subprocess.run, command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ValueError(done.stderr.strip() or f"pulumi ended with exit code {done.returncode}")
    return json.loads(done.stdout)
