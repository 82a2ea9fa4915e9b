"""The page: one HTML file that asks for nothing else. Its style and script are let through by their hashes alone."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from snapshot_provider.errors import in_one_line
from snapshot_provider.report.layout import NARROW, WIDE, AgeAxis, draw, shortened
from snapshot_provider.report.model import STATES, Engagement, Report, ReportedJob, ReportedSnapshot, engagements

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from snapshot_provider.report.layout import Drawing
    from snapshot_provider.report.model import State

MANY = 40
"""From so many jobs on, engagements in which there is nothing to look at are folded."""

AT_ONCE = 10
"""Findings that are shown before the rest is folded."""


@dataclass(frozen=True)
class _Section:
    """An engagement's part of the graph."""

    engagement: Engagement
    drawings: tuple[Drawing, ...]
    open: bool


@dataclass(frozen=True)
class _Row:
    """A row of the time line: a job, or a snapshot that was taken once."""

    job: ReportedJob | None
    snapshot: ReportedSnapshot | None
    at: str | None


def render(report: Report) -> str:
    """The page for a report. Every text in it is escaped, in one line and of bounded length."""
    environment = Environment(
        loader=PackageLoader("snapshot_provider.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean,
    )
    environment.filters |= {
        "clean": _clean,
        "shortened": shortened,
        "stamp": _stamp,
        "plural": lambda count, word: f"{count} {word}{'' if count == 1 else 's'}",
        "ago": lambda moment: _in_words(_age(report, moment)),
    }
    parts = engagements(report.jobs)
    rows = _rows(report)
    axis = AgeAxis(_age(report, row.at) for row in rows if row.at)
    style, script = _part(environment, "page.css"), _part(environment, "page.js")
    return environment.get_template("page.html").render(
        report=report,
        places=_places(parts),
        states=STATES,
        meanings=_MEANINGS,
        sections=[_section(part, len(report.jobs)) for part in parts],
        rows=rows,
        axis=axis,
        place=lambda moment: axis.place(_age(report, moment)),
        numbers={job.key: number for number, job in enumerate(report.jobs, start=1)},
        attention=_attention(report.jobs),
        at_once=AT_ONCE,
        style=style,
        script=script,
        policy=(
            f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
            "base-uri 'none'; form-action 'none'"
        ),
    )


_MEANINGS: dict[State, str] = {
    "failing": "no success is known to have followed its last failure",
    "drifted": "not as the stack declares it",
    "unknown": "could not be read",
    "running": "takes a snapshot whenever the opportunity changes",
    "stopped": "takes none, as declared",
}


def _part(environment: Environment, name: str) -> Markup:
    assert environment.loader is not None  # noqa: S101  # It was given one.
    return Markup(environment.loader.get_source(environment, name)[0])  # noqa: S704  # The package's own file.


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _clean(value: Any) -> Any:
    """A text from elsewhere in one line, and nothing in it that would turn the page's own text round."""
    return in_one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _section(engagement: Engagement, whole: int) -> _Section:
    drawings = (draw(engagement, WIDE), draw(engagement, NARROW))
    return _Section(engagement, drawings, open=whole < MANY or any(job.findings for job in engagement.jobs))


def _places(parts: Iterable[Engagement]) -> list[dict[str, Any]]:
    """The accounts and catalogs, with how many jobs each has."""
    counts: Counter[tuple[str, str]] = Counter()
    for part in parts:
        counts[part.account, part.catalog] += len(part.jobs)
    return [{"account": account, "catalog": catalog, "jobs": count} for (account, catalog), count in counts.items()]


def _attention(jobs: Iterable[ReportedJob]) -> list[ReportedJob]:
    """The jobs that there is something to say of, by what needs looking at first."""
    return sorted((job for job in jobs if job.findings), key=lambda job: STATES.index(job.state))


def _rows(report: Report) -> Sequence[_Row]:
    """The time line's rows: the latest first, then what never was."""
    jobs = [_Row(job, None, job.last_success) for job in report.jobs]
    rows = [*jobs, *(_Row(None, snapshot, snapshot.taken_at) for snapshot in report.snapshots)]
    return sorted(rows, key=lambda row: row.at or "", reverse=True)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _age(report: Report, moment: str) -> float:
    return max((report.generated_at - _moment(moment)).total_seconds(), 0)


def _stamp(moment: str | datetime) -> str:
    """A time for people, in UTC."""
    at = _moment(moment) if isinstance(moment, str) else moment
    return at.astimezone(timezone.utc).strftime("%d %b %Y, %H:%M").lstrip("0") + " UTC"


def _in_words(seconds: float) -> str:
    """An age in its largest unit."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "less than a minute ago"
