"""A user's own tests, with the fixtures and the emulator."""

import pulumi

from partnercentral_emulator import Emulator, Switches
from pytest_partnercentral import Stacks
from snapshot_provider import ResourceSnapshotJob


def program() -> None:
    job = ResourceSnapshotJob(
        "acme",
        engagement_identifier="eng-0123456789abcd",
        resource_identifier="O1234567",
        resource_snapshot_template_identifier="OpportunitySummaryView",
    )
    pulumi.export("arn", job.arn)


def test_it_shares(partner_central: Emulator, partner_central_stack: Stacks) -> None:
    partner_central.switch(snapshot_delay=1.5)
    partner_central.inject("CreateResourceSnapshotJob", "throttle", count=2)
    stack = partner_central_stack(program, config={"partnercentral:catalog": "Sandbox"})
    stack.up()
    assert [job["Catalog"] for job in partner_central.jobs()] == ["Sandbox"]


def test_another_service() -> None:
    with Emulator.start(initial_status="Running", data="jobs.sqlite") as emulator:
        assert emulator.operations() == []
    assert Switches().changed({"role_required": True}).role_required
