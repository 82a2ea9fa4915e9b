"""The public names of a module, and what the words on them lack."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from dataclasses import fields, is_dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType


def documented(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The public classes, functions, fixtures and methods, by name."""
    for name in module.__all__:
        public = getattr(module, name)
        if inspect.isclass(public):
            yield name, public
            yield from methods(public)
        elif inspect.isfunction(inspect.unwrap(public)):
            yield name, public


def methods(public: type) -> Iterator[tuple[str, Any]]:
    """The public methods of a class's own; its constructor where that has words of its own."""
    for name, member in vars(public).items():
        method = getattr(member, "__func__", getattr(member, "fget", member))
        worded = name in {"__init__", "__call__"} and method.__doc__
        if (
            inspect.isfunction(method)
            and (worded or not name.startswith("_"))
            and method.__module__ == public.__module__
        ):
            yield f"{public.__name__}.{name}", method


def is_fixture(function: Any) -> bool:
    """Whether it is one of the functions of the plugin, which are all fixtures."""
    return bool(function.__module__ == "pytest_partnercentral" and function.__qualname__ == function.__name__)


def section(doc: str, title: str) -> str:
    """A section of a docstring in Google's style."""
    found = re.search(rf"^{title}:\n((?:    .*\n|\n)+)", f"{inspect.cleandoc(doc)}\n", re.MULTILINE)
    return textwrap.dedent(found[1]) if found else ""


def entries(doc: str, title: str) -> set[str]:
    """The names that a section explains."""
    return set(re.findall(r"^([\w.]+): \S", section(doc, title), re.MULTILINE))


def without_words(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The public names that are assigned in a class or a module with no words below them."""
    for node, below in pairwise([*body, ast.Pass()]):
        target = (
            node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else 0
        )
        worded = (
            isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
        )
        if isinstance(target, ast.Name) and not target.id.startswith("_") and not worded:
            yield target.id


def faults_of(name: str, public: Any) -> Iterator[str]:
    """What the words on a class, a function, a method or a fixture lack."""
    doc = public.__doc__ or ""
    if not doc:
        yield f"{name}: no docstring"
    if ">>> " not in section(doc, "Example"):
        yield f"{name}: no example"
    if inspect.isclass(public):
        (source,) = ast.parse(textwrap.dedent(inspect.getsource(public))).body
        assert isinstance(source, ast.ClassDef)
        # Such as the emulator's switches, whose words its command line shows, too.
        elsewhere = [item.name for item in fields(public) if "doc" in item.metadata] if is_dataclass(public) else []
        yield from (f"{name}.{found}: no words" for found in without_words(source.body) if found not in elsewhere)
    else:
        function = inspect.unwrap(public)
        # A fixture's arguments are filled in by pytest.
        asked = set() if is_fixture(function) else inspect.signature(public).parameters.keys() - {"self", "cls"}
        yield from (f"{name}: no words on {argument}" for argument in sorted(asked - entries(doc, "Args")))
        raised = set(re.findall(r"\braise ([\w.]+)\(", inspect.getsource(function)))
        yield from (f"{name}: no words on {error}" for error in sorted(raised - entries(doc, "Raises")))
