"""How jobs look to people: a line each in a list, a block each where one is shown."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from rich.text import Text

from snapshot_provider.cli.reading import health
from snapshot_provider.errors import in_one_line
from snapshot_provider.model import Job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from snapshot_provider.model import JobSummary

_STYLES = {"failing": "bold red", "unclear": "yellow", "ok": "green", "Stopped": "dim"}

_HEALTH = {
    "ok": "ok",
    "failing": "failing: it has never succeeded",
    "unclear": "unclear: it has succeeded and failed; the service does not tell which was last",
    "none": "nothing to tell yet: it has neither succeeded nor failed",
}

_ROOM_FOR_A_FAILURE = 30
"""Columns that a line must have left for a failure's text to stand in it."""


class Rows:
    """The lines of a list, each made without knowing the others: widths are fixed.

    Args:
        console: what they are for. On a terminal, times are told as how long ago, and what a line has no room for
            follows below it; elsewhere, a job is one line with all that there is.
        quick: whether the jobs are summaries.
    """

    def __init__(self, console: Console, *, quick: bool = False) -> None:
        self._terminal = console.is_terminal
        self._quick = quick
        time = ("SUCCEEDED", 9 if self._terminal else 24)
        details = () if quick else (("HEALTH", 7), ("OPPORTUNITY", 11), time)
        self._columns = (("JOB", 17), ("STATUS", 7), *details, ("ENGAGEMENT", 18))
        self._width = sum(width + 2 for _, width in self._columns)
        self._room = console.width - self._width if self._terminal else None

    def head(self) -> Text:
        """The columns' names."""
        names = [name for name, _ in self._columns]
        last = [] if self._quick or self._cramped() else ["FAILURE"]
        return self._line([*names, *last], style="bold")

    def row(self, job: Job) -> list[Text]:
        """The line of a job, and what follows below it."""
        state = health(job)
        time = job.last_successful_execution_date
        cells = [
            job.id,
            job.status,
            "-" if state == "none" else state,
            job.identity.resource_identifier,
            ("never" if time is None else ago(time)) if self._terminal else time or "-",
            job.identity.engagement_identifier,
        ]
        failure = in_one_line(job.last_failure or "")
        if not self._cramped():
            return [self._line([*cells, self._cut(failure, self._room) or "-"], _STYLES.get(state, ""))]
        below = [Text(f"  {self._cut(failure, self._width - 4)}", _STYLES[state])] if failure else []
        return [self._line(cells, _STYLES.get(state, "")), *below]

    def quick_row(self, job: JobSummary) -> Text:
        """The line of a job in a list of summaries."""
        return self._line([job.id, job.status, job.engagement_identifier])

    def _line(self, cells: list[str], health_style: str = "", style: str = "") -> Text:
        line = Text(style=style)
        for (name, width), cell in zip([*self._columns, ("FAILURE", 0)], cells, strict=False):
            shown = health_style if name in {"HEALTH", "FAILURE"} else _STYLES.get(cell, "")
            line.append(cell.ljust(width + 2), style=shown)
        line.rstrip()
        return line

    def _cramped(self) -> bool:
        return self._room is not None and self._room < _ROOM_FOR_A_FAILURE

    @staticmethod
    def _cut(text: str, room: int | None) -> str:
        return text if room is None or len(text) <= room else f"{text[: room - 1]}…"


class Count:
    """How many jobs there were, in words."""

    def __init__(self) -> None:
        self._statuses: Counter[str] = Counter()
        self._health: Counter[str] = Counter()

    def add(self, job: Job | JobSummary) -> None:
        """Count a job."""
        self._statuses[job.status] += 1
        if isinstance(job, Job):
            self._health[health(job)] += 1

    def __str__(self) -> str:
        """Say it."""
        total = sum(self._statuses.values())
        statuses = ", ".join(f"{number:,} {status}" for status, number in sorted(self._statuses.items()))
        worth = [f"{self._health[state]:,} {state}" for state in ("failing", "unclear") if self._health[state]]
        words = f"{total:,} job{'' if total == 1 else 's'}"
        return "; ".join([f"{words}: {statuses}" if statuses else words, *worth])


def block(job: Job, *, terminal: bool) -> Iterator[Text]:
    """All that there is to say of a job, line by line."""
    state = health(job)
    yield Text(job.id, style="bold")
    for name, value, style in (
        ("Status", job.status, _STYLES.get(job.status, "")),
        ("Health", _HEALTH[state], _STYLES.get(state, "")),
        ("Last success", _time(job.last_successful_execution_date, terminal=terminal), ""),
        ("Last failure", in_one_line(job.last_failure or "-"), _STYLES.get(state, "")),
        ("Catalog", job.identity.catalog, ""),
        ("Engagement", job.identity.engagement_identifier, ""),
        (job.identity.resource_type, job.identity.resource_identifier, ""),
        ("Template", job.identity.resource_snapshot_template_identifier, ""),
        ("Created", _time(job.created_at, terminal=terminal), ""),
        ("Arn", job.arn, ""),
        ("Resource Arn", job.resource_arn or "-", ""),
    ):
        yield Text.assemble((f"  {name:<14}", "dim"), (value, style))
    for number, (key, value) in enumerate(sorted((job.tags or {}).items())):
        yield Text.assemble(("" if number else "  Tags").ljust(16), in_one_line(f"{key} = {value}"))
    if not job.tags:
        yield Text.assemble(("  Tags          ", "dim"), "-")


def _time(time: str | None, *, terminal: bool) -> str:
    if time is None:
        return "-"
    return f"{time} ({ago(time)})" if terminal else time


def ago(time: str) -> str:
    """How long ago a time was, short: "3m ago"; the date where it is to come.

    Args:
        time: ISO 8601 in UTC.
    """
    then = datetime.fromisoformat(time.replace("Z", "+00:00"))
    seconds = (datetime.now(timezone.utc) - then).total_seconds()
    if seconds < -60:  # noqa: PLR2004  # A minute: two clocks are never the same.
        return time[:10]
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{int(seconds // length)}{unit} ago"
    return f"{max(0, int(seconds))}s ago"
