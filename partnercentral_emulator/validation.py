"""Requests and answers against botocore's service model: types, required members, enums, patterns and bounds.

Of requests also what the service's documentation says and the model does not: the names of catalogs, and which tag
keys are reserved.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import regex
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Iterator

CATALOGS = ("AWS", "Sandbox")
RESERVED = "aws:"
"""What the keys of the system's own tags begin with."""

Fault = tuple[str, str, str]
"""A member's path, what is wrong with it, and the service's code for that."""


@lru_cache(maxsize=1)
def service() -> ServiceModel:
    """The service's model, from botocore's own data."""
    return ServiceModel(Loader().load_service_model("partnercentral-selling", "service-2"), "partnercentral-selling")


def request_faults(operation: str, request: Any) -> list[Fault]:
    """Everything that is wrong with the form of a request."""
    found = _all(service().operation_model(operation).input_shape, request)
    # What is wrong by the model already is told once.
    told = {path for path, _, _ in found}
    return found + [fault for fault in _documented(request) if fault[0] not in told]


def answer_faults(operation: str, answer: Any) -> list[Fault]:
    """Everything that is wrong with an answer. Lists may have any length: their bounds are of requests.

    A job without tags has an empty list of them, and system tags come on top of the 200 that a user may set.
    """
    found = _all(service().operation_model(operation).output_shape, answer)
    return [fault for fault in found if fault[2] not in {"NOT_ENOUGH_VALUES", "TOO_MANY_VALUES"}]


def _all(shape: Shape | None, value: Any) -> list[Fault]:
    return list(_faults(shape, value, "")) if shape is not None else []


def _documented(request: Any) -> Iterator[Fault]:
    catalog = request.get("Catalog")
    if isinstance(catalog, str) and catalog not in CATALOGS:
        yield "Catalog", f"{catalog!r} is not one of {', '.join(CATALOGS)}", "INVALID_ENUM_VALUE"
    seen: set[str] = set()
    for path, key in _tag_keys(request):
        if key.lower().startswith(RESERVED):
            yield path, f"{key!r} begins with {RESERVED}, which is reserved for system tags", "INVALID_VALUE"
        if key in seen:
            yield path, f"{key!r} is there twice", "DUPLICATE_KEY_VALUE"
        seen.add(key)


def _tag_keys(request: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The tag keys of a request, as far as it has the form of one."""
    tags, keys = request.get("Tags"), request.get("TagKeys")
    for index, tag in enumerate(tags if isinstance(tags, list) else []):
        if isinstance(tag, dict) and isinstance(tag.get("Key"), str):
            yield f"Tags[{index}].Key", tag["Key"]
    for index, key in enumerate(keys if isinstance(keys, list) else []):
        if isinstance(key, str):
            yield f"TagKeys[{index}]", key


def _faults(shape: Shape, value: Any, path: str) -> Iterator[Fault]:
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _list(shape, value, path)
    elif isinstance(shape, MapShape):
        if not isinstance(value, dict):
            yield path, "must be an object", "INVALID_VALUE"
    elif shape.type_name in {"string", "timestamp"}:
        yield from _string(shape, value, path)
    elif shape.type_name in {"integer", "long"}:
        yield from _number(shape, value, path)
    elif shape.type_name == "boolean" and not isinstance(value, bool):
        yield path, "must be true or false", "INVALID_VALUE"


def _structure(shape: StructureShape, value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield path, "must be an object", "INVALID_VALUE"
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield _join(path, name), f"{name} is required", "REQUIRED_FIELD_MISSING"
    for name, member in value.items():
        if name not in shape.members:
            yield _join(path, name), f"{name} is not a member", "INVALID_VALUE"
        elif member is not None:
            yield from _faults(shape.members[name], member, _join(path, name))


def _list(shape: ListShape, value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield path, "must be a list", "INVALID_VALUE"
        return
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and len(value) < low:
        yield path, f"must have {low} items or more, has {len(value)}", "NOT_ENOUGH_VALUES"
    if high is not None and len(value) > high:
        yield path, f"must have {high} items at most, has {len(value)}", "TOO_MANY_VALUES"
    for index, item in enumerate(value):
        yield from _faults(shape.member, item, f"{path}[{index}]")


def _string(shape: Shape, value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield path, "must be a string", "INVALID_VALUE"
        return
    allowed = shape.enum if isinstance(shape, StringShape) else []
    if allowed and value not in allowed:
        yield path, f"{value!r} is not one of {', '.join(allowed)}", "INVALID_ENUM_VALUE"
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and len(value) < low) or (high is not None and len(value) > high):
        yield path, f"must have from {low or 0} to {high} characters, has {len(value)}", "VALUE_OUT_OF_RANGE"
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield path, f"{value!r} does not match {pattern}", "INVALID_STRING_FORMAT"


def _number(shape: Shape, value: Any, path: str) -> Iterator[Fault]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield path, "must be a whole number", "INVALID_VALUE"
        return
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and value < low) or (high is not None and value > high):
        yield path, f"must be from {low} to {high}, is {value}", "VALUE_OUT_OF_RANGE"


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
