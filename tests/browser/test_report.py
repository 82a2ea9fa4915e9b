"""The report's page in a real browser: what it asks for, shows, and lets be done without a mouse or without sight."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from snapshot_provider.report.model import STATES
from snapshot_provider.report.page import render
from tests import reports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Opened

    Open = Callable[..., Opened]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

STACK = {
    "fails": "failing",
    "gone": "drifted",
    "stopped-by-hand": "drifted",
    "unreachable": "unknown",
    "runs": "running",
    "paused": "stopped",
}


def violations(page: Page) -> list[str]:
    """What axe finds, with each element that it objects to."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def focused(page: Page) -> dict[str, Any]:
    """The element that has the focus."""
    found: dict[str, Any] = page.evaluate(
        "() => { const on = document.activeElement;"
        " return {id: on.id, name: on.getAttribute('aria-label') || on.textContent.trim(), filter: on.dataset.filter,"
        " node: on.matches('.node.job'), outline: getComputedStyle(on).outlineStyle,"
        " ring: on.matches('.node.job') ? getComputedStyle(on.querySelector('rect')).strokeWidth : ''} }"
    )
    return found


def visible(page: Page) -> set[str]:
    """The names of the jobs whose cards are shown."""
    return {name.inner_text() for name in page.locator(".card:visible h3").all()}


def press(page: Page, times: int, key: str = "Tab") -> None:
    for _ in range(times):
        page.keyboard.press(key)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1600])
def test_a_real_stack_is_shown_whole_and_asks_for_nothing(
    opened: Open, stack_report: Path, scheme: str, width: int
) -> None:
    known = opened(stack_report, width=width, scheme=scheme)
    page = known.page
    assert known.requests == [stack_report.as_uri()]
    assert page.locator(".summary").inner_text() == "6 jobs: 1 running, 1 stopped, 1 failing, 2 drifted, 1 unknown"
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for name, state in STACK.items():
        page.locator(f".node.job[aria-label^='{name}, {state}']:visible").scroll_into_view_if_needed()
        card = page.locator(".card", has=page.get_by_role("heading", name=name, exact=True))
        assert card.locator(".badge").inner_text() == state
        assert card.locator(".badge svg").is_visible()
    # With everything unfolded, so that nothing escapes the rules.
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert known.complaints == []


def test_a_screen_reader_is_told_each_job_and_its_state(opened: Open, stack_report: Path) -> None:
    page = opened(stack_report).page
    tree = page.locator("body").aria_snapshot()
    for landmark in ("banner", "navigation", "main", "contentinfo"):
        assert f"- {landmark}" in tree
    for name, state in STACK.items():
        assert f'link "{name}, {state}' in tree
        assert f'- article "{name}"' in tree
        assert f'rowheader "{name} {state}"' in tree
    assert 'link "stopped-by-hand, drifted: Declared Running, is Stopped."' in tree
    levels = [int(heading.evaluate("heading => heading.tagName[1]")) for heading in page.get_by_role("heading").all()]
    assert levels[0] == 1
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels))


def test_it_is_used_by_the_keyboard_alone(opened: Open, stack_report: Path) -> None:
    page = opened(stack_report).page
    press(page, 1)
    assert focused(page)["name"] == "Skip to the content"
    assert _top(page, ".skip") >= 0
    page.keyboard.press("Enter")
    assert focused(page)["id"] == "content"
    filters = []
    for _ in range(6):
        press(page, 1)
        filters.append(focused(page)["filter"])
        assert focused(page)["outline"] == "solid"
    assert filters == ["", *STATES]
    press(page, 1)
    assert focused(page)["id"] == "search"
    names = set()
    while "Time line" not in focused(page)["name"]:
        press(page, 1)
        on = focused(page)
        if on["node"]:
            assert on["ring"] == "3px"
            names.add(on["name"].split(",")[0])
    assert names == set(STACK)
    press(page, 1, "Shift+Tab")
    press(page, 1, "Shift+Tab")
    node = focused(page)
    assert node["node"]
    page.keyboard.press("Enter")
    card = f"#{focused(page)['id']}"
    assert page.locator(card).get_by_role("heading").inner_text() == node["name"].split(",")[0]
    assert 0 <= _top(page, card) < 900


def _top(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return float(box["y"])


def test_jobs_are_found_by_state_and_by_text(opened: Open, stack_report: Path) -> None:
    known = opened(stack_report)
    page = known.page
    drifted = page.get_by_role("button", name="2 drifted")
    drifted.click()
    assert drifted.get_attribute("aria-pressed") == "true"
    assert visible(page) == {"gone", "stopped-by-hand"}
    assert page.get_by_role("status").inner_text() == "2 of 6 shown"
    assert page.locator(".part:visible").count() == 1
    assert page.locator(".times tbody tr:visible").count() == 2
    page.get_by_label("Find").fill("o4")
    assert visible(page) == {"stopped-by-hand"}
    drifted.click()
    page.get_by_label("Find").fill("no such job")
    assert visible(page) == set()
    assert page.get_by_text("No job fits.").is_visible()
    page.get_by_label("Find").fill("alliances")
    assert visible(page) == {"runs"}
    out = page.locator(".node.job.out:visible")
    assert {node.get_attribute("tabindex") for node in out.all()} == {"-1"}
    page.get_by_label("Find").fill("")
    assert visible(page) == set(STACK)
    assert page.locator(".node.job.out").count() == 0
    assert known.complaints == []


def test_hostile_texts_stay_texts(opened: Open, tmp_path: Path, hostile: str) -> None:
    job = reports.recorded(hostile, engagement=hostile, opportunity=hostile, template=hostile, tags={hostile: hostile})
    report = reports.report(
        reports.observed(job, success=reports.at(hours=1), failure=hostile), project=hostile, stack=hostile
    )
    path = tmp_path / "report.html"
    path.write_text(render(report), encoding="utf-8")
    for width in (320, 1600):
        known = opened(path, width=width)
        assert known.page.evaluate("document.documentElement.scrollWidth") == width
        assert known.page.locator("script").count() == 1
        assert known.page.locator("img").count() == 0
        assert violations(known.page) == []
        assert known.complaints == []


def test_five_hundred_jobs_stay_usable(opened: Open, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render(reports.large(500)), encoding="utf-8")
    known = opened(path, width=1600)
    page = known.page
    assert page.locator(".card").count() == 500
    assert page.evaluate("document.documentElement.scrollWidth") == 1600
    assert page.locator(".part[open]").count() == 10
    page.get_by_role("button", name="10 drifted").click()
    assert len(visible(page)) == 10
    page.get_by_label("Find").fill("opportunity-0499")
    assert visible(page) == {"opportunity-0499"}
    assert page.locator(".part:visible").count() == 1
    assert known.complaints == []


def test_it_is_printed_whole_and_dark_on_light(opened: Open, typical_report: Path) -> None:
    page = opened(typical_report, scheme="dark").page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".search").is_hidden()
    assert violations(page) == []


def test_a_stack_without_jobs_is_no_fault(opened: Open, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render(reports.report()), encoding="utf-8")
    known = opened(path)
    assert known.page.get_by_role("heading", name="No jobs").is_visible()
    assert violations(known.page) == []
    assert known.complaints == []
