"""Components: what belongs together, declared at once. pulumi_aws is loaded by the one that uses it alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pulumi
from typing_extensions import Unpack, overload

from snapshot_provider import policies
from snapshot_provider.args import SharedOpportunity
from snapshot_provider.constructors import in_either_form
from snapshot_provider.errors import show
from snapshot_provider.model import CATALOGS
from snapshot_provider.place import NAMESPACE
from snapshot_provider.resource import ResourceSnapshotJob, SellingSystemSettings, catalog_or_default

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snapshot_provider.args import Connection, EngagementSnapshotsArgs, SnapshotJobExecutionRoleArgs, Timeouts
    from snapshot_provider.model import Catalog, SnapshotTemplate, Status


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
    """

    jobs: dict[str, ResourceSnapshotJob]
    """The jobs, by the opportunities' names."""
    ids: pulumi.Output[dict[str, str]]
    """The jobs' Ids, by the opportunities' names."""
    arns: pulumi.Output[dict[str, str]]
    """The jobs' ARNs, by the opportunities' names."""

    @overload
    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        engagement_identifier: pulumi.Input[str],
        opportunities: Mapping[str, pulumi.Input[str] | SharedOpportunity],
        resource_snapshot_template_identifier: pulumi.Input[SnapshotTemplate | str] = "OpportunitySummaryView",
        catalog: pulumi.Input[Catalog] | None = None,
        desired_status: pulumi.Input[Status] = "Running",
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        adopt: pulumi.Input[bool] | None = None,
        wait_for_snapshot: pulumi.Input[bool] | None = None,
        timeouts: pulumi.Input[Timeouts] | None = None,
        connection: pulumi.Input[Connection] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self, resource_name: str, args: EngagementSnapshotsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None: ...

    @in_either_form
    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **args: Unpack[EngagementSnapshotsArgs]
    ) -> None:
        """Declare what is shared in an engagement, by keyword or with EngagementSnapshotsArgs.

        Args:
            resource_name: the component's name in the stack; a job's is this and the opportunity's name.
            args: the arguments as one map, instead of by keyword.
            opts: Pulumi's resource options. None by default.
            engagement_identifier: the engagement to share in, "eng-" and 14 characters. Required.
            opportunities: the opportunities by names of your own: identifiers, or SharedOpportunity where one differs.
                Required.
            resource_snapshot_template_identifier: what is shared of them; "OpportunitySummaryView" by default.
            catalog: the catalog, "AWS" or "Sandbox"; by default the config value partnercentral:catalog, else "AWS".
            desired_status: the status to bring them to and keep them in, "Running" (default) or "Stopped".
            tags: tags of every job. None by default.
            adopt: take over the jobs that share the same already, where there are such. Off by default.
            wait_for_snapshot: wait after a start until a job has taken its first snapshot. Off by default.
            timeouts: time limits of each job, by operation. Without one, only waiting has a limit, of 10 minutes.
            connection: credentials and endpoint, where they are not the stack's.

        Raises:
            TypeError: an argument is unknown, missing, or given in both forms.
            pulumi.RunError: ``opportunities`` is no map of identifiers. Wrong identifiers are reported by the preview.

        Example:
            >>> shared = EngagementSnapshots(
            ...     "differing",
            ...     {
            ...         "engagement_identifier": "eng-0123456789abcd",
            ...         "opportunities": {
            ...             "acme": "O1234567",
            ...             "globex": {"resource_identifier": "O7654321", "desired_status": "Stopped"},
            ...         },
            ...     },
            ... )
        """
        super().__init__(f"{NAMESPACE}:index:EngagementSnapshots", resource_name, None, opts)
        of_each = {key: value for key, value in args.items() if key != "opportunities"}
        self.jobs = {}
        for name, given in _named(resource_name, args["opportunities"]):
            own = _shared(resource_name, name, given)
            tags = _merged(args.get("tags"), own.get("tags"))
            here = pulumi.ResourceOptions(parent=self)
            self.jobs[name] = ResourceSnapshotJob(f"{resource_name}-{name}", here, **{**of_each, **own, "tags": tags})
        self.ids = pulumi.Output.all(**{name: job.id for name, job in self.jobs.items()})
        self.arns = pulumi.Output.all(**{name: job.arn for name, job in self.jobs.items()})
        self.register_outputs({"ids": self.ids, "arns": self.arns})


