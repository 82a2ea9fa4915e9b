"""The engine and, where it was built here, the stand-ins beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine import install

if TYPE_CHECKING:
    from tests.stack.conftest import Project

HOST = Path(install.__file__).parent / "language_host.py"


def test_a_programs_output_is_shown(project: Project) -> None:
    project.write("import sys\nprint('to standard output')\nprint('to standard error', file=sys.stderr)\n")
    shown = project.up().text
    assert "to standard output" in shown
    assert "to standard error" in shown


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("def fail():\n    raise KeyError('colour')\n\nfail()\n", "KeyError: 'colour'"),
        ("import pulumi\npulumi.Output.from_input(1).apply(lambda one: one / 0)\n", "ZeroDivisionError"),
        ("import nothing_of_that_name\n", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("def broken(:\n", "SyntaxError: invalid syntax"),
    ],
    ids=["raise", "apply", "import", "syntax"],
)
def test_a_programs_fault_is_shown_with_the_users_traceback_alone(
    project: Project, program: str, expected: str
) -> None:
    project.write(program)
    shown = project.up(succeeds=False).text
    assert "Program failed with an unhandled exception:" in shown
    assert expected in shown
    assert "__main__.py" in shown
    for machinery in ("language_host.py", "runpy", "_server.py", "python inline source runtime error"):
        assert machinery not in shown


def test_exit_codes_of_a_program(project: Project) -> None:
    project.write("import sys\nsys.exit(0)\n")
    project.up()
    project.write("import sys\nsys.exit(3)\n")
    shown = project.up(succeeds=False).text
    assert "Program exited with non-zero exit code: 3" in shown
    assert "Traceback" not in shown


def test_errors_of_pulumis_own_are_shown_as_a_message(project: Project) -> None:
    project.write("import pulumi\nraise pulumi.RunError('the region is missing')\n")
    shown = project.up(succeeds=False).text
    assert "the region is missing" in shown
    assert "Traceback" not in shown


def test_the_main_option(project: Project) -> None:
    (project.folder / "Pulumi.yaml").write_text("name: shares\nruntime: python\nmain: app\n")
    (project.folder / "app").mkdir()
    (project.folder / "app" / "__main__.py").write_text("import pulumi, beside\npulumi.export('found', beside.FOUND)\n")
    (project.folder / "app" / "beside.py").write_text("FOUND = 'yes'\n")
    project.up()
    assert project.outputs() == {"found": "yes"}


def test_the_virtualenv_option(project: Project) -> None:
    environment = project.folder / "own"
    venv.create(environment, symlinks=True)
    # An environment of its own that sees this one's packages.
    (site,) = (environment / "lib").glob("python*/site-packages")
    for path in (path for path in sys.path if path.endswith("site-packages")):
        (site / "shared.pth").write_text(f"import site; site.addsitedir({path!r})\n")
    runtime = "runtime:\n  name: python\n  options:\n    virtualenv: own\n"
    (project.folder / "Pulumi.yaml").write_text(f"name: shares\n{runtime}")
    project.write(
        "import sys, pulumi\n"
        "from pulumi.dynamic import CreateResult, Resource, ResourceProvider\n"
        "class Where(ResourceProvider):\n"
        "    def create(self, props):\n"
        "        import sys\n"
        "        return CreateResult('here', {'prefix': sys.prefix})\n"
        "class Here(Resource):\n"
        "    prefix: pulumi.Output[str]\n"
        "pulumi.export('program', sys.prefix)\n"
        "pulumi.export('plugin', Here(Where(), 'here', {'prefix': None}).prefix)\n"
    )
    project.up()
    assert project.outputs() == {"program": str(environment), "plugin": str(environment)}


def test_a_virtualenv_that_is_not_there(project: Project) -> None:
    (project.folder / "Pulumi.yaml").write_text(
        "name: shares\nruntime:\n  name: python\n  options:\n    virtualenv: gone\n"
    )
    project.write("")
    shown = project.up(succeeds=False).text
    assert "virtualenv" in shown
    assert "gone" in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_host_ends_quietly(number: signal.Signals, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-u", HOST, "127.0.0.1:1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as host:
        assert host.stdout
        assert host.stderr
        assert int(host.stdout.readline()) > 0
        host.send_signal(number)
        assert host.wait(timeout=10) == 0
        assert host.stderr.read() == ""


def test_the_host_ends_with_the_engine(tmp_path: Path) -> None:
    script = "import subprocess, sys, time; print(subprocess.Popen(sys.argv[1:]).pid, flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", script, sys.executable, "-u", str(HOST), "127.0.0.1:1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as engine:
        assert engine.stdout
        assert int(engine.stdout.readline()) > 0
        assert int(engine.stdout.readline()) > 0
        engine.kill()
        # The host inherited the pipe, which is at its end only once the host is gone.
        assert engine.stdout.read() == ""


def test_preparing_again_is_silent() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine", "prepare"],
        cwd=install.PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
