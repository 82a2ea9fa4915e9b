"""Arguments by keyword or as one map: the two forms are one, and mistakes in either are told."""

from __future__ import annotations

import ast
import inspect
import re
from itertools import pairwise
from typing import Any, get_origin

import pulumi
import pytest
from typing_extensions import NotRequired, get_overloads

import snapshot_provider
from snapshot_provider import ResourceSnapshotJob, ResourceSnapshotJobArgs, args
from tests.unit.test_mocks import Mocks

CONSTRUCTED = [
    snapshot_provider.EngagementSnapshots,
    snapshot_provider.ResourceSnapshot,
    snapshot_provider.ResourceSnapshotJob,
    snapshot_provider.SellingSystemSettings,
    snapshot_provider.SnapshotJobExecutionRole,
]
ARGS: ResourceSnapshotJobArgs = {
    "engagement_identifier": "eng-0123456789abcd",
    "resource_identifier": "O1234567",
    "resource_snapshot_template_identifier": "OpportunitySummaryView",
}


@pytest.fixture(autouse=True)
def mocks() -> None:
    pulumi.runtime.set_mocks(Mocks(), preview=False)


def by_keyword(constructed: type) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(constructed).parameters
    return {name: found for name, found in parameters.items() if found.kind is found.KEYWORD_ONLY}


def documented_keys(kind: type) -> dict[str, str]:
    """The words below each key of a TypedDict."""
    (body,) = (node.body for node in ast.parse(inspect.getsource(kind)).body if isinstance(node, ast.ClassDef))
    return {
        key.target.id: " ".join(words.value.value.split())
        for key, words in pairwise(body)
        if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name)
        if isinstance(words, ast.Expr) and isinstance(words.value, ast.Constant) and isinstance(words.value.value, str)
    }


@pytest.mark.parametrize("constructed", CONSTRUCTED, ids=lambda kind: kind.__name__)
def test_the_two_forms_have_the_same_names_types_and_words(constructed: Any) -> None:
    kind = getattr(args, f"{constructed.__name__}Args")
    parameters = by_keyword(constructed)
    types = {name: eval(found.annotation, vars(args)) for name, found in parameters.items()}
    given = kind.__annotations__.items()
    assert {name: told.__args__[0] if get_origin(told) is NotRequired else told for name, told in given} == types
    assert kind.__required_keys__ == {name for name, found in parameters.items() if found.default is found.empty}
    as_map = inspect.signature(get_overloads(constructed.__init__)[1]).parameters
    assert as_map["args"].annotation == kind.__name__
    words = re.sub(r"\s+", " ", constructed.__init__.__doc__)
    for name, said in documented_keys(kind).items():
        assert f"{name}: {said[0].lower()}{said[1:]}" in words
    assert documented_keys(kind).keys() == parameters.keys()


def job_in_each_form() -> list[ResourceSnapshotJob]:
    retained = pulumi.ResourceOptions(retain_on_delete=True)
    return [
        ResourceSnapshotJob("acme", ARGS),
        ResourceSnapshotJob("acme", ARGS, retained),
        ResourceSnapshotJob("acme", ResourceSnapshotJobArgs(**ARGS), opts=retained),
        ResourceSnapshotJob("acme", args=ARGS),
        ResourceSnapshotJob("acme", **ARGS),
        ResourceSnapshotJob("acme", retained, **ARGS),
        ResourceSnapshotJob("acme", opts=retained, **ARGS),
        ResourceSnapshotJob(resource_name="acme", **ARGS),
    ]


@pulumi.runtime.test  # type: ignore[untyped-decorator]
def test_every_form_declares_the_same() -> pulumi.Output[None]:
    def check(values: list[Any]) -> None:
        assert values == [[*ARGS.values(), "Running", "AWS", "Opportunity"]] * len(values)

    outputs = (*ARGS, "desired_status", "catalog", "resource_type")
    jobs = [pulumi.Output.all(*(getattr(job, name) for name in outputs)) for job in job_in_each_form()]
    return pulumi.Output.all(*jobs).apply(check)


@pytest.mark.parametrize(
    ("given", "keywords", "message"),
    [
        ((), {"engagement": "x"}, '"engagement" is not an argument. Did you mean engagement_identifier?'),
        (
            ({**ARGS, "desired_statu": "Stopped"},),
            {},
            '"desired_statu" is not an argument. Did you mean desired_status?',
        ),
        (
            ({**ARGS, "zone": "b"},),
            {},
            '"zone" is not an argument. Known are: engagement_identifier, resource_identifier,',
        ),
        (({7: "b"},), {}, "7 is not an argument."),
        ((), {}, "engagement_identifier, resource_identifier and resource_snapshot_template_identifier are missing."),
        (
            ({"engagement_identifier": "x"},),
            {},
            "resource_identifier and resource_snapshot_template_identifier are missing.",
        ),
        ((), {**ARGS, "opts": None, "tag": {}}, '"tag" is not an argument. Did you mean tags?'),
        (
            (ARGS,),
            {"tags": {}},
            "tags is given beside a map of arguments: put it there, or give all of them by keyword.",
        ),
        ((ARGS,), {"tags": {}, "catalog": "AWS"}, "tags and catalog are given beside a map of arguments"),
        (("eng-0123456789abcd",), ARGS, "a value of type str stands where a map of arguments is expected"),
        (([ARGS],), {}, "a value of type list stands where a map of arguments is expected"),
    ],
)
def test_mistakes_are_told_by_name(given: tuple[Any, ...], keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        ResourceSnapshotJob("acme", *given, **keywords)
    assert str(caught.value).startswith('ResourceSnapshotJob "acme": ')
    assert message in str(caught.value)


def test_everything_wrong_is_told_at_once() -> None:
    constructed: Any = ResourceSnapshotJob
    with pytest.raises(TypeError) as caught:
        constructed("acme", {"engagement": "x"}, tags={})
    assert str(caught.value) == (
        'ResourceSnapshotJob "acme": tags is given beside a map of arguments: put it there, or give all of them by '
        'keyword. "engagement" is not an argument. Did you mean engagement_identifier? engagement_identifier, '
        "resource_identifier and resource_snapshot_template_identifier are missing."
    )


def test_a_subclass_is_told_by_its_own_name() -> None:
    class Shared(ResourceSnapshotJob):
        pass

    with pytest.raises(TypeError, match=r'^Shared "acme": "tag" is not an argument'):
        Shared("acme", **{**ARGS, "tag": {}})  # type: ignore[call-overload]  # What is tested.
