"""The command line: `snapshot-provider` and `python -m snapshot_provider`.

A command is one line in COMMANDS and a module that is loaded when it is asked for. These modules load neither boto3 nor
Pulumi before they run, so that help, completion and mistakes show at once.
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from contextlib import suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import click

from snapshot_provider.cli.faults import CommandError, ExitCode, in_options
from snapshot_provider.cli.options import asks_for_json, json_option
from snapshot_provider.cli.output import Output
from snapshot_provider.errors import ProviderError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "doctor": "snapshot_provider.cli.doctor:doctor_command",
    "list": "snapshot_provider.cli.jobs:list_command",
    "show": "snapshot_provider.cli.jobs:show_command",
    "import": "snapshot_provider.cli.imports:import_command",
    "report": "snapshot_provider.cli.report:report_command",
    "emulator": "snapshot_provider.cli.emulator:emulator_group",
}
"""Every command, in the order of the help, and where it is."""


class CommandLine(click.Group):
    """Loads commands when they are asked for, and tells what goes wrong in words and by the exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature.
        """The commands' names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature.
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, or say which one may be meant."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            meant = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(COMMANDS)}."
            ctx.fail(f'There is no command "{args[0]}". {meant}')
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Carry out a command; that nobody reads its output any more is no fault of its."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _drop_output()
            return ExitCode.BROKEN_PIPE

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002  # click's signature.
        **extra: Any,
    ) -> Any:
        """Run, and exit with a code of ExitCode."""
        arguments = list(sys.argv[1:] if args is None else args)
        output = Output(as_json=asks_for_json(arguments))
        # A terminal that knows fewer letters than the service shows a question mark, not a traceback.
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        code = self._run(output, arguments, prog_name=prog_name, complete_var=complete_var, **extra)
        if not standalone_mode:
            return code
        sys.exit(code)

    def _run(self, output: Output, arguments: list[str], **extra: Any) -> int:
        try:
            code = super().main(arguments, standalone_mode=False, obj=output, **extra)
        except click.ClickException as fault:
            return _tell(output, fault)
        except ProviderError as fault:
            return _tell(output, CommandError(in_options(str(fault)), ExitCode.of(fault), _service_code(fault)))
        except (click.Abort, KeyboardInterrupt):
            return ExitCode.INTERRUPTED
        return code if isinstance(code, int) else ExitCode.OK


def _tell(output: Output, fault: click.ClickException) -> int:
    code = fault.code if isinstance(fault, CommandError) else ExitCode(fault.exit_code)
    if output.json:
        error = {"kind": code.word, "exit_code": int(code), "message": fault.format_message()}
        service_code = getattr(fault, "service_code", "")
        click.echo(
            json.dumps({"error": {**error, **({"service_code": service_code} if service_code else {})}}), err=True
        )
    else:
        fault.show()
    return code


def _service_code(fault: ProviderError) -> str:
    return fault.code if isinstance(fault, ServiceError) else ""


def _drop_output() -> None:
    """Keep Python from complaining, as it ends, that nobody reads any more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_version(ctx: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001  # A flag's callback.
    if not value:
        return
    try:
        number = version("snapshot-provider")
    except PackageNotFoundError:
        number = "source"
    output = ctx.ensure_object(Output)
    if output.json:
        output.document({"version": number})
    else:
        click.echo(f"snapshot-provider {number}")
    ctx.exit()


def _exit_codes() -> str:
    return "\n".join(["\b", "Exit codes:", *(f"  {code:>3}  {code.meaning}" for code in ExitCode)])


@click.group(
    cls=CommandLine,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_exit_codes(),
)
@json_option
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
@click.pass_context
def main(ctx: click.Context) -> None:
    """AWS Partner Central resource snapshot jobs, beside their Pulumi resources.

    \b
    Is everything in place?       snapshot-provider doctor --catalog Sandbox
    What jobs are there?          snapshot-provider list --catalog Sandbox
    How is one of them?           snapshot-provider show job-0123456789abc
    Take jobs over into a stack:  snapshot-provider import --all
    Try it without AWS:           snapshot-provider emulator start
    """  # noqa: D301  # click keeps the lines after a backspace as they are.
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
