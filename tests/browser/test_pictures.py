"""The documentation's pictures of the report, taken of fixed content by the template that the command uses.

`make pictures` writes them; `make browser` takes them too, and holds what they show against those in the documentation.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import Opened

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"

LARGEST = 200_000
"""Bytes that a picture may have."""


@pytest.mark.parametrize(
    ("name", "width", "height", "scheme", "begins_at"),
    [
        ("report-light", 1180, 1060, "light", "body"),
        ("report-dark", 1180, 860, "dark", "#graph"),
        ("report-time-line", 1180, 1000, "light", "#time-line"),
        ("report-narrow", 360, 1200, "light", "#graph"),
    ],
)
def test_the_pictures_are_those_of_the_page(  # noqa: PLR0913, PLR0917  # A picture is described by that much.
    opened: Callable[..., Opened], typical_report: Path, name: str, width: int, height: int, scheme: str, begins_at: str
) -> None:
    page = opened(typical_report, width=width, height=height, scheme=scheme).page
    page.locator(begins_at).evaluate("element => element.scrollIntoView()")
    taken = page.screenshot(animations="disabled", caret="hide")
    assert len(taken) < LARGEST
    path = PICTURES / f"{name}.png"
    if os.environ.get("PICTURES") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(taken)
    # Fonts differ between machines, and so do pixels: the size of a picture does not.
    assert path.read_bytes()[:24] == taken[:24]
