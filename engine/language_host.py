"""The Python language host's stand-in, for an engine that was built from source.

The official host is not to be had as a package; the SDK ships a language server for inline programs. This file puts
that server in front of a project's `__main__.py`, and does no more than the engine asks of it to preview, update,
refresh and destroy. It runs under any interpreter that has the SDK, so it imports nothing of this project.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    import logging
    import traceback

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
# Says that this is the chosen interpreter already, whatever it takes its own prefix to be.
CHOSEN = "PULUMI_LANGUAGE_HOST_CHOSEN"


def main() -> None:
    """Serve under the project's interpreter until the engine ends or says so."""
    # First of all, and with few modules loaded: a signal in between would show as a traceback.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    engine = os.getppid()
    python = project_python(Path.cwd())
    if not os.environ.pop(CHOSEN, None) and not _is_this(python):
        os.environ[CHOSEN] = "yes"
        os.execv(python, [str(python), "-u", *sys.argv])  # noqa: S606  # The interpreter that the project names.
    # A program must not find this file's neighbours among its modules.
    sys.path[:] = [entry for entry in sys.path if Path(entry).absolute() != Path(__file__).parent]
    _serve(engine)


def project_python(folder: Path) -> Path:
    """The interpreter that a project's programs run under.

    It is that of the `virtualenv` runtime option, else that of the active virtual environment, else this one.
    """
    for parent in (folder, *folder.parents):
        for name in PROJECT_FILES:
            if (parent / name).is_file():
                virtualenv = _runtime_options(parent / name).get("virtualenv")
                return _python_of(parent / str(virtualenv)) if virtualenv else _default_python()
    return _default_python()


def _runtime_options(project_file: Path) -> dict[str, Any]:
    import yaml  # A dependency of the SDK.

    try:
        project = yaml.safe_load(project_file.read_text(encoding="utf-8"))
    except yaml.YAMLError:
        return {}  # The engine says so itself.
    runtime = project.get("runtime") if isinstance(project, dict) else None
    options = (runtime.get("options") or {}) if isinstance(runtime, dict) else {}
    if options.get("toolchain", "pip") != "pip" and not options.get("virtualenv"):
        sys.exit(
            f"error: the toolchain runtime option is {options['toolchain']}, which this language host does not drive. "
            "Name the environment that it makes in the virtualenv option, or install the official Pulumi."
        )
    return dict(options)


def _python_of(virtualenv: Path) -> Path:
    python = virtualenv / "bin" / "python"
    if not python.exists():
        sys.exit(
            f"error: the virtualenv runtime option names {virtualenv}, where there is no Python environment. "
            f"Make it with `python3 -m venv {virtualenv}` and install the project's requirements there."
        )
    return python


def _default_python() -> Path:
    active = Path(os.environ.get("VIRTUAL_ENV", os.devnull), "bin", "python")
    return active if active.exists() else Path(sys.executable)


def _is_this(python: Path) -> bool:
    return python == Path(sys.executable) or python.parent.parent.resolve() == Path(sys.prefix).resolve()


def _serve(engine: int) -> None:
    import logging
    import threading
    from concurrent import futures

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
    threading.Thread(target=_end_with, args=(engine,), daemon=True).start()
    print(port, flush=True)  # The engine reads the port off the first line.
    server.wait_for_termination()


def _end_with(engine: int) -> None:
    """An engine that was killed cannot stop its plugins."""
    import time

    while os.getppid() == engine:
        time.sleep(1)
    os._exit(0)


def _worth_logging(record: logging.LogRecord) -> bool:
    """An operation that is not offered is an answer, not a crash."""
    return not (record.exc_info and isinstance(record.exc_info[1], NotImplementedError))


def _language_server() -> Any:
    import pulumi
    from pulumi.automation import _server  # Only this interpreter may have it.

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

    class Log:
        """The server's log, which tells of a program's faults as the official host does."""

        debug = staticmethod(pulumi.log.debug)

        @staticmethod
        def error(message: str) -> None:
            pulumi.log.error(_in_words(sys.exc_info()[1], message))

    vars(_server)["log"] = Log
    return LanguageHost()


def _run_script(script: Path) -> None:
    import asyncio
    import runpy

    from pulumi import RunError  # Only this interpreter may have it.

    if not script.is_file():
        raise RunError(f"There is no program: {script} does not exist.")
    # What the program leaves to run later, such as in `apply`, may exit as well.
    asyncio.get_running_loop().set_task_factory(_new_task)
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as left:
        _tell_of_exit(left)


def _new_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
    """A task of the program's, whose exit is an error like others: the loop would stop, and its shutdown wait."""
    import asyncio

    async def run() -> Any:
        try:
            return await coroutine
        except SystemExit as left:
            _tell_of_exit(left)

    return asyncio.Task(run(), loop=loop, **options)


def _tell_of_exit(left: SystemExit) -> None:
    """Raise what the official host says of a program's exit, unless it is a success."""
    from pulumi import RunError  # Only this interpreter may have it.

    if left.code in {None, 0}:
        return
    code = left.code
    if not isinstance(code, int):
        print(code, file=sys.stderr)  # As Python does with what is not a number.
        code = 1
    raise RunError(f"Program exited with non-zero exit code: {code}") from None


def _in_words(error: BaseException | None, message: str) -> str:
    """What the official host says of an error; the message for those of Pulumi's own."""
    import traceback

    import grpc
    from pulumi import RunError  # Only this interpreter may have it.

    if error is None or isinstance(error, (RunError, grpc.RpcError)):
        return message
    told = traceback.TracebackException.from_exception(error)
    _leave_out_machinery(told)
    return "Program failed with an unhandled exception:\n" + "".join(told.format())


def _leave_out_machinery(told: traceback.TracebackException | None) -> None:
    """Begin each traceback where the user's code begins; what they called is of use to them, what called it is not."""
    while told is not None:
        while told.stack and _is_machinery(told.stack[0].filename):
            told.stack.pop(0)
        if not told.stack:
            told.stack = None  # type: ignore[assignment]  # No heading without lines.
        told = told.__cause__ or told.__context__


def _is_machinery(filename: str) -> bool:
    """Whether a frame is this host's, the SDK's or Python's own."""
    import asyncio
    import runpy

    import pulumi  # Only this interpreter may have it.

    files = {__file__, runpy.__file__, "<frozen runpy>"}
    folders = (Path(asyncio.__file__).parent, Path(pulumi.__file__).parent)
    return filename in files or any(Path(filename).is_relative_to(folder) for folder in folders)


if __name__ == "__main__":
    main()
