"""What the documentation of dynamic providers leads one to write: all in the program, a client in each call."""

import os

import boto3
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult


class SnapshotJobProvider(ResourceProvider):
    def create(self, props):
        client = boto3.client("partnercentral-selling", region_name="us-east-1")
        job = client.create_resource_snapshot_job(
            Catalog=props["catalog"],
            EngagementIdentifier=props["engagement"],
            ResourceType="Opportunity",
            ResourceIdentifier=props["resource"],
            ResourceSnapshotTemplateIdentifier=props["template"],
            Tags=[{"Key": key, "Value": value} for key, value in props["tags"].items()],
        )
        if props["status"] == "Running":
            client.start_resource_snapshot_job(Catalog=props["catalog"], ResourceSnapshotJobIdentifier=job["Id"])
        return CreateResult(job["Id"], {**props, "arn": job["Arn"]})

    def diff(self, id, olds, news):
        names = ("catalog", "engagement", "resource", "template")
        replaces = [name for name in names if olds[name] != news[name]]
        changed = any(olds[name] != news[name] for name in (*names, "tags", "status"))
        return DiffResult(changes=changed, replaces=replaces, delete_before_replace=True)

    def read(self, id, props):
        client = boto3.client("partnercentral-selling", region_name="us-east-1")
        job = client.get_resource_snapshot_job(Catalog=props["catalog"], ResourceSnapshotJobIdentifier=id)
        tags = client.list_tags_for_resource(ResourceArn=job["Arn"])["Tags"]
        found = {"status": job["Status"], "tags": {tag["Key"]: tag["Value"] for tag in tags}}
        return ReadResult(id, {**props, **found})

    def update(self, id, olds, news):
        client = boto3.client("partnercentral-selling", region_name="us-east-1")
        if olds["tags"] != news["tags"]:
            gone = [key for key in olds["tags"] if key not in news["tags"]]
            if gone:
                client.untag_resource(ResourceArn=olds["arn"], TagKeys=gone)
            tags = [{"Key": key, "Value": value} for key, value in news["tags"].items()]
            client.tag_resource(ResourceArn=olds["arn"], Tags=tags)
        if olds["status"] != news["status"]:
            change = client.start_resource_snapshot_job
            if news["status"] == "Stopped":
                change = client.stop_resource_snapshot_job
            change(Catalog=news["catalog"], ResourceSnapshotJobIdentifier=id)
        return UpdateResult({**news, "arn": olds["arn"]})

    def delete(self, id, props):
        client = boto3.client("partnercentral-selling", region_name="us-east-1")
        client.stop_resource_snapshot_job(Catalog=props["catalog"], ResourceSnapshotJobIdentifier=id)
        client.delete_resource_snapshot_job(Catalog=props["catalog"], ResourceSnapshotJobIdentifier=id)


class SnapshotJob(Resource):
    def __init__(self, name, props, opts=None):
        super().__init__(SnapshotJobProvider(), name, {"arn": None, **props}, opts)


for number in range(int(os.environ["JOBS"])):
    SnapshotJob(
        f"job-{number}",
        {
            "catalog": "Sandbox",
            "engagement": "eng-0123456789abcd",
            "resource": f"O{1000000 + number}",
            "template": "OpportunitySummaryView",
            "status": os.environ.get("STATUS", "Running"),
            "tags": {
                "team": os.environ.get("TEAM", "alliances"),
                **({"stage": "won"} if "STAGE" in os.environ else {}),
            },
        },
    )
