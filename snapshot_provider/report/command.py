"""The command line's `report`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapshot_provider.errors import ProviderError

if TYPE_CHECKING:
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
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The page to write; report.html by default."
)
@click.option("--json", "as_json", is_flag=True, help="Print the same as JSON; a page is written only with --out.")
@click.option("--offline", is_flag=True, help="Show what the engine last saw, and ask the service nothing.")
def report_command(stack: str | None, folder: Path, out: Path | None, as_json: bool, offline: bool) -> None:  # noqa: FBT001  # Flags of the command line.
    """Write one HTML page with the stack's engagements, opportunities and jobs: their state, their last executions.

    Each job is asked for at the service, by the credentials that the stack uses; nothing is changed there or in the
    stack. A job that cannot be read is shown as unknown, with the reason.
    """
    try:
        report = _gathered(stack, folder, offline=offline)
    except ProviderError as fault:
        raise click.ClickException(str(fault)) from fault
    target = out or (None if as_json else Path("report.html"))
    if target:
        from snapshot_provider.report.page import render

        try:
            target.write_text(render(report), encoding="utf-8", errors="replace")
        except OSError as error:
            raise click.ClickException(f"{target} cannot be written: {error.strerror}.") from error
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2))
    if target:
        click.echo(f"{report.summary}. Wrote {target}.", err=as_json)


def _gathered(stack: str | None, folder: Path, *, offline: bool) -> Report:
    from rich.console import Console
    from rich.progress import Progress

    from snapshot_provider.report.gather import Stack, of_service, of_state

    source = Stack(stack, folder)
    recordings = source.recordings()
    if offline:
        return of_state(recordings)
    settings = source.settings()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("asking the service", total=None)
        return of_service(recordings, settings, lambda done, whole: progress.update(task, completed=done, total=whole))
