"""The pages as a whole."""

from __future__ import annotations

import re

import pytest

from tests.coming_from.conftest import PAGES, blocks

NAMES = sorted(page.stem for page in PAGES.glob("*.md"))


def test_each_page_is_run() -> None:
    """A page has a test module of its own; the first one only leads there."""
    modules = {
        path.stem.removeprefix("test_").replace("_", "-")
        for path in PAGES.parents[1].glob("tests/coming_from/test_*.py")
    }
    assert modules - {"pages"} == set(NAMES) - {"index"}
    assert blocks("index") == []


@pytest.mark.parametrize("name", NAMES)
def test_each_page_is_led_to(name: str) -> None:
    index = (PAGES / "index.md").read_text()
    assert name == "index" or f"]({name}.md)" in index
    text = re.sub(r"^```.*?^```$", "", (PAGES / f"{name}.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    assert len(re.findall(r"^# ", text, flags=re.MULTILINE)) == 1


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]+)(?:#([^)]+))?\)", (PAGES / f"{name}.md").read_text()):
        page = (PAGES / target).resolve()
        assert page.is_file(), target
        headings = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
        slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert not anchor or anchor in slugs, f"{target}#{anchor}"
