"""The command line before it calls anything: help, mistakes, exit codes, JSON."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

import snapshot_provider
from snapshot_provider import errors
from snapshot_provider.cli import main
from snapshot_provider.cli.faults import ExitCode
from snapshot_provider.cli.options import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"


def run(*arguments: str) -> int:
    code: int = main(list(arguments), prog_name="snapshot-provider", standalone_mode=False)
    return code


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it."""
    context = click.Context(main, info_name="snapshot-provider")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", found) for inner, found in command.commands.items())


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CATALOG", "PROFILE", "ENDPOINT_URL", "JSON"):
        monkeypatch.delenv(f"{ENVIRONMENT}_{name}", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING", raising=False)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["list", "--help"], ["lst"]])
def test_help_and_mistakes_load_neither_boto3_nor_pulumi(arguments: list[str]) -> None:
    program = (
        "import sys; from snapshot_provider.cli import main; main(sys.argv[1:], standalone_mode=False);"
        "loaded = {'boto3', 'botocore', 'pulumi', 'rich', 'aiohttp'} & set(sys.modules);"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("words", "command"), [pytest.param(*found, id=found[0]) for found in commands()])
def test_each_command_explains_itself(words: str, command: click.Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words.split(), "--help") == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"Usage: snapshot-provider {words} ")
    assert "--json" in shown
    assert command.get_short_help_str(60).endswith(".")
    assert "..." not in command.get_short_help_str(60)
    assert all(option.help for option in command.params if isinstance(option, click.Option))
    assert f"`{words.rsplit(maxsplit=1)[-1]}" in PAGE.read_text()


@pytest.mark.parametrize("words", [[], ["emulator"]])
def test_alone_it_shows_the_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("Usage: snapshot-provider")
    assert shown.err == ""


def test_exit_codes_are_in_the_help_and_on_their_page(capsys: pytest.CaptureFixture[str]) -> None:
    run("--help")
    shown = capsys.readouterr().out
    page = PAGE.read_text()
    for code in ExitCode:
        assert f"{int(code):>5}  {code.meaning}" in shown
        assert f"| {int(code)} | " in page


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (errors.ProviderError("x"), 1),
        (errors.InvalidError("x", code="ValidationException"), 1),
        (errors.ServiceError("x", code="ServiceQuotaExceededException"), 1),
        (errors.ConfigurationError("x"), 2),
        (errors.NotFoundError("x", code="ResourceNotFoundException"), 3),
        (errors.AccessError("x", code="AccessDeniedException"), 4),
        (errors.ServiceError("x", code="AccessDenied"), 4),
        (errors.ServiceError("x", code="ExpiredTokenException"), 4),
        (errors.CredentialsError("x"), 4),
        (errors.UnreachableError("x"), 5),
        (errors.MalformedAnswerError("x"), 5),
        (errors.ThrottledError("x", code="ThrottlingException"), 5),
        (errors.ServiceError("x", code="InternalServerException"), 5),
        (errors.ServiceError("x", code="503"), 5),
    ],
)
def test_the_exit_code_of_a_fault(fault: errors.ProviderError, code: int) -> None:
    assert ExitCode.of(fault) == code


MISTAKES: list[tuple[list[str], str]] = [
    (["lst"], 'There is no command "lst". Did you mean list?'),
    (["quux"], "There are: doctor, list, show, import, report, emulator"),
    (["list", "--catalog", "Sandboks"], "'Sandboks' is not one of 'AWS', 'Sandbox'"),
    (["list", "--engagement", "acme"], '"acme"'),
    (["list", "--quick", "--watch"], "--watch shows what --quick leaves out"),
    (["list", "--watch", "soon"], '"soon" is not a number of seconds'),
    (["list", "--watch=0"], '"0" is not a number of seconds'),
    (["list", "--endpoint-url", "nowhere"], '"nowhere" is not a URL'),
    (["list", "--profile", "no-such-profile"], "no-such-profile"),
    (["show"], "Missing argument"),
    (["show", "acme"], '"acme" is not a job\'s Id'),
    (["show", "--watch", "job-0123456789abc"], "put --watch last"),
    (["import"], "one of the three"),
    (["import", "--all", "--engagement", "eng-0123456789abcd"], "one of the three"),
    (["import", "--all", "--out=x", "--program=x"], "each its own"),
    (["import", "--all", "--out=no/such/folder/x"], "There is no folder no/such/folder"),
    (["emulator", "seed"], "Give --engagement or --opportunity"),
    (["emulator", "state"], "No emulator is named"),
    (["emulator", "state", "--url=http://example.com:80"], "is not an emulator on this machine"),
    (["emulator", "state", "--url=http://127.0.0.1.example.com"], "is not an emulator on this machine"),
    (["emulator", "state", "--url=http://[::1"], "is not an emulator on this machine"),
    (["emulator", "state", "--url=https://partnercentral-selling.us-east-1.api.aws"], "is not an emulator"),
    (["emulator", "start", "--port=port"], "is not a port"),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES[:-1], ids=lambda value: " ".join(value)[:40])