class SnapshotJobExecutionRole(pulumi.ComponentResource):
    """What a job needs to make snapshots: the IAM role that it runs as, its policy, and the settings that name it.

    Needs pulumi_aws: ``pip install "snapshot-provider[aws]"``. Jobs that depend on the component, or on one of its
    outputs, are made once all of it is there.

    Example:
        >>> role = SnapshotJobExecutionRole("sharing", catalogs=["Sandbox"])
        >>> shared = EngagementSnapshots(
        ...     "with-a-role",
        ...     engagement_identifier="eng-0123456789abcd",
        ...     opportunities={"acme": "O1234567"},
        ...     opts=pulumi.ResourceOptions(depends_on=[role]),
        ... )
    """

    role: Any
    """The role, a pulumi_aws.iam.Role."""
    role_arn: pulumi.Output[str]
    """Its ARN, once its policy and the settings are there."""
    role_name: pulumi.Output[str]
    """Its name, once its policy and the settings are there."""
    settings: Mapping[str, SellingSystemSettings]
    """The settings that name it, by catalog."""

    @overload
    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        catalogs: Sequence[Catalog] | None = None,
        engagements: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        role_name: pulumi.Input[str] | None = None,
        path: pulumi.Input[str] | None = None,
        permissions_boundary: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        connection: pulumi.Input[Connection] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self, resource_name: str, args: SnapshotJobExecutionRoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None: ...

    @in_either_form
    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        **args: Unpack[SnapshotJobExecutionRoleArgs],
    ) -> None:
        """Declare the role, by keyword or with SnapshotJobExecutionRoleArgs.

        Args:
            resource_name: the component's name in the stack.
            args: the arguments as one map, instead of by keyword.
            opts: Pulumi's resource options; ``providers`` may hold the aws provider of the role's account. None by
                default.
            catalogs: the catalogs whose settings are to name the role: "AWS", "Sandbox" or both; by default the one of
                the config value partnercentral:catalog, else "AWS".
            engagements: the engagements that jobs may share in, by an inline policy of these rights for the catalogs
                alone; by default any, by AWS's managed policy.
            role_name: the role's name; made from the component's by default.
            path: the role's path; "/" by default.
            permissions_boundary: the ARN of a policy that bounds the role; none by default.
            tags: tags of the role. None by default.
            connection: credentials and endpoint of the settings, where they are not the stack's.

        Raises:
            TypeError: an argument is unknown, or given in both forms.
            pulumi.RunError: pulumi_aws is not installed, or ``catalogs`` or ``engagements`` cannot be used.

        Example:
            >>> role = SnapshotJobExecutionRole(
            ...     "one-engagement", {"catalogs": ["Sandbox"], "engagements": ["eng-0123456789abcd"]}
            ... )
            >>> pulumi.export("role_name", role.role_name)
        """
        aws = _pulumi_aws()
        super().__init__(f"{NAMESPACE}:index:SnapshotJobExecutionRole", resource_name, None, opts)
        chosen = _catalogs(resource_name, args.get("catalogs"))
        here = pulumi.ResourceOptions(parent=self)
        given = {
            "path": args.get("path"),
            "permissions_boundary": args.get("permissions_boundary"),
            "tags": args.get("tags"),
        }
        self.role = aws.iam.Role(
            resource_name,
            name=args.get("role_name"),
            description="Snapshot jobs of AWS Partner Central run as this role.",
            assume_role_policy=policies.trust(),
            **{name: value for name, value in given.items() if value is not None},
            opts=here,
        )
        policy = self._policy(aws, resource_name, chosen, args.get("engagements"), here)
        named = pulumi.ResourceOptions(parent=self, depends_on=[policy])
        self.settings = {
            catalog: SellingSystemSettings(
                f"{resource_name}-{catalog}",
                resource_snapshot_job_role_identifier=self.role.arn,
                catalog=catalog,
                connection=args.get("connection"),
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
