"""The words on public names: none is missing, and what they show runs."""

from __future__ import annotations

import ast
import doctest
import inspect
import os
from typing import TYPE_CHECKING, Any

import boto3
import pulumi
import pytest
from pulumi.dynamic import Config, ConfigureRequest

import partnercentral_emulator
import pytest_partnercentral
import snapshot_provider
from partnercentral_emulator import Emulator
from snapshot_provider import model
from snapshot_provider.provider import JobProvider, SettingsProvider, SnapshotProvider
from tests.unit.public_names import documented, entries, faults_of, without_words
from tests.unit.test_mocks import Mocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snapshot_provider.dynamic import ConfiguredProvider

MODULES = [snapshot_provider, partnercentral_emulator, pytest_partnercentral]
ALL = [found for module in MODULES for found in documented(module)]


@pytest.mark.parametrize(("name", "public"), ALL, ids=[name for name, _ in ALL])
def test_every_public_name_is_explained(name: str, public: Any) -> None:
    assert list(faults_of(name, public)) == []


def test_every_public_literal_is_explained() -> None:
    literals = set(snapshot_provider.__all__) - {name for name, _ in documented(snapshot_provider)}
    assert literals == {"Catalog", "ResourceType", "SnapshotTemplate", "Status"}
    assert literals.isdisjoint(without_words(ast.parse(inspect.getsource(model)).body))


def test_whatever_a_program_calls_says_what_it_raises() -> None:
    called = [public for name, public in documented(snapshot_provider) if not inspect.isclass(public)]
    declared = [public for public in called if public.__module__ != model.__name__]
    assert [public.__qualname__ for public in declared if not entries(public.__doc__ or "", "Raises")] == []


class Poor:
    """Words that lack a lot."""

    said: int
    """How often."""
    unsaid: str

    def wait(self, seconds: float, *, until: str) -> None:
        """Wait.

        Args:
            seconds: how long.

        Example:
            No lines.
        """
        if until:
            raise ValueError(seconds)

    def go_on(self) -> None:
        pass


def test_what_is_missing_is_found() -> None:
    assert list(faults_of("Poor", Poor)) == ["Poor: no example", "Poor.unsaid: no words"]
    assert list(faults_of("wait", Poor.wait)) == [
        "wait: no example",
        "wait: no words on until",
        "wait: no words on ValueError",
    ]
    assert list(faults_of("go_on", Poor.go_on)) == ["go_on: no docstring", "go_on: no example"]


# Examples ------------------------------------------------------------------------------------------------------------


def examples(module: Any) -> list[Any]:
    return [pytest.param(name, public.__doc__, id=name) for name, public in documented(module)]


def run(name: str, doc: str, known: dict[str, Any]) -> None:
    """Run a docstring's examples; where they show an answer, it is the answer."""
    test = doctest.DocTestParser().get_doctest(doc, dict(known), name, name, 0)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.FAIL_FAST)
    said: list[str] = []
    runner.run(test, out=said.append, clear_globs=False)
    assert runner.failures == 0, "".join(said)
    assert runner.tries > 0


PROVIDERS: dict[str, type[ConfiguredProvider]] = {
    "ResourceSnapshotJob": JobProvider,
    "ResourceSnapshot": SnapshotProvider,
    "SellingSystemSettings": SettingsProvider,
}


class Checked(Mocks):
    """Mocks that have the inputs checked as the engine would."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        kind = PROVIDERS.get(args.typ.rsplit(":", 1)[-1]) if "dynamic" in args.typ else None
        if kind and not args.resource_id:
            provider = kind()
            provider.configure(ConfigureRequest(Config({}, "project")))
            failures = provider.check({}, args.inputs).failures
            assert [f"{failure.property}: {failure.reason}" for failure in failures] == []
        resource_id, outputs = super().new_resource(args)
        return resource_id, {**outputs, "arn": "arn:aws:iam::123456789012:role/SnapshotJobs"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator.start() as emulator:
        yield emulator


@pytest.fixture
def job_id(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    """A job and a snapshot, for what examples look up."""
    emulator.reset()
    for name, value in emulator.env().items():
        monkeypatch.setenv(name, value)
    client = boto3.client("partnercentral-selling")
    shared: dict[str, Any] = {
        "Catalog": "Sandbox",
        "EngagementIdentifier": "eng-0123456789abcd",
        "ResourceType": "Opportunity",
        "ResourceIdentifier": "O1234567",
        "ResourceSnapshotTemplateIdentifier": "OpportunitySummaryView",
        "ClientToken": "first",
    }
    client.create_resource_snapshot(**shared)
    return client.create_resource_snapshot_job(**shared)["Id"]


@pytest.mark.parametrize(("name", "doc"), examples(snapshot_provider))
def test_examples_of_programs_run(name: str, doc: str, job_id: str) -> None:
    pulumi.runtime.set_mocks(Checked(), preview=False)
    known = {**{public: getattr(snapshot_provider, public) for public in snapshot_provider.__all__}, "pulumi": pulumi}

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> None:
        run(name, doc.replace("job-0123456789abc", job_id), known)

    program()


@pytest.mark.parametrize(("name", "doc"), examples(partnercentral_emulator))
def test_examples_of_the_emulator_run(name: str, doc: str, emulator: Emulator, job_id: str) -> None:
    known = {**vars(partnercentral_emulator), "emulator": emulator, "job_id": job_id, "boto3": boto3, "os": os}
    run(name, doc, known)
    if name == "Emulator.stop":
        emulator.restart()
