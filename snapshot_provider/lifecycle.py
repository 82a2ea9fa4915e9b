"""The life of one job: create, read, update, delete. Every operation may be repeated and interrupted at any point.

May not import Pulumi, so that another front end can be put on it, nor boto3: it speaks to the service by the gateway.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Protocol

from snapshot_provider import client_token
from snapshot_provider.deadline import Deadline
from snapshot_provider.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    ProviderError,
    ServiceError,
    WaitError,
    in_one_line,
)
from snapshot_provider.model import IgnoredTags, TagChange
from snapshot_provider.together import in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from snapshot_provider.model import Declared, Identity, Job
    from snapshot_provider.together import Together

STALE_READS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each further read of a job that was just created, while the service may not show it yet."""

TOKENS = 64
"""How many generations of dead jobs behind one token are walked through before giving up."""

CONFLICTS = 8
"""How many tokens may be refused as used otherwise before the refusal is taken as it stands."""

DELETE_ATTEMPTS = 6
"""How often a job that keeps being restarted is stopped and deleted again."""

TIDYING = 60.0
"""Seconds that taking back a create has for itself, whatever its time limit was."""

MARK = "snapshot-provider:recovering"
"""The tag that a job carries while it is recovered with other tags than it was made with; taken away last."""

CLOCK_TOLERANCE = timedelta(seconds=1)
"""How far this machine's clock and the service's may be apart before a job counts as made earlier."""


class Jobs(Protocol):
    """What the life cycle needs of the service; gateway.Gateway has it."""

    def create_job(self, identity: Identity, tags: Mapping[str, str], client_token: str) -> tuple[str, str]:
        """CreateResourceSnapshotJob: Id and Arn."""

    def clock_skew(self) -> timedelta:
        """How far the service's clock was ahead of this machine's when it last answered a create."""

    def get_job(self, catalog: str, job_id: str) -> Job:
        """GetResourceSnapshotJob, without tags."""

    def start_job(self, catalog: str, job_id: str) -> None:
        """StartResourceSnapshotJob."""

    def stop_job(self, catalog: str, job_id: str) -> None:
        """StopResourceSnapshotJob."""

    def delete_job(self, catalog: str, job_id: str) -> None:
        """DeleteResourceSnapshotJob."""

    def list_jobs(self, catalog: str, engagement_identifier: str | None = None) -> Iterator[str]:
        """ListResourceSnapshotJobs to its last page: Ids."""

    def list_tags(self, arn: str) -> dict[str, str]:
        """ListTagsForResource."""

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """TagResource."""

    def untag(self, arn: str, keys: tuple[str, ...]) -> None:
        """UntagResource."""

    def check_account(self, arn: str, look: Callable[[], object] | None = None) -> None:
        """Raise where a job that is not found may be another account's; `look` is a call on its ARN made already."""


