"""The Python language host's stand-in, for an engine that was built from source.

The official host is not to be had as a package; the SDK ships a language server for inline programs. This file puts
that server in front of a project's `__main__.py`, and does no more than the engine asks of it to preview, update,
refresh and destroy. It runs under any interpreter that has the SDK, so it imports nothing of this project.
"""

from __future__ import annotations

import asyncio
import logging
import os
import runpy
import signal
import sys
import threading
import time
import traceback
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")


def main() -> None:
    """Serve under the project's interpreter until the engine ends or says so."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    python = project_python(Path.cwd())
    if not Path(sys.prefix).samefile(Path(python).parent.parent):
        os.execv(python, [python, *sys.argv])  # noqa: S606  # The interpreter that the project names.
    _serve()


def project_python(folder: Path) -> str:
    """The interpreter that a project's programs run under.

    It is that of the `virtualenv` runtime option, else that of the active virtual environment, else this one.
    """
    for parent in (folder, *folder.parents):
        for name in PROJECT_FILES:
            if (parent / name).is_file():
                virtualenv = _virtualenv_option(parent / name)
                return _python_of(parent / virtualenv) if virtualenv else _default_python()
    return _default_python()


def _virtualenv_option(project_file: Path) -> str | None:
    import yaml  # A dependency of the SDK.

    project = yaml.safe_load(project_file.read_text(encoding="utf-8")) or {}
    runtime = project.get("runtime")
    options = (runtime.get("options") or {}) if isinstance(runtime, dict) else {}
    virtualenv = options.get("virtualenv")
    return str(virtualenv) if virtualenv else None


def _python_of(virtualenv: Path) -> str:
    python = virtualenv / "bin" / "python"
    if not python.exists():
        sys.exit(
            f"error: the virtualenv runtime option names {virtualenv}, where there is no Python environment. "
            f"Make it with `python3 -m venv {virtualenv}` and install the project's requirements there."
        )
    return str(python)


def _default_python() -> str:
    active = os.environ.get("VIRTUAL_ENV")
    return str(Path(active) / "bin" / "python") if active else str(Path(sys.prefix) / "bin" / Path(sys.executable).name)


def _serve() -> None:
    try:
        import grpc  # Only this interpreter may have it.
        from pulumi.runtime.proto import language_pb2_grpc
    except ImportError as error:
        sys.exit(f"error: {sys.executable} has no Pulumi SDK ({error}). Install it there: `pip install pulumi`.")
    logging.getLogger("grpc._server").addFilter(_worth_logging)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_language_server(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # The engine reads the port off the first line.
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    server.wait_for_termination()


def _end_with_parent(parent: int) -> None:
    """An engine that was killed cannot stop its plugins."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def _worth_logging(record: logging.LogRecord) -> bool:
    """An operation that is not offered is an answer, not a crash."""
    return not (record.exc_info and isinstance(record.exc_info[1], NotImplementedError))


def _language_server() -> Any:
    from pulumi import RunError  # Only this interpreter may have it.
    from pulumi.automation import _server

    async def run_in_stack(program: Any) -> None:
        """Run a program, and tell of its faults as the official host does: the user's traceback alone."""
        try:
            await _official_run(program)
        except (RunError, _grpc_error()):
            raise
        except Exception as error:  # noqa: BLE001  # Whatever the user's program raises.
            raise RunError(_in_words(error)) from None

    _official_run: Any = vars(_server)["run_in_stack"]
    vars(_server)["run_in_stack"] = run_in_stack

    class LanguageHost(_server.LanguageServer):
        """Runs a project's program from its files."""

        def __init__(self) -> None:
            super().__init__(lambda: None)

        def Run(self, request: Any, context: Any) -> Any:  # noqa: N802  # gRPC requires this name.
            folder = Path(request.info.program_directory or request.pwd)
            entry = folder / (request.info.entry_point or ".")
            script = entry / "__main__.py" if entry.is_dir() else entry
            os.chdir(folder)
            sys.path.insert(0, str(script.parent))
            sys.argv = [str(script), *request.args[1:]]
            self.program = lambda: _run_script(script)
            answer: Any = super().Run(request, context)  # type: ignore[no-untyped-call]
            if answer.error:
                # The server has logged it already; with this the engine adds no words of its own.
                answer.error, answer.bail = "", True
            return answer

    return LanguageHost()


def _run_script(script: Path) -> None:
    from pulumi import RunError  # Only this interpreter may have it.

    if not script.is_file():
        raise RunError(f"There is no program: {script} does not exist.")
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as left:
        if left.code not in {None, 0}:
            raise RunError(f"Program exited with non-zero exit code: {left.code}") from None
    except RunError:
        raise
    except Exception as error:  # noqa: BLE001  # Whatever the user's program raises.
        raise RunError(_in_words(error)) from None


def _grpc_error() -> type[Exception]:
    import grpc  # Only this interpreter may have it.

    return grpc.RpcError


def _in_words(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and _is_machinery(trace):
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace)
    return "Program failed with an unhandled exception:\n" + "".join(lines)


def _is_machinery(trace: TracebackType) -> bool:
    """Whether a frame is this host's, the SDK's or Python's own rather than the user's."""
    name = trace.tb_frame.f_code.co_filename
    folders = (
        str(Path(asyncio.__file__).parent),
        f"{os.sep}pulumi{os.sep}runtime{os.sep}",
        f"{os.sep}pulumi{os.sep}output.py",
    )
    return name == __file__ or "runpy" in name or any(folder in name for folder in folders)


if __name__ == "__main__":
    main()
