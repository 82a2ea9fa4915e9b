"""What the engine itself takes: as many dynamic resources, which do nothing; written as the naive provider is."""

import os

from pulumi.dynamic import CreateResult, ReadResult, Resource, ResourceProvider, UpdateResult


class Nothing(ResourceProvider):
    def create(self, props):
        return CreateResult(props["resource"], {**props, "arn": props["resource"]})

    def read(self, id, props):
        return ReadResult(id, props)

    def update(self, id, olds, news):
        return UpdateResult({**news, "arn": olds["arn"]})


class Thing(Resource):
    def __init__(self, name, props, opts=None):
        super().__init__(Nothing(), name, {"arn": None, **props}, opts)


def declare():
    for number in range(int(os.environ["JOBS"])):
        Thing(
            f"job-{number}",
            {
                "catalog": "Sandbox",
                "engagement": "eng-0123456789abcd",
                "resource": f"O{1000000 + number}",
                "template": "OpportunitySummaryView",
                "status": os.environ.get("STATUS", "Running"),
                "tags": {"team": os.environ.get("TEAM", "alliances")},
            },
        )
