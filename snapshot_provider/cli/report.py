"""`snapshot-provider report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapshot_provider.cli.faults import CommandError, ExitCode
from snapshot_provider.cli.options import json_option, pass_output

if TYPE_CHECKING:
    from snapshot_provider.cli.output import Output
    from snapshot_provider.report.model import Report


@click.command("report")
@click.option("--stack", metavar="NAME", help="The stack; the one that is selected by default.")
@click.option(
    "--cwd",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    help="The project's folder; the current one by default.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The page to write; report.html by default, and none with --json.",
)
@click.option("--offline", is_flag=True, help="Show what the engine last saw, and ask the service nothing.")
@json_option
@pass_output
def report_command(output: Output, *, stack: str | None, folder: Path, out: Path | None, offline: bool) -> None:
    """Write an HTML page of the stack's jobs.

    It has the stack's engagements, opportunities and jobs, their state and their last executions. Each job is asked for
    at the service, by the credentials that the stack uses; nothing is changed there or in the stack. A job that cannot
    be read is shown as unknown, with the reason.

    \b
    Examples:
      snapshot-provider report --stack dev --out dev.html
      snapshot-provider report --json | jq --exit-status '.counts | .failing + .drifted == 0'
    """  # noqa: D301  # click keeps the lines after a backspace as they are.
    report = _gathered(output, stack, folder, offline=offline)
    target = out or (None if output.json else Path("report.html"))
    if target:
        _write(target, report)
    if output.json:
        output.document(report.as_json())
    if target:
        click.echo(f"{report.summary}. Wrote {target}.", err=output.json)


def _write(target: Path, report: Report) -> None:
    from snapshot_provider.report.page import render

    try:
        target.write_text(render(report), encoding="utf-8", errors="replace")
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error.strerror}.", ExitCode.FAILED) from error


def _gathered(output: Output, stack: str | None, folder: Path, *, offline: bool) -> Report:
    from snapshot_provider.report.gather import Stack, of_service, of_state

    source = Stack(stack, folder)
    recordings = source.recordings()
    if offline:
        return of_state(recordings)
    settings = source.settings()
    with output.progress("asking the service") as show:
        return of_service(recordings, settings, show)
