"""A job whose Id and Arn other resources take: a parameter, a policy, and a rule on what the job brings about."""

import pulumi
import pulumi_aws as aws

from snapshot_provider import ResourceSnapshotJob

job = ResourceSnapshotJob(
    "acme-opportunity",
    engagement_identifier="eng-0123456789abcd",
    resource_identifier="O1234567",
    resource_snapshot_template_identifier="OpportunitySummaryView",
)

parameter = aws.ssm.Parameter("acme-job", type="String", value=pulumi.Output.json_dumps({"id": job.id, "arn": job.arn}))

pause = aws.iam.Policy(
    "pause-acme",
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "partnercentral:StopResourceSnapshotJob", "Resource": job.arn}],
        }
    ),
)

queue = aws.sqs.Queue("acme-snapshots")
rule = aws.cloudwatch.EventRule(
    "acme-snapshots",
    event_pattern=pulumi.Output.json_dumps(
        {
            "source": ["aws.partnercentral-selling"],
            "detail-type": ["Engagement Resource Snapshot Created"],
            "detail": {
                "resourceSnapshot": {
                    "engagementId": [job.engagement_identifier],
                    "resourceId": [job.resource_identifier],
                }
            },
        }
    ),
)
target = aws.cloudwatch.EventTarget("acme-snapshots", rule=rule.name, arn=queue.arn)

pulumi.export("parameter", parameter.name)
pulumi.export("policy_arn", pause.arn)
pulumi.export("rule", rule.name)
