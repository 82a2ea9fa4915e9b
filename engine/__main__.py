"""`python -m engine prepare` and `python -m engine env`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

from engine import interrupt
from engine.children import StepError, say
from engine.install import HOME, prepare


def main() -> int:
    """Prepare the engine; print what puts it into a shell where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m engine", description="A real Pulumi engine for this project.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare", help="find, install or build the engine; silent once it is there")
    commands.add_parser("env", help="print the shell lines that put it and this environment on PATH")
    command = parser.parse_args().command
    interrupt.watch()
    try:
        folder = prepare()
    except StepError as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nengine: interrupted; nothing half done is used")
        return 130
    if command == "env":
        print("\n".join(environment_lines(folder)))
    return 0


def environment_lines(engine: Path | None) -> list[str]:
    """Shell lines that put the engine and this virtual environment in front of PATH, once however often they run.

    Args:
        engine: the engine's folder; None where PATH has one already.
    """
    ours = [*([str(engine)] if engine else []), str(Path(sys.prefix) / "bin")]
    rest = [
        folder
        for folder in os.environ.get("PATH", "").split(os.pathsep)
        if folder and folder not in ours and not Path(folder).is_relative_to(HOME)
    ]
    variables = {
        "PATH": os.pathsep.join([*ours, *rest]),
        "VIRTUAL_ENV": sys.prefix,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    return [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]


if __name__ == "__main__":
    sys.exit(main())
