"""What a run of the engine's that did not finish leaves unsaid: which jobs it may have deleted without recording it.

The state lists a job until its delete was recorded. The engine keeps the deletes that it had begun with its state, and
how a run ended in the stack's history; neither can be asked of it from within a program, so the CLI is.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


async def deletes(stack: str, project: str, arns: Collection[str]) -> frozenset[str]:
    """The jobs, by ARN, that an earlier run may have deleted although the state still has them.

    Args:
        stack: the stack's full name.
        project: the folder of its project file, which may name the backend.
        arns: the jobs that the state has.

    Raises:
        OSError: there is no `pulumi` on PATH.
        ValueError: it did not answer as expected; the text is its own.
    """
    state, history = await asyncio.gather(
        _ask("export", "--stack", stack, "--cwd", project),
        _ask("history", "--stack", stack, "--cwd", project, "--json", "--page-size", "10", "--page", "1"),
    )
    return of(state, history, arns)


def of(state: Mapping[str, Any], history: Collection[Mapping[str, Any]], arns: Collection[str]) -> frozenset[str]:
    """What a stack's state and its history, newest first, say of it."""
    pending = (state.get("deployment") or {}).get("pending_operations") or []
    begun = [operation["resource"] for operation in pending if operation.get("type") == "deleting"]
    doubted = {(resource.get("outputs") or {}).get("arn") for resource in begun}
    failed = False
    for run in history:
        # Updates that failed since, and the one that asks, which Pulumi Cloud lists, too, settle nothing.
        failed = run.get("kind") == "destroy" and run.get("result") == "failed"
        if failed or run.get("result") == "succeeded":
            break
    return frozenset(arn for arn in arns if failed or arn in doubted)


async def _ask(*arguments: str) -> Any:
    command = ["pulumi", "stack", *arguments, "--non-interactive"]
    done = await asyncio.to_thread(
        subprocess.run, command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ValueError(done.stderr.strip() or f"pulumi ended with exit code {done.returncode}")
    return json.loads(done.stdout)
