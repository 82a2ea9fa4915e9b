"""The design, drawn from what holds it: the layers in pyproject.toml and the imports that there are."""

from __future__ import annotations

import importlib
import inspect
from html import escape
from pathlib import Path
from typing import Any

import grimp
import tomllib

from _ext.signatures import table

PACKAGE = "snapshot_provider"
PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"

_OUTSIDE = ("pulumi", "pulumi_aws", "boto3", "botocore")
"""What is worth a mark in a module's box: the engine's SDK and the service's."""

_WIDTH, _BAND, _GAP, _PAD = 760, 54, 18, 8


def substitutions() -> dict[str, str]:
    """Markdown by the names that pages use."""
    contracts = _linter()["contracts"]
    return {
        "layers": _drawn(),
        "job_states": _states(),
        "modules": _modules(),
        "contracts": "\n".join(f"- {contract['name']}." for contract in contracts),
    }


def _linter() -> dict[str, Any]:
    settings: dict[str, Any] = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]
    return settings


def _layers() -> list[list[str]]:
    """The layers, topmost first, each with its modules' short names.

    Raises:
        LookupError: a module stands in no layer.
    """
    (contract,) = [
        item for item in _linter()["contracts"] if item["type"] == "layers" and PACKAGE in item["containers"]
    ]
    layers = [[name.strip() for name in layer.replace(":", "|").split("|")] for layer in contract["layers"]]
    placed = {name for layer in layers for name in layer}
    if placed != _short_names():
        raise LookupError(f"pyproject.toml's layers and the package differ in {sorted(placed ^ _short_names())}")
    return layers


def _short_names() -> set[str]:
    return {name.removeprefix(f"{PACKAGE}.") for name in _graph().find_children(PACKAGE)}


def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE, include_external_packages=True, cache_dir=None)


def _outside(name: str) -> list[str]:
    imported = _imported(name)
    return [package for package in _OUTSIDE if package in imported]


def _imported(name: str) -> set[str]:
    """What a module, or the modules of a package, import themselves."""
    graph, module = _graph(), f"{PACKAGE}.{name}"
    modules = {module, *graph.find_descendants(module)}
    return {found for part in modules for found in graph.find_modules_directly_imported_by(part)} - modules


def _drawn() -> str:
    """The layers as an SVG that takes the page's colours."""
    layers = _layers()
    height = len(layers) * (_BAND + _GAP) - _GAP
    parts = []
    for number, layer in enumerate(layers):
        parts += _band(layer, number * (_BAND + _GAP))
        if number:
            parts += _arrow(number * (_BAND + _GAP) - _GAP)
    caption = (
        "Imports go downwards only. Below a name: what the module itself imports of the engine's SDK and of AWS's."
    )
    return _figure("The modules of snapshot_provider in their layers", _in_words(layers), height, parts, caption)


def _figure(title: str, words: str, height: int, parts: list[str], caption: str) -> str:
    """An SVG with words for who does not see it; the page's style has its colours."""
    label = title.lower().replace(" ", "-")
    return "\n".join(
        [
            f'<figure class="drawing"><svg viewBox="0 0 {_WIDTH} {height}" role="img"',
            f'  aria-labelledby="{label} {label}-in-words">',
            f'<title id="{label}">{escape(title)}</title>',
            f'<desc id="{label}-in-words">{escape(words)}</desc>',
            *parts,
            f"</svg><figcaption>{escape(caption)}</figcaption></figure>",
        ]
    )


def _band(layer: list[str], top: int) -> list[str]:
    parts = [f'<rect class="band" x="0.5" y="{top + 0.5}" width="{_WIDTH - 1}" height="{_BAND - 1}" rx="6"/>']
    width = (_WIDTH - _PAD) / len(layer)
    for place, name in enumerate(layer):
        left, outside = _PAD + place * width, _outside(name)
        middle = left + (width - _PAD) / 2
        marked = " marked" if outside else ""
        parts.append(
            f'<rect class="box{marked}" x="{left:.1f}" y="{top + _PAD}" width="{width - _PAD:.1f}" '
            f'height="{_BAND - 2 * _PAD}" rx="4"/>'
        )
        line = top + _BAND / 2 + (-2 if outside else 5)
        parts.append(f'<text x="{middle:.1f}" y="{line:.1f}" text-anchor="middle">{escape(name)}</text>')
        if outside:
            note = " · ".join(outside)
            parts.append(f'<text class="note" x="{middle:.1f}" y="{line + 15:.1f}" text-anchor="middle">{note}</text>')
    return parts


def _arrow(top: int) -> list[str]:
    middle, tip = _WIDTH / 2, top + _GAP - 2
    return [
        f'<path class="arrow" d="M{middle} {top + 2}V{tip - 4}"/>',
        f'<path class="head" d="M{middle - 4} {tip - 6}h8l-4 6z"/>',
    ]


def _in_words(layers: list[list[str]]) -> str:
    return "From the top down: " + "; ".join(", ".join(layer) for layer in layers) + "."


def _states() -> str:
    """What a job can be, and the operations between."""
    places = {"no job": 40, "Stopped": 300, "Running": 560}
    arrows = [
        ("no job", "Stopped", 36, "CreateResourceSnapshotJob"),
        ("Stopped", "no job", 66, "DeleteResourceSnapshotJob"),
        ("Stopped", "Running", 36, "StartResourceSnapshotJob"),
        ("Running", "Stopped", 66, "StopResourceSnapshotJob"),
    ]
    words = "; ".join(f"{name} leads from {start} to {end}" for start, end, _, name in arrows)
    parts = []
    for name, left in places.items():
        parts.append(f'<rect class="box" x="{left}" y="26" width="90" height="50" rx="6"/>')
        parts.append(f'<text x="{left + 45}" y="56" text-anchor="middle">{escape(name)}</text>')
    for start, end, height, name in arrows:
        forward = places[start] < places[end]
        begin, tip = (places[start] + 92, places[end] - 2) if forward else (places[start] - 2, places[end] + 92)
        back = tip - 7 if forward else tip + 7
        parts.append(f'<path class="arrow" d="M{begin} {height}H{back}"/>')
        parts.append(f'<path class="head" d="M{back} {height - 4}v8L{tip} {height}z"/>')
        above = height - 8 if forward else height + 18
        parts.append(
            f'<text class="note" x="{(begin + tip) / 2}" y="{above}" text-anchor="middle">{escape(name)}</text>'
        )
    caption = "A new job is stopped, and one that runs must be stopped before it is deleted."
    return _figure("The states of a job", f"{words}.", 104, parts, caption)


def _modules() -> str:
    """What each module is, by its own docstring, and what it imports of the others."""
    rows = []
    for name in (name for layer in _layers() for name in layer):
        doc = inspect.getdoc(importlib.import_module(f"{PACKAGE}.{name}")) or ""
        inside = {found.split(".")[1] for found in _imported(name) if found.startswith(f"{PACKAGE}.")}
        rows.append((f"`{name}`", " ".join(doc.split("\n\n")[0].split()), ", ".join(sorted(inside)) or "none"))
    return table(["module", "what it is, in its own words", "imports"], rows)
