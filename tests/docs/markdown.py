"""The project's pages, and what is in them: code blocks, links and headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "docs"

_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A code block.

    Attributes:
        page: the page's path from the project's folder.
        line: where it begins.
        language: its language; "" where it names none, "{name}" for a directive of Sphinx's.
        caption: the file that it is, where it says so.
        text: the code.
    """

    page: str
    line: int
    language: str
    caption: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Every page whose blocks are run and whose links are checked."""
    folders = [folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    beside = [
        path for folder in (ROOT, *folders) if folder not in {SITE, ROOT / "tests"} for path in folder.glob("*.md")
    ]
    site = [path for path in SITE.rglob("*.md") if "_build" not in path.parts]
    return sorted([*beside, *site])


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """The code blocks of a page, in their order."""
    for token in _tokens(page):
        if token.type in {"fence", "code_block"} and token.map:
            yield _block(name_of(page), token.map[0] + 1, token.info.strip(), token.content)


def _block(page: str, line: int, info: str, text: str) -> Block:
    directive = re.fullmatch(r"\{(?:code-block|literalinclude)\} *(\S+)", info)
    if directive is None:
        return Block(page, line, info, "", text)
    options, code = {}, text.splitlines(keepends=True)
    while code and (found := re.match(r":([\w-]+): *(.*)", code[0])):
        options[found[1]] = found[2].strip()
        del code[0]
    if info.startswith("{literalinclude}"):
        return Block(page, line, "{literalinclude}", "", directive[1])
    return Block(page, line, directive[1], options.get("caption", "").strip("`"), "".join(code).lstrip("\n"))


def links(page: Path) -> Iterator[tuple[int, str]]:
    """The targets of a page's links and images, each with its line."""
    for token in _tokens(page):
        for child in token.children or []:
            target = child.attrGet("href") or child.attrGet("src")
            if target:
                yield (token.map or [0])[0] + 1, str(target)


def anchors(page: Path) -> set[str]:
    """What the links to a page's headings end with, as GitHub and the site have it."""
    headings = [after.content for token, after in pairwise(_tokens(page)) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _tokens(page: Path) -> list[Token]:
    return _PARSER.parse(page.read_text(encoding="utf-8"))
