"""`chartgen init`: a first values file from an example, from flags, and from answers on a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from invocation import invoke

from chartgen import spec

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
SCHEMA_LINE = "# yaml-language-server: $schema=values.schema.json"
FLAGS = ("--model", "Qwen/Qwen3-8B", "--gpu", "nvidia-l4", "--provider", "generic")
LEAST = {"model": {"id": "Qwen/Qwen3-8B"}, "gpu": {"type": "nvidia-l4"}, "cluster": {"provider": "generic"}}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(*arguments: str) -> str:
    result = invoke("init", *arguments)
    assert result.code == 0, result.err
    return result.out


def answered(*answers: str, arguments: tuple[str, ...] = ()) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a run whose standard input is a terminal."""
    ours, terminal = pty.openpty()
    command = [sys.executable, "-m", "chartgen", "init", *arguments]
    with subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        os.close(terminal)
        os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
        out, err = run.communicate(timeout=60)
    os.close(ours)
    return run.returncode, out, err


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_preset_is_the_example_with_a_schema_line_of_its_own(example: Path) -> None:
    text = written("--preset", example.stem)
    first, *rest = text.splitlines()
    assert first == SCHEMA_LINE
    assert rest == example.read_text().splitlines()[1:]


def test_flags_give_a_commented_file_that_renders() -> None:
    text = written(*FLAGS, "--set", "storage.backend=existing-claim", "--set", "storage.claim=models")
    assert text.splitlines()[0] == SCHEMA_LINE
    assert yaml.safe_load(text) == {**LEAST, "storage": {"backend": "existing-claim", "claim": "models"}}
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if re.match(r" *[a-z]\w*:", line):
            assert lines[index - 1].lstrip().startswith("#"), line
    Path("vllm.yaml").write_text(text)
    assert invoke("render", "vllm.yaml", "-o", "out").code == 0


def test_the_schema_line_names_a_file_that_chartgen_prints(tmp_path: Path) -> None:
    text = written(*FLAGS)
    command = next(line for line in text.splitlines() if "chartgen schema >" in line)
    assert command.endswith("chartgen schema > values.schema.json")
    assert invoke("schema").code == 0


class Strict(yaml.SafeLoader):
    """Refuses a key that is there already."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]  # type: ignore[no-untyped-call]
        assert len(keys) == len(set(keys)), keys
        return super().construct_mapping(node, deep)


@pytest.mark.parametrize("sets", [(), ("workload.replicas=2", "storage.size=64Gi", "networking.service.port=80")])
def test_what_is_suggested_can_be_uncommented_where_it_stands(sets: tuple[str, ...]) -> None:
    text = written(*FLAGS, *(word for each in sets for word in ("--set", each)))
    # The suggestions are lines with one `#`; descriptions among them keep a second one.
    body = [
        line for line in text.splitlines() if not re.match(r" *# [^ ].*[^:]$", line) or re.match(r" *# +\S+: ", line)
    ]
    suggested = yaml.load("\n".join(re.sub(r"^( *)# ?", r"\1", line) for line in body[1:]), Loader=Strict)
    assert suggested["workload"]["replicas"] == (2 if sets else 1)
    assert suggested["model"]["token"] == {"secret": "hf-token", "key": "token"}
    assert spec.load_text(yaml.safe_dump(suggested), "values.yaml").spec.workload.replicas
    assert set(suggested) > set(yaml.safe_load(text))


def test_keys_that_the_choices_do_not_use_are_not_suggested() -> None:
    path = ("--model", "/models/m", "--gpu", "nvidia-l4", "--provider", "generic")
    text = written(*path, "--set", "storage.backend=existing-claim", "--set", "storage.claim=models")
    assert "servedName" in text
    assert "token:" not in text
    assert "size:" not in text


def test_a_file_is_written_once_unless_forced() -> None:
    first = invoke("init", *FLAGS, "-o", "vllm.yaml")
    assert (first.code, first.out) == (0, "")
    assert "next: chartgen render vllm.yaml" in first.err
    Path("vllm.yaml").write_text("mine")
    refused = invoke("init", *FLAGS, "-o", "vllm.yaml")
    assert refused.code == 2
    assert "--force" in refused.err
    assert Path("vllm.yaml").read_text() == "mine"
    assert invoke("init", *FLAGS, "-o", "vllm.yaml", "--force").code == 0
    assert yaml.safe_load(Path("vllm.yaml").read_text()) == LEAST


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "there is nothing to put into it"),
        (["--model", "Qwen/Qwen3-8B"], 3, "error[gpu.type]"),
        (["--preset", "aks"], 2, "aks-daemonset"),
        (["--preset", "aks-daemonset", "--gpu", "nvidia-l4"], 2, "copied as it is"),
        ([*FLAGS, "--set", "workload.replicas"], 2, "there is no `=`"),
        ([*FLAGS, "--set", "modle.id=a"], 3, "Did you mean `model`?"),
        ([*FLAGS, "--set", "model=3"], 3, "error[model]"),
        (["--model", "lmsys/vicuna-7b-v1.5", "--gpu", "nvidia-t4", "--provider", "aks"], 3, "does not fit"),
    ],
)
def test_a_file_that_would_be_refused_is_not_written(arguments: list[str], code: int, said: str) -> None:
    result = invoke("init", *arguments, "-o", "vllm.yaml")
    assert (result.code, result.out) == (code, "")
    assert said in result.err
    assert not Path("vllm.yaml").exists()


def test_warnings_are_told_and_the_file_is_written() -> None:
    gated = ("--model", "meta-llama/Llama-3.1-8B-Instruct", "--gpu", "nvidia-l4", "--provider", "generic")
    result = invoke("init", *gated, "-o", "vllm.yaml")
    assert result.code == 0
    assert "warning[model.token]" in result.err
    assert Path("vllm.yaml").exists()


def test_questions_follow_from_the_answers() -> None:
    answers = ("Qwen3-8B", "Qwen/Qwen3-8B", "generic", "nvidia-l4", "existing-claim", "models", "2")
    code, out, err = answered(*answers)
    assert code == 0, err
    assert yaml.safe_load(out) == {
        **LEAST,
        "workload": {"replicas": 2},
        "storage": {"backend": "existing-claim", "claim": "models"},
    }
    assert "this is not a hub id" in err
    assert "spot.policy" not in err


def test_only_what_is_missing_is_asked_for() -> None:
    arguments = ("--provider", "aks", "--gpu", "nvidia-a10", "--set", "storage.backend=azure-files")
    code, out, err = answered("Qwen/Qwen3-8B", "require", "", arguments=arguments)
    assert code == 0, err
    whole = yaml.safe_load(out)
    assert whole["model"] == {"id": "Qwen/Qwen3-8B"}
    assert whole["spot"] == {"policy": "require"}
    assert whole["workload"] == {"replicas": 1}
    assert "gpu.type" not in err


def test_whoever_ends_the_questions_gets_no_file() -> None:
    code, out, _ = answered("Qwen/Qwen3-8B", "\x04", arguments=("-o", "vllm.yaml"))
    assert (code, out) == (130, "")
    assert not Path("vllm.yaml").exists()
