"""Where a resource stands in its stack: what the engine and its state tell the program before anything is created.

The only place where the stack is asked about itself. May not import boto3.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import get_root_resource, invoke_async
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from snapshot_provider import client_token as tokens
from snapshot_provider import unfinished
from snapshot_provider.model import IDENTITY
from snapshot_provider.unfinished import LastRun

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

NAMESPACE = "partnercentral"
"""The configuration namespace, and the module of the type tokens."""

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """What a resource's place in its stack says of what it would create now.

    Attributes:
        client_token: the token to create it with; None while it hangs on values not yet known.
        siblings: the jobs of other resources of the stack that share the same: never to be taken for this one's.
        in_doubt: the ARN of its job, where a run that did not finish may have deleted it.
        resume: whether what the token made before is this resource's: a run that was interrupted made it.
    """

    client_token: str | None
    siblings: list[str] = field(default_factory=list)
    in_doubt: str | None = None
    resume: bool = False


@dataclass(frozen=True)
class StackState:
    """What the stack has now, as the engine knows it.

    Attributes:
        jobs: ARNs by URN.
        by_token: the URNs of jobs by their tokens.
        by_identity: URN and Id of jobs by what they share.
        snapshots: ARN and revision by URN.
    """

    jobs: dict[str, str] = field(default_factory=dict)
    by_token: dict[str, set[str]] = field(default_factory=dict)
    by_identity: dict[tuple[str, ...], list[tuple[str, str]]] = field(default_factory=dict)
    snapshots: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, resources: Mapping[str, Mapping[str, Any]]) -> StackState:
        """What is ours among a stack's resources: what the engine answers, by URN."""
        state = cls()
        for urn, resource in resources.items():
            outputs = resource.get("outputs") or {}
            kind = urn.split("::")[2].rsplit("$", 1)[-1].rsplit(":", 1)[-1]
            if f"{NAMESPACE}:{kind}" not in urn or "arn" not in outputs:
                continue
            if kind == "ResourceSnapshotJob":
                state.jobs[urn] = outputs["arn"]
                state.by_token.setdefault(outputs.get("client_token", ""), set()).add(urn)
                identity = tuple(str(outputs.get(name)) for name in IDENTITY)
                state.by_identity.setdefault(identity, []).append((urn, _id_in(outputs["arn"])))
            elif kind == "ResourceSnapshot":
                state.snapshots[urn] = f"{outputs['arn']} {outputs.get('revision')}"
        return state

    def job_place(self, urn: str, identity: tuple[str, ...], base: str) -> Place:
        """Where a job's resource stands among the others."""
        taken = {token for token, urns in self.by_token.items() if urns != {urn}}
        siblings = [job_id for other, job_id in self.by_identity.get(identity, []) if other != urn]
        arn = self.jobs.get(urn)
        return Place(tokens.choose(base, _id_in(arn) if arn else None, taken), siblings)


async def of_job(urn: pulumi.Output[str], props: Mapping[str, Any], given: pulumi.Input[str] | None) -> Place:
    """Where a job's resource stands in its stack.

    Args:
        urn: the resource's.
        props: its inputs.
        given: the user's own token.
    """
    known = await _known(urn, props, given)
    if known is None:
        return Place(await pulumi.Output.from_input(given).future())
    name, identity, base = known
    state = await _state()
    place = state.job_place(name, identity, base)
    arn = state.jobs.get(name)
    # As the engine itself does, a preview leaves out what interrupted runs began: finding out may take calls.
    if arn is None or pulumi.runtime.is_dry_run():
        return place
    doubted = arn if (await _last_run()).may_have_deleted(arn) else None
    return Place(place.client_token, place.siblings, doubted)


async def of_snapshot(urn: pulumi.Output[str], props: Mapping[str, Any], triggers: Any) -> Place:
    """Where a snapshot's resource stands in its stack.

    Args:
        urn: the resource's.
        props: its inputs.
        triggers: its triggers; another value is another snapshot.
    """
    shown = pulumi.Output.json_dumps(triggers, sort_keys=True) if triggers else None
    told = pulumi.Output.from_input(shown).apply(lambda text: text or "")
    known = await _known(urn, props, None, told)
    if known is None:
        return Place(None)
    name, _, base = known
    predecessor = (await _state()).snapshots.get(name)
    if predecessor:
        # Nothing but this very replacement has ever had the token.
        return Place(tokens.derive(base, predecessor), resume=True)
    if pulumi.runtime.is_dry_run():
        return Place(base)
    last_run = await _last_run()
    return Place(tokens.derive(base, last_run.generation), resume=not last_run.finished)


