"""Ask for what the picture shows: the engine for the stack's state, the service for each job.

May not import Pulumi, nor boto3: the engine is asked by its command line, the service by the gateway.
"""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from snapshot_provider.config import Settings
from snapshot_provider.errors import NotFoundError, ProviderError, in_one_line
from snapshot_provider.model import Identity
from snapshot_provider.report.model import (
    SECRET,
    Recorded,
    Report,
    ReportedJob,
    ReportedRole,
    ReportedSnapshot,
    as_observed,
    as_recorded,
    as_unread,
    in_order,
    role_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from snapshot_provider.gateway import Gateway

_JOB = "pulumi-python:dynamic/partnercentral:ResourceSnapshotJob"
_SNAPSHOT = "pulumi-python:dynamic/partnercentral:ResourceSnapshot"
_SETTINGS = "pulumi-python:dynamic/partnercentral:SellingSystemSettings"

_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which the engine's documents mark what is no plain value, such as a secret."""

THREADS = 8
"""Jobs that are asked for at a time."""

ATTEMPTS = 3
"""Calls made for one operation at most: a report is made anew more easily than waited for."""


@dataclass(frozen=True)
class Recordings:
    """What the stack's state has of Partner Central.

    Attributes:
        project: the project's name; empty where the stack never had a resource.
        stack: the stack's name.
        resources: its jobs, snapshots and settings, as the state has them, without secrets.
    """

    project: str
    stack: str
    resources: tuple[Mapping[str, Any], ...]


class Stack:
    """A stack, by the command line of the engine.

    Args:
        name: its name; None for the one that is selected.
        folder: the project's folder.
    """

    def __init__(self, name: str | None, folder: Path) -> None:
        self._name = name
        self._folder = folder

    def recordings(self) -> Recordings:
        """What its state has (`pulumi stack export`); secrets stay encrypted and are not shown.

        Raises:
            ProviderError: there is no `pulumi`, or it refused.
        """
        state = self._ask("stack", "export")
        found = (state.get("deployment") or {}).get("resources") or []
        resources = tuple(
            _plain(resource) for resource in found if resource.get("type") in {_JOB, _SNAPSHOT, _SETTINGS}
        )
        if not found:
            return Recordings("", self._name or self._selected(), resources)
        # urn:pulumi:STACK::PROJECT::TYPE::NAME
        stack, project, *_ = found[0]["urn"].removeprefix("urn:pulumi:").split("::")
        return Recordings(project, stack, resources)

    def settings(self) -> Settings:
        """How its provider reaches the service (`pulumi config`).

        Raises:
            ProviderError: the engine refused.
            ConfigurationError: a key cannot be used.
        """
        config = self._ask("config", "--json", "--show-secrets")
        return Settings.from_config({key: entry.get("value") for key, entry in config.items()})

    def _selected(self) -> str:
        return self._run("stack", "--show-name").strip()

    def _ask(self, *arguments: str) -> Any:
        text = self._run(*arguments)
        try:
            return json.loads(text)
        except ValueError as error:
            raise ProviderError(
                f"`pulumi {' '.join(arguments)}` answered what is no JSON: {in_one_line(text, 200)}"
            ) from error

    def _run(self, *arguments: str) -> str:
        chosen = ["--stack", self._name] if self._name else []
        command = ["pulumi", *arguments, *chosen, "--cwd", str(self._folder), "--non-interactive", "--color=never"]
        try:
            done = subprocess.run(  # noqa: S603  # No shell is involved.
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except OSError as error:
            raise ProviderError(
                "There is no `pulumi` on PATH, and the stack's state is asked of it: install it, or put it there."
            ) from error
        if done.returncode:
            said = in_one_line(done.stderr.strip().removeprefix("error: ")) or f"exit code {done.returncode}"
            raise ProviderError(f"`pulumi {' '.join(arguments)}` failed: {said}")
        return done.stdout


def of_state(recordings: Recordings, now: datetime | None = None) -> Report:
    """The picture by the state alone: what the engine last saw."""
    jobs = [as_recorded(recorded) for recorded in _jobs(recordings)]
    snapshots = [_snapshot(resource, None) for resource in _of_type(recordings, _SNAPSHOT)]
    roles = [
        ReportedRole(resource["id"], arn, arn)
        for resource in _of_type(recordings, _SETTINGS)
        for arn in [_text(resource["outputs"], "resource_snapshot_job_role_arn")]
    ]
    return _report(recordings, now, jobs, snapshots, roles, offline=True)


def of_service(
    recordings: Recordings,
    settings: Settings,
    progress: Callable[[int, int], None] = lambda _done, _whole: None,
    now: datetime | None = None,
) -> Report:
    """The picture by what the service says of each resource now (two calls a job).

    Args:
        recordings: what the state has.
        settings: how the stack's provider reaches the service.
        progress: told how many resources of how many were asked for.
        now: the time of the report; the machine's by default.

    A resource that cannot be read is shown as that, with the reason.
    """
    asking = _Asking(replace(settings, max_attempts=min(settings.max_attempts, ATTEMPTS)))
    recorded = list(_jobs(recordings))
    snapshots, roles = list(_of_type(recordings, _SNAPSHOT)), list(_of_type(recordings, _SETTINGS))
    whole = len(recorded) + len(snapshots) + len(roles)
    executor = ThreadPoolExecutor(THREADS)
    try:
        asked_jobs = [executor.submit(asking.job, one) for one in recorded]
        asked_snapshots = [executor.submit(asking.snapshot, one) for one in snapshots]
        asked_roles = [executor.submit(asking.role, one) for one in roles]
        asked: list[Future[Any]] = [*asked_jobs, *asked_snapshots, *asked_roles]
        for done, _ in enumerate(as_completed(asked), start=1):
            progress(done, whole)
        return _report(
            recordings,
            now,
            [one.result() for one in asked_jobs],
            [one.result() for one in asked_snapshots],
            [one.result() for one in asked_roles],
            offline=False,
        )
    finally:
        # On Ctrl-C, what has not begun is not waited for.
        executor.shutdown(wait=False, cancel_futures=True)


class _Asking:
    """Asks the service for one resource at a time; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def job(self, recorded: Recorded) -> ReportedJob:
        from snapshot_provider.lifecycle import Lifecycle

        try:
            gateway = self._gateway(recorded.connection)
            found = Lifecycle(gateway, report=lambda _: None).read(recorded.catalog, recorded.id, recorded.arn)
        except ProviderError as fault:
            return as_unread(recorded, str(fault))
        return as_observed(recorded, found, self._settings.ignored_tags)

    def snapshot(self, resource: Mapping[str, Any]) -> ReportedSnapshot:
        props = resource["outputs"]
        try:
            found = self._gateway(props.get("connection", {})).get_snapshot(
                Identity.from_props(props), int(props["revision"])
            )
        except NotFoundError:
            return _snapshot(resource, None, "The snapshot is gone.")
        except ProviderError as fault:
            return _snapshot(resource, None, f"Could not be read: {fault}")
        return _snapshot(resource, found.created_at)

    def role(self, resource: Mapping[str, Any]) -> ReportedRole:
        catalog, props = resource["id"], resource["outputs"]
        declared = _text(props, "resource_snapshot_job_role_arn")
        try:
            return role_of(catalog, declared, self._gateway(props.get("connection", {})).get_role(catalog))
        except ProviderError as fault:
            return ReportedRole(catalog, declared, None, f"Could not be read: {fault}", unread=True)

    def _gateway(self, connection: Mapping[str, Any] | None) -> Gateway:
        from snapshot_provider.session import shared

        if _has_secret(connection):
            raise ProviderError("its connection is secret, and a report opens no secrets of the stack.")
        return shared(self._settings.connected(connection or {})).gateway()


def _report(  # noqa: PLR0913  # What a report is made of.
    recordings: Recordings,
    now: datetime | None,
    jobs: Iterable[ReportedJob],
    snapshots: Iterable[ReportedSnapshot],
    roles: Iterable[ReportedRole],
    *,
    offline: bool,
) -> Report:
    return Report(
        project=recordings.project,
        stack=recordings.stack,
        generated_at=now or datetime.now(timezone.utc),
        offline=offline,
        jobs=in_order(jobs),
        snapshots=tuple(sorted(snapshots, key=lambda snapshot: (snapshot.name, snapshot.revision))),
        roles=tuple(sorted(roles, key=lambda role: (role.catalog, role.declared))),
    )


def _of_type(recordings: Recordings, type_: str) -> Iterator[Mapping[str, Any]]:
    return (resource for resource in recordings.resources if resource["type"] == type_)


def _jobs(recordings: Recordings) -> Iterator[Recorded]:
    for resource in _of_type(recordings, _JOB):
        inputs, outputs = resource["inputs"], resource["outputs"]
        tags = inputs.get("tags_all", {})
        yield Recorded(
            urn=resource["urn"],
            id=resource["id"],
            arn=_text(outputs, "arn"),
            catalog=_text(outputs, "catalog"),
            engagement=_text(outputs, "engagement_identifier"),
            opportunity=_text(outputs, "resource_identifier"),
            template=_text(outputs, "resource_snapshot_template_identifier"),
            desired_status=None if resource["external"] else inputs.get("desired_status"),
            tags=tags or {},
            tags_are_secret=tags is None,
            connection=outputs.get("connection", {}),
            status=outputs.get("status"),
            created_at=outputs.get("created_at"),
            last_success=outputs.get("last_successful_execution_date"),
            last_failure=outputs.get("last_failure"),
            to_be_deleted=resource["delete"],
        )


def _snapshot(resource: Mapping[str, Any], taken_at: str | None, finding: str | None = None) -> ReportedSnapshot:
    props = resource["outputs"]
    return ReportedSnapshot(
        name=resource["urn"].rsplit("::", 1)[-1],
        urn=resource["urn"],
        catalog=_text(props, "catalog"),
        engagement=_text(props, "engagement_identifier"),
        opportunity=_text(props, "resource_identifier"),
        template=_text(props, "resource_snapshot_template_identifier"),
        revision=int(props.get("revision", 0)),
        taken_at=taken_at,
        finding=finding,
    )


def _text(props: Mapping[str, Any], name: str) -> str:
    value = props.get(name, "")
    return SECRET if value is None else str(value)


def _plain(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is needed of a resource in the engine's document."""
    return {
        "type": resource["type"],
        "urn": resource["urn"],
        "id": resource.get("id", ""),
        "inputs": _open(resource.get("inputs") or {}),
        "outputs": _open(resource.get("outputs") or {}),
        "external": resource.get("external", False),
        "delete": resource.get("delete", False),
    }


def _open(value: Any) -> Any:
    """A value with None for what is secret in it: the engine itself stores no null."""
    if isinstance(value, dict):
        return None if _SIGNATURE in value else {key: _open(item) for key, item in value.items()}
    return [_open(item) for item in value] if isinstance(value, list) else value


def _has_secret(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and any(map(_has_secret, value.values())))
