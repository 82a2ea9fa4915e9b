"""The report's model, layout and page, without an engine, a service or a browser."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapshot_provider.report.layout import NARROW, WIDE, AgeAxis, draw, shortened
from snapshot_provider.report.model import (
    SECRET,
    STATES,
    Report,
    as_observed,
    as_recorded,
    engagements,
    role_of,
)
from snapshot_provider.report.page import render
from tests import reports

if TYPE_CHECKING:
    from snapshot_provider.report.layout import Box, Form

EARLIER, LATER = reports.at(days=3), reports.at(hours=1)


@pytest.mark.parametrize(
    ("recorded", "success", "failure", "state"),
    [
        ((None, None), None, "denied", "failing"),
        ((None, None), EARLIER, None, "running"),
        # Of a failure and a success that are both news, nobody knows which came last.
        ((None, None), EARLIER, "denied", "failing"),
        ((EARLIER, None), EARLIER, "denied", "failing"),
        ((EARLIER, "denied"), EARLIER, "denied", "failing"),
        # The failure is old, the success is news.
        ((EARLIER, "denied"), LATER, "denied", "running"),
        ((None, "denied"), LATER, "denied", "running"),
        ((EARLIER, "denied"), LATER, "another", "failing"),
    ],
)
def test_a_job_fails_until_a_success_is_known_to_have_followed(
    recorded: tuple[str | None, str | None], success: str | None, failure: str | None, state: str
) -> None:
    job = reports.recorded("acme", last_success=recorded[0], last_failure=recorded[1])
    assert reports.observed(job, success=success, failure=failure).state == state


def test_a_stopped_job_does_not_fail() -> None:
    job = reports.observed(reports.recorded("acme", desired_status="Stopped"), "Stopped", failure="denied")
    assert (job.state, job.findings, job.last_failure) == ("stopped", (), "denied")


def test_a_job_that_fails_and_drifted_says_both() -> None:
    job = reports.observed(reports.recorded("acme"), failure="denied", team="sales")
    assert job.state == "failing"
    assert job.findings == ("Failed, and never succeeded: denied", 'Tag team: not declared, is "sales".')


def test_a_job_that_is_only_read_has_nothing_declared() -> None:
    job = reports.observed(reports.recorded("theirs", desired_status=None), "Stopped", team="sales")
    assert (job.state, job.findings) == ("stopped", ())


def test_a_job_that_waits_to_be_deleted_says_so() -> None:
    replaced = reports.recorded("acme", to_be_deleted=True, status="Running")
    for job in (reports.observed(replaced), as_recorded(replaced)):
        assert job.state == "drifted"
        assert "still to be deleted" in job.findings[0]


def test_a_secret_tag_is_masked_and_not_compared() -> None:
    job = reports.observed(
        reports.recorded("acme", tags={"hidden": None, "plain": "a"}), hidden="between us", plain="a"
    )
    assert (job.state, job.tags) == ("running", {"hidden": SECRET, "plain": "a"})
    whole = reports.observed(reports.recorded("acme", tags_are_secret=True), any="between us")
    assert (whole.state, whole.tags) == ("running", {"any": SECRET})


def test_a_role_is_compared_by_name_or_arn() -> None:
    assert role_of("AWS", reports.ROLE, reports.ROLE).finding is None
    assert role_of("AWS", reports.ROLE, None).finding == f"Declared {reports.ROLE}, is none."
    assert role_of("AWS", reports.ROLE, reports.ROLE + "-new").finding


def test_the_summary_counts_every_job_once() -> None:
    report = reports.typical()
    assert report.summary == "12 jobs: 6 running, 1 stopped, 1 failing, 3 drifted, 1 unknown"
    assert sum(report.counts.values()) == len(report.jobs)
    assert tuple(report.counts) == STATES
    assert reports.report().summary == "0 jobs"


def test_accounts_and_catalogs_are_told_apart() -> None:
    same: dict[str, Any] = {"engagement": reports.OTHER}
    jobs = [
        reports.observed(reports.recorded("a", **same)),
        reports.observed(reports.recorded("b", catalog="Sandbox", **same)),
        reports.observed(reports.recorded("c", account="210987654321", **same)),
    ]
    found = [(part.account, part.catalog, len(part.jobs)) for part in engagements(reports.report(*jobs).jobs)]
    assert found == [("123456789012", "AWS", 1), ("123456789012", "Sandbox", 1), ("210987654321", "AWS", 1)]


def test_the_json_is_the_page_as_data() -> None:
    document = json.loads(json.dumps(reports.typical().as_json()))
    nodes = {node["key"]: node for node in document["graph"]["nodes"]}
    assert len(nodes) == len(document["graph"]["nodes"])
    assert {kind: sum(node["kind"] == kind for node in nodes.values()) for kind in ("engagement", "job")} == {
        "engagement": 4,
        "job": 12,
    }
    # A forest: every node but an engagement hangs on one other.
    targets = [edge["target"] for edge in document["graph"]["edges"]]
    assert sorted(targets) == sorted(key for key, node in nodes.items() if node["kind"] != "engagement")
    assert document["generated_at"] == "2026-03-12T09:30:00Z"


@pytest.mark.parametrize("form", [WIDE, NARROW])
def test_nothing_in_the_graph_overlaps_or_sticks_out(form: Form) -> None:
    for part in (*engagements(reports.typical().jobs), *engagements(reports.large(60).jobs)):
        drawing = draw(part, form)
        for box in drawing.boxes:
            assert box.x >= 0
            assert box.y >= 0
            assert box.x + box.width <= drawing.width
            assert box.y + box.height <= drawing.height
        assert not any(_overlap(one, other) for one, other in itertools.combinations(drawing.boxes, 2))
        assert len(drawing.lines) == len(drawing.boxes) - 1


def _overlap(one: Box, other: Box) -> bool:
    return abs(one.y - other.y) < one.height and one.x < other.x + other.width and other.x < one.x + one.width


@given(st.lists(st.floats(0, 1e10), max_size=20))
def test_older_is_further_left(ages: list[float]) -> None:
    axis = AgeAxis(ages)
    places = [axis.place(age) for age in sorted(ages)]
    assert places == sorted(places, reverse=True)
    assert all(0 <= place <= 100 for place in places)
    assert axis.marks[0] == ("now", axis.place(0))


@given(st.text(), st.integers(1, 60))
def test_a_shortened_text_fits(text: str, columns: int) -> None:
    short = shortened(text, columns)
    assert short == text or (short.endswith("…") and len(short) <= columns)


def test_east_asian_letters_are_twice_as_wide() -> None:
    assert shortened("商談の共有", 10) == "商談の共有"
    assert shortened("商談の共有", 8) == "商談の…"


class _Reader(HTMLParser):
    """Notes tags, ids, references and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name and value is not None]


