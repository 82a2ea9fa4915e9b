"""Reading jobs by the thousand: a few calls at a time, in the order asked for, each as soon as it is known."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from snapshot_provider.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from snapshot_provider.gateway import Gateway
    from snapshot_provider.model import Job, JobSummary

T = TypeVar("T")
R = TypeVar("R")

THREADS = 8
"""Calls under way at a time; the client's own pace holds them to what the service allows."""

AHEAD = 4 * THREADS
"""Most things begun before the first of them is handed on: what a list of any length holds in memory."""


def in_order(work: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
    """Do something with each of many things in a few threads; the results come in the things' order.

    Args:
        work: what to do with one.
        things: read only as far ahead as there are threads for.

    Raises:
        Exception: whatever `work` or `things` raised first, in that order.
    """
    tasks: SimpleQueue[tuple[Future[R], T] | None] = SimpleQueue()
    for _ in range(THREADS):
        # Nobody waits for them at the end: after Ctrl-C, a call may still be under way for minutes.
        Thread(target=_labour, args=(work, tasks), daemon=True).start()
    begun: deque[Future[R]] = deque()
    try:
        for thing in things:
            begun.append(Future())
            tasks.put((begun[-1], thing))
            while begun and (len(begun) >= AHEAD or begun[0].done()):
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        for _ in range(THREADS):
            tasks.put(None)


def _labour(work: Callable[[T], R], tasks: SimpleQueue[tuple[Future[R], T] | None]) -> None:
    while (task := tasks.get()) is not None:
        future, thing = task
        try:
            future.set_result(work(thing))
        except BaseException as fault:  # noqa: BLE001  # It is raised where the result is asked for.
            future.set_exception(fault)


def read_jobs(gateway: Gateway, catalog: str, summaries: Iterable[JobSummary]) -> Iterator[Job]:
    """The jobs of a list with what lists leave out (GetResourceSnapshotJob each), in its order.

    A job that is deleted between the two calls is left out.

    Raises:
        ProviderError: the service refused, or could not be reached.
    """

    def read(summary: JobSummary) -> Job | None:
        try:
            return gateway.get_job(catalog, summary.id)
        except NotFoundError:
            return None

    return (job for job in in_order(read, summaries) if job is not None)


def read_tagged(gateway: Gateway, catalog: str, job_ids: Iterable[str]) -> Iterator[Job | None]:
    """Jobs by their Ids, with their tags (GetResourceSnapshotJob, ListTagsForResource), in the order given.

    None stands for one that is not there.

    Raises:
        ProviderError: the service refused, or could not be reached.
    """

    def read(job_id: str) -> Job | None:
        try:
            job = gateway.get_job(catalog, job_id)
            return job.with_tags(gateway.list_tags(job.arn))
        except NotFoundError:
            return None

    return in_order(read, job_ids)


def health(job: Job) -> str:
    """How a job does, in a word: "ok", "failing", "unclear" or "none".

    The service keeps the last failure's message without its time, also after a later success: a job with both is
    "unclear". "none" has neither succeeded nor failed yet.
    """
    if job.last_failure:
        return "unclear" if job.last_successful_execution_date else "failing"
    return "ok" if job.last_successful_execution_date else "none"


def job_as_json(job: Job) -> dict[str, Any]:
    """A job as JSON shows it; members are named as the resource's outputs are, null where there is nothing."""
    shown = {
        "id": job.id,
        "arn": job.arn,
        "catalog": job.identity.catalog,
        "status": job.status,
        "health": health(job),
        "engagement_identifier": job.identity.engagement_identifier,
        "resource_type": job.identity.resource_type,
        "resource_identifier": job.identity.resource_identifier,
        "resource_snapshot_template_identifier": job.identity.resource_snapshot_template_identifier,
        "resource_arn": job.resource_arn,
        "created_at": job.created_at,
        "last_successful_execution_date": job.last_successful_execution_date,
        "last_failure": job.last_failure,
    }
    return shown if job.tags is None else {**shown, "tags": dict(job.tags)}
