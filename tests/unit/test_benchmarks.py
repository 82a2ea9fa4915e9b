"""The page with the benchmarks' figures is what a run wrote, and says what holds and what does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

from benchmarks.page import render, verdicts

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_no_figure_is_typed_by_hand() -> None:
    results = json.loads((DOCS / "benchmarks.json").read_text())
    assert (DOCS / "benchmarks.md").read_text() == render(results)
    assert (DOCS / "pictures" / "benchmarks.svg").is_file()


def test_what_does_not_hold_is_said() -> None:
    results = json.loads((DOCS / "benchmarks.json").read_text())
    results["times"]["up"]["ours"] = 1000.0
    failed = [row for row in verdicts(results) if row["measured"] > row["limit"]]
    page = render(results)
    assert page.count("**does not hold**") == len(failed) >= 3
    assert re.search(r"`up`, over the naive provider \| \d+\.\d\d \| 0\.77 \| \*\*does not hold\*\*", page)
