"""`python -m partnercentral_emulator`: serve until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

try:
    from aiohttp import web
except ModuleNotFoundError as _missing:
    if _missing.name != "aiohttp" or __name__ != "__main__":
        raise
    print(  # noqa: T201  # For the user at the terminal.
        'error: the emulator needs aiohttp, which is not installed: pip install "snapshot-provider[emulator]"',
        file=sys.stderr,
    )
    sys.exit(2)

from partnercentral_emulator.backend import Backend
from partnercentral_emulator.clock import Clock
from partnercentral_emulator.server import Api
from partnercentral_emulator.signing import Key, Keys
from partnercentral_emulator.store import DataFileError, Store
from partnercentral_emulator.switches import Switches, describe

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"
LAST_PORT = 65535


class PortError(Exception):
    """The port cannot be listened on; the text says why and what to do."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m partnercentral_emulator",
        description="The Partner Central Selling API on localhost: resource snapshot jobs, tags, settings, snapshots. "
        "Prints its URL and serves until it is stopped.",
    )
    made.add_argument("--port", type=_port, default=0, help="the port to listen on; 0, the default, takes a free one")
    made.add_argument(
        "--data", default=":memory:", help="the file to keep data in; without it, data is in memory and not kept"
    )
    made.add_argument(
        "--account",
        type=_account,
        default="123456789012",
        help="the account of keys that name none (default: %(default)s)",
    )
    made.add_argument(
        "--credentials",
        action="append",
        default=[],
        type=_credentials,
        metavar="KEY[:SECRET[:ACCOUNT]]",
        help="accept only this access key, with this secret, for this account; may be repeated",
    )
    made.add_argument(
        "--clock", choices=["real", "manual"], default="real", help="manual: time stands still until it is moved"
    )
    group = made.add_argument_group("switches", "How the service behaves where that is not known, and what tests need.")
    for name, kind, default, doc in Switches.documented():
        option = f"--{name.replace('_', '-')}"
        shown = f"{doc} (default: {str(default).lower() if isinstance(default, bool) else default})"
        if get_origin(kind) is Literal:
            group.add_argument(option, choices=get_args(kind), default=default, help=shown)
        elif kind is bool:
            group.add_argument(option, action="store_true", help=shown)
        else:
            group.add_argument(
                option, type=kind, default=default, metavar=kind.__name__, help=f"{shown}: {describe(kind)}"
            )
    return made


def main(arguments: list[str] | None = None, announce: Callable[[str], None] | None = None) -> int:
    """Serve; the exit code is 2 where that cannot be started.

    Args:
        arguments: the command line; by default this process's own.
        announce: what to do with the URL once it serves; by default, print it.
    """
    options = parser().parse_args(arguments)
    chosen = {name: getattr(options, name) for name in asdict(Switches())}
    try:
        switches = Switches().changed(chosen)
        store = Store(options.data)
    except (DataFileError, ValueError) as fault:
        return _refuse(str(fault))
    offset = store.all("meta").get("clock", {}).get("offset", 0.0)
    backend = Backend(store, Clock(manual=options.clock == "manual", offset=offset), switches)
    api = Api(backend, Keys(options.account, dict(options.credentials)))
    try:
        asyncio.run(_serve(api.application(), options.port, announce or _print_url))
    except PortError as fault:
        return _refuse(str(fault))
    except KeyboardInterrupt:
        return 0
    finally:
        store.close()
    return 0


async def _serve(application: web.Application, port: int, announce: Callable[[str], None]) -> None:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1, handle_signals=False)
    await runner.setup()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        site = web.TCPSite(runner, HOST, port)
        try:
            await site.start()
        except OSError as error:
            raise PortError(
                f"cannot listen on port {port} ({error.strerror}): choose another, or 0 for a free one"
            ) from error
        announce(f"http://{HOST}:{runner.addresses[0][1]}")
        await stopped.wait()
    finally:
        await runner.cleanup()


def _print_url(url: str) -> None:
    print(url, flush=True)  # noqa: T201  # The one line it prints.


def _refuse(text: str) -> int:
    print(f"error: {text}", file=sys.stderr)  # noqa: T201  # For the user at the terminal.
    return 2


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to {LAST_PORT}")
    return int(text)


def _account(text: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not an account id: give twelve digits")
    return text


def _credentials(text: str) -> tuple[str, Key]:
    key, *rest = text.split(":")
    known: dict[str, Any] = dict(zip(("secret", "account"), rest, strict=False))
    if not key or len(rest) > 2:  # noqa: PLR2004  # A secret and an account.
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY[:SECRET[:ACCOUNT]]")
    if known.get("account"):
        _account(known["account"])
    return key, Key(known.get("secret") or None, known.get("account") or None)


if __name__ == "__main__":
    sys.exit(main())
