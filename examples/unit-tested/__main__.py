"""Shares the opportunities that the stack's configuration names."""

import pulumi
from sharing import share

config = pulumi.Config()
share(config.require("engagement"), config.require_object("opportunities"))
