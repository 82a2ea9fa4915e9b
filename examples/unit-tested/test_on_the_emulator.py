"""The real engine and the real provider, against the API on localhost: what the service holds is asserted."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from partnercentral_emulator import Emulator
    from pytest_partnercentral import Stacks

PROJECT = Path(__file__).parent


def test_the_program_as_it_is(partner_central: "Emulator", partner_central_stack: "Stacks") -> None:
    """With the configuration of the stack `dev`."""
    stack = partner_central_stack(PROJECT, name="dev")
    outputs = stack.up().outputs
    (job,) = partner_central.jobs()
    assert outputs["arns"].value == {"acme": job["Arn"]}
    assert (job["Status"], job["Tags"]) == ("Running", {"team": "alliances"})
    stack.destroy()
    assert partner_central.jobs() == []


def test_it_survives_a_throttled_service(partner_central: "Emulator", partner_central_stack: "Stacks") -> None:
    """The emulator fails on demand."""
    partner_central.inject("CreateResourceSnapshotJob", "throttle", count=2)
    partner_central_stack(PROJECT, name="dev").up()
    assert len(partner_central.jobs()) == 1
