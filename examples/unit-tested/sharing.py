"""What is shared, apart from the program, so that tests can declare it, too."""

import pulumi

from snapshot_provider import EngagementSnapshots


def share(engagement: str, opportunities: dict[str, str]) -> EngagementSnapshots:
    """Share opportunities; what is internal stays stopped."""
    shared = EngagementSnapshots(
        "joint",
        engagement_identifier=engagement,
        opportunities={
            name: {"resource_identifier": identifier, "desired_status": "Stopped" if "internal" in name else "Running"}
            for name, identifier in opportunities.items()
        },
        tags={"team": "alliances"},
    )
    pulumi.export("arns", shared.arns)
    return shared
