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
    ("name", "width", "height", "scheme"),
    [
        ("report-light", 1180, 1640, "light"),
        ("report-dark", 1180, 1640, "dark"),
        ("report-narrow", 360, 1640, "light"),
    ],
)
def test_the_pictures_are_those_of_the_page(
    opened: Callable[..., Opened], typical_report: Path, name: str, width: int, height: int, scheme: str
) -> None:
    page = opened(typical_report, width=width, height=height, scheme=scheme).page
    taken = page.screenshot(animations="disabled", caret="hide")
    assert len(taken) < LARGEST
    path = PICTURES / f"{name}.png"
    if os.environ.get("PICTURES") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(taken)
    # Fonts differ between machines, and so do pixels: the size of a picture does not.
    assert path.read_bytes()[:24] == taken[:24]
