"""`snapshot-provider doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from snapshot_provider.cli.faults import ExitCode
from snapshot_provider.cli.options import pass_output, service_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snapshot_provider.cli.checks import Check
    from snapshot_provider.cli.options import Service
    from snapshot_provider.cli.output import Output


@click.command("doctor")
@service_options
@pass_output
def doctor_command(output: Output, *, service: Service) -> ExitCode:
    """Look whether everything is in place.

    What is not is told with its remedy. It looks at Python, boto3, the Pulumi CLI and its plugins, the region, the
    credentials and their account, the endpoint, whether jobs can be read, and the role that the jobs run as and its
    trust. It changes nothing, and takes half a minute at most. The exit code is 1 where something is a failure.

    \b
    Examples:
      snapshot-provider doctor --catalog Sandbox
      snapshot-provider doctor --profile partner --json | jq '.checks[] | select(.remedy)'
    """  # noqa: D301  # click keeps the lines after a backspace as they are.
    from snapshot_provider.cli.checks import examine

    checks = []
    for check in _waited_for(output, examine(service)):
        checks.append(check)
        if not output.json:
            _print(output, check)
    failures = sum(check.status == "failure" for check in checks)
    warnings = sum(check.status == "warning" for check in checks)
    if output.json:
        output.document({"checks": [check.as_json() for check in checks], "ok": not failures})
    else:
        output.say(_summary(failures, warnings))
    return ExitCode.FAILED if failures else ExitCode.OK


def _waited_for(output: Output, checks: Iterator[Check]) -> Iterator[Check]:
    """Show that an answer is waited for."""
    while True:
        with output.waiting("looking …"):
            check = next(checks, None)
        if check is None:
            return
        yield check


_STYLES = {"ok": "green", "warning": "yellow", "failure": "bold red", "skipped": "dim"}


def _print(output: Output, check: Check) -> None:
    from rich.text import Text

    output.row(Text.assemble((f"{check.status:<9}", _STYLES[check.status]), f"{check.name:<15}{check.found}"))
    if check.remedy:
        output.row(Text.assemble(" " * 24, ("-> ", _STYLES[check.status]), check.remedy))


def _summary(failures: int, warnings: int) -> str:
    counted = [
        f"{number} {word}{'' if number == 1 else 's'}"
        for number, word in ((failures, "failure"), (warnings, "warning"))
        if number
    ]
    return f"{' and '.join(counted)}." if counted else "Everything is in place."
