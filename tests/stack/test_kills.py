"""The engine, the plugin or the service killed at seeded points of a run, then `pulumi cancel`, `up`, `destroy`.

The suite plays every second pair of a run and a victim once; `make crash` plays all of them, several times.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from partnercentral_emulator import Emulator
from tests.stack.conftest import JOB, new_project
from tests.stack.test_crash import children_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stack.conftest import Project

Jobs = dict[str, dict[str, Any]]

SEED = int(os.environ.get("SEED", "1"))
ROUNDS = int(os.environ.get("ROUNDS", "0"))

OLD: Jobs = {
    "acme": {"resource_identifier": "O1", "tags": {"team": "a"}},
    "globex": {"resource_identifier": "O2", "desired_status": "Stopped"},
    "initech": {"resource_identifier": "O3", "tags": {"team": "c", "stage": "1"}},
}
EDITED: Jobs = {
    "acme": {"resource_identifier": "O1", "tags": {"team": "b"}, "desired_status": "Stopped"},
    "globex": {"resource_identifier": "O2", "tags": {"team": "b"}},
    "initech": {"resource_identifier": "O3", "tags": {"team": "d"}},
}
MOVED: Jobs = {name: {**job, "resource_identifier": job["resource_identifier"] + "0"} for name, job in OLD.items()}
CREATE_FIRST: Jobs = {name: {**job, "opts": "delete_before_replace=False"} for name, job in MOVED.items()}
FORCED = ("--replace", "**ResourceSnapshotJob::*")

# What there is before, what is declared then (None: it is destroyed), and how `up` is called.
STEPS: dict[str, tuple[Jobs, Jobs | None, tuple[str, ...]]] = {
    "up": ({}, OLD, ()),
    "update": (OLD, EDITED, ()),
    "replace": (OLD, MOVED, ()),
    "replace-create-first": (OLD, CREATE_FIRST, ()),
    "replace-forced": (OLD, OLD, FORCED),
    "destroy": (OLD, None, ()),
}
CALLS = {"up": 9, "destroy": 5}
"""How many calls these make, about: which of them the kill falls into."""

VICTIMS = ("interrupt", "interrupt-twice", "cli", "plugin", "emulator")


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator that keeps its data over a kill."""
    with Emulator.start(data=tmp_path_factory.mktemp("emulator") / "data.sqlite") as emulator:
        yield emulator


@pytest.mark.parametrize("number", range(ROUNDS or 1))
@pytest.mark.parametrize(("step", "victim"), list(itertools.product(STEPS, VICTIMS))[:: 1 if ROUNDS else 2])
def test_killed_at_any_point(  # noqa: PLR0913, PLR0917  # Fixtures and parameters.
    tmp_path: Path, pulumi_home: Path, lasting: Emulator, step: str, victim: str, number: int
) -> None:
    lasting.reset()
    project = new_project(tmp_path, pulumi_home, lasting.env())
    before, after, arguments = STEPS[step]
    chance = random.Random(f"{SEED} {step} {victim} {number}")  # A seed that can be given again.
    if before:
        project.declare(before)
        project.up()
    if after is not None:
        project.declare(after)
    command = ("destroy",) if after is None else ("up", *arguments)
    kill(project, lasting, command, victim, chance)
    lasting.clear_faults()
    project.pulumi("cancel", "--yes")
    if after is not None or chance.random() < 0.7:
        wanted = before if after is None else after
        project.up(*arguments)
        assert_exactly(project, lasting, wanted)
        assert f"{len(wanted) + 1} unchanged" in project.up("--refresh").text
    project.destroy()
    assert lasting.jobs() == []
    assert project.resources() == []


def kill(project: Project, emulator: Emulator, command: tuple[str, ...], victim: str, chance: random.Random) -> None:
    """Run a command of the engine's and kill what is to be killed while a call is under way."""
    call = chance.randint(1, CALLS[command[0]])
    emulator.clear_calls()
    emulator.inject("*", "latency", seconds=1, skip=call - 1, when=chance.choice(["before", "after"]))
    with subprocess.Popen(
        ["pulumi", *command, "--yes", "--skip-preview", "--non-interactive"],
        cwd=project.folder,
        env=project.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as engine:
        limit = time.monotonic() + 60
        while len(emulator.calls()) < call and engine.poll() is None:
            assert time.monotonic() < limit, "the engine hangs"
            time.sleep(0.01)
        if victim == "emulator":
            emulator.kill()
            if chance.random() < 0.5:
                emulator.restart()
        elif victim == "plugin":
            for pid in children_of(engine.pid):
                if "dynamic" in command_of(pid):
                    os.kill(pid, signal.SIGKILL)
        else:
            engine.send_signal(signal.SIGKILL if victim == "cli" else signal.SIGINT)
            if victim == "interrupt-twice":
                engine.send_signal(signal.SIGINT)
        engine.wait(timeout=120)
    if victim == "emulator":
        emulator.restart()


def command_of(pid: int) -> str:
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def assert_exactly(project: Project, emulator: Emulator, declared: Jobs) -> None:
    """There is one job for each that is declared, it is the stack's, and there is no other."""
    outputs = project.outputs()
    held = {job["Id"]: (job["ResourceId"], job["Status"], job["Tags"]) for job in emulator.jobs()}
    assert held == {
        outputs[f"{name}_id"]: (
            {**JOB, **job}["resource_identifier"],
            job.get("desired_status", "Running"),
            job.get("tags", {}),
        )
        for name, job in declared.items()
    }
