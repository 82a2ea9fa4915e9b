"""What is pure: tokens, tags, durations, the schema and the configuration."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshot_provider import client_token, diff, unfinished
from snapshot_provider.config import Settings
from snapshot_provider.errors import ConfigurationError
from snapshot_provider.model import IgnoredTags, TagChange, seconds_of
from snapshot_provider.schema import check_job
from snapshot_provider.unfinished import LastRun

JOB = {
    "catalog": "Sandbox",
    "engagement_identifier": "eng-0123456789abcd",
    "resource_type": "Opportunity",
    "resource_identifier": "O1234567",
    "resource_snapshot_template_identifier": "OpportunitySummaryView",
    "desired_status": "Running",
}
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def known(_: object) -> bool:
    return False


def test_tokens_are_derived() -> None:
    assert client_token.derive("a", "b") == client_token.derive("a", "b")
    assert len({client_token.derive("a", "b"), client_token.derive("ab"), client_token.derive("b", "a")}) == 3


def test_a_token_of_a_predecessor_or_another_job_is_passed_over() -> None:
    first = client_token.choose("base", None, [].__contains__)
    assert first == "base"
    second = client_token.choose("base", "job-1", [].__contains__)
    assert second not in {first, client_token.choose("base", "job-2", [].__contains__)}
    third = client_token.choose("base", None, ["base"].__contains__)
    assert third not in {first, second}
    assert client_token.choose("base", None, ["base", third].__contains__) not in {first, second, third}


@given(st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.text()))
def test_a_tag_change_leads_from_old_to_new(old: dict[str, str], new: dict[str, str]) -> None:
    change = TagChange.between(old, new)
    kept = {key: value for key, value in old.items() if key not in change.removed}
    assert {**kept, **change.set} == new
    assert all(old.get(key) != value for key, value in change.set.items())


def test_ignored_tags() -> None:
    ignored = IgnoredTags(keys=frozenset({"owner"}), prefixes=("cost:",))
    tags = {"owner": "1", "cost:center": "2", "aws:x": "3", "team": "4"}
    assert ignored.strip(tags) == {"team": "4"}
    assert IgnoredTags().strip(tags) == {"owner": "1", "cost:center": "2", "team": "4"}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("1h30m", 5400), ("1.5s", 1.5), ("250ms", 0.25), ("", None), ("5", None), ("1x", None)],
)
def test_durations(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


def test_what_replaces() -> None:
    assert diff.replaces(JOB, {**JOB, "desired_status": "Stopped", "tags": {"a": "b"}}) == []
    assert diff.replaces(JOB, {**JOB, "catalog": "AWS", "resource_identifier": "O2"}) == [
        "catalog",
        "resource_identifier",
    ]


def test_a_good_job_has_no_failures() -> None:
    assert check_job({**JOB, "tags": {"équipe": "東京 ٣"}, "adopt": True, "timeouts": {"create": "5m"}}, known) == []


@given(st.sampled_from([*JOB, "tags", "client_token", "adopt", "timeouts", "wait_for_snapshot"]), anything)
def test_any_value_is_taken_or_told(name: str, value: Any) -> None:
    """Whatever is given, the check answers: with nothing, or with failures of that property in words."""
    for failure in check_job({**JOB, name: value}, known):
        assert failure.property.startswith(name)
        assert failure.reason.strip()


@given(st.dictionaries(st.text(), anything, max_size=4))
def test_any_configuration_is_taken_or_told(config: dict[str, Any]) -> None:
    full = {f"partnercentral:{key}": value for key, value in config.items()}
    try:
        Settings.from_config(full)
    except ConfigurationError as told:
        assert "partnercentral:" in str(told)


@given(st.sampled_from(["assumeRole", "defaultTags", "ignoreTags", "allowedAccountIds", "maxAttempts"]), anything)
def test_any_value_of_a_key_is_taken_or_told(key: str, value: Any) -> None:
    try:
        Settings.from_config({f"partnercentral:{key}": value})
    except ConfigurationError as told:
        assert f"partnercentral:{key}" in str(told)


def test_one_configuration_serves_pulumi_aws_too() -> None:
    role = {"roleArn": "arn:aws:iam::123456789012:role/x", "duration": "1h"}
    settings = Settings.from_config({"aws:profile": "theirs", "aws:assumeRole": role, "aws:region": "eu-west-1"})
    assert settings.profile == "theirs"
    assert settings.assume_role is not None
    assert settings.assume_role.duration == 3600
    own = Settings.from_config({"aws:profile": "theirs", "partnercentral:profile": "ours"})
    assert own.profile == "ours"


def test_a_resources_own_connection() -> None:
    stack = Settings.from_config({"partnercentral:profile": "ours", "partnercentral:maxAttempts": "3"})
    own = stack.connected({"assume_role": {"role_arn": "arn:aws:iam::123456789012:role/x"}})
    assert own.assume_role is not None
    assert (own.profile, own.assume_role.role_arn, own.max_attempts) == ("ours", "arn:aws:iam::123456789012:role/x", 3)
    with pytest.raises(ConfigurationError, match='connection: assumeRole: roleArn "x" is not a role'):
        stack.connected({"assume_role": {"role_arn": "x"}})


def test_a_program_that_only_declares_loads_no_boto3() -> None:
    program = (
        "import sys, snapshot_provider; loaded = {'boto3', 'botocore', 'regex', 'pulumi_aws'} & set(sys.modules);"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_pickle_in_the_state_is_a_short_reference() -> None:
    from pulumi.dynamic.dynamic import serialize_provider

    from snapshot_provider.provider import JobProvider

    assert len(serialize_provider(JobProvider())) < 100


ARNS = ["arn:a", "arn:b"]
DESTROYED = {"kind": "destroy", "result": "failed"}


@pytest.mark.parametrize(
    ("pending", "history", "doubted"),
    [
        ([], [], []),
        ([("deleting", "arn:a")], [], ["arn:a"]),
        ([("deleting", "arn:c"), ("creating", None), ("updating", "arn:b")], [], []),
        ([], [DESTROYED], ARNS),
        ([], [{"kind": "update", "result": "in-progress"}, DESTROYED], ARNS),
        ([], [{"kind": "update", "result": "failed"}, DESTROYED], ARNS),
        ([], [{"kind": "update", "result": "succeeded"}, DESTROYED], []),
        ([], [{"kind": "refresh", "result": "succeeded"}, DESTROYED], []),
        ([], [{"kind": "destroy", "result": "succeeded"}], []),
    ],
)
def test_jobs_that_an_unfinished_run_may_have_deleted(
    pending: list[tuple[str, str | None]], history: list[dict[str, str]], doubted: list[str]
) -> None:
    operations = [
        {"type": kind, "resource": {"outputs": {"arn": arn}} if arn else {"urn": "urn"}} for kind, arn in pending
    ]
    state = {"deployment": {"pending_operations": operations}}
    last_run = unfinished.of(state, history)
    assert [arn for arn in ARNS if last_run.may_have_deleted(arn)] == doubted
    assert unfinished.of({"deployment": None}, []) == LastRun()


@pytest.mark.parametrize(
    ("pending", "results", "finished"),
    [
        ([], [], True),
        ([], ["succeeded", "failed"], True),
        ([], ["in-progress", "succeeded"], True),
        ([], ["in-progress", "failed"], False),
        ([], ["failed", "succeeded"], False),
        (["creating"], ["succeeded"], False),
    ],
)
def test_whether_the_last_run_finished(pending: list[str], results: list[str], *, finished: bool) -> None:
    state = {"deployment": {"pending_operations": [{"type": kind, "resource": {}} for kind in pending]}}
    assert unfinished.of(state, [{"kind": "update", "result": result} for result in results]).finished is finished
