"""What all commands have in common: help, exit codes, interrupts, pipes and bugs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import click
import pytest
from conftest import ROOT
from invocation import invoke

import chartgen
from chartgen import errors, helm
from chartgen.cli.failures import exit_code
from chartgen.cli.main import cli
from chartgen.cli.options import HELM_ENGINE
from chartgen.manifests import schema

COMMANDS = [
    [],
    ["render"],
    ["package"],
    ["publish"],
    ["images"],
    ["init"],
    ["lint"],
    ["rules"],
    ["rules", "list"],
    ["rules", "explain"],
    ["rules", "test"],
    ["schema"],
    ["completion"],
]


def start(*arguments: str, **options: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "chartgen", *arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env, **options)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_by_both_names_within_the_width(command: list[str]) -> None:
    short, long = invoke(*command, "-h"), invoke(*command, "--help")
    assert (short.code, short.out) == (0, long.out)
    assert max(map(len, long.out.splitlines())) <= 100
    assert f"Usage: {' '.join(['chartgen', *command])}" in long.out


@pytest.mark.parametrize("command", COMMANDS[1:], ids=" ".join)
def test_every_option_and_command_is_described(command: list[str]) -> None:
    found: click.Command | None = cli
    for name in command:
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), name)
    assert found is not None
    assert found.help
    for parameter in found.params:
        assert not isinstance(parameter, click.Option) or parameter.help, parameter.name


def test_version() -> None:
    known = schema.versions()
    assert invoke("--version").out == (
        f"chartgen {chartgen.__version__}\n"
        f"Helm {helm.engine('embedded').version()} (embedded)\n"
        f"Kubernetes schemas {known[0]} to {known[-1]}\n"
    )


def test_no_command_shows_the_help_and_ends_with_2() -> None:
    result = invoke()
    assert (result.code, result.out) == (2, "")
    assert "Usage: chartgen" in result.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lnt"], "Did you mean 'lint'?"),
        (["rules", "expain"], "Did you mean 'explain'?"),
        (["lint", "--frmat"], "Did you mean '--format'?"),
        (["lint"], "see `chartgen lint --help`"),
        (["lint", "a", "--format", "pdf"], "'junit', 'markdown'"),
        (["schema", "valeus"], "'values'"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_what_would_be_right(arguments: list[str], said: str) -> None:
    result = invoke(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")
    assert said in result.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("x"), 2),
        (errors.InputError("x"), 3),
        (errors.ValuesInvalid("x", ()), 3),
        (errors.RenderError("x"), 4),
        (errors.HelmMissing("x"), 4),
        (errors.RuleBroken("x"), 5),
        (errors.PublishError("x"), 6),
        (click.UsageError("x"), 2),
        (click.Abort(), 130),
        (KeyboardInterrupt(), 130),
        (PermissionError(13, "Permission denied", "x"), 3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_error_has_its_exit_code(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(error, ()) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err


def test_a_bug_leaves_a_log_without_secrets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError as error:
        code = exit_code(error, ["render", "v.yaml", "--set", "a.b=hunter2", "--set=c=hunter2"])
    assert code == 70
    said = " ".join(capsys.readouterr().err.split())
    (log,) = tmp_path.iterdir()
    assert said.startswith("error: chartgen stopped because of a bug: ZeroDivisionError: division by zero")
    assert log.name in said
    text = log.read_text()
    assert "Traceback" in text
    assert f"chartgen {chartgen.__version__}" in text
    assert "a.b=..." in text
    assert "hunter2" not in text


def test_a_closed_pipe_is_no_error() -> None:
    process = start("schema")
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdin.close()
    assert process.wait(30) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_closed_stream_is_no_error(closed: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    command = f"exec {sys.executable} -m chartgen lint a.yaml {closed}"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, shell=True, cwd=tmp_path, env=env, capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.parametrize("arguments", ["lint -", "lint - -", "images -", "diff - -", "init"])
def test_without_standard_input_there_is_one_error(arguments: str, tmp_path: Path) -> None:
    command = f"exec {sys.executable} -m chartgen {arguments} <&-"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr.count("error:")) == (2, "", 1)
    assert "bug" not in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a full disk to write to")
@pytest.mark.parametrize("arguments", ["rules list", "lint a.yaml --format json", "schema"])
def test_a_full_disk_is_told(arguments: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    command = f"exec {sys.executable} -m chartgen {arguments} >/dev/full"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr.startswith("error: the output was not written, or not all of it: No space left on device\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_ends_with_130() -> None:
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell starts background jobs deaf to it
    with start("lint", "-", preexec_fn=heard) as process:
        assert process.stdin is not None
        process.stdin.write(b"#" * 1_000_000)  # more than a pipe holds: written once chartgen reads
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.strip() == b"interrupted"


def test_no_color_and_pipes_have_no_colour() -> None:
    assert "\x1b" not in invoke("rules", "list").out
    assert "\x1b" not in invoke("render", "nowhere.yaml").err


def test_the_help_names_the_helm_engines_that_there_are() -> None:
    option = HELM_ENGINE(click.Command("x")).params[0]  # type: ignore[attr-defined]
    assert tuple(option.type.choices) == helm.ENGINES


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    result = invoke("completion", shell)
    assert result.code == 0
    assert "_CHARTGEN_COMPLETE" in result.out


def test_completion_knows_commands_and_rules(chartgen: object) -> None:
    def complete(line: str) -> list[str]:
        words = line.split(" ")
        env = {"_CHARTGEN_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
        process = chartgen(env=env)  # type: ignore[operator]
        return re.findall(r"plain,(.+)", process.stdout)

    assert complete("chartgen li") == ["lint"]
    assert complete("chartgen rules explain yaml-in") == ["yaml-invalid"]
    assert complete("chartgen lint --select a,schema-inv") == ["a,schema-invalid"]
