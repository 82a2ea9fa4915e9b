"""Somebody who reads a page and does what its code blocks say, offline: the services are played on localhost.

`console`: lines that begin with `$ ` are run by bash, in the order of the page; those that begin with `> ` go on with
the command before. What a page shows of the output must be what comes (`session.shows` says how it is compared), and
a command fails where an error is shown, and only there.
A block with a caption is a file, written to the folder that the page has come to.
`python` without one: programs are run by the engine, one after the other on one stack, tests by pytest when the page is
through, anything else by Python.
`json` and `yaml` without one: told by their members, and given to what takes them.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import yaml

from partnercentral_emulator.faults import Faults
from snapshot_provider.config import Settings
from tests.docs.session import shows

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # The linter's own.
    from parliament import analyze_policy_string

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnercentral_emulator import Emulator
    from tests.docs.markdown import Block
    from tests.docs.session import Session

PLACEHOLDERS = {"eng-…": "eng-0123456789abcd", "O…": "O1234567"}
"""What stands for a reader's own identifiers; `job-…` is a job that is there."""

INSTEAD = {
    "make test": ("make --dry-run test", "CI has run the tests before it runs this"),
    "pulumi login --local": ("pulumi login file://$HOME", "the engine looks for ~ in the password file, not in HOME"),
}
"""Commands that are not run as they are: what is run instead, and why."""

SERVERS = ("python -m partnercentral_emulator", "python -m aws_stand_in", "snapshot-provider emulator start")
"""Commands that serve until they are stopped, as in a terminal of their own."""

DIRECTIVES = {"{eval-rst}", "{include}", "{toctree}"}
"""Blocks that Sphinx runs when it builds the site."""

MAKES = {
    "ResourceSnapshotJob": "CreateResourceSnapshotJob",
    "EngagementSnapshots": "CreateResourceSnapshotJob",
    "ResourceSnapshot": "CreateResourceSnapshot",
    "SellingSystemSettings": "PutSellingSystemSettings",
    "SnapshotJobExecutionRole": "PutSellingSystemSettings",
    "ResourceSnapshotJob(adopt)": "GetResourceSnapshotJob",
    "ResourceSnapshotJob.get": "GetResourceSnapshotJob",
    "SellingSystemSettings.get": "GetSellingSystemSettings",
    "get_resource_snapshot_job": "GetResourceSnapshotJob",
    "get_resource_snapshot_jobs": "ListResourceSnapshotJobs",
    "get_resource_snapshot": "GetResourceSnapshot",
    "get_selling_system_settings": "GetSellingSystemSettings",
}
"""What the service is asked by a program that declares, or looks up, one of these."""

PROGRAM = {"pulumi", "pulumi_aws", "snapshot_provider"}


