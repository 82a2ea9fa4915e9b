"""The calls that each step of a job's life makes: played on the emulator when the site is built, not written down."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from _ext.signatures import table
from partnercentral_emulator import Emulator
from snapshot_provider.config import Settings
from snapshot_provider.policies import JOB_ACTIONS
from snapshot_provider.provider import JobProvider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_JOB = {
    "catalog": "Sandbox",
    "engagement_identifier": "eng-0123456789abcd",
    "resource_identifier": "O1234567",
    "resource_snapshot_template_identifier": "OpportunitySummaryView",
    "client_token": "a-token",
    "tags": {"team": "alliances"},
}


def substitutions() -> dict[str, str]:
    """Markdown by the names that pages use."""
    with Emulator.start() as emulator, _pointed_at(emulator):
        # Some are made at once, and then come in any order.
        rows = [(name, sorted(calls, key=list(JOB_ACTIONS).index)) for name, calls in _played(emulator)]
    shown = [(name, " ".join(f"`{call}`" for call in calls) or "none") for name, calls in rows]
    return {"job_steps": table(["step", "calls"], shown)}


def _played(emulator: Emulator) -> Iterator[tuple[str, list[str]]]:
    """Each step, and the operations that it called."""
    provider = JobProvider()
    provider.settings = Settings(endpoint_url=emulator.url)

    def calls_of(step: Callable[[], Any]) -> tuple[Any, list[str]]:
        emulator.clear_calls()
        return step(), emulator.operations()

    def check(**changes: Any) -> dict[str, Any]:
        inputs: dict[str, Any] = provider.check({}, {**_JOB, **changes}).inputs
        return inputs

    inputs, calls = calls_of(check)
    yield "check", calls
    made, calls = calls_of(lambda: provider.create(inputs))
    yield "create", calls
    state = made.outs
    _, calls = calls_of(lambda: provider.diff(made.id, state, check(tags={})))
    yield "diff", calls
    _, calls = calls_of(lambda: provider.read(made.id, state))
    yield "read", calls
    tagged, calls = calls_of(lambda: provider.update(made.id, state, check(tags={"team": "sales"})))
    yield "update of tags", calls
    stopped, calls = calls_of(
        lambda: provider.update(made.id, tagged.outs, check(tags={"team": "sales"}, desired_status="Stopped"))
    )
    yield "update of the desired status", calls
    started, _ = calls_of(lambda: provider.update(made.id, stopped.outs, check(tags={"team": "sales"})))
    _, calls = calls_of(lambda: provider.delete(made.id, started.outs))
    yield "delete", calls


@contextmanager
def _pointed_at(emulator: Emulator) -> Iterator[None]:
    """boto3's own environment, for as long as it is needed."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(emulator.env())
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
