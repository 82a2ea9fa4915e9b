"""Inputs against the service model: every mistake found at once, named and with its remedy, before anything is called.

Patterns, enums and bounds are botocore's, read at run time. Pure otherwise. May not import Pulumi.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import regex
from botocore.loaders import Loader
from botocore.model import ListShape, ServiceModel, Shape, StructureShape

from snapshot_provider.errors import show
from snapshot_provider.model import CATALOGS, TIMEOUTS, Failure, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


@dataclass(frozen=True)
class _Rule:
    """What one property must be.

    Attributes:
        shape: the service model's shape that bounds it.
        noun: what it is, in words.
        example: a value that would do; empty where the enum says it all.
        required: whether a job can be made without it.
        choices: values the documentation allows where the model's pattern is wider.
        hint: what to say of an ARN that it is not; told from the value by default.
    """

    shape: str
    noun: str
    example: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    hint: str = ""


_RULES = {
    "catalog": _Rule("CatalogIdentifier", "a catalog", choices=CATALOGS),
    "engagement_identifier": _Rule(
        "EngagementIdentifier", "an engagement's identifier", "eng-0123456789abcd", required=True
    ),
    "resource_type": _Rule("ResourceType", "a resource type"),
    "resource_identifier": _Rule("ResourceIdentifier", "an opportunity's identifier", "O1234567", required=True),
    "resource_snapshot_template_identifier": _Rule(
        "ResourceTemplateName", "a snapshot template's name", "OpportunitySummaryView", required=True
    ),
    "desired_status": _Rule("ResourceSnapshotJobStatus", "a status"),
    "client_token": _Rule("ClientToken", "an idempotency token", "partner-2026-11"),
}

_SETTINGS = {
    "catalog": _RULES["catalog"],
    "resource_snapshot_job_role_identifier": _Rule(
        "ResourceSnapshotJobRoleIdentifier",
        "a role's name or ARN",
        "ResourceSnapshotJobRole",
        required=True,
        hint="A role's ARN is of the form arn:aws:iam::123456789012:role/name.",
    ),
}

_SNAPSHOT = {name: rule for name, rule in _RULES.items() if name != "desired_status"}

_JOB = _Rule("ResourceSnapshotJobIdentifier", "a snapshot job's identifier", "job-0123456789abc")

_KINDS = {
    "EngagementIdentifier": "an engagement's identifier",
    "ResourceIdentifier": "an opportunity's identifier",
    "ResourceSnapshotJobIdentifier": "a snapshot job's identifier",
}
"""Shapes whose values are easily put in each other's place."""

_TAG_LETTERS = "letters, digits, spaces and _ . : / = + - @"


def check_job(props: Mapping[str, Any], is_unknown: Callable[[Any], bool]) -> list[Failure]:
    """Find every mistake in a job's inputs (CreateResourceSnapshotJob's input in the service model).

    Args:
        props: the inputs by name; absent and None are the same.
        is_unknown: whether a value will only be known later; such a value passes.
    """
    failures = _check_strings(_RULES, props, is_unknown)
    failures += _check_tags(props.get("tags"), is_unknown)
    for name, check in _HOW.items():
        value = props.get(name)
        if isinstance(value, dict):
            value = {key: part for key, part in value.items() if not is_unknown(part)}
        if value is not None and not is_unknown(value):
            failures += [Failure(name, reason) for reason in check(value)]
    return failures


def check_settings(props: Mapping[str, Any], is_unknown: Callable[[Any], bool]) -> list[Failure]:
    """Find every mistake in the inputs of a catalog's settings (PutSellingSystemSettings' input in the service model).

    Args:
        props: the inputs by name; absent and None are the same.
        is_unknown: whether a value will only be known later; such a value passes.
    """
    return _check_strings(_SETTINGS, props, is_unknown)


def check_snapshot(props: Mapping[str, Any], is_unknown: Callable[[Any], bool]) -> list[Failure]:
    """Find every mistake in a snapshot's inputs (CreateResourceSnapshot's input in the service model).

    Args:
        props: the inputs by name; absent and None are the same.
        is_unknown: whether a value will only be known later; such a value passes.
    """
    failures = _check_strings(_SNAPSHOT, props, is_unknown)
    triggers = props.get("triggers")
    if triggers is not None and not is_unknown(triggers) and not isinstance(triggers, (list, dict)):
        reason = f'{show(triggers)} is a {_kind(triggers)}: give a map such as {{"stage": "Committed"}}, or a list.'
        failures.append(Failure("triggers", reason))
    return failures


