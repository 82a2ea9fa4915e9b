"""Fixtures for pytest: a running emulator, and stacks of a program on the real engine, offline.

Loaded by pytest itself once the package is installed with its extra: `pip install "snapshot-provider[testing]"`.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi.automation import PulumiFn, Stack

    from partnercentral_emulator import Emulator

__all__ = ["Stacks", "partner_central", "partner_central_stack"]

PASSPHRASE = "test"  # noqa: S105  # Of stacks that end with their test.
"""The passphrase of the stacks' secrets."""


class Stacks(Protocol):
    """Makes stacks; what the fixture ``partner_central_stack`` is.

    Example:
        >>> def test_a_project(partner_central_stack: Stacks) -> None:
        ...     stack = partner_central_stack("path/to/project", config={"partnercentral:catalog": "Sandbox"})
        ...     stack.preview()
    """

    def __call__(
        self,
        program: PulumiFn | str | os.PathLike[str],
        *,
        name: str = "test",
        config: Mapping[str, str] | None = None,
    ) -> Stack:
        """Make a stack of a program's, with an empty state of its own.

        Args:
            program: the folder of a project, which is copied, or a function that declares resources.
            name: the stack's name, "test" by default; where the project has configuration for it, it applies.
            config: further configuration, such as {"partnercentral:catalog": "Sandbox"}. None by default.

        Returns:
            Pulumi's own ``automation.Stack``: ``up()``, ``preview()``, ``refresh()``, ``destroy()``, ``outputs()``.

        Raises:
            pulumi.automation.CommandError: the engine refused the project or its configuration.

        Example:
            >>> def test_a_function(partner_central_stack: Stacks) -> None:
            ...     stack = partner_central_stack(lambda: pulumi.export("region", "us-east-1"), name="dev")
            ...     assert stack.name == "dev"
        """


@pytest.fixture(scope="session")
def _running_partner_central() -> Iterator[Emulator]:
    from partnercentral_emulator import Emulator

    with Emulator.start() as emulator:
        yield emulator


@pytest.fixture
def partner_central(_running_partner_central: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The API on localhost, empty, with the environment pointing there: nothing reaches AWS.

    Example:
        >>> def test_it_begins_empty(partner_central: Emulator) -> None:
        ...     partner_central.switch(initial_status="Running")
        ...     assert partner_central.jobs() == []
    """
    _running_partner_central.reset()
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in _running_partner_central.env().items():
        monkeypatch.setenv(name, value)
    return _running_partner_central


@pytest.fixture
def partner_central_stack(
    partner_central: Emulator,  # noqa: ARG001  # Where the stacks' jobs are.
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Stacks:
    """Makes stacks on the real engine, against ``partner_central``; the Pulumi CLI must be on PATH.

    Example:
        >>> def test_a_job(partner_central: Emulator, partner_central_stack: Stacks) -> None:
        ...     def program() -> None:
        ...         ResourceSnapshotJob(
        ...             "acme",
        ...             engagement_identifier="eng-0123456789abcd",
        ...             resource_identifier="O1234567",
        ...             resource_snapshot_template_identifier="OpportunitySummaryView",
        ...         )
        ...
        ...     partner_central_stack(program).up()
        ...     assert [job["Status"] for job in partner_central.jobs()] == ["Running"]
    """
    if shutil.which("pulumi") is None:
        pytest.fail("The Pulumi CLI is not on PATH: see https://www.pulumi.com/docs/install.", pytrace=False)
    state = tmp_path / "state"
    state.mkdir()
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{state}?metadata=skip")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("PULUMI_SKIP_UPDATE_CHECK", "true")
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE_FILE", raising=False)

    def make(
        program: PulumiFn | str | os.PathLike[str],
        *,
        name: str = "test",
        config: Mapping[str, str] | None = None,
    ) -> Stack:
        from pulumi.automation import ConfigValue, LocalWorkspaceOptions, create_or_select_stack

        folder = tmp_path / "project"
        if callable(program):
            folder.mkdir(exist_ok=True)
            options = LocalWorkspaceOptions(work_dir=str(folder))
            stack = create_or_select_stack(name, "test", program, opts=options)
        else:
            _copy(Path(program), folder)
            stack = create_or_select_stack(name, work_dir=str(folder))
        for key, value in (config or {}).items():
            stack.set_config(key, ConfigValue(value))
        return stack

    return make


def _copy(project: Path, folder: Path) -> None:
    """Copy a project, so that nothing is written into the user's own, for the environment that the tests run in."""
    import yaml

    if not (project / "Pulumi.yaml").is_file():
        pytest.fail(f"There is no Pulumi.yaml in {project}: name the folder of a project.", pytrace=False)
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns(".*", "venv", "__pycache__"), dirs_exist_ok=True)
    described = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    described["runtime"] = {"name": "python", "options": {"virtualenv": sys.prefix}}
    described.pop("backend", None)
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")
    for path in folder.glob("Pulumi.*.yaml"):
        settings: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        # They belong to the passphrase, or the key, of the user's own stack.
        kept = {key: value for key, value in settings.items() if key == "config"}
        path.write_text(yaml.safe_dump(kept), encoding="utf-8")
