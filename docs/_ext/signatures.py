"""Constructors and functions as tables in Markdown, from their signatures and docstrings."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from snapshot_provider import model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_LITERALS = {name: get_args(kind) for name, kind in vars(model).items() if get_origin(kind) is Literal}
"""Names of types that say less than the values they stand for."""

_SECTIONS = ("Args", "Attributes", "Raises", "Example", "Returns")

_CODE = r'"[^"]*"|\{[^}]*\}|[a-z]+:[a-z][A-Za-z]+|[a-z]+(?:_[a-z]+)+(?:\.\w+)*|True|None(?! by default)'
"""What is code in a docstring's sentence: strings, maps, configuration keys, names."""


@dataclass(frozen=True)
class Parameter:
    """A parameter, or an attribute, in words.

    Attributes:
        name: its name.
        type: its type, as a reader would write it.
        default: its default as Python; empty where it is required, or has none to show.
        required: whether it must be given.
        doc: what it is.
    """

    name: str
    type: str
    default: str
    required: bool
    doc: str


def parameters(function: Callable[..., Any], leave_out: Iterable[str] = ()) -> list[Parameter]:
    """The parameters of a function, those left out aside, with what its docstring says of them.

    Raises:
        LookupError: the docstring leaves one out, or names one that there is not.
    """
    described = section(function.__doc__ or "", "Args")
    skipped = {"self", "cls", *leave_out}
    found = [item for item in inspect.signature(function).parameters.values() if item.name not in skipped]
    _agree(function.__qualname__, {item.name for item in found}, set(described) - skipped)
    return [
        Parameter(
            item.name,
            type_in_words(item.annotation),
            "" if item.default in {item.empty, None} else repr(item.default).replace("'", '"'),
            item.default is item.empty,
            described[item.name],
        )
        for item in found
    ]


def attributes(cls: type) -> list[Parameter]:
    """The attributes of a class with what is said of them, in the class's docstring or right below each of them.

    Raises:
        LookupError: nothing is said of one, or something is said of one that there is not.
    """
    described = section(cls.__doc__ or "", "Attributes")
    typed: dict[str, str] = {}
    (body,) = [node.body for node in ast.parse(inspect.getsource(cls)).body if isinstance(node, ast.ClassDef)]
    for node, after in pairwise([*body, ast.Pass()]):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            typed[node.target.id] = type_in_words(ast.unparse(node.annotation))
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                described[node.target.id] = " ".join(str(after.value.value).split())
    _agree(cls.__qualname__, set(typed), set(described) - {"id"})
    return [Parameter(name, typed.get(name, "str"), "", required=False, doc=doc) for name, doc in described.items()]


def _agree(where: str, has: set[str], described: set[str]) -> None:
    if has != described:
        raise LookupError(f"{where}: its docstring and its code differ in {', '.join(sorted(has ^ described))}")


def section(docstring: str, name: str) -> dict[str, str]:
    """The entries of a section of a docstring in Google's style."""
    lines = inspect.cleandoc(docstring).splitlines()
    start = next((number for number, line in enumerate(lines, 1) if line == f"{name}:"), len(lines))
    entries: dict[str, str] = {}
    last = ""
    for line in lines[start:]:
        if line.rstrip(":") in _SECTIONS:
            break
        begun = re.match(r"    (\w+): (.*)", line)
        if begun:
            last = begun[1]
            entries[last] = begun[2]
        elif last and line.strip():
            entries[last] += f" {line.strip()}"
    return entries


def type_in_words(annotation: Any) -> str:
    """An annotation without what Pulumi wraps everything in, and without what the default says already."""
    tree = ast.parse(annotation if isinstance(annotation, str) else inspect.formatannotation(annotation), mode="eval")
    return _words(tree.body)


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.BinOp):
        sides = [_words(side) for side in (node.left, node.right)]
        return " or ".join(dict.fromkeys(side for side in sides if side != "None"))
    if isinstance(node, ast.Subscript):
        name = _last(node.value)
        if name in {"Input", "Output", "NotRequired"}:
            return _words(node.slice)
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        names = {"Mapping": "dict", "Sequence": "list"}
        return f"{names.get(name, name)}[{', '.join(_words(item) for item in inner)}]"
    if isinstance(node, ast.Constant):
        # A forward reference is a type; anything else a value.
        return type_in_words(node.value) if isinstance(node.value, str) else str(node.value)
    name = _last(node)
    return " or ".join(f'`"{value}"`' for value in _LITERALS[name]) if name in _LITERALS else name


def _last(node: ast.expr) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else ast.unparse(node)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def prose(doc: str) -> str:
    """A docstring's sentence in Markdown: a capital at its beginning, and as code what is code."""
    marked = re.sub(rf"(?<![`\w])({_CODE})(?![`\w])", r"`\1`", doc)
    return marked[:1].upper() + marked[1:]
