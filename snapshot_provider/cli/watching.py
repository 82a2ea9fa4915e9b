"""Reading the same jobs again and again: a picture that is redrawn, or a line for each change."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from snapshot_provider.cli.reading import health, job_as_json
from snapshot_provider.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.text import Text

    from snapshot_provider.cli.output import Output
    from snapshot_provider.model import Job

    Read = Callable[[], Iterator[Job]]
    Picture = Callable[[Sequence[Job]], list[Text]]

_RESERVED = 2
"""Lines below a picture: what it leaves out, and when it was read."""


def watch(output: Output, read: Read, seconds: float, picture: Picture) -> None:
    """Read jobs until Ctrl-C. The first reading must succeed; what goes wrong later is told, and tried again.

    Args:
        output: where to show them.
        read: reads them once.
        seconds: the time between two readings.
        picture: the lines that show jobs on a terminal.

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
            output.say(f"Not read, trying again in {seconds:g} s: {fault}")
        known |= now
        first = False
        time.sleep(seconds)


def _tell(output: Output, event: str, job: Job) -> None:
    moment = _now().isoformat(timespec="seconds").replace("+00:00", "Z")
    if output.json:
        output.line({"event": event, "time": moment, "job": job_as_json(job)})
        return
    from snapshot_provider.cli.rows import Rows

    for line in Rows(output.console).row(job):
        output.row(line.__class__.assemble(f"{moment}  {event:<7}  ", line))


def _redraw(output: Output, read: Read, seconds: float, picture: Picture) -> None:
    from rich.live import Live
    from rich.text import Text

    from snapshot_provider.cli.rows import Count

    jobs: list[Job] = []
    read_at: datetime | None = None
    with Live(console=output.console, auto_refresh=False, vertical_overflow="crop") as live:

        def show(doing: str, style: str = "dim") -> None:
            lines = picture(sorted(jobs, key=_urgency))
            room = output.console.height - _RESERVED - 1
            left_out = [Text(f"… {len(lines) - room:,} more lines", "dim")] if len(lines) > room else []
            footer = Text(f"{count}. {doing} Ctrl-C ends.", style, overflow="ellipsis", no_wrap=True)
            live.update(Text("\n").join([*lines[:room], *left_out, footer]), refresh=True)

        count = Count()
        while True:
            now: list[Job] = []
            reading = Count()
            try:
                for job in read():
                    now.append(job)
                    reading.add(job)
                    if read_at is None and len(now) % 10 == 1:
                        jobs, count = now, reading
                        show("Reading on.")
                jobs, count, read_at = now, reading, _now()
                show(f"Read at {read_at.astimezone():%H:%M:%S}, every {seconds:g} s.")
            except ProviderError as fault:
                if read_at is None:
                    raise
                show(f"Not read since {read_at.astimezone():%H:%M:%S}: {fault}", "red")
            time.sleep(seconds)


def _urgency(job: Job) -> int:
    """What somebody watching wants to see first; equals stay in the service's order."""
    return ("failing", "unclear", "none", "ok").index(health(job))


def _now() -> datetime:
    return datetime.now(timezone.utc)
