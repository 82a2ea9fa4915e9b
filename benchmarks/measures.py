"""What is measured, each beside its peers in the same run. Every measure answers with plain data."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from benchmarks.stacks import PEERS, PROGRAMS, Run, Stack, script

if TYPE_CHECKING:
    from pathlib import Path

    from partnercentral_emulator import Emulator

Data = dict[str, Any]

HOST_THREADS = 4
"""Operations that the dynamic provider host carries out at once."""

Step = tuple[str, str, dict[str, str]]
"""In words, the command, and what the program is told."""

CALLS: tuple[Step, ...] = (
    ("preview of a job to create", "preview", {}),
    ("create, to run", "up", {}),
    ("no change", "up", {}),
    ("preview of no change", "preview", {}),
    ("another value of a tag", "up", {"TEAM": "sales"}),
    ("one tag more", "up", {"TEAM": "sales", "STAGE": "won"}),
    ("another value, and one tag less", "up", {}),
    ("stop", "up", {"STATUS": "Stopped"}),
    ("start", "up", {}),
    ("refresh", "refresh", {}),
    ("delete, running", "destroy", {}),
)
"""What is done to one job, in this order."""

STOPPED: tuple[Step, ...] = (("create, to be stopped", "up", {"STATUS": "Stopped"}), ("delete, stopped", "destroy", {}))
"""What is done to another."""

SCRIPT_THREADS = (1, 4, 16)


def calls(emulator: Emulator, folder: Path) -> Data:
    """Writes and reads of each thing that can be done to a job."""
    found = []
    for number, steps in enumerate((CALLS, STOPPED)):
        emulator.reset()
        stacks = {peer: Stack(peer, folder / f"{peer}-{number}", emulator) for peer in ("ours", "naive")}
        for words, command, variables in steps:
            runs = {peer: stack.run(command, 1, **variables) for peer, stack in stacks.items()}
            found.append({"what": words, **{peer: [run.writes, run.reads] for peer, run in runs.items()}})
    return {"rows": found}


def times(emulator: Emulator, folder: Path, jobs: int, latency: float, rounds: int) -> Data:
    """Seconds of each command, the stacks' turns alternating where a command can be repeated."""
    emulator.switch(latency=latency)
    stacks = {peer: Stack(peer, folder / peer.replace(" ", "-"), emulator) for peer in PROGRAMS}
    found: Data = {}
    found["up"] = {peer: stack.run("up", jobs).seconds for peer, stack in stacks.items()}
    for name, command in (("no change", "up"), ("preview", "preview")):
        turns = [{peer: stack.run(command, jobs).seconds for peer, stack in stacks.items()} for _ in range(rounds)]
        found[name] = {peer: statistics.median(turn[peer] for turn in turns) for peer in stacks}
    found["refresh"] = {peer: stack.run("refresh", jobs).seconds for peer, stack in stacks.items()}
    found["state"] = {peer: _state(stack) for peer, stack in stacks.items()}
    found["destroy"] = {peer: stack.run("destroy", jobs).seconds for peer, stack in stacks.items()}
    found["script"] = {threads: script(emulator, threads, jobs).seconds for threads in SCRIPT_THREADS}
    each = latency * jobs / HOST_THREADS
    found["bound"] = {"up": 3 * each, "refresh": 2 * each, "destroy": 2 * each}
    return found


def _state(stack: Stack) -> Data:
    records = stack.records()
    provider = records[0]["inputs"]["__provider"]
    return {
        "bytes": sum(len(json.dumps(record)) for record in records) / len(records),
        "pickle": len(provider if isinstance(provider, str) else json.loads(provider["plaintext"])),
    }


def growth(emulator: Emulator, folder: Path, sizes: list[int], latency: float) -> Data:
    """Seconds and memory as stacks grow.

    Beside the lean floor: of providers that are pickled by value, the SDK cannot declare more than some 300 at once.
    """
    emulator.switch(latency=latency)
    found: Data = {}
    for peer in ("ours", "lean floor"):
        found[peer] = []
        for jobs in sizes:
            stack = Stack(peer, folder / f"{peer}-{jobs}", emulator)
            up = stack.run("up", jobs)
            unchanged = stack.run("up", jobs)
            most = {role: max(up.memory.get(role, 0), unchanged.memory.get(role, 0)) for role in ("program", "plugin")}
            found[peer].append({"jobs": jobs, "up": up.seconds, "no change": unchanged.seconds, "memory": most})
    return found


def start_up(emulator: Emulator, rounds: int) -> Data:
    """Milliseconds of imports, of the plugin's start, and of its first call."""
    emulator.switch(latency=0)
    imports = [_said("imports.py", emulator) for _ in range(rounds)]
    calls = [_said("first_call.py", emulator) for _ in range(3)]
    return {
        "package": statistics.median(found["package"] for found in imports),
        "sdk": statistics.median(found["sdk"] for found in imports),
        "loaded": imports[0]["loaded"],
        **{name: statistics.median(found[name] for found in calls) for name in calls[0]},
    }


def _said(program: str, emulator: Emulator) -> Data:
    done = subprocess.run(
        [sys.executable, str(PEERS / program)],
        env={**os.environ, **emulator.env()},
        capture_output=True,
        check=True,
    )
    said: Data = json.loads(done.stdout)
    return said


def quota(emulator: Emulator, folder: Path, jobs: int, rates: list[float], latency: float) -> Data:
    """Runs at the rate that the service allows: how near to it, and how many calls were refused."""
    found: Data = {"jobs": jobs, "runs": []}
    for rate in rates:
        emulator.reset()
        emulator.switch(latency=latency, write_rate=rate)
        run = Stack("ours", folder / f"ours-{rate:g}", emulator).run("up", jobs)
        found["runs"].append(_at_quota("this provider", run, jobs, rate))
    rate = max(rates)
    for mode in ("standard", "adaptive"):
        emulator.reset()
        emulator.switch(latency=latency, write_rate=rate)
        run = script(emulator, HOST_THREADS, jobs, mode)
        found["runs"].append(_at_quota(f"the script, botocore's {mode} mode", run, jobs, rate))
    found["together"] = _together(emulator, folder, jobs // 2, rate, latency)
    return found


def _at_quota(who: str, run: Run, jobs: int, rate: float) -> Data:
    writes = [call["time"] for call in run.calls if not call["error"] and not call["operation"].startswith("Get")]
    return {
        "who": who,
        "rate": rate,
        "seconds": run.seconds,
        "ideal": jobs * 2 / rate,
        "refused": run.refused,
        "calls": len(run.calls),
        "curve": [moment - writes[0] for moment in writes],
    }


def _together(emulator: Emulator, folder: Path, jobs: int, rate: float, latency: float) -> Data:
    """Two stacks at once, of two processes that know nothing of each other."""
    emulator.reset()
    emulator.switch(latency=latency, write_rate=rate)
    stacks = [Stack("ours", folder / f"together-{number}", emulator) for number in (1, 2)]
    with ThreadPoolExecutor() as threads:
        runs = list(threads.map(lambda stack: stack.run("up", jobs), stacks))
    return {"jobs": jobs, "rate": rate, "seconds": [run.seconds for run in runs], "ideal": 2 * jobs * 2 / rate}