_settings: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()
"""The resources that declare a catalog's settings, by program."""


def first_of(resource_name: str, catalog: pulumi.Input[str], connection: Any) -> pulumi.Input[str]:
    """A catalog, for its settings, which nothing else in the program may declare.

    Args:
        resource_name: the name of the resource that declares them.
        catalog: the catalog.
        connection: the resource's own connection: another account has settings of its own.

    Raises:
        pulumi.RunError: another resource of the program declares them.
    """
    program = get_monitor()

    def claim(known: Mapping[str, Any]) -> str:
        # What mocks stand for is no one program.
        names = {} if isinstance(program, MockMonitor) else _settings.setdefault(program, {})
        holder = names.setdefault(json.dumps(known, sort_keys=True, default=str), resource_name)
        if holder != resource_name:
            raise pulumi.RunError(
                f'SellingSystemSettings "{resource_name}": "{holder}" declares the settings of catalog '
                f'"{known["catalog"]}" already, and an account has one for each. Remove one of the two, '
                "or give it another catalog, or the connection of another account."
            )
        return str(known["catalog"])

    if isinstance(catalog, str) and connection is None:
        return claim({"catalog": catalog, "connection": None})
    return pulumi.Output.all(catalog=catalog, connection=connection).apply(claim)


async def _known(
    urn: pulumi.Output[str],
    props: Mapping[str, Any],
    given: pulumi.Input[str] | None,
    *more: pulumi.Output[str],
) -> tuple[str, tuple[str, ...], str] | None:
    """The URN, the identity and the token to begin with; None while they hang on values not yet known."""
    name = await urn.future()
    identity = await pulumi.Output.all(*(props[part] for part in IDENTITY)).future()
    rest = await pulumi.Output.all(*more).future()
    base = await pulumi.Output.from_input(given).future()
    if name is None or identity is None or rest is None or base == "":
        return None
    texts = tuple(map(str, identity))
    scope = pulumi.Config(NAMESPACE).get("idempotencyScope") or ""
    # Pulumi's mocks name no organization.
    organization = pulumi.get_organization() or "organization"
    return name, texts, base or tokens.derive(organization, scope, name, *texts, *rest)


# What the stack is asked, once a program ----------------------------------------------------------------------------

_states: WeakKeyDictionary[pulumi.Resource, pulumi.Output[StackState]] = WeakKeyDictionary()
_last_runs: WeakKeyDictionary[pulumi.Resource, pulumi.Output[LastRun]] = WeakKeyDictionary()


async def _state() -> StackState:
    """What the stack has now; nothing in a unit test."""
    return await _once(_states, _read_state, StackState())


async def _last_run() -> LastRun:
    """How the stack's last run ended; well in a unit test."""
    return await _once(_last_runs, _read_last_run, LastRun())


async def _once(
    answers: WeakKeyDictionary[pulumi.Resource, pulumi.Output[T]], ask: Callable[[], Awaitable[T]], nothing: T
) -> T:
    stack = get_root_resource()
    if stack is None or isinstance(get_monitor(), MockMonitor):
        return nothing
    if stack not in answers:
        answers[stack] = pulumi.Output.from_input(ask())
    return await answers[stack].future() or nothing


async def _read_state() -> StackState:
    """Ask the engine, again where it could not read: the file backend rewrites a state's attributes in place."""
    name = _stack_name()
    try:
        answer = await _again(8)(invoke_async, "pulumi:pulumi:readStackResourceOutputs", {"stackName": name})
    except Exception as error:
        raise pulumi.RunError(
            f"The engine could not read the state of stack {name}, which tells the jobs that it has apart: {error}. "
            "Nothing was created. Check the backend, then run the command again."
        ) from error
    return StackState.of((answer or {}).get("outputs") or {})


async def _read_last_run() -> LastRun:
    """Ask the CLI: the engine tells a program nothing of it."""
    name = _stack_name()
    try:
        last_run: LastRun = await _again(3)(unfinished.last_run, name, pulumi.get_root_directory() or ".")
    except (OSError, ValueError) as error:
        pulumi.log.warn(
            f"The CLI could not be asked whether the last run of stack {name} finished: {error}. If a destroy was "
            "interrupted, run `pulumi up --refresh`."
        )
        return LastRun()
    return last_run


def _again(attempts: int) -> Any:
    import tenacity

    return tenacity.AsyncRetrying(
        wait=tenacity.wait_random_exponential(multiplier=0.05, max=2),
        stop=tenacity.stop_after_attempt(attempts),
        reraise=True,
    )


def _stack_name() -> str:
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"


def _id_in(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
