"""Reading the same jobs again and again: a picture that is redrawn, or a line for each change."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from snapshot_provider.cli.faults import in_options
from snapshot_provider.cli.reading import health, job_as_json
from snapshot_provider.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.text import Text

    from snapshot_provider.cli.output import Output
    from snapshot_provider.model import Job

    Read = Callable[[], Iterator[Job]]
    Picture = Callable[[], tuple[list[Text], Callable[[Job], list[Text]]]]

_RESERVED = 3
"""Lines that jobs cannot have: what is left out, when it was read, and where the cursor stands."""

_REDRAWN_EVERY = 10
"""Jobs of the first reading after which they are shown so far."""


def watch(output: Output, read: Read, seconds: float, picture: Picture) -> None:
    """Read jobs until Ctrl-C. The first reading must succeed; what goes wrong later is told, and tried again.

    Args:
        output: where to show them.
        read: reads them once.
        seconds: the time between two readings.
        picture: for a terminal as wide as it is then, the lines above the jobs, and what makes a job's lines.

    Raises:
        ProviderError: the first reading failed.
    """
    if output.json or not output.console.is_terminal:
        _tell_changes(output, read, seconds)
    else:
        _redraw(output, read, seconds, picture)


def _tell_changes(output: Output, read: Read, seconds: float) -> None:
    known: dict[str, Job] = {}
    first = True
    while True:
        now: dict[str, Job] = {}
        try:
            for job in read():
                now[job.id] = job
                if known.get(job.id) != job:
                    _tell(output, "changed" if job.id in known else "added", job)
            for job_id in known.keys() - now.keys():
                _tell(output, "deleted", known.pop(job_id))
        except ProviderError as fault:
            if first:
                raise
            output.say(f"Not read, trying again in {seconds:g} s: {in_options(str(fault))}")
        known |= now
        first = False
        time.sleep(seconds)


def _tell(output: Output, event: str, job: Job) -> None:
    moment = _now().isoformat(timespec="seconds").replace("+00:00", "Z")
    if output.json:
        output.line({"event": event, "time": moment, "job": job_as_json(job)})
        return
    from rich.text import Text

    from snapshot_provider.cli.rows import Rows

    for line in Rows(output.console).row(job):
        output.row(Text.assemble(f"{moment}  {event:<7}  ", line))


def _redraw(output: Output, read: Read, seconds: float, picture: Picture) -> None:
    from rich.live import Live
    from rich.text import Text

    from snapshot_provider.cli.rows import Count

    jobs: list[Job] = []
    read_at: datetime | None = None
    with Live(console=output.console, auto_refresh=False, vertical_overflow="crop") as live:

        def show(jobs: list[Job], count: Count, doing: str, style: str = "dim") -> None:
            footer = Text(f"{count}. {doing} Ctrl-C ends.", style, overflow="ellipsis", no_wrap=True)
            lines = _fitting(sorted(jobs, key=_urgency), picture, output.console.height - _RESERVED)
            live.update(Text("\n").join([*lines, footer]), refresh=True)

        count = Count()
        while True:
            now: list[Job] = []
            counted = Count()
            try:
                for job in read():
                    now.append(job)
                    counted.add(job)
                    if read_at is None and len(now) % _REDRAWN_EVERY == 1:
                        show(now, counted, "Reading on.")
                jobs, count, read_at = now, counted, _now()
                show(jobs, count, f"Read at {read_at.astimezone():%H:%M:%S}, every {seconds:g} s.")
            except ProviderError as fault:
                if read_at is None:
                    raise
                show(jobs, count, f"Not read since {read_at.astimezone():%H:%M:%S}: {in_options(str(fault))}", "red")
            time.sleep(seconds)


def _fitting(jobs: Sequence[Job], picture: Picture, room: int) -> list[Text]:
    """The lines of as many jobs as there is room for, and how many more there are."""
    from rich.text import Text

    lines, of_a_job = picture()
    for number, job in enumerate(jobs):
        more = of_a_job(job)
        if len(lines) + len(more) > room:
            # The first is shown in any case, as far as it goes.
            lines += [] if number else more[: room - len(lines)]
            return [*lines, Text(f"… and {len(jobs) - number:,} more", "dim")]
        lines += more
    return lines


def _urgency(job: Job) -> int:
    """What somebody watching wants to see first; equals stay in the service's order."""
    return ("failing", "unclear", "none", "ok").index(health(job))


def _now() -> datetime:
    return datetime.now(timezone.utc)
