"""A real browser, a real stack in every state, and what a page asked for while it was open."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import sync_playwright

from partnercentral_emulator import Emulator
from snapshot_provider.report.page import render
from tests import reports
from tests.stack.conftest import new_project, pulumi_home, running_emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Page

__all__ = ["pulumi_home", "running_emulator"]

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)> \u202edesrever ' + "unbreakable" * 60


@pytest.fixture
def hostile() -> str:
    return HOSTILE


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    path = next(found, None)
    assert path, "there is no Chromium on PATH: run the tests with `make browser`"
    with sync_playwright() as playwright:
        # A page that needed the network would be found out by the requests that it makes.
        chromium = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-quic", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@dataclass
class Opened:
    """A page that is open.

    Attributes:
        page: Playwright's page.
        requests: the addresses that it asked for.
        complaints: what the console, or an error, said.
    """

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    contexts = []

    def opened(
        path: Path, *, width: int = 1280, height: int = 900, scheme: Literal["light", "dark"] = "light"
    ) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        known = Opened(page)

        def closed(dialog: Dialog) -> None:
            known.complaints.append(dialog.message)
            dialog.dismiss()

        page.on("request", lambda request: known.requests.append(request.url))
        page.on("console", lambda message: known.complaints.append(message.text))
        page.on("pageerror", lambda error: known.complaints.append(str(error)))
        page.on("dialog", closed)
        page.goto(path.as_uri())
        return known

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def stack_report(tmp_path_factory: pytest.TempPathFactory, pulumi_home: Path, running_emulator: Emulator) -> Path:
    """The page of a real stack with a job in every state, written by the command."""
    running_emulator.reset()
    project = new_project(tmp_path_factory.mktemp("stack"), pulumi_home, running_emulator.env())
    with Emulator.start() as elsewhere:
        project.declare(
            {
                "runs": {"tags": {"team": "alliances"}},
                "paused": {"resource_identifier": "O2", "desired_status": "Stopped"},
                "fails": {"resource_identifier": "O3"},
                "stopped-by-hand": {"resource_identifier": "O4", "engagement_identifier": "eng-0123456789abce"},
                "gone": {"resource_identifier": "O5", "engagement_identifier": "eng-0123456789abce"},
                "unreachable": {"resource_identifier": "O6", "connection": {"endpoint_url": elsewhere.url}},
            }
        )
        project.up()
    ids = {resource["urn"].rsplit("::", 1)[-1]: resource["id"] for resource in project.resources()}
    running_emulator.change_job(ids["fails"], last_failure=HOSTILE[:900], last_successful_execution_date=None)
    running_emulator.change_job(ids["stopped-by-hand"], status="Stopped")
    running_emulator.change_job(ids["gone"], deleted=True)
    said = project.run("snapshot-provider", "report", "--out", "report.html", "--json")
    assert json.loads(said.output)["counts"] == {"failing": 1, "drifted": 2, "unknown": 1, "running": 1, "stopped": 1}
    return project.folder / "report.html"


@pytest.fixture(scope="session")
def typical_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of fixed content that the documentation shows."""
    path = tmp_path_factory.mktemp("typical") / "report.html"
    path.write_text(render(reports.typical()), encoding="utf-8")
    return path