def check_engagements(values: Any) -> list[str]:
    """Find every mistake in a list of engagements' identifiers."""
    if not isinstance(values, list) or not values:
        return [f"{show(values)} is not a list of engagements: name some, or leave it out for all."]
    return [reason for value in values for reason in _check_string(_RULES["engagement_identifier"], value)]


def _check_strings(
    rules: Mapping[str, _Rule], props: Mapping[str, Any], is_unknown: Callable[[Any], bool]
) -> list[Failure]:
    return [
        Failure(name, reason)
        for name, rule in rules.items()
        if not is_unknown(props.get(name))
        for reason in _check_string(rule, props.get(name))
    ]


def _check_adopt(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _check_string(_JOB, value)
    elif not isinstance(value, bool):
        yield f"{show(value)} is a {_kind(value)}: give {_expected(_JOB)}, or True."


def _check_timeouts(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f'{show(value)} is a {_kind(value)}: give a map such as {{"create": "10m"}}.'
        return
    for name, limit in value.items():
        if name not in TIMEOUTS:
            yield f"{show(name)} is not an operation: known are {', '.join(TIMEOUTS)}."
        elif not isinstance(limit, str) or not seconds_of(limit):
            yield f'{show(limit)} for {name} is not a duration: give one such as "90s", "10m" or "1h30m".'


def _check_flag(value: Any) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"{show(value)} is a {_kind(value)}: give True or False."


def _check_siblings(value: Any) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        yield f"{show(value)} is a {_kind(value)}: leave it out; it is filled in from the stack's state."


_HOW: dict[str, Callable[[Any], Iterator[str]]] = {
    "adopt": _check_adopt,
    "timeouts": _check_timeouts,
    "wait_for_snapshot": _check_flag,
    "siblings": _check_siblings,
}
"""The inputs that say how a job is made, none of which the service model knows."""


def _check_string(rule: _Rule, value: Any) -> Iterator[str]:
    if value is None:
        if rule.required:
            yield f"is missing: give {_expected(rule)}."
        return
    shape = _shape(rule.shape)
    if not isinstance(value, str):
        yield f"{show(value)} is a {_kind(value)}: give {_expected(rule)} as a string."
        return
    allowed = rule.choices or tuple(getattr(shape, "enum", None) or ())
    if (allowed and value not in allowed) or (not allowed and not fits(shape, value)):
        yield f"{show(value)} is not {_expected(rule)}. {_remedy(rule, value, allowed)}".rstrip()


def _expected(rule: _Rule) -> str:
    shape = _shape(rule.shape)
    allowed = rule.choices or tuple(getattr(shape, "enum", None) or ())
    if allowed:
        return f"{rule.noun} ({' or '.join(show(choice) for choice in allowed)})"
    pattern = shape.metadata.get("pattern")
    return f"{rule.noun} such as {show(rule.example)}{f' (pattern {pattern})' if pattern else ''}"


def _remedy(rule: _Rule, value: str, allowed: tuple[str, ...]) -> str:
    stripped = value.strip()
    last = stripped.rsplit("/", 1)[-1]
    if allowed:
        close = [choice for choice in allowed if choice.lower() == stripped.lower()]
        close = close or difflib.get_close_matches(stripped, allowed, n=1)
        return f"Did you mean {show(close[0])}?" if close else ""
    shape = _shape(rule.shape)
    if stripped.startswith("arn:"):
        at_its_end = f"This is an ARN: give the identifier at its end, {show(last)}."
        neither = f"This is an ARN{_of_kind(last)}; an identifier is wanted here."
        return rule.hint or (at_its_end if fits(shape, last) else neither)
    if _of_kind(stripped) and not fits(shape, stripped):
        return f"This looks like {_of_kind(stripped).removeprefix(' of ')}."
    if not stripped:
        return ""
    close = [text for text in (stripped, stripped.lower(), stripped.upper(), f"O{stripped}") if fits(shape, text)]
    return f"Did you mean {show(close[0])}?" if close else ""


def _of_kind(value: str) -> str:
    for shape, noun in _KINDS.items():
        if fits(_shape(shape), value):
            return f" of {noun}"
    return ""


def _check_tags(tags: Any, is_unknown: Callable[[Any], bool]) -> Iterator[Failure]:
    if tags is None or is_unknown(tags):
        return
    if not isinstance(tags, dict):
        yield Failure(
            "tags",
            f'{show(tags)} is a {_kind(tags)}: give a map of strings, such as {{"team": "alliances"}}.',
        )
        return
    yield from check_tag_count(len(tags))
    for key, value in tags.items():
        path = f"tags.{show(key)[1:-1]}" if str(key).isidentifier() else f"tags[{show(key)}]"
        for reason in _check_tag(key, value, is_unknown):
            yield Failure(path, reason)


def check_tag_count(count: int) -> Iterator[Failure]:
    """Whether a job may have so many tags, default tags included."""
    limit = int(_shape("TagList").metadata["max"])
    if count > limit:
        yield Failure("tags", f"{count} tags are too many: a job takes {limit} at most. Remove {count - limit}.")


def _check_tag(key: Any, value: Any, is_unknown: Callable[[Any], bool]) -> Iterator[str]:
    members = _tag_shape().members
    if not isinstance(key, str):
        yield f"the key {show(key)} is a {_kind(key)}: tag keys are strings."
    elif key.lower().startswith("aws:"):
        yield f'the key {show(key)} begins with "aws:", which AWS keeps for itself. Choose another key.'
    elif not fits(members["Key"], key):
        yield f"the key {show(key)} is not a tag key: give 1 to 128 {_TAG_LETTERS}."
    if is_unknown(value):
        return
    if not isinstance(value, str):
        yield f"the value {show(value)} is a {_kind(value)}: tag values are strings. {_as_string(value)}"
    elif not fits(members["Value"], value):
        yield (f"the value {show(value)} is not a tag value: give up to 256 {_TAG_LETTERS}.")


def _as_string(value: Any) -> str:
    if isinstance(value, bool):
        return f'Write "{str(value).lower()}" in quotes.'
    if isinstance(value, (int, float)):
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        return (
            f'Write "{text}" in quotes; from config, set it with `pulumi config set --path --type string`, '
            "or wrap it in str()."
        )
    if value is None:
        return 'Give "" for an empty value, or leave the tag out.'
    return ""


def fits(shape: Shape, value: str) -> bool:
    """Whether a string is within the shape's pattern, taken whole, and its length bounds."""
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and len(value) < low) or (high is not None and len(value) > high):
        return False
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        return False  # Half a character: a pattern may let it pass, but no request can carry it.
    pattern = shape.metadata.get("pattern")
    return pattern is None or _compiled(pattern).fullmatch(value) is not None


def fits_member(operation: str, name: str, value: str) -> bool:
    """Whether a string is within the bounds that the service model gives a member of an operation's answer."""
    answer = _service().operation_model(operation).output_shape
    assert isinstance(answer, StructureShape)  # noqa: S101  # The service model says so; for the type checker.
    return fits(answer.members[name], value)


def operations() -> frozenset[str]:
    """The operations that the installed botocore knows of the service."""
    return frozenset(_service().operation_names)


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


@lru_cache(maxsize=1)
def _service() -> ServiceModel:
    # The loader alone: a whole botocore session would cost a preview a tenth of a second more.
    return ServiceModel(Loader().load_service_model("partnercentral-selling", "service-2"), "partnercentral-selling")


@cache
def _shape(name: str) -> Shape:
    return _service().shape_for(name)


def _tag_shape() -> StructureShape:
    tags = _shape("TagList")
    assert isinstance(tags, ListShape)  # noqa: S101  # The service model says so; for the type checker.
    member = tags.member
    assert isinstance(member, StructureShape)  # noqa: S101  # Likewise.
    return member


def _kind(value: Any) -> str:
    return {
        str: "string",
        bool: "boolean",
        int: "number",
        float: "number",
        dict: "map",
        list: "list",
        type(None): "null",
    }.get(type(value), type(value).__name__)
