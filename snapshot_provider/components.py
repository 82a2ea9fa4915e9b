"""Components: what belongs together, declared at once. pulumi_aws is loaded by the one that uses it alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

import pulumi

from snapshot_provider import policies
from snapshot_provider.errors import show
from snapshot_provider.model import CATALOGS
from snapshot_provider.place import NAMESPACE
from snapshot_provider.resource import ResourceSnapshotJob, SellingSystemSettings, catalog_or_default

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snapshot_provider.model import Catalog, Status
    from snapshot_provider.resource import Connection, Timeouts


class SharedOpportunity(TypedDict, total=False):
    """An opportunity of EngagementSnapshots that differs from the others.

    Attributes:
        resource_identifier: the opportunity, "O" and up to 19 digits. Required.
        resource_snapshot_template_identifier: what is shared of it; the component's by default.
        desired_status: "Running" or "Stopped"; the component's by default.
        tags: tags of its job, beside the component's; those of the same key win.
    """

    resource_identifier: pulumi.Input[str]
    resource_snapshot_template_identifier: pulumi.Input[str]
    desired_status: pulumi.Input[Status]
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]]


_OWN = tuple(SharedOpportunity.__annotations__)


class EngagementSnapshots(pulumi.ComponentResource):
    """The opportunities that are shared in one engagement: a ResourceSnapshotJob for each.

    Adding or removing an opportunity touches its own job alone.

    Example:
        >>> shared = EngagementSnapshots(
        ...     "joint",
        ...     engagement_identifier="eng-0123456789abcd",
        ...     opportunities={"acme": "O1234567", "globex": "O7654321"},
        ... )
        >>> pulumi.export("arns", shared.arns)

    Attributes:
        jobs: the jobs, by the opportunities' names.
        ids: the jobs' Ids, by the opportunities' names.
        arns: the jobs' ARNs, by the opportunities' names.
    """

    jobs: Mapping[str, ResourceSnapshotJob]
    ids: pulumi.Output[dict[str, str]]
    arns: pulumi.Output[dict[str, str]]

    def __init__(  # noqa: PLR0913  # One argument an input, all by keyword, as every Pulumi resource has them.
        self,
        resource_name: str,
        *,
        engagement_identifier: pulumi.Input[str],
        opportunities: Mapping[str, pulumi.Input[str] | SharedOpportunity],
        resource_snapshot_template_identifier: pulumi.Input[str] = "OpportunitySummaryView",
        catalog: pulumi.Input[Catalog] | None = None,
        desired_status: pulumi.Input[Status] = "Running",
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        adopt: pulumi.Input[bool] | None = None,
        wait_for_snapshot: pulumi.Input[bool] | None = None,
        timeouts: pulumi.Input[Timeouts] | None = None,
        connection: pulumi.Input[Connection] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare what is shared in an engagement.

        Args:
            resource_name: the component's name in the stack; a job's is this and the opportunity's name.
            engagement_identifier: the engagement to share in, "eng-" and 14 characters.
            opportunities: the opportunities by names of your own: identifiers, or SharedOpportunity where one differs.
            resource_snapshot_template_identifier: what is shared of them; "OpportunitySummaryView" by default.
            catalog: "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            desired_status: "Running" (default) or "Stopped".
            tags: tags of every job. None by default.
            adopt: take over the jobs that share the same already, where there are such.
            wait_for_snapshot: wait after a start until a job has taken its first snapshot. Off by default.
            timeouts: time limits of each job, by operation.
            connection: credentials and endpoint, where they are not the stack's.
            opts: Pulumi's resource options.

        Raises:
            pulumi.RunError: `opportunities` is no map of identifiers. Wrong identifiers are reported by the preview.
        """
        super().__init__(f"{NAMESPACE}:index:EngagementSnapshots", resource_name, None, opts)
        shared = {name: _shared(resource_name, name, given) for name, given in _named(resource_name, opportunities)}
        self.jobs = {
            name: ResourceSnapshotJob(
                f"{resource_name}-{name}",
                engagement_identifier=engagement_identifier,
                resource_identifier=own["resource_identifier"],
                resource_snapshot_template_identifier=own.get(
                    "resource_snapshot_template_identifier", resource_snapshot_template_identifier
                ),
                catalog=catalog,
                desired_status=own.get("desired_status", desired_status),
                tags=_merged(tags, own.get("tags")),
                adopt=adopt,
                wait_for_snapshot=wait_for_snapshot,
                timeouts=timeouts,
                connection=connection,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for name, own in shared.items()
        }
        self.ids = pulumi.Output.all(**{name: job.id for name, job in self.jobs.items()})
        self.arns = pulumi.Output.all(**{name: job.arn for name, job in self.jobs.items()})
        self.register_outputs({"ids": self.ids, "arns": self.arns})


class SnapshotJobExecutionRole(pulumi.ComponentResource):
    """What a job needs to make snapshots: the IAM role that it runs as, its policy, and the settings that name it.

    Needs pulumi_aws: `pip install "snapshot-provider[aws]"`. Jobs that depend on the component, or on one of its
    outputs, are made once all of it is there.

    Example:
        >>> role = SnapshotJobExecutionRole("sharing", catalogs=["Sandbox"])
        >>> EngagementSnapshots("joint", ..., opts=pulumi.ResourceOptions(depends_on=[role]))

    Attributes:
        role: the role, a pulumi_aws.iam.Role.
        role_arn: its ARN, once its policy and the settings are there.
        role_name: its name, likewise.
        settings: the settings that name it, by catalog.
    """

    role: Any
    role_arn: pulumi.Output[str]
    role_name: pulumi.Output[str]
    settings: Mapping[str, SellingSystemSettings]

    def __init__(  # noqa: PLR0913  # One argument an input, all by keyword, as every Pulumi resource has them.
        self,
        resource_name: str,
        *,
        catalogs: Sequence[Catalog] | None = None,
        engagements: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        role_name: pulumi.Input[str] | None = None,
        path: pulumi.Input[str] | None = None,
        permissions_boundary: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        connection: pulumi.Input[Connection] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the role.

        Args:
            resource_name: the component's name in the stack.
            catalogs: the catalogs whose settings are to name the role: "AWS", "Sandbox" or both; by default the one of
                the config value partnercentral:catalog, else "AWS".
            engagements: the engagements that jobs may share in, by an inline policy of these rights for the catalogs
                alone; by default any, by AWS's managed policy.
            role_name: the role's name; made from the component's by default.
            path: the role's path; "/" by default.
            permissions_boundary: the ARN of a policy that bounds the role; none by default.
            tags: tags of the role. None by default.
            connection: credentials and endpoint of the settings, where they are not the stack's.
            opts: Pulumi's resource options; `providers` may hold the aws provider of the role's account.

        Raises:
            pulumi.RunError: pulumi_aws is not installed, or `catalogs` or `engagements` cannot be used.
        """
        aws = _pulumi_aws()
        super().__init__(f"{NAMESPACE}:index:SnapshotJobExecutionRole", resource_name, None, opts)
        chosen = _catalogs(resource_name, catalogs)
        here = pulumi.ResourceOptions(parent=self)
        given = {"path": path, "permissions_boundary": permissions_boundary, "tags": tags}
        self.role = aws.iam.Role(
            resource_name,
            name=role_name,
            description="Snapshot jobs of AWS Partner Central run as this role.",
            assume_role_policy=policies.trust(),
            **{name: value for name, value in given.items() if value is not None},
            opts=here,
        )
        policy = self._policy(aws, resource_name, chosen, engagements, here)
        named = pulumi.ResourceOptions(parent=self, depends_on=[policy])
        self.settings = {
            catalog: SellingSystemSettings(
                f"{resource_name}-{catalog}",
                resource_snapshot_job_role_identifier=self.role.arn,
                catalog=catalog,
                connection=connection,
                opts=named,
            )
            for catalog in chosen
        }
        arns = [settings.resource_snapshot_job_role_arn for settings in self.settings.values()]
        self.role_arn = pulumi.Output.all(self.role.arn, *arns).apply(lambda known: known[0])
        self.role_name = pulumi.Output.all(self.role.name, *arns).apply(lambda known: known[0])
        self.register_outputs({"role_arn": self.role_arn, "role_name": self.role_name})

    def _policy(
        self,
        aws: Any,
        resource_name: str,
        catalogs: Sequence[str],
        engagements: pulumi.Input[Sequence[pulumi.Input[str]]] | None,
        opts: pulumi.ResourceOptions,
    ) -> Any:
        """AWS's managed policy, or an inline one for chosen engagements."""
        if engagements is None:
            return aws.iam.RolePolicyAttachment(
                resource_name, role=self.role.name, policy_arn=policies.MANAGED_POLICY, opts=opts
            )
        # Checked on its own: it is known in previews, when the role's ARN is not.
        names = pulumi.Output.from_input(engagements).apply(lambda known: _engagements(resource_name, known))
        document = pulumi.Output.all(self.role.arn, names).apply(
            lambda known: policies.execution(known[0].split(":")[4], catalogs, known[1])
        )
        return aws.iam.RolePolicy(resource_name, role=self.role.name, policy=document, opts=opts)


def _named(resource_name: str, opportunities: Any) -> list[tuple[str, Any]]:
    if not isinstance(opportunities, Mapping) or not all(isinstance(name, str) and name for name in opportunities):
        raise pulumi.RunError(
            f'EngagementSnapshots "{resource_name}": opportunities: {show(opportunities)} is not a map. Give '
            'identifiers by names of your own, such as {"acme": "O1234567"}: each job is named after its opportunity.'
        )
    return list(opportunities.items())


def _shared(resource_name: str, name: str, given: Any) -> Mapping[str, Any]:
    """One opportunity, as a map."""
    own = given if isinstance(given, Mapping) else {"resource_identifier": given}
    where = f'EngagementSnapshots "{resource_name}": opportunities["{name}"]'
    unknown = [key for key in own if key not in _OWN]
    if unknown:
        raise pulumi.RunError(f"{where}: {show(unknown[0])} is not known in it. Known are: {', '.join(_OWN)}.")
    if own.get("resource_identifier") is None:
        raise pulumi.RunError(f'{where}: resource_identifier is missing: give the opportunity, such as "O1234567".')
    return own


def _merged(tags: Any, own: Any) -> Any:
    """The component's tags and an opportunity's own, which win."""
    if not own or not tags:
        return own or tags
    return pulumi.Output.all(tags, own).apply(lambda known: {**known[0], **known[1]})


def _catalogs(resource_name: str, given: Any) -> list[Catalog]:
    chosen: Any = [catalog_or_default(None)] if given is None else given
    if not isinstance(chosen, (list, tuple)) or not chosen or not all(catalog in CATALOGS for catalog in chosen):
        raise pulumi.RunError(
            f'SnapshotJobExecutionRole "{resource_name}": catalogs: {show(given)} is not a list of catalogs. '
            'Give ["AWS"], ["Sandbox"] or both.'
        )
    return list(dict.fromkeys(chosen))


def _engagements(resource_name: str, given: Any) -> list[str]:
    from snapshot_provider.schema import check_engagements

    faults = check_engagements(given)
    if faults:
        raise pulumi.RunError(f'SnapshotJobExecutionRole "{resource_name}": engagements: {" ".join(faults)}')
    return sorted(set(given))


def _pulumi_aws() -> Any:
    try:
        import pulumi_aws
    except ImportError as error:
        raise pulumi.RunError(
            'SnapshotJobExecutionRole needs pulumi_aws, which is not installed: pip install "snapshot-provider[aws]".'
        ) from error
    return pulumi_aws
