"""Pulumi's own mocks: no engine, no service. What is declared is what is asserted."""

from typing import Any

import pulumi
import pytest
from sharing import share


class Mocks(pulumi.runtime.Mocks):
    """Answers every resource with its inputs and an Id."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Make an Id of the name."""
        return f"job-of-{args.name}", {**args.inputs, "arn": f"arn-of-{args.name}"}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Nothing is looked up."""
        raise AssertionError(args.token)


@pytest.fixture(autouse=True)
def mocks() -> None:
    """Every test begins anew."""
    pulumi.runtime.set_mocks(Mocks(), preview=False)


@pulumi.runtime.test  # type: ignore[untyped-decorator]
def test_what_is_internal_stays_stopped() -> pulumi.Output[None]:
    """Both jobs are tagged, one is not started."""
    shared = share("eng-0123456789abcd", {"acme": "O1", "internal-pilot": "O2"})
    jobs = shared.jobs

    def check(values: list[Any]) -> None:
        assert values == ["Running", "Stopped", {"team": "alliances"}, {"acme": "arn-of-joint-acme"}]

    acme, pilot = jobs["acme"], jobs["internal-pilot"]
    arns = shared.arns.apply(lambda known: {"acme": known["acme"]})
    return pulumi.Output.all(acme.desired_status, pilot.desired_status, pilot.tags, arns).apply(check)
