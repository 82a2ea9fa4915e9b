"""`snapshot-provider list` and `snapshot-provider show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from snapshot_provider.cli.faults import CommandError, ExitCode
from snapshot_provider.cli.options import EngagementId, JobId, pass_output, service_options, watch_option
from snapshot_provider.model import STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.text import Text

    from snapshot_provider.cli.options import Service
    from snapshot_provider.cli.output import Output
    from snapshot_provider.gateway import Gateway
    from snapshot_provider.model import Job, JobSummary


@click.command("list")
@click.option("--engagement", type=EngagementId(), help="The jobs of this engagement alone.")
@click.option("--status", type=click.Choice(STATUSES), help="The jobs of this status alone.")
@click.option(
    "--quick", is_flag=True, help="Ids, statuses and engagements alone: one call for a thousand jobs, not one for each."
)
@watch_option
@service_options
@pass_output
def list_command(  # noqa: PLR0913  # click passes one argument an option.
    output: Output,
    *,
    service: Service,
    engagement: str | None,
    status: str | None,
    quick: bool,
    watch: float | None,
) -> None:
    """List the jobs of a catalog, each as soon as it is read.

    HEALTH is "failing" where a job has failed and never succeeded, "unclear" where it has done both (the service does
    not tell which was last), "ok" where it has only succeeded, "-" where it has done neither.

    \b
    Examples:
      snapshot-provider list --catalog Sandbox
      snapshot-provider list --engagement eng-0123456789abcd --watch
      snapshot-provider list --json | jq -r '.[] | select(.health == "failing") | .id'
    """  # noqa: D301  # click keeps the lines after a backspace as they are.
    from snapshot_provider.cli.reading import read_jobs
    from snapshot_provider.cli.watching import watch as go_on

    if quick and watch is not None:
        raise click.UsageError("--watch shows what --quick leaves out: give one of the two.")
    gateway = service.gateway()

    def summaries() -> Iterator[JobSummary]:
        return gateway.list_summaries(service.catalog, engagement, status)

    if watch is not None:
        go_on(output, lambda: read_jobs(gateway, service.catalog, summaries()), watch, lambda: _table(output))
    elif quick:
        _print_summaries(output, service.catalog, summaries())
    else:
        _print_jobs(output, read_jobs(gateway, service.catalog, summaries()))


@click.command("show")
@click.argument("job_ids", nargs=-1, required=True, type=JobId(), metavar="JOB_ID...")
@watch_option
@service_options
@pass_output
def show_command(output: Output, *, service: Service, job_ids: tuple[str, ...], watch: float | None) -> None:
    """Show all that there is to know of jobs, tags included.

    \b
    Examples:
      snapshot-provider show job-0123456789abc --catalog Sandbox
      snapshot-provider show job-0123456789abc --watch
      snapshot-provider show job-0123456789abc --json | jq '.[0].tags'
    """  # noqa: D301  # click keeps the lines after a backspace as they are.
    from snapshot_provider.cli.watching import watch as go_on

    gateway = service.gateway()
    wanted = list(dict.fromkeys(job_ids))
    if watch is None:
        _print_blocks(output, _found(gateway, service.catalog, wanted))
    else:
        seen: set[str] = set()
        go_on(output, lambda: _still_there(gateway, service.catalog, wanted, seen), watch, _blocks)


def _print_jobs(output: Output, jobs: Iterable[Job]) -> None:
    from snapshot_provider.cli.reading import job_as_json

    if output.json:
        with output.array() as array:
            for job in output.counted(jobs, "reading jobs"):
                array.add(job_as_json(job))
        return
    from snapshot_provider.cli.rows import Count, Rows

    rows, count = Rows(output.console), Count()
    for number, job in enumerate(output.counted(jobs, "reading jobs")):
        if number == 0:
            output.row(rows.head())
        for line in rows.row(job):
            output.row(line)
        count.add(job)
    output.say(f"{count}.")


def _print_summaries(output: Output, catalog: str, summaries: Iterable[JobSummary]) -> None:
    if output.json:
        with output.array() as array:
            for job in summaries:
                array.add(_summary_as_json(catalog, job))
        return
    from snapshot_provider.cli.rows import Count, Rows

    rows, count = Rows(output.console, quick=True), Count()
    for number, job in enumerate(summaries):
        if number == 0:
            output.row(rows.head())
        output.row(rows.quick_row(job))
        count.add(job)
    output.say(f"{count}.")


def _summary_as_json(catalog: str, job: JobSummary) -> dict[str, Any]:
    return {
        "id": job.id,
        "arn": job.arn,
        "catalog": catalog,
        "status": job.status,
        "engagement_identifier": job.engagement_identifier,
    }


def _found(gateway: Gateway, catalog: str, job_ids: Sequence[str]) -> Iterator[Job]:
    """The jobs that are there; what is missing is told once those are shown."""
    from snapshot_provider.cli.reading import read_tagged

    missing = []
    for job_id, job in zip(job_ids, read_tagged(gateway, catalog, job_ids), strict=True):
        if job is None:
            missing.append(job_id)
        else:
            yield job
    if missing:
        raise _absent(missing, catalog)


def _still_there(gateway: Gateway, catalog: str, job_ids: Sequence[str], seen: set[str]) -> Iterator[Job]:
    """The jobs that are there; one that never was is a mistake, one that is deleted while it is watched is none."""
    from snapshot_provider.cli.reading import read_tagged

    for job_id, job in zip(job_ids, read_tagged(gateway, catalog, job_ids), strict=True):
        if job is not None:
            seen.add(job_id)
            yield job
        elif job_id not in seen:
            raise _absent([job_id], catalog)


def _absent(job_ids: Sequence[str], catalog: str) -> CommandError:
    return CommandError(
        f"There is no {', '.join(job_ids)} in catalog {catalog} of this account. Check the Id, --catalog and the "
        "credentials' account: snapshot-provider doctor shows it.",
        ExitCode.NOT_FOUND,
    )


def _print_blocks(output: Output, jobs: Iterable[Job]) -> None:
    from snapshot_provider.cli.reading import job_as_json

    if output.json:
        with output.array() as array:
            for job in jobs:
                array.add(job_as_json(job))
        return
    from rich.text import Text

    from snapshot_provider.cli.rows import block

    for number, job in enumerate(jobs):
        if number:
            output.row(Text())
        for line in block(job, terminal=output.console.is_terminal):
            output.row(line)


def _blocks() -> tuple[list[Text], Callable[[Job], list[Text]]]:
    """How jobs that are shown look while they are watched."""
    from rich.text import Text

    from snapshot_provider.cli.rows import block

    return [], lambda job: [*block(job, terminal=True), Text()]


def _table(output: Output) -> tuple[list[Text], Callable[[Job], list[Text]]]:
    """How a list looks while it is watched."""
    from snapshot_provider.cli.rows import Rows

    rows = Rows(output.console)
    return [rows.head()], rows.row
