"""The same program in two stacks: `sandbox` for rehearsing, `aws` for what customers see.

The catalog is the stack's, by the configuration key partnercentral:catalog; so are the identifiers, since a catalog
has engagements and opportunities of its own.
"""

import pulumi

from snapshot_provider import EngagementSnapshots

config = pulumi.Config()

shared = EngagementSnapshots(
    "joint",
    engagement_identifier=config.require("engagement"),
    opportunities=config.require_object("opportunities"),
    tags={"stack": pulumi.get_stack()},
)

pulumi.export("arns", shared.arns)