@dataclass
class Reader:
    """Reads one page.

    Attributes:
        session: the shell.
        emulator: what plays Partner Central.
        after_clone: sets up what a first run in a clone takes minutes for.
    """

    session: Session
    emulator: Emulator
    after_clone: Callable[[Path], None]
    ports: dict[str, str] = field(default_factory=dict)
    tests: list[Path] = field(default_factory=list)

    def follow(self, block: Block) -> None:
        """Do what a block says."""
        if block.language.split(" ")[0] in DIRECTIVES:
            return
        if block.language == "{literalinclude}":
            assert "../examples/" in block.text, f"{block}: only the examples, which are run by their own tests"
            return
        if block.caption:
            path = self.folder() / Path(block.caption)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.filled(block.text), encoding="utf-8")
        known = {"console": self.console, "python": self.python, "json": self.json, "yaml": self.yaml}
        known |= dict.fromkeys(("sh", "text"), self.file)
        assert block.language in known, f"{block}: nobody knows how to run {block.language or 'a block of no language'}"
        known[block.language](block)

    def console(self, block: Block) -> None:
        """Run commands, and compare what they say with what is shown."""
        for command, shown in commands(block.text):
            text = self.filled(INSTEAD[command][0] if command in INSTEAD else command)
            if text.startswith(SERVERS):
                self.serve(text, shown)
                continue
            code, output = self.session.run(text)
            where = f"{block}: $ {text}\n{output}"
            assert (code != 0) == (re.search(r"\berror\b", shown) is not None), f"it ended with {code}: {where}"
            assert not shown or shows(shown, output), f"the page shows\n{shown}\nof {where}"
            if text.startswith("git clone "):
                self.after_clone(self.folder() / text.split()[-1])

    def serve(self, command: str, shown: str) -> None:
        """Start what serves; the ports that the page shows are its own from here on."""
        output = self.session.serve(command, len(shown.splitlines()))
        ports = [re.findall(r"(?<=:)\d{4,5}\b", text) for text in (shown, output)]
        assert len(ports[0]) == len(ports[1]) > 0, output
        self.ports |= dict(zip(*ports, strict=True))

    def python(self, block: Block) -> None:
        """Run tests, a program or a script."""
        tree = ast.parse(block.text)
        if block.caption:
            return
        path = self.folder() / f"test_line_{block.line}.py"
        if any(isinstance(node, ast.FunctionDef) and node.name.startswith("test_") for node in tree.body):
            path.write_text(self.filled(block.text), encoding="utf-8")
            self.tests.append(path)
        elif PROGRAM & imported(tree):
            self.program(block, tree)
        else:
            path.write_text(self.filled(block.text), encoding="utf-8")
            code, output = self.session.run(f"python -W error {path}")
            assert code == 0, f"{block}: {output}"

    def finish(self) -> None:
        """Run the page's tests, where it has such."""
        if self.tests:
            paths = " ".join(map(str, self.tests))
            code, output = self.session.run(f"cd {self.tests[0].parent} && pytest -W error -p no:cacheprovider {paths}")
            assert code == 0, output

    def program(self, block: Block, tree: ast.AST) -> None:
        """Run a program on the engine; the service is the witness that it did what it says."""
        folder = self.folder() / "of-a-block"
        command = f"pulumi -C {folder.name} up --skip-preview"
        if not folder.exists():
            folder.mkdir()
            (folder / "Pulumi.yaml").write_text(f"name: {folder.name}\nruntime: python\n")
            (folder / "Pulumi.block.yaml").write_text(
                "config:\n  partnercentral:catalog: Sandbox\n  aws:region: us-east-1\n"
            )
            command = f"pulumi -C {folder.name} stack init block && {command}"
        (folder / "__main__.py").write_text(self.filled(block.text), encoding="utf-8")
        before = len(self.emulator.calls())
        code, output = self.session.run(command)
        assert code == 0, f"{block}: {output}"
        called = {call["operation"] for call in self.emulator.calls()[before:] if call["error"] is None}
        asked = {MAKES[made] for made in called_names(tree) if made in MAKES}
        assert asked, f"{block}: it declares nothing"
        assert asked <= called, f"{block}: {asked - called} was not called\n{output}"

    def json(self, block: Block) -> None:
        """Give a document to what takes it."""
        document = json.loads(block.text)
        if "Statement" in document:
            assert findings(document) == [], str(block)
        else:
            Faults().add(document)

    def yaml(self, block: Block) -> None:
        """Give a stack's configuration to the provider, and run the commands of a workflow."""
        document = yaml.safe_load(block.text)
        if "jobs" in document:
            self.workflow(block, document)
        elif block.caption != "Pulumi.yaml":  # The project itself: the commands that follow take it.
            assert set(document) == {"config"}, f"{block}: nobody knows what takes it"
            config = {
                key: json.dumps(value) if isinstance(value, (dict, list)) else str(value)
                for key, value in document["config"].items()
            }
            Settings.from_config(config)
            assert any(key.startswith("partnercentral:") for key in config), str(block)

    def workflow(self, block: Block, document: dict[str, Any]) -> None:
        """Run the commands of each job, one after the other, in the environment that the workflow gives them."""
        assert set(document) >= {"name", True, "jobs"}, f"{block}: a workflow has name, on (YAML's true) and jobs"
        for job in document["jobs"].values():
            for name, value in {**document.get("env", {}), **job.get("env", {})}.items():
                assert "${{" in str(value) or self.session.run(f"export {name}='{value}'") == (0, "\n")
            for step in job["steps"]:
                assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "an/action@v1")), str(block)
                code, output = self.session.run(self.filled(step.get("run", "true")))
                assert code == 0, f"{block}: {step}\n{output}"

    def file(self, block: Block) -> None:
        """It is written already, for a command of the page's."""
        assert block.caption, f"{block}: a file has its name as caption"

    def folder(self) -> Path:
        """Where the page has come to."""
        return Path(self.session.run("pwd")[1].strip())

    def filled(self, text: str) -> str:
        """A text with what is the reader's own filled in."""
        for shown, own in {**PLACEHOLDERS, **self.ports}.items():
            text = text.replace(shown, own)
        return text.replace("job-…", self.a_job()) if re.search(r"job-…(?!,)", text) else text

    def a_job(self) -> str:
        """The Id of a job that is there; one is made where there is none."""
        jobs = self.emulator.jobs()
        if not jobs:
            client = boto3.client(
                "partnercentral-selling",
                region_name="us-east-1",
                endpoint_url=self.emulator.url,
                aws_access_key_id="somebody",
                aws_secret_access_key="else",
            )
            client.create_resource_snapshot_job(
                Catalog="Sandbox",
                ClientToken="made-by-hand",
                EngagementIdentifier="eng-0123456789abcd",
                ResourceType="Opportunity",
                ResourceIdentifier="O7654321",
                ResourceSnapshotTemplateIdentifier="OpportunitySummaryView",
            )
            jobs = self.emulator.jobs()
        return str(jobs[-1]["Id"])


def commands(text: str) -> list[tuple[str, str]]:
    """The commands of a block, each with the output that is shown of it."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:].split("  #")[0].rstrip(), ""))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", "")
        else:
            assert found, f"output without a command: {line}"
            found[-1] = (found[-1][0], f"{found[-1][1]}{line}\n")
    return found


def imported(tree: ast.AST) -> set[str]:
    """The packages that a program imports."""
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def called_names(tree: ast.AST) -> set[str]:
    """The names of what a program calls; a job that is adopted is not made."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    adopting = [any(keyword.arg == "adopt" for keyword in call.keywords) for call in calls]
    return {f"{ast.unparse(call.func)}{'(adopt)' * adopts}" for call, adopts in zip(calls, adopting, strict=True)}


def findings(policy: dict[str, Any]) -> list[str]:
    """What the linter has against an IAM policy. It knows no trusts, whose resource is the role that they are of."""
    for statement in policy["Statement"]:
        if statement.pop("Principal", None):
            statement["Resource"] = "*"
    found = [str(finding) for finding in analyze_policy_string(json.dumps(policy)).findings]
    # Jobs that are not made yet have no ARN to name; a condition narrows it instead.
    return [finding for finding in found if "RESOURCE_STAR" not in finding]
