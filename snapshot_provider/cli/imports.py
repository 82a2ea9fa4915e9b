"""`snapshot-provider import`: what adopts existing jobs into a stack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapshot_provider.cli.faults import CommandError, ExitCode
from snapshot_provider.cli.options import EngagementId, JobId, pass_output, service_options

if TYPE_CHECKING:
    from snapshot_provider.cli.options import Service
    from snapshot_provider.cli.output import Output
    from snapshot_provider.model import Job

STANDARD_OUTPUT = Path("-")


@click.command("import")
@click.argument("job_ids", nargs=-1, type=JobId(), metavar="[JOB_ID]...")
@click.option("--engagement", type=EngagementId(), help="All jobs of this engagement.")
@click.option("--all", "whole", is_flag=True, help="All jobs of the catalog.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=Path("import.json"),
    show_default=True,
    help="The file to write for `pulumi import --file`; - for standard output.",
)
@click.option(
    "--program",
    "program_path",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=Path("imported.py"),
    show_default=True,
    help="The file to write the Python to that declares the jobs; - for standard output.",
)
@click.option("--force", is_flag=True, help="Write over files that exist.")
@service_options
@pass_output
def import_command(  # noqa: PLR0913  # click passes one argument an option.
    output: Output,
    *,
    service: Service,
    job_ids: tuple[str, ...],
    engagement: str | None,
    whole: bool,
    out: Path,
    program_path: Path,
    force: bool,
) -> None:
    """Write what adopts existing jobs into a stack.

    Chosen jobs, an engagement's, or all of a catalog. It changes nothing at the service. Afterwards run `pulumi import
    --file import.json --generate-code=false --protect=false`, and put the Python into the program: the next `pulumi up`
    shows no changes.

    \b
    Examples:
      snapshot-provider import job-0123456789abc --catalog Sandbox
      snapshot-provider import --engagement eng-0123456789abcd --program joint.py
      snapshot-provider import --all --out all.json --force
    """  # noqa: D301  # click keeps the lines after a backspace as they are.
    if bool(job_ids) + bool(engagement) + whole != 1:
        raise click.UsageError("Name jobs, or give --engagement, or --all: one of the three.")
    _check_files(output, out, program_path, force=force)
    jobs = _read(output, service, job_ids, engagement)
    if not jobs:
        where = engagement or f"catalog {service.catalog}"
        raise CommandError(f"There is no job in {where}: nothing was written.", ExitCode.NOT_FOUND)

    from snapshot_provider.adoption import import_document, program

    _write(out, import_document(jobs))
    _write(program_path, program(jobs))
    follow_up = f"pulumi import --file {out} --generate-code=false --protect=false --yes"
    if output.json:
        output.document(
            {"jobs": len(jobs), "import_file": str(out), "program_file": str(program_path), "next": follow_up}
        )
        return
    output.say(f"{len(jobs):,} job(s): wrote {_name(out)} and {_name(program_path)}. Next:")
    output.say(f"  {follow_up}")


def _check_files(output: Output, out: Path, program_path: Path, *, force: bool) -> None:
    """Refuse, before anything is read, files that cannot be written."""
    if out == program_path:
        raise _unusable("--out and --program name the same file: give each its own.")
    for option, path in (("--out", out), ("--program", program_path)):
        if path == STANDARD_OUTPUT:
            if output.json:
                raise _unusable(f"With --json, standard output has the result: give {option} a file.")
        elif path.exists() and not force:
            raise _unusable(f"{path} exists already: give {option} another file, or --force to write over it.")
        elif not path.parent.is_dir():
            raise _unusable(f"There is no folder {path.parent}: make it, or give {option} another file.")


def _unusable(text: str) -> CommandError:
    return CommandError(text, ExitCode.USAGE)


def _read(output: Output, service: Service, job_ids: tuple[str, ...], engagement: str | None) -> list[Job]:
    from snapshot_provider.cli.reading import read_tagged

    gateway = service.gateway()
    wanted = list(dict.fromkeys(job_ids)) or list(gateway.list_jobs(service.catalog, engagement))
    jobs, missing = [], []
    with output.progress("reading jobs") as show:
        for number, job in enumerate(read_tagged(gateway, service.catalog, wanted)):
            if job is not None:
                jobs.append(job)
            elif job_ids:
                missing.append(wanted[number])
            # What is deleted between the list and its own turn is no job to import.
            show(number + 1, len(wanted))
    if missing:
        raise CommandError(
            f"There is no {', '.join(missing)} in catalog {service.catalog} of this account: nothing was written.",
            ExitCode.NOT_FOUND,
        )
    return jobs


def _write(path: Path, text: str) -> None:
    if path == STANDARD_OUTPUT:
        click.echo(text, nl=False)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.", ExitCode.FAILED) from error


def _name(path: Path) -> str:
    return "standard output" if path == STANDARD_OUTPUT else str(path)
