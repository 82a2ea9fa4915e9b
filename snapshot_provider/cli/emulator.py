"""`snapshot-provider emulator`: Partner Central on localhost, and what tests ask of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from snapshot_provider.cli.control import VARIABLE, Control
from snapshot_provider.cli.faults import CommandError, ExitCode
from snapshot_provider.cli.options import json_option, pass_output
from snapshot_provider.errors import in_one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from snapshot_provider.cli.output import Output

_url_option = click.option("--url", metavar="URL", help=f"Where the emulator serves.  [default: what {VARIABLE} says]")


@click.group("emulator", invoke_without_command=True)
@json_option
@click.pass_context
def emulator_group(ctx: click.Context) -> None:
    """Partner Central on localhost, for tries and tests.

    \b
    Examples:
      snapshot-provider emulator start --data jobs.sqlite
      snapshot-provider emulator fault CreateResourceSnapshotJob throttle --count 3
      snapshot-provider emulator calls
    """  # noqa: D301  # click keeps the lines after a backspace as they are.
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@emulator_group.command("start", context_settings={"ignore_unknown_options": True})
@click.option("--port", help="The port to listen on.  [default: a free one]")
@click.option("--data", metavar="FILE", help="The file to keep data in.  [default: memory, nothing is kept]")
@click.option("--account", metavar="ID", help="The account of keys that name none.  [default: 123456789012]")
@click.argument("switches", nargs=-1, type=click.UNPROCESSED)
@json_option
@pass_output
def start_command(output: Output, /, *, switches: tuple[str, ...], **options: str | None) -> int:
    """Serve until Ctrl-C.

    It prints the lines that point a shell, and with it any AWS SDK and this command, there. All of the emulator's own
    switches can be given, too; `snapshot-provider emulator start -- --help` lists them.

    \b
    Examples:
      snapshot-provider emulator start
      snapshot-provider emulator start --data jobs.sqlite --port 4566
      snapshot-provider emulator start --initial-status Running --snapshot-delay 5
    """  # noqa: D301  # click keeps the lines after a backspace as they are.
    try:
        from partnercentral_emulator.__main__ import main as serve
    except ModuleNotFoundError as error:
        raise CommandError(
            f'The emulator needs {error.name}, which is not installed: pip install "snapshot-provider[emulator]"',
            ExitCode.USAGE,
        ) from error
    given = [f"--{name}={value}" for name, value in options.items() if value is not None]
    return serve([*given, *switches], announce=_announcement(output))


def _announcement(output: Output) -> Callable[[str], None]:
    def announce(url: str) -> None:
        if output.json:
            output.line({"url": url})
            return
        output.say("Serving until Ctrl-C. In another shell:")
        click.echo(f"export {VARIABLE}={url}")
        click.echo("export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1")

    return announce


@emulator_group.command("seed")
@click.option("--engagement", "engagements", multiple=True, metavar="ENG_ID", help="An engagement; may be repeated.")
@click.option("--opportunity", "opportunities", multiple=True, metavar="O_ID", help="An opportunity; may be repeated.")
@_url_option
@json_option
@pass_output
def seed_command(
    output: Output, *, engagements: tuple[str, ...], opportunities: tuple[str, ...], url: str | None
) -> None:
    """Let engagements and opportunities exist.

    That matters to an emulator that was started with `--existence seeded`; to others, all exist.

    \b
    Examples:
      snapshot-provider emulator seed --engagement eng-0123456789abcd --opportunity O1 --opportunity O2
    """  # noqa: D301  # click keeps the lines after a backspace as they are.
    if not engagements and not opportunities:
        raise click.UsageError("Give --engagement or --opportunity.")
    seeded = {"engagements": list(engagements), "opportunities": list(opportunities)}
    Control(url).ask("POST", "seed", seeded)
    if output.json:
        output.document(seeded)
    else:
        output.say(f"Seeded {len(engagements):,} engagement(s) and {len(opportunities):,} opportunity(ies).")


@emulator_group.command("fault")
@click.argument("operation")
@click.argument("kind")
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="How many calls it hits.")
@click.option("--always", is_flag=True, help="It hits all calls, until `emulator clear`.")
@click.option("--skip", type=click.IntRange(min=0), help="How many calls are let through first.")
@click.option("--when", type=click.Choice(["before", "after"]), help="Before or after the service has done its work.")
@click.option("--code", metavar="NAME", help="error: the error's code.  [default: InternalServerException]")
@click.option("--message", metavar="TEXT", help="error: the error's text.")
@click.option("--status", type=int, help="error: the HTTP status.")
@click.option("--seconds", type=float, help="hang: how long; latency: how much later it answers.")
@click.option("--body", metavar="TEXT", help="malformed: what is answered.")
@_url_option
@json_option
@pass_output
def fault_command(  # noqa: PLR0913  # click passes one argument an option.
    output: Output, /, *, operation: str, kind: str, always: bool, count: int, url: str | None, **members: Any
) -> None:
    """Make calls of OPERATION go wrong in the way of KIND.

    OPERATION is an operation's name, `reads`, `writes`, or `*` in quotes. KIND is one of:

    \b
    error          an error, by --code, --message, --status
    throttle       ThrottlingException
    reset          a broken connection
    lost-response  a broken connection, after the work is done
    hang           no answer, for --seconds or for as long as the caller waits
    malformed      --body in place of the answer; a page of HTML by default
    latency        the answer, --seconds later

    \b
    Examples:
      snapshot-provider emulator fault CreateResourceSnapshotJob lost-response
      snapshot-provider emulator fault reads throttle --count 3 --skip 1
      snapshot-provider emulator fault '*' error --code AccessDeniedException --always
    """  # noqa: D301  # click keeps the lines after a backspace as they are.
    given = {name: value for name, value in members.items() if value is not None}
    rule = {"operation": operation, "kind": kind, "count": None if always else count, **given}
    _print_faults(output, Control(url).ask("POST", "faults", rule))


@emulator_group.command("faults")
@_url_option
@json_option
@pass_output
def faults_command(output: Output, *, url: str | None) -> None:
    """List the faults that are still to come."""
    _print_faults(output, Control(url).ask("GET", "faults"))


@emulator_group.command("clear")
@_url_option
@json_option
@pass_output
def clear_command(output: Output, *, url: str | None) -> None:
    """Put every fault out of force."""
    control = Control(url)
    faults = control.ask("GET", "faults")
    control.ask("DELETE", "faults")
    if output.json:
        output.document({"cleared": len(faults)})
    else:
        output.say(f"Cleared {len(faults):,} fault(s).")


@emulator_group.command("state")
@_url_option
@json_option
@pass_output
def state_command(output: Output, *, url: str | None) -> None:
    """Show what the emulator holds.

    Counts and settings; with --json, all of it.
    """
    state = Control(url).ask("GET", "state")
    if output.json:
        output.document(state)
        return
    statuses = Counter(job["Status"] for job in state["jobs"])
    jobs = ", ".join(f"{number:,} {status}" for status, number in sorted(statuses.items()))
    roles = [
        f"{catalog}: {settings.get('ResourceSnapshotJobRoleArn', 'no role')}"
        for catalog, settings in sorted(state["settings"].items())
    ]
    for name, value in (
        ("Jobs", f"{len(state['jobs']):,}{f' ({jobs})' if jobs else ''}"),
        ("Deleted jobs", f"{len(state['deleted_jobs']):,}"),
        ("Snapshots", f"{len(state['snapshots']):,}"),
        ("Engagements", f"{len(state['engagements']):,} seeded"),
        ("Opportunities", f"{len(state['opportunities']):,} seeded or edited"),
        ("Settings", "; ".join(roles) or "none"),
        ("Time", state["time"]),
    ):
        click.echo(f"{name:<15}{value}")


@emulator_group.command("calls")
@_url_option
@json_option
@pass_output
def calls_command(output: Output, *, url: str | None) -> None:
    """List the calls that came in.

    The oldest is first, and the last 100,000 are kept. With --json, the requests are there, too.
    """
    calls = Control(url).ask("GET", "calls")
    if output.json:
        with output.array() as array:
            for call in calls:
                array.add(call)
        return
    if calls:
        click.echo(f"{'N':>6}  {'OPERATION':<26}  {'ACCOUNT':<12}  OUTCOME")
    for call in calls:
        fault = f"fault: {call['fault']}" if call["fault"] else ""
        outcome = ", ".join(part for part in (fault, call["error"] or "") if part) or "ok"
        click.echo(f"{call['n']:>6}  {in_one_line(call['operation']):<26}  {call['account'] or '-':<12}  {outcome}")
    output.say(f"{len(calls):,} call(s).")


def _print_faults(output: Output, faults: list[dict[str, Any]]) -> None:
    if output.json:
        output.document(faults)
        return
    for fault in faults:
        hits = "every call" if fault["count"] is None else f"{fault['count']:,} call(s)"
        after = f" after {fault['skip']:,} more" if fault["skip"] else ""
        click.echo(f"{fault['operation']:<26}  {fault['kind']:<13}  {hits}{after}")
    output.say(f"{len(faults):,} fault(s) in force.")
