"""A stand-in for the Pulumi plugin `aws`, with a few of its types, over an endpoint that plays AWS."""

from aws_stand_in.process import StandIn

__all__ = ["StandIn"]
