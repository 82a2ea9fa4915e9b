"""Shares opportunities in an engagement, keeps the shared view up to date, and tells the rest of the cloud of it."""

import json

import pulumi
import pulumi_aws as aws

from snapshot_provider import ResourceSnapshotJob, SellingSystemSettings

config = pulumi.Config()
engagement = config.require("engagement")
opportunities = config.require_object("opportunities")
catalog = pulumi.Config("partnercentral").get("catalog") or "AWS"


def policy(**statement: object) -> str:
    """An IAM policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


# What jobs run as, and the settings that say so.
role = aws.iam.Role(
    "snapshot-jobs",
    assume_role_policy=policy(
        Principal={"Service": "resource-snapshot-job.partnercentral-selling.amazonaws.com"}, Action="sts:AssumeRole"
    ),
)
attachment = aws.iam.RolePolicyAttachment(
    "snapshot-jobs",
    role=role.name,
    policy_arn="arn:aws:iam::aws:policy/AWSPartnerCentralSellingResourceSnapshotJobExecutionRolePolicy",
)
settings = SellingSystemSettings(
    "snapshot-jobs",
    resource_snapshot_job_role_identifier=role.arn,
    opts=pulumi.ResourceOptions(depends_on=[attachment]),
)

# A job for each opportunity, once they have a role to run as.
jobs = {
    name: ResourceSnapshotJob(
        f"{name}-opportunity",
        engagement_identifier=engagement,
        resource_identifier=identifier,
        resource_snapshot_template_identifier="OpportunitySummaryView",
        tags={"team": "alliances"},
        opts=pulumi.ResourceOptions(depends_on=[settings]),
    )
    for name, identifier in opportunities.items()
}

# Other programs find the jobs here.
for name, job in jobs.items():
    path = f"/partner-central/{pulumi.get_stack()}/{name}"
    aws.ssm.Parameter(f"{name}-job-id", name=f"{path}/job-id", type="String", value=job.id)
    aws.ssm.Parameter(f"{name}-job-arn", name=f"{path}/job-arn", type="String", value=job.arn)

# Whoever may pause the sharing of these opportunities, and of no others.
operator = aws.iam.Policy(
    "snapshot-job-operator",
    policy=pulumi.Output.all(*(job.arn for job in jobs.values())).apply(
        lambda arns: policy(
            Action=[
                "partnercentral:GetResourceSnapshotJob",
                "partnercentral:StartResourceSnapshotJob",
                "partnercentral:StopResourceSnapshotJob",
            ],
            Resource=arns,
        )
    ),
)

# Every new snapshot in the engagement lands in a queue.
queue = aws.sqs.Queue("new-snapshots")
rule = aws.cloudwatch.EventRule(
    "new-snapshots",
    description="New snapshots in the engagement",
    event_pattern=json.dumps(
        {
            "source": ["aws.partnercentral-selling"],
            "detail-type": ["Engagement Resource Snapshot Created"],
            "detail": {"catalog": [catalog], "resourceSnapshot": {"engagementId": [engagement]}},
        }
    ),
)
aws.cloudwatch.EventTarget("new-snapshots", rule=rule.name, arn=queue.arn)
aws.sqs.QueuePolicy(
    "new-snapshots",
    queue_url=queue.url,
    policy=pulumi.Output.all(queue.arn, rule.arn).apply(
        lambda arns: policy(
            Principal={"Service": "events.amazonaws.com"},
            Action="sqs:SendMessage",
            Resource=arns[0],
            Condition={"ArnEquals": {"aws:SourceArn": arns[1]}},
        )
    ),
)

first = next(iter(jobs.values()))
pulumi.export("job_id", first.id)
pulumi.export("job_arn", first.arn)
pulumi.export("job_ids", {name: job.id for name, job in jobs.items()})
pulumi.export("job_arns", {name: job.arn for name, job in jobs.items()})
pulumi.export("role_arn", settings.resource_snapshot_job_role_arn)
pulumi.export("operator_policy_arn", operator.arn)
pulumi.export("queue_url", queue.url)
