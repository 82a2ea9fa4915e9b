"""What the stand-ins owe a project beyond running it: its own modules, its own interpreter, its own words."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine import install

if TYPE_CHECKING:
    from tests.stack.conftest import Project


def made_environment(folder: Path) -> Path:
    """A virtual environment of its own that sees this one's packages."""
    venv.create(folder, symlinks=True)
    (site,) = (folder / "lib").glob("python*/site-packages")
    shared = [path for path in sys.path if path.endswith("site-packages")]
    (site / "shared.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in shared))
    return folder


def test_the_engine_is_there() -> None:
    """The suite needs a real engine: it fails without one rather than skip."""
    assert shutil.which("pulumi"), "there is no pulumi on PATH: run the tests with `make test`"


def test_up_again_changes_nothing_and_destroy_leaves_nothing(project: Project) -> None:
    project.write(
        "import json, pulumi\n"
        "from pulumi.dynamic import CreateResult, Resource, ResourceProvider\n"
        "FOUND = {'colour': 'green'}\n"
        "class Provider(ResourceProvider):\n"
        "    def create(self, props):\n"
        "        return CreateResult('one', {'found': json.dumps(FOUND)})\n"
        "class Thing(Resource):\n"
        "    found: pulumi.Output[str]\n"
        "pulumi.export('found', Thing(Provider(), 'thing', {'found': None}).found)\n"
    )
    assert "2 to create" in project.preview().text
    project.up()
    assert project.outputs() == {"found": '{"colour": "green"}'}
    assert "2 unchanged" in project.up().text
    assert "2 unchanged" in project.refresh().text
    assert "2 deleted" in project.destroy().text


def test_about_asks_for_nothing_that_is_not_there(project: Project) -> None:
    project.write("")
    shown = project.run("pulumi", "about").text
    assert "This project is written in python" in shown
    assert "Traceback" not in shown


def test_the_engines_set_up_is_not_among_a_programs_modules(project: Project) -> None:
    project.write("import sys, pulumi\npulumi.export('path', sys.path)\n")
    project.up()
    path = project.outputs()["path"]
    assert Path(path[0]) == project.folder
    assert str(install.MODULE) not in path


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("raise KeyboardInterrupt\n", "KeyboardInterrupt"),
        ("import sys\nsys.exit('no region')\n", "no region"),
        ("import sys, pulumi\npulumi.Output.from_input(1).apply(lambda _: sys.exit(4))\n", "exit code: 4"),
        ("import pulumi\npulumi.export('x', pulumi.Output.from_input(0).apply(lambda x: 1 / x))\n", "ZeroDivision"),
        ("import pulumi\nasync def run():\n    raise KeyError('late')\npulumi.run(run)\n", "KeyError: 'late'"),
        ("try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b') from e\n", "KeyError: 'a'"),
    ],
    ids=["interrupt", "exit-message", "exit-in-apply", "exported", "async", "cause"],
)
def test_a_programs_ways_to_fail(project: Project, program: str, expected: str) -> None:
    project.write(program)
    shown = project.up(succeeds=False).text
    assert expected in shown
    for machinery in ("language_host.py", "runpy", "asyncio", "_server.py", "inline source"):
        assert machinery not in shown


def test_main_and_virtualenv_together(project: Project) -> None:
    """The option is relative to the project, wherever the program is: for the program and for the plugin."""
    environment = made_environment(project.folder / "own")
    (project.folder / "app").mkdir()
    (project.folder / "Pulumi.yaml").write_text(
        "name: shares\nmain: app\nruntime:\n  name: python\n  options:\n    virtualenv: own\n"
    )
    (project.folder / "app" / "__main__.py").write_text(
        "import sys, pulumi\n"
        "from pulumi.dynamic import CreateResult, Resource, ResourceProvider\n"
        "class Where(ResourceProvider):\n"
        "    def create(self, props):\n"
        "        return CreateResult('here', {'prefix': sys.prefix})\n"
        "class Here(Resource):\n"
        "    prefix: pulumi.Output[str]\n"
        "pulumi.export('program', sys.prefix)\n"
        "pulumi.export('plugin', Here(Where(), 'here', {'prefix': None}).prefix)\n"
    )
    project.up()
    assert project.outputs() == {"program": str(environment), "plugin": str(environment)}


@pytest.mark.parametrize("active", ["/nowhere", ""])
def test_an_active_environment_that_is_gone_is_passed_over(project: Project, active: str) -> None:
    project.write("print('it ran')\n")
    assert "it ran" in project.pulumi("up", "--yes", "--skip-preview", VIRTUAL_ENV=active).text


def test_a_toolchain_that_is_not_driven_is_refused(project: Project) -> None:
    (project.folder / "Pulumi.yaml").write_text(
        "name: shares\nruntime:\n  name: python\n  options:\n    toolchain: uv\n"
    )
    project.write("")
    shown = project.up(succeeds=False).text
    assert "the toolchain runtime option is uv" in shown
    assert "Traceback" not in shown


def test_an_interpreter_that_lies_about_its_prefix_is_started_once(project: Project) -> None:
    """Such as a wrapper script, which would be chosen again for ever."""
    python = project.folder / "wrapped" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (project.folder / "Pulumi.yaml").write_text(
        "name: shares\nruntime:\n  name: python\n  options:\n    virtualenv: wrapped\n"
    )
    project.write("print('it ran')\n")
    assert "it ran" in project.up().text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_the_engine_ends_a_program_quietly(project: Project, number: signal.Signals) -> None:
    started = project.folder / "started"
    project.write(
        f"import os, pathlib, time\npathlib.Path({str(started)!r}).write_text(str(os.getpid()))\ntime.sleep(60)\n"
    )
    with subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--color=never", "--non-interactive"],
        cwd=project.folder,
        env=project.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as engine:
        wait_until(started.is_file)
        engine.send_signal(number)
        shown, _ = engine.communicate(timeout=30)
    assert engine.returncode != 0
    assert "cancel" in shown
    assert "Traceback" not in shown
    host = int(started.read_text())
    wait_until(lambda: not Path(f"/proc/{host}").exists() or not is_alive(host))


def wait_until(holds: object) -> None:
    assert callable(holds)
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
