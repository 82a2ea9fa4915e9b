"""`python -m benchmarks`: measure, and write docs/benchmarks.md with its picture and its figures."""

from __future__ import annotations

import json
import platform
import tempfile
from datetime import datetime, timezone
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psutil

from benchmarks import measures
from benchmarks.page import write
from partnercentral_emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path(__file__).resolve().parent.parent / "docs"


@click.command()
@click.option("--jobs", default=300, show_default=True, help="How many jobs most stacks have.")
@click.option("--latency", default=0.05, show_default=True, help="Seconds that each call of the service takes.")
@click.option("--most", default=1000, show_default=True, help="How many jobs the largest stack has.")
@click.option("--at-quota", default=200, show_default=True, help="How many jobs are made at the service's quota.")
@click.option("--rounds", default=3, show_default=True, help="How often a command that changes nothing is repeated.")
@click.option(
    "--only", multiple=True, help="Measure this alone (calls, times, growth, start_up, quota); may be repeated."
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=DOCS, help="The folder to write to.", show_default="docs"
)
def main(  # noqa: PLR0913, PLR0917  # click passes one argument an option.
    jobs: int, latency: float, most: int, at_quota: int, rounds: int, only: tuple[str, ...], out: Path
) -> None:
    """Measure this provider beside its peers, on this machine and one emulator, and write the figures down."""
    sizes = sorted({most // 10, jobs, most})
    plan: dict[str, Callable[[Emulator, Path], measures.Data]] = {
        "calls": measures.calls,
        "start_up": lambda emulator, _: measures.start_up(emulator, 5 * rounds),
        "times": partial(measures.times, jobs=jobs, latency=latency, rounds=rounds),
        "growth": partial(measures.growth, sizes=sizes, latency=latency),
        "quota": partial(measures.quota, jobs=at_quota, rates=[10.0, 20.0], latency=latency),
    }
    kept = out / "benchmarks.json"
    results: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if only and kept.exists() else {}
    out.mkdir(parents=True, exist_ok=True)
    for name in only or plan:
        click.echo(f"bench: {name}", err=True)
        with Emulator.start() as emulator, tempfile.TemporaryDirectory() as folder:
            results[name] = plan[name](emulator, Path(folder))
        results["conditions"] = _conditions(jobs, latency)
        kept.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    write(json.loads(kept.read_text(encoding="utf-8")), out)
    click.echo(f"bench: wrote {out / 'benchmarks.md'}", err=True)


def _conditions(jobs: int, latency: float) -> measures.Data:
    return {
        "jobs": jobs,
        "latency": latency,
        "date": datetime.now(timezone.utc).date().isoformat(),
        "cores": psutil.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("pulumi", "boto3", "snapshot-provider")},
    }


if __name__ == "__main__":
    main()
