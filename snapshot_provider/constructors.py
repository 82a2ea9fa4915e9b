"""Constructors that take their arguments by keyword, or as one map, as those of Pulumi's own SDKs do.

May not import the life cycle.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any

import pulumi
from typing_extensions import get_overloads

from snapshot_provider.errors import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def in_either_form(init: Callable[..., None]) -> Callable[..., None]:
    """Let a constructor be called by keyword, or with one map and options.

    Its first overload is the form by keyword: names, what is required, and defaults are taken from there. Whatever the
    form, the constructor itself is called by keyword, with defaults filled in.
    """
    by_keyword = inspect.signature(get_overloads(init)[0])
    known = {
        name: parameter.default
        for name, parameter in by_keyword.parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }

    @wraps(init)
    def constructor(self: Any, resource_name: str, args: Any = None, opts: Any = None, **keywords: Any) -> None:
        if isinstance(args, pulumi.ResourceOptions) and opts is None:
            args, opts = None, args
        faults = list(_faults(known, args, keywords))
        if faults:
            raise TypeError(f'{type(self).__name__} "{resource_name}": {" ".join(faults)}')
        init(self, resource_name, opts, **{**known, **(args or keywords)})

    # What `help()` and notebooks show.
    constructor.__signature__ = by_keyword  # type: ignore[attr-defined]  # Read by inspect, unknown to the type.
    return constructor


def _faults(known: Mapping[str, Any], args: Any, keywords: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the arguments, all of it."""
    if args is not None and not isinstance(args, Mapping):
        kind = type(args).__name__
        yield f"a value of type {kind} stands where a map of arguments is expected: name the argument it is meant for."
        return
    if args is not None and keywords:
        yield f"{_listed(keywords)} given beside a map of arguments: put it there, or give all of them by keyword."
    given = {**(args or {}), **keywords}
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(str(name), known, n=1)
            remedy = f"Did you mean {close[0]}?" if close else f"Known are: {', '.join(known)}."
            yield f"{show(name)} is not an argument. {remedy}"
    missing = [name for name, default in known.items() if default is inspect.Parameter.empty and name not in given]
    if missing:
        yield f"{_listed(missing)} missing."


def _listed(names: Any) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last} are" if others else f"{last} is"
