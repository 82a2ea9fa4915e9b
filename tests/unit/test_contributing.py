"""What the documents for contributors name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_its_commands_exist() -> None:
    named = {word for line in re.findall(r"\bmake ((?:[a-z-]+ ?)+)", TEXT) for word in line.split()}
    commands = named & (TARGETS | {"browser", "docs", "package"})
    assert {"up", "test", "check", "browser", "docs", "package", "compat", "coming-from", "crash", "bench"} <= commands
    assert commands <= TARGETS


def test_its_files_exist() -> None:
    named = re.findall(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|md|toml))`", TEXT)
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in link]
    assert len(named) > 8
    assert len(links) > 4
    for path in (*named, *links):
        assert (ROOT / path).exists() or (ROOT / "snapshot_provider" / path).exists(), path


def test_every_file_of_the_steps_for_a_resource_has_the_smallest_one() -> None:
    """The steps follow ResourceSnapshot: where they lead, it stands."""
    for path in ("gateway", "schema", "provider", "resource", "args", "place"):
        assert "napshot" in (ROOT / "snapshot_provider" / f"{path}.py").read_text()
    assert "_create_snapshot" in (ROOT / "partnercentral_emulator" / "backend.py").read_text()


@pytest.mark.parametrize(
    "template", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.stem
)
def test_templates_ask_for_what_a_report_needs(template: Path) -> None:
    form = yaml.safe_load(template.read_text())
    assert {"name", "description", "body"} <= set(form)
    assert any(field.get("validations", {}).get("required") for field in form["body"])
    assert all({"type", "id", "attributes"} <= set(field) for field in form["body"])