def test_mistakes_are_told_in_words_and_in_json(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert (shown.out, "Traceback" in shown.err) == ("", False)
    for told in ([*arguments, "--json"], ["--json", *arguments]):
        assert run(*told) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        error = json.loads(shown.err)["error"]
        assert (error["kind"], error["exit_code"]) == ("usage", 2)
        assert message in error["message"]


def test_the_emulators_own_options_are_its_own_to_refuse(capsys: pytest.CaptureFixture[str]) -> None:
    arguments, message = MISTAKES[-1]
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_json_from_the_environment(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{ENVIRONMENT}_JSON", "1")
    assert run("--version") == 0
    assert json.loads(capsys.readouterr().out)["version"]
    assert run("show", "acme") == 2
    assert json.loads(capsys.readouterr().err)["error"]["kind"] == "usage"


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    text = capsys.readouterr().out
    assert run("--version", "--json") == 0
    assert text == f"snapshot-provider {json.loads(capsys.readouterr().out)['version']}\n"


def test_the_shell_completes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for words, completions in (
        ("snapshot-provider li", {"plain,list"}),
        ("snapshot-provider list --q", {"plain,--quick"}),
    ):
        monkeypatch.setenv("_SNAPSHOT_PROVIDER_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        with pytest.raises(SystemExit):
            run()
        assert set(capsys.readouterr().out.split()) == completions


def test_import_writes_over_nothing_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("imported.py").write_text("mine")
    assert run("import", "--all") == 2
    assert "imported.py exists already: give --program another file, or --force" in capsys.readouterr().err
    assert run("import", "--all", "--out=-", "--program=x.py", "--json") == 2
    assert "standard output has the result" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["imported.py"]


def test_credentials_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    assert run("list", "--endpoint-url=http://127.0.0.1:1", "--json") == 4
    error = json.loads(capsys.readouterr().err)["error"]
    assert (error["kind"], error["exit_code"]) == ("access", 4)
    assert "or give --profile." in error["message"]


@pytest.mark.parametrize(
    "environment",
    [
        {"AWS_CONFIG_FILE": "{broken}"},
        {"AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING": "nowhere"},
        {"AWS_PROFILE": "absent"},
    ],
    ids=["file", "endpoint", "profile"],
)
def test_a_configuration_of_boto3_that_cannot_be_used(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken").write_text("[default\n")
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(broken=tmp_path / "broken"))
    assert run("list") == 2
    shown = capsys.readouterr().err
    assert "Traceback" not in shown
    assert "AWS configuration file" in shown


def test_each_public_name_is_there_once_it_is_asked_for() -> None:
    source = ast.parse(Path(snapshot_provider.__file__).read_text())
    imports = [node for node in ast.walk(source) if isinstance(node, ast.ImportFrom)]
    for type_checkers_see in imports:
        module = import_module(type_checkers_see.module or "")
        for name in (
            alias.name for alias in type_checkers_see.names if module.__name__.startswith("snapshot_provider")
        ):
            assert getattr(snapshot_provider, name) is getattr(module, name)
            assert name in snapshot_provider.__all__
    assert set(snapshot_provider.__all__) <= set(dir(snapshot_provider))
    with pytest.raises(AttributeError, match="no attribute 'ResourceSnapshotJobs'"):
        _ = snapshot_provider.ResourceSnapshotJobs
