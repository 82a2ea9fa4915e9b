"""Programs that use the resource, under Pulumi's own mocks: as any user would test theirs."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest


class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        known = {"arn": "arn:of:the:job", "status": args.inputs.get("desired_status"), "revision": 3.0}
        role = args.inputs.get("resource_snapshot_job_role_identifier")
        known |= {"resource_snapshot_job_role_arn": role} if role else {}
        return "job-0123456789abc", {**args.inputs, **known}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"{args.token} was called")


@pytest.fixture(autouse=True)
def mocks() -> None:
    pulumi.runtime.set_mocks(Mocks(), preview=False)


@pulumi.runtime.test  # type: ignore[untyped-decorator]
def test_a_program_under_mocks() -> pulumi.Output[None]:
    from snapshot_provider import ResourceSnapshotJob

    job = ResourceSnapshotJob(
        "acme",
        engagement_identifier="eng-0123456789abcd",
        resource_identifier=pulumi.Output.from_input("O1234567"),
        resource_snapshot_template_identifier="OpportunitySummaryView",
        tags={"team": "alliances"},
    )

    def check(values: list[Any]) -> None:
        job_id, arn, catalog, status, resource, tags, token = values
        assert (job_id, arn, catalog, status) == ("job-0123456789abc", "arn:of:the:job", "AWS", "Running")
        assert (resource, tags) == ("O1234567", {"team": "alliances"})
        assert token.startswith("pulumi-")

    outputs = (job.id, job.arn, job.catalog, job.status, job.resource_identifier, job.tags, job.client_token)
    return pulumi.Output.all(*outputs).apply(check)


@pulumi.runtime.test  # type: ignore[untyped-decorator]
def test_every_resource_under_mocks() -> pulumi.Output[None]:
    from snapshot_provider import EngagementSnapshots, ResourceSnapshot, SellingSystemSettings, SnapshotJobExecutionRole

    shared = EngagementSnapshots("joint", engagement_identifier="eng-0123456789abcd", opportunities={"acme": "O1"})
    snapshot = ResourceSnapshot(
        "once",
        engagement_identifier="eng-0123456789abcd",
        resource_identifier="O1",
        resource_snapshot_template_identifier="OpportunitySummaryView",
        triggers=["now"],
    )
    settings = SellingSystemSettings("jobs", resource_snapshot_job_role_identifier="Jobs")
    role = SnapshotJobExecutionRole("sharing", catalogs=["Sandbox"])

    def check(values: list[Any]) -> None:
        ids, arns, revision, token, named, role_arn, catalog = values
        assert (ids, arns) == ({"acme": "job-0123456789abc"}, {"acme": "arn:of:the:job"})
        assert (revision, type(revision), named, role_arn, catalog) == (3, int, "Jobs", "arn:of:the:job", "Sandbox")
        assert token.startswith("pulumi-")

    return pulumi.Output.all(
        shared.ids,
        shared.arns,
        snapshot.revision,
        snapshot.client_token,
        settings.resource_snapshot_job_role_arn,
        role.role_arn,
        role.settings["Sandbox"].catalog,
    ).apply(check)
