"""The site as it was built: what the code knows is in it, and nothing in it comes from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
import tomllib

import snapshot_provider
from partnercentral_emulator.switches import Switches
from snapshot_provider import config, errors
from snapshot_provider.model import IDENTITY
from tests.docs.markdown import ROOT, SITE

if TYPE_CHECKING:
    from pathlib import Path

BUILT = SITE / "_build" / "html"


class Page(HTMLParser):
    """A page's rows of tables, in text, and the addresses of what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.loaded: list[str] = []
        self._in_cell = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._in_cell = True
        if tag in {"script", "img", "iframe", "source"}:
            self.loaded.append(given.get("src") or "")
        if tag == "link" and "stylesheet" in (given.get("rel") or ""):
            self.loaded.append(given.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data

    def first_cells(self) -> set[str]:
        return {row[0].strip() for row in self.rows if row}


def page(name: str) -> Page:
    return Page(BUILT / f"{name}.html")


def test_the_tables_have_what_the_code_has() -> None:
    resources = page("reference/resources").first_cells()
    assert set(snapshot_provider.ResourceSnapshotJob.__annotations__) <= resources
    assert {"adopt", "timeouts", "triggers", "permissions_boundary", "session_name", "opportunities"} <= resources
    assert {name for name, *_ in config.documented()} <= page("reference/configuration").first_cells()
    assert {name for name, *_ in Switches.documented()} <= page("reference/emulator").first_cells()
    kinds = [name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert set(kinds) <= page("reference/errors").first_cells()


def test_a_symptom_is_what_the_product_says() -> None:
    text = (SITE / "reference" / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+?)` +\| ([^|]+) \|", text, re.MULTILINE)
    ours = [symptom for symptom, meaning in rows if not meaning.startswith(("Pulumi", "Python"))]
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "snapshot_provider").rglob("*.py"))
    parts = [part.strip(" ,") for symptom in ours for part in symptom.split("…")]
    assert len(ours) > 8
    assert [part for part in parts if part not in source] == []


def test_what_a_change_does_is_what_the_provider_does() -> None:
    rows = page("reference/resources").rows
    job = {row[0]: row[2] for row in rows if len(row) == 4}
    assert {name for name in IDENTITY if job[name] != "replaces it"} == set()
    assert {job["desired_status"], job["tags"]} == {"in place"}


def test_the_life_cycle_has_the_calls_that_were_made() -> None:
    steps = {row[0]: row[1].split() for row in page("explanation/life-cycle").rows if len(row) == 2}
    assert steps["create"] == ["CreateResourceSnapshotJob", "GetResourceSnapshotJob", "StartResourceSnapshotJob"]
    assert steps["check"] == ["none"]


def test_every_dependency_has_its_reason() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    groups = [*project["optional-dependencies"].values(), *pyproject["dependency-groups"].values()]
    # What is no name includes another group.
    wanted = {name_of(item) for group in (project["dependencies"], *groups) for item in group if isinstance(item, str)}
    cells = page("explanation/dependencies").first_cells()
    given = {name.split(" (")[0].lower() for cell in cells for name in cell.split(", ")}
    assert wanted - given == set()


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=~ ;]", requirement)[0].lower()


def test_the_drawing_has_every_module() -> None:
    text = (BUILT / "explanation" / "design.html").read_text(encoding="utf-8")
    package = ROOT / "snapshot_provider"
    modules = {path.stem for path in package.glob("*.py")} | {
        path.parent.name for path in package.glob("*/__init__.py")
    }
    modules -= {"__init__"}
    assert {name for name in modules if f">{name}</text>" not in text} == set()
    assert text.count('role="img"') == 1


@pytest.mark.parametrize("path", sorted(BUILT.rglob("*.html")), ids=lambda path: str(path.relative_to(BUILT)))
def test_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    loaded = Page(path).loaded
    assert loaded
    assert [address for address in loaded if "//" in address] == []


def test_no_style_loads_anything_from_elsewhere() -> None:
    styles = list(BUILT.rglob("*.css"))
    assert styles
    assert [path.name for path in styles if re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", path.read_text())] == []