class Lifecycle:
    """The operations on one job at a time; safe to share between threads.

    Args:
        jobs: the service.
        report: shows the user a line while an operation is under way.
        pause: waits for some seconds; tests drive it.
        deadline: the time limit of what the operation waits for.
        together: makes two calls that need not wait for each other.
    """

    def __init__(
        self,
        jobs: Jobs,
        report: Callable[[str], None],
        pause: Callable[[float], None] = time.sleep,
        deadline: Deadline | None = None,
        together: Together = in_turn,
    ) -> None:
        self._jobs = jobs
        self._report = report
        self._pause = pause
        self._deadline = deadline or Deadline()
        self._together = together

    # The operations ------------------------------------------------------------------------------------------------

    def create(self, declared: Declared) -> Job:
        """Make the job and bring it to its desired status (CreateResourceSnapshotJob, then Start where needed).

        A job that an interrupted run made with the same token is taken up instead of making a second one. Where a
        later step fails for good the job is deleted again, since the engine keeps nothing of a create that fails.

        Raises:
            ProviderError: the service refused, or could not be reached.
        """
        adopted = self._adopt(declared)
        if adopted:
            self._report(f"adopted {adopted.id}, made {adopted.created_at}: no job was created")
            return self._bring_to(adopted, declared)
        started = datetime.now(timezone.utc)
        job = self._acquire(declared)
        age = _age(job, started + self._jobs.clock_skew())
        if age > CLOCK_TOLERANCE:
            self._report(
                f"recovered {job.id}, made {job.created_at} ({_in_words(age)} ago) by a run that was interrupted: "
                "no second job was created. If it is another stack's of the same name, set "
                "partnercentral:idempotencyScope in one of them"
            )
        try:
            return self._bring_to(job, declared)
        except ProviderError as failed:
            self._undo(job.identity.catalog, job.id, job.status, failed)
            raise

    def read(self, catalog: str, job_id: str, arn: str | None = None) -> Job | None:
        """The job as it is now, with its tags; None where the service says that there is no such job.

        Args:
            catalog: the job's catalog.
            job_id: the job's Id.
            arn: the job's ARN where it is known; it tells a job that is gone from one of another account.

        Raises:
            ProviderError: the service refused for any other reason; that is never taken for "gone".
        """
        if arn is None:
            try:
                job = self._jobs.get_job(catalog, job_id)
                return job.with_tags(self._jobs.list_tags(job.arn))
            except NotFoundError:
                return None
        found, tags = self._together(lambda: self._jobs.get_job(catalog, job_id), lambda: self._jobs.list_tags(arn))
        try:
            return found.result().with_tags(tags.result())
        except NotFoundError:
            self._jobs.check_account(arn, tags.result)
            return None

    def status(self, catalog: str, job_id: str, arn: str) -> str | None:
        """A job's status by one call (GetResourceSnapshotJob); None where there is no such job.

        Raises:
            ProviderError: the service refused for any other reason; that is never taken for "gone".
        """
        try:
            return self._jobs.get_job(catalog, job_id).status
        except NotFoundError:
            self._jobs.check_account(arn)
            return None

    def update(self, job: Job, tags: TagChange, desired_status: str, *, wait: bool = False) -> Job:
        """Set what can be set in place: tags (TagResource, UntagResource) and status (Start, Stop).

        Args:
            job: the job as it was last known, with its tags.
            tags: what to set and to remove.
            desired_status: the status to reach; nothing is called where the job is known to have it.
            wait: whether a job that is started is waited for until its first snapshot was taken.

        Raises:
            ProviderError: the service refused, or could not be reached. What was done stays done.
        """
        try:
            return self._update(job, tags, desired_status, wait=wait)
        except NotFoundError as gone:
            raise NotFoundError(
                f"{gone} If the job was deleted behind the stack's back, `pulumi up --refresh` makes it anew.",
                code=gone.code,
            ) from gone

    def _update(self, job: Job, tags: TagChange, desired_status: str, *, wait: bool) -> Job:
        self._change_tags(job.arn, tags)
        kept = {key: value for key, value in (job.tags or {}).items() if key not in tags.removed}
        job = job.with_tags({**kept, **tags.set})
        if job.status == desired_status:
            return job
        self._set_status(job, desired_status)
        if wait and desired_status == "Running":
            return self._wait_for_snapshot(job)
        return job.with_status(desired_status)

    def delete(self, catalog: str, job_id: str, status: str, arn: str | None = None) -> None:
        """Stop the job where it runs, then delete it; a job that is already gone is a success.

        Args:
            catalog: the job's catalog.
            job_id: the job's Id.
            status: its last known status: a job known to be stopped costs one call less.
            arn: the job's ARN where it is known; it tells a job that is gone from one of another account.

        Raises:
            ProviderError: the service refused, or could not be reached. The operation may be repeated.
        """
        try:
            refusal = self._stop(catalog, job_id) if status == "Running" else None
            self._delete_stopped(catalog, job_id, refusal)
        except NotFoundError:
            if arn:
                self._jobs.check_account(arn)
            self._report(f"{job_id} was already gone")

    # Adoption ------------------------------------------------------------------------------------------------------

    def _adopt(self, declared: Declared) -> Job | None:
        """The job that is to be taken over instead of making one, with its tags.

        Raises:
            ProviderError: there is no such job, it is not the declared one, or there are several.
        """
        if isinstance(declared.adopt, str):
            return self._named(declared.adopt, declared.identity)
        matching = self._matching(declared) if declared.adopt else []
        if len(matching) > 1:
            raise ProviderError(
                f"{len(matching)} jobs share {declared.identity}: {_ids(matching)}. Name one of them in `adopt`."
            )
        return matching[0] if matching else None

    def _named(self, job_id: str, identity: Identity) -> Job:
        job = self.read(identity.catalog, job_id)
        if job is None:
            raise ProviderError(
                f"There is no {job_id} to adopt in catalog {identity.catalog} of this account. "
                "Check the Id, the catalog and the credentials, or remove `adopt` to create a job."
            )
        if job.identity != identity:
            raise ProviderError(
                f"{job.id} cannot be adopted: it shares {in_one_line(job.identity)}, but declared is {identity}. "
                "Declare what the job shares, or name another job."
            )
        return job

    # Creation ------------------------------------------------------------------------------------------------------

    def _acquire(self, declared: Declared) -> Job:
        """The live job that belongs to the token, made now or by an interrupted run."""
        token = declared.client_token
        conflicts = 0
        for _ in range(TOKENS):
            try:
                job_id, _arn = self._jobs.create_job(declared.identity, declared.tags, token)
            except (ConflictError, InvalidError) as conflict:
                if isinstance(conflict, InvalidError) and "ClientToken" not in conflict.fields:
                    raise
                conflicts += 1
                if conflicts > CONFLICTS:
                    raise
                job, token = self._resolve(conflict, declared, token)
                if job:
                    return job
                continue
            job = self._find_new(declared, job_id)
            if job:
                return job
            token = client_token.derive(token, job_id)
        raise ProviderError(
            f"{TOKENS} earlier jobs for {declared.identity} were made with this resource's tokens and deleted since; "
            "set client_token to a new value."
        )

    def _find_new(self, declared: Declared, job_id: str) -> Job | None:
        """Read a job that Create answered with; None where the token replayed a job that was deleted since."""
        try:
            return self._read_new(declared, job_id)
        except ProviderError as failed:
            self._undo(declared.identity.catalog, job_id, "Running", failed)
            raise

    def _read_new(self, declared: Declared, job_id: str) -> Job | None:
        if declared.desired_status == "Running" and not declared.wait:
            job = self._start_new(declared.identity.catalog, job_id)
        else:
            job = self._find(declared.identity.catalog, job_id, declared.desired_status)
        return _as_declared(job, declared) if job else None

    def _start_new(self, catalog: str, job_id: str) -> Job | None:
        """Start a job while it is read: what Create answered with is this resource's, whatever it is."""
        found, started = self._together(
            lambda: self._jobs.get_job(catalog, job_id), lambda: self._jobs.start_job(catalog, job_id)
        )
        failed = started.exception()
        try:
            job = found.result()
        except NotFoundError:
            # Reads may lag behind writes; a write knows whether the job lives.
            if isinstance(failed, NotFoundError):
                return None
            job = self._read_patiently(catalog, job_id)
        if failed:
            self._accept(failed, catalog, job_id, "Running")
        return job.with_status("Running")

    def _find(self, catalog: str, job_id: str, desired_status: str) -> Job | None:
        try:
            return self._jobs.get_job(catalog, job_id)
        except NotFoundError:
            # As above.
            if not self._lives(catalog, job_id, desired_status):
                return None
        return self._read_patiently(catalog, job_id)

    def _lives(self, catalog: str, job_id: str, desired_status: str) -> bool:
        try:
            self._request_status(catalog, job_id, desired_status)
        except NotFoundError:
            return False
        except (InvalidError, ConflictError):
            return True  # It is so already.
        return True

    def _read_patiently(self, catalog: str, job_id: str) -> Job:
        for delay in STALE_READS:
            self._pause(delay)
            try:
                return self._jobs.get_job(catalog, job_id)
            except NotFoundError:
                continue
        raise WaitError(
            f"{job_id} was created, but could not be read within {sum(STALE_READS):g} s, so it was deleted again. "
            "Run the command again later."
        )

    def _resolve(self, conflict: ServiceError, declared: Declared, token: str) -> tuple[Job | None, str]:
        """Tell the conflicts of Create apart: the job behind the token, or the next token to try.

        A token that was used with another body (the tags were edited after an interrupted run) proves which job it
        made when it is repeated with that job's own tags: same token and same body give the same Id.

        Raises:
            ConflictError: somebody else's job shares the same opportunity already.
        """
        matching = self._matching(declared)
        for job in matching:
            if self._made_with(token, job):
                return self._marked(token, job), token
        if not matching:
            return None, client_token.derive(token, "spent")
        successor = client_token.derive(token, *(job.id for job in matching))
        try:
            job_id, _arn = self._jobs.create_job(declared.identity, declared.tags, successor)
        except ConflictError:
            raise _taken(declared.identity, matching, conflict) from conflict
        return self._find_new(declared, job_id), client_token.derive(successor, job_id)

    def _matching(self, declared: Declared) -> list[Job]:
        """The jobs that share what is declared and are no other resource's, with their tags."""
        identity = declared.identity
        listed = self._jobs.list_jobs(identity.catalog, identity.engagement_identifier)
        jobs = [self.read(identity.catalog, job_id) for job_id in listed if job_id not in declared.siblings]
        return [job for job in jobs if job and job.identity == identity]

    def _made_with(self, token: str, job: Job) -> bool:
        if (job.tags or {}).get(MARK) == client_token.derive(token):
            return True
        try:
            job_id, _arn = self._jobs.create_job(job.identity, _own_tags(job), token)
        except (ConflictError, InvalidError):
            return False
        return job_id == job.id

    def _marked(self, token: str, job: Job) -> Job:
        """Mark a job while its tags are changed, so that being interrupted again does not take the proof away."""
        mark = {MARK: client_token.derive(token)}
        if (job.tags or {}).get(MARK) != mark[MARK]:
            self._jobs.tag(job.arn, mark)
        return job.with_tags({**(job.tags or {}), **mark})

    def _bring_to(self, job: Job, declared: Declared) -> Job:
        change = TagChange.between(_own_tags(job), declared.tags)
        job = self.update(job, change, declared.desired_status, wait=declared.wait)
        if MARK in (job.tags or {}):
            self._jobs.untag(job.arn, (MARK,))
        return job

    def _undo(self, catalog: str, job_id: str, status: str, failed: ProviderError) -> None:
        self._deadline.extend(TIDYING)
        try:
            self.delete(catalog, job_id, status)
        except ProviderError as kept:
            raise ProviderError(
                f"{failed} {job_id} could not be deleted again ({kept}); the next `pulumi up` finds it and goes on."
            ) from failed

    # Status, tags, snapshots ---------------------------------------------------------------------------------------

    def _change_tags(self, arn: str, tags: TagChange) -> None:
        if tags.removed:
            self._jobs.untag(arn, tags.removed)
        if tags.set:
            self._jobs.tag(arn, tags.set)

    def _set_status(self, job: Job, status: str) -> None:
        try:
            self._request_status(job.identity.catalog, job.id, status)
        except (InvalidError, ConflictError) as refusal:
            self._accept(refusal, job.identity.catalog, job.id, status)

    def _accept(self, refusal: BaseException, catalog: str, job_id: str, status: str) -> None:
        """Take a refusal for a success where it is so already: a lost answer was retried, or somebody was faster."""
        may_be_so = isinstance(refusal, (InvalidError, ConflictError))
        if not may_be_so or self._jobs.get_job(catalog, job_id).status != status:
            raise refusal

    def _request_status(self, catalog: str, job_id: str, status: str) -> None:
        if status == "Running":
            self._jobs.start_job(catalog, job_id)
        else:
            self._jobs.stop_job(catalog, job_id)

    def _stop(self, catalog: str, job_id: str) -> ServiceError | None:
        """Stop a job; the refusal, where it may be one of a job that is stopped already."""
        try:
            self._jobs.stop_job(catalog, job_id)
        except (InvalidError, ConflictError) as refusal:
            return refusal  # If the job is not stopped, the delete that follows says so.
        return None

    def _delete_stopped(self, catalog: str, job_id: str, not_stopped: ServiceError | None) -> None:
        for attempt in range(1, DELETE_ATTEMPTS + 1):
            try:
                self._jobs.delete_job(catalog, job_id)
            except (ConflictError, InvalidError) as refusal:
                if attempt == DELETE_ATTEMPTS:
                    reasons = f"{refusal} {not_stopped}" if not_stopped else str(refusal)
                    raise type(refusal)(reasons, code=refusal.code, fields=refusal.fields) from refusal
                not_stopped = self._stop(catalog, job_id)  # Somebody started it again.
                self._pause(0.1 * 2**attempt)
            else:
                return

    def _wait_for_snapshot(self, job: Job) -> Job:
        """Wait until a job that was just started has taken its first snapshot.

        Raises:
            WaitError: it failed, with its own reason, or the time limit ran out.
        """
        delay = 1.0
        while True:
            now = self._jobs.get_job(job.identity.catalog, job.id)
            if now.last_successful_execution_date:
                return now.with_tags(job.tags or {})
            reason = in_one_line(now.last_failure or "")
            if now.last_failure and now.last_failure != job.last_failure:
                raise WaitError(f"{job.id} was started, but failed to take its first snapshot: {reason}")
            limit = self._deadline.seconds or 0
            if self._deadline.elapsed() + delay > limit:
                raise WaitError(
                    f"{job.id} was started, but took no snapshot within {limit:g} s. Check the role in the selling "
                    "system settings, give more time in `timeouts`, or do not wait."
                    f"{f' Its last failure: {reason}' if reason else ''}"
                )
            self._report(f"{job.id}: waiting for the first snapshot, {self._deadline.elapsed():.0f} s of {limit:g} s")
            self._pause(delay)
            delay = min(15.0, delay * 1.5)


def _as_declared(job: Job, declared: Declared) -> Job:
    """A job that Create answered with: it took the declared identity and tags, whatever a first reading says."""
    return replace(job, identity=declared.identity, tags=declared.tags)


def _own_tags(job: Job) -> dict[str, str]:
    """The tags that are neither AWS's own nor the mark of a recovery."""
    return {key: value for key, value in IgnoredTags().strip(job.tags or {}).items() if key != MARK}


def _ids(jobs: list[Job]) -> str:
    return ", ".join(job.id for job in jobs)


def _taken(identity: Identity, matching: list[Job], conflict: ServiceError) -> ConflictError:
    return ConflictError(
        f"There is a job for {identity} already: {_ids(matching)}, which this stack does not manage. "
        f'Declare adopt="{matching[0].id}" to manage it from here, or delete it; where it is the job that is being '
        f"replaced, leave delete_before_replace on. {conflict}",
        code=conflict.code,
    )


def _age(job: Job, now: datetime) -> timedelta:
    """How long before now the job was made."""
    if job.created_at is None:
        return timedelta(0)
    return now - datetime.fromisoformat(job.created_at.replace("Z", "+00:00"))


def _in_words(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} s"
