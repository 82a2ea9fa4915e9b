"""Where a resource stands in its stack: what the engine and its state tell the program before anything is created.

The only place where the stack is asked about itself. May not import boto3.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import get_root_resource, invoke_async
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from snapshot_provider import client_token as tokens
from snapshot_provider.model import IDENTITY
from snapshot_provider.unfinished import LastRun, Question

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

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
        arn = self.jobs.get(urn)
        token = tokens.choose(base, _id_in(arn) if arn else None, lambda token: self._is_anothers(token, urn))
        siblings = [job_id for other, job_id in self.by_identity.get(identity, []) if other != urn]
        return Place(token, siblings)

    def _is_anothers(self, token: str, urn: str) -> bool:
        return bool(self.by_token.get(token, set()) - {urn})


@dataclass(frozen=True)
class Asked:
    """A resource that asks where it stands.

    Attributes:
        type: its type, as its class has it.
        name: its name.
        parent: its parent, if it has one.
        props: its inputs.
    """

    type: str
    name: str
    parent: pulumi.Resource | None
    props: Mapping[str, Any]


async def as_input(place: Awaitable[Place]) -> Any:
    """A place as the input `client_token`: the token alone where that is all there is to say.

    `dynamic.given` takes it apart again. One input, since each costs time for every resource.
    """
    said = {name: value for name, value in asdict(await place).items() if value or name == "client_token"}
    token = said["client_token"]
    return token if len(said) == 1 and not isinstance(token, dict) else said


def of_job(asked: Asked, given: pulumi.Input[str] | None) -> Awaitable[Place]:
    """Where a job's resource stands in its stack.

    Args:
        asked: the resource.
        given: the user's own token.
    """
    _ask_of_last_run()
    return asyncio.ensure_future(_of_job(asked, given))


async def _of_job(asked: Asked, given: pulumi.Input[str] | None) -> Place:
    # A preview creates nothing. As the engine itself does, it also leaves out what interrupted runs began.
    known = None if pulumi.runtime.is_dry_run() else await _known(asked, given)
    if known is None:
        return Place(await _value(given))
    urn, identity, base = known
    state = await _state()
    place = state.job_place(urn, identity, base)
    arn = state.jobs.get(urn)
    if arn and (await _last_run()).may_have_deleted(arn):
        return replace(place, in_doubt=arn)
    return place


def of_snapshot(asked: Asked, triggers: Any) -> Awaitable[Place]:
    """Where a snapshot's resource stands in its stack.

    Args:
        asked: the resource.
        triggers: its triggers; another value is another snapshot.
    """
    _ask_of_last_run()
    return asyncio.ensure_future(_of_snapshot(asked, triggers))


async def _of_snapshot(asked: Asked, triggers: Any) -> Place:
    told = pulumi.Output.json_dumps(triggers, sort_keys=True) if triggers else ""
    known = None if pulumi.runtime.is_dry_run() else await _known(asked, None, told)
    if known is None:
        return Place(None)
    urn, _, base = known
    predecessor = (await _state()).snapshots.get(urn)
    if predecessor:
        # Nothing but this very replacement has ever had the token.
        return Place(tokens.derive(base, predecessor), resume=True)
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
    asked: Asked, given: pulumi.Input[str] | None, *more: pulumi.Input[str]
) -> tuple[str, tuple[str, ...], str] | None:
    """The URN, the identity and the token to begin with; None while they hang on values not yet known."""
    urn = await _urn(asked)
    values = await _values(*(asked.props[part] for part in IDENTITY), *more)
    base = await _value(given)
    if urn is None or values is None or (base is not None and (base == "" or not isinstance(base, str))):
        return None  # Where it is a wrong token, the check says so.
    scope = pulumi.Config(NAMESPACE).get("idempotencyScope") or ""
    # Pulumi's mocks name no organization.
    organization = pulumi.get_organization() or "organization"
    return urn, values[: len(IDENTITY)], base or tokens.derive(organization, scope, urn, *values)


async def _urn(asked: Asked) -> str | None:
    if asked.parent is None:
        beginning = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::"
    else:
        parent = await asked.parent.urn.future()
        if parent is None:
            return None
        beginning = f"{parent.rpartition('::')[0]}$"
    return f"{beginning}pulumi-python:{asked.type}::{asked.name}"


async def _values(*given: pulumi.Input[str]) -> tuple[str, ...] | None:
    """What inputs come to; None while one is not yet known. An Output costs as much as registering a property does."""
    if all(isinstance(value, str) for value in given):
        return tuple(map(str, given))
    values = await pulumi.Output.all(*given).future()
    return None if values is None else tuple(map(str, values))


async def _value(given: pulumi.Input[str] | None) -> str | None:
    if given is None or isinstance(given, str):
        return given
    return await pulumi.Output.all(given).apply(lambda values: values[0]).future()


# What the stack is asked, once a program ----------------------------------------------------------------------------

_states: WeakKeyDictionary[pulumi.Resource, asyncio.Future[StackState]] = WeakKeyDictionary()
_last_runs: WeakKeyDictionary[pulumi.Resource, asyncio.Future[LastRun]] = WeakKeyDictionary()
_questions: WeakKeyDictionary[pulumi.Resource, Question] = WeakKeyDictionary()


async def _state() -> StackState:
    """What the stack has now; nothing in a unit test."""
    return await _once(_states, _read_state, StackState())


async def _last_run() -> LastRun:
    """How the stack's last run ended; well in a unit test."""
    return await _once(_last_runs, _read_last_run, LastRun())


async def _once(
    answers: WeakKeyDictionary[pulumi.Resource, asyncio.Future[T]],
    ask: Callable[[pulumi.Resource], Coroutine[Any, Any, T]],
    nothing: T,
) -> T:
    stack = _stack()
    if stack is None:
        return nothing
    if stack not in answers:
        answers[stack] = asyncio.ensure_future(ask(stack))
    return await answers[stack]


def _stack() -> pulumi.Resource | None:
    return None if isinstance(get_monitor(), MockMonitor) else get_root_resource()


async def _read_state(_stack: pulumi.Resource) -> StackState:
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


def _ask_of_last_run() -> None:
    """Let the CLI be asked while the program goes on: it takes its time, and an update needs the answer."""
    stack = _stack()
    if stack is None or stack in _questions or stack in _last_runs or pulumi.runtime.is_dry_run():
        return
    with suppress(OSError):  # It is told where the answer is needed.
        _questions[stack] = _question()


async def _read_last_run(stack: pulumi.Resource) -> LastRun:
    """How the stack's last run ended. The engine tells a program nothing of it, so the CLI is asked."""

    async def answer() -> LastRun:
        question = _questions.pop(stack, None) or _question()
        return await asyncio.to_thread(question.answer)

    try:
        last_run: LastRun = await _again(3)(answer)
    except (OSError, ValueError) as error:
        pulumi.log.warn(
            f"The CLI could not be asked whether the last run of stack {_stack_name()} finished: {error}. If a destroy "
            "was interrupted, run `pulumi up --refresh`."
        )
        return LastRun()
    return last_run


def _question() -> Question:
    return Question(_stack_name(), pulumi.get_root_directory() or ".")


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
