"""Where things are drawn: the graph of an engagement, and times on an axis. Pure, and the same on every run."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from snapshot_provider.report.model import Edge, Engagement, Node


@dataclass(frozen=True)
class Form:
    """A way to lay the graph out, in pixels.

    Attributes:
        name: tells the forms apart in the page.
        columns: left edge and width of each kind of node: engagement, opportunity, job.
        stacked: whether parents stand above their children, as in a tree of folders, rather than to their left.
    """

    name: str
    columns: tuple[tuple[int, int], ...]
    stacked: bool = False


WIDE = Form("wide", ((1, 196), (251, 180), (485, 484)))
NARROW = Form("narrow", ((1, 286), (17, 270), (33, 254)), stacked=True)

HEIGHT = 46
"""A node's height."""

GAP = 10
"""Between two nodes, at least."""

_KINDS = {"engagement": 0, "opportunity": 1, "job": 2}

_FIRST_SCREEN = 4
"""An engagement stands no further down than beside this many jobs, so that it is in sight where the graph begins."""


@dataclass(frozen=True)
class Box:
    """A node where it is drawn."""

    node: Node
    x: float
    y: float
    width: int
    height: int = HEIGHT


@dataclass(frozen=True)
class Drawing:
    """An engagement's graph where it is drawn.

    Attributes:
        form: the way it is laid out.
        width: the whole width.
        height: the whole height.
        boxes: the nodes, in reading order.
        lines: the edges with their paths, in SVG's terms.
    """

    form: Form
    width: int
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[tuple[Edge, str], ...]


def draw(engagement: Engagement, form: Form) -> Drawing:
    """Lay an engagement's graph out: a column for each kind of node, a row for each job."""
    rows = _stacked_rows(engagement) if form.stacked else _layered_rows(engagement)
    boxes = {}
    for node in engagement.nodes:
        x, width = form.columns[_KINDS[node.kind]]
        boxes[node.key] = Box(node, x, 1 + rows[node.key] * (HEIGHT + GAP), width)
    path = _elbow if form.stacked else _curve
    last, width = form.columns[-1]
    return Drawing(
        form=form,
        width=last + width + 1,
        height=max(box.y for box in boxes.values()) + HEIGHT + 1,
        boxes=tuple(boxes.values()),
        lines=tuple((edge, path(boxes[edge.source], boxes[edge.target])) for edge in engagement.edges),
    )


def _stacked_rows(engagement: Engagement) -> dict[str, float]:
    return {node.key: row for row, node in enumerate(engagement.nodes)}


def _layered_rows(engagement: Engagement) -> dict[str, float]:
    """Jobs one below the other, an opportunity amid its jobs, the engagement amid all, but near the top."""
    jobs = [node for node in engagement.nodes if node.kind == "job"]
    rows: dict[str, float] = {node.key: row for row, node in enumerate(jobs)}
    for node in engagement.nodes:
        if node.kind == "opportunity":
            children = [rows[edge.target] for edge in engagement.edges if edge.source == node.key]
            rows[node.key] = (children[0] + children[-1]) / 2
    rows[engagement.key] = min((len(jobs) - 1) / 2, _FIRST_SCREEN)
    return rows


def _curve(source: Box, target: Box) -> str:
    x1, y1 = source.x + source.width, source.y + source.height / 2
    x2, y2 = target.x, target.y + target.height / 2
    middle = (x1 + x2) / 2
    return f"M{x1:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}"


def _elbow(source: Box, target: Box) -> str:
    x, y = source.x + 8, target.y + target.height / 2
    return f"M{x:g} {source.y + source.height:g}V{y:g}H{target.x:g}"


def shortened(text: str, columns: int) -> str:
    """A text that takes up at most so many columns, letters of East Asian scripts counting as two."""
    used = 0
    for place, letter in enumerate(text):
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > columns:
            return text[: max(place - 1, 0)].rstrip() + "…"
    return text


_STEPS = (
    (0, "now"),
    (60, "1 min"),
    (600, "10 min"),
    (3600, "1 h"),
    (6 * 3600, "6 h"),
    (86400, "1 d"),
    (7 * 86400, "1 wk"),
    (30 * 86400, "30 d"),
    (365 * 86400, "1 yr"),
    (10 * 365 * 86400, "10 yr"),
)
"""The axis' marks, in seconds of age. Each is as wide as the next, so that minutes and months are both to be seen."""

_MARGIN = 4
"""Percent of the axis that is left free on either side."""


class AgeAxis:
    """A time axis from old on the left to now on the right, in percent of its width; its steps are of growing length.

    Args:
        ages: the ages that it must hold, in seconds.
    """

    def __init__(self, ages: Iterable[float]) -> None:
        limits = [limit for limit, _ in _STEPS]
        oldest = max(ages, default=0)
        self._steps = _STEPS[: min(max(bisect_left(limits, oldest), 3) + 1, len(_STEPS))]

    @property
    def marks(self) -> list[tuple[str, float]]:
        """What is written at the axis, and where."""
        return [(label, self.place(age)) for age, label in self._steps]

    def place(self, age: float) -> float:
        """Where an age is on the axis."""
        limits = [limit for limit, _ in self._steps]
        age = min(max(age, 0), limits[-1])
        upper = max(bisect_left(limits, age), 1)
        lower = upper - 1
        steps = lower + (age - limits[lower]) / (limits[upper] - limits[lower])
        return round(100 - _MARGIN - steps / (len(limits) - 1) * (100 - 2 * _MARGIN), 2)
