"""The command line: `snapshot-provider` and `python -m snapshot_provider`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapshot_provider.errors import ProviderError
from snapshot_provider.model import CATALOGS
from snapshot_provider.report.command import report_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snapshot_provider.gateway import Gateway
    from snapshot_provider.model import Job


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="snapshot-provider")
def main() -> None:
    """AWS Partner Central resource snapshot jobs, beside their Pulumi resources."""


main.add_command(report_command)


@main.command("import")
@click.argument("job_ids", nargs=-1, metavar="[JOB_ID]...")
@click.option("--catalog", type=click.Choice(CATALOGS), default="AWS", show_default=True, help="The jobs' catalog.")
@click.option("--engagement", metavar="ENG_ID", help="All jobs of this engagement.")
@click.option("--all", "whole", is_flag=True, help="All jobs of the catalog.")
@click.option("--profile", help="A profile of the AWS configuration files.")
@click.option("--endpoint-url", metavar="URL", help="Where the service is, if not at AWS.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("import.json"),
    show_default=True,
    help="The file to write for `pulumi import --file`.",
)
@click.option(
    "--program",
    "program_path",
    type=click.Path(path_type=Path),
    default=Path("imported.py"),
    show_default=True,
    help="The file to write the Python that declares the jobs to.",
)
def import_command(  # noqa: PLR0913, PLR0917  # click passes one argument an option.
    job_ids: tuple[str, ...],
    catalog: str,
    engagement: str | None,
    whole: bool,  # noqa: FBT001  # A flag of the command line.
    profile: str | None,
    endpoint_url: str | None,
    out: Path,
    program_path: Path,
) -> None:
    """Write what adopts existing jobs into a stack: chosen ones, an engagement's, or all of a catalog.

    Then run `pulumi import --file import.json --generate-code=false --protect=false`, and put the Python into the
    program: the next `pulumi up` shows no changes.
    """
    if bool(job_ids) + bool(engagement) + whole != 1:
        raise click.UsageError("Name jobs, or give --engagement, or --all: one of the three.")
    from snapshot_provider.adoption import import_document, program

    try:
        jobs = list(_jobs(_gateway(profile, endpoint_url), catalog, job_ids, engagement))
    except ProviderError as fault:
        raise click.ClickException(str(fault)) from fault
    if not jobs:
        raise click.ClickException(f"There is no job in {engagement or f'catalog {catalog}'}: nothing was written.")
    out.write_text(import_document(jobs), encoding="utf-8")
    program_path.write_text(program(jobs), encoding="utf-8")
    click.echo(f"{len(jobs)} job(s): wrote {out} and {program_path}. Next:")
    click.echo(f"  pulumi import --file {out} --generate-code=false --protect=false --yes")


def _jobs(gateway: Gateway, catalog: str, job_ids: tuple[str, ...], engagement: str | None) -> Iterator[Job]:
    for job_id in job_ids or gateway.list_jobs(catalog, engagement):
        job = gateway.get_job(catalog, job_id)
        click.echo(f"reading {job_id}", err=True)
        yield job.with_tags(gateway.list_tags(job.arn))


def _gateway(profile: str | None, endpoint_url: str | None) -> Gateway:
    from snapshot_provider.config import Settings
    from snapshot_provider.session import connect

    return connect(Settings(profile=profile, endpoint_url=endpoint_url)).gateway()


if __name__ == "__main__":
    sys.exit(main())