def read(report: Report) -> _Reader:
    reader = _Reader()
    reader.feed(render(report))
    return reader


def test_the_page_refers_to_nothing_outside_and_to_nothing_missing() -> None:
    page = read(reports.typical())
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert page.values("src") == []
    references = page.values("href")
    assert {reference[1:] for reference in references if reference[0] == "#"} <= set(ids)
    assert [reference for reference in references if reference[0] != "#"] == [references[0]]
    assert references[0].startswith("data:image/svg+xml,")
    assert "url(" not in render(reports.typical())
    assert "style" not in dict(page.attributes)


def test_the_policy_lets_through_what_the_page_has_and_nothing_else() -> None:
    text = render(reports.typical())
    (policy,) = [value for value in read(reports.typical()).values("content") if "default-src" in value]
    for tag in ("style", "script"):
        ((inline),) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


PLAIN = read(reports.report(reports.observed(reports.recorded("a", tags={"a": "b"}), failure="c"), stack="s"))


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_becomes_markup(name: str, failure: str) -> None:
    for text in (name + "\"'><script>alert(1)</script>", name):
        job = reports.recorded(
            text, id="job-0000000000001", engagement=text, opportunity=text, template=text, tags={text: text}
        )
        page = read(reports.report(reports.observed(job, failure=failure + "</p><b onclick=x>"), stack=text))
        assert page.tags == PLAIN.tags
        assert "onclick" not in dict(page.attributes)


def test_a_text_cannot_turn_the_page_round_nor_go_on_for_ever() -> None:
    text = "\u202eabc\u0000\n" + "x" * 5000
    page = render(reports.report(reports.observed(reports.recorded("acme"), failure=text)))
    assert "\u202e" not in page
    assert "\0" not in page
    assert "x" * 1001 not in page


def test_a_job_is_on_the_page_in_words() -> None:
    words = " ".join(" ".join(read(reports.typical()).texts).split())
    assert "Declared Running, is Stopped." in words
    assert 'Tag team: declared "alliances", is "sales".' in words
    assert "12 Mar 2026, 09:26 UTC" in words
    assert "4 minutes ago" in words
    assert "Account 210987654321 catalog AWS, 2 jobs" in words


def test_two_resources_of_one_job_have_a_card_each() -> None:
    jobs = [reports.observed(reports.recorded(name, id="job-0000000000001")) for name in ("ours", "theirs")]
    page = read(reports.report(*jobs))
    assert {"job-1", "job-2"} <= set(page.values("id"))
    assert {"#job-1", "#job-2"} <= set(page.values("href"))


def test_many_jobs_are_folded_but_for_what_needs_looking_at() -> None:
    text = render(reports.large(100))
    assert len(re.findall(r'<details class="part">', text)) == 2
    assert len(re.findall(r'<details class="part" open>', text)) == 2


def test_the_state_alone_tells_of_no_drift() -> None:
    job = reports.recorded("acme", status="Stopped")
    assert as_recorded(job).state == "stopped"
    assert as_observed(job, None).state == "drifted"
    page = render(reports.report(as_recorded(job), offline=True))
    assert "nothing can be said of drift" in page


def test_a_role_that_is_another_is_told_in_the_header() -> None:
    words = " ".join(read(reports.report(roles=(role_of("AWS", reports.ROLE, None),))).texts)
    assert f"Declared {reports.ROLE}, is none." in words
