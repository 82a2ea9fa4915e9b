"""Every code block of every page is run, as its reader would run it; `reader` says how."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.markdown import ROOT, blocks, name_of, pages
from tests.docs.reader import INSTEAD, commands

if TYPE_CHECKING:
    from tests.docs.reader import Reader

ELSEWHERE = {"docs/coming-from": ROOT / "tests" / "coming_from"}
"""Folders of pages whose blocks have tests of their own, where these are."""


def is_run_here(page: str) -> bool:
    return not any(page.startswith(f"{folder}/") and tests.is_dir() for folder, tests in ELSEWHERE.items())


WITH_BLOCKS = sorted(
    (name_of(page) for page in pages() if list(blocks(page)) and is_run_here(name_of(page))),
    key=lambda page: page not in {"docs/tutorial.md", "README.md", "examples/README.md"},  # The long ones first.
)


@pytest.mark.parametrize("page", WITH_BLOCKS)
def test_every_block_does_what_it_says(page: str, reader: Reader) -> None:
    for block in blocks(ROOT / page):
        reader.follow(block)
    reader.finish()


def test_no_more_is_left_out_than_is_known() -> None:
    shown = [block for page in WITH_BLOCKS for block in blocks(ROOT / page) if block.language == "console"]
    told = {command for block in shown for command, _ in commands(block.text)}
    assert set(INSTEAD) <= told, "an exception that no page needs"
    assert all(reason for _, reason in INSTEAD.values())
