"""Hostile texts in every free-form field: they arrive as they are, or the schema refuses them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import Object, delivered, engine, laid, made, notes, objects, one, pod, written

from chartgen.errors import InputError

LINES = [
    "'", '"', "`", "\\", "\\n", "a'b\"c", "{{ .Release.Name }}", "{{- fail \"x\" }}", "[[ x ]]", "[% raw %]", "[# x #]",
    "# x", "a # b", "a: b", "- a", "yes", "no", "y", "null", "~", "1e3", "0x10", "010", "1_000", "0.10", "true",
    "2020-01-01", "22:22", "=", "<<", "*a", "&a", "!x", "|", ">", "%", "@", "$(HF_TOKEN)", "$$(HF_TOKEN)", "$HOME",
    "$", "$$", "${X}", "$(", " leading", "trailing ", "emoji \U0001f600", "ümläut", "\u2026",
    "--flag", "=b", "a,b", "<b>&amp;", "]]>",
]  # fmt: skip
TEXTS = [*LINES, "x" * 300, "two\nlines", "ends\n", "\n", "tab\there", "a\n---\nb: c", "#!/bin/sh\nexit 1\n", "\u2028x"]
CONTROL = ["\x00", "a\x07", "\x7f", "\x85", "\ufffe", "\ufeffa", "a\x1b[0m"]

Read = Callable[[list[Object]], Any]


def argument(found: list[Object], flag: str) -> str:
    (given,) = [item for item in engine(found)["args"] if item.startswith(f"--{flag}=")]
    return delivered(given.removeprefix(f"--{flag}="))


def variable(found: list[Object], name: str) -> str:
    (given,) = [item["value"] for item in engine(found)["env"] if item["name"] == name]
    return delivered(given)


def side(found: list[Object]) -> Object:
    container: Object = pod(found)["containers"][1]
    return container


# Each free-form field: where the text goes in the values, and where it must arrive.
LINE_FIELDS: dict[str, tuple[Callable[[str], dict[str, Any]], Read]] = {
    "model.servedName": (
        lambda text: {"model": {"servedName": text}},
        lambda found: argument(found, "served-model-name"),
    ),
    "image of a container": (
        lambda text: {"pod": {"extraContainers": [{"name": "side", "image": text}]}},
        lambda found: side(found)["image"],
    ),
}
TEXT_FIELDS: dict[str, tuple[Callable[[str], dict[str, Any]], Read]] = {
    "engine.args": (
        lambda text: {"engine": {"args": {"chat-template": text}}},
        lambda found: argument(found, "chat-template"),
    ),
    "engine.env": (lambda text: {"engine": {"env": {"TEXT": text}}}, lambda found: variable(found, "TEXT")),
    "pod.annotations": (
        lambda text: {"pod": {"annotations": {"example.com/a": text}}},
        lambda found: one(found, "Deployment")["spec"]["template"]["metadata"]["annotations"]["example.com/a"],
    ),
    "serviceAccount.annotations": (
        lambda text: {"serviceAccount": {"annotations": {"example.com/a": text}}},
        lambda found: one(found, "ServiceAccount")["metadata"]["annotations"]["example.com/a"],
    ),
    "pod.initContainers": (
        lambda text: {"pod": {"initContainers": [{"name": "first", "image": "i:1", "command": [text]}]}},
        lambda found: pod(found)["initContainers"][0]["command"][0],
    ),
    "pod.extraVolumes": (
        lambda text: {
            "pod": {"extraVolumes": [{"name": "v", "csi": {"driver": "d", "volumeAttributes": {"a": text}}}]}
        },
        lambda found: next(item for item in pod(found)["volumes"] if item["name"] == "v")["csi"]["volumeAttributes"][
            "a"
        ],
    ),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_set_at_install_arrives_everywhere(plain: Path, text: str) -> None:
    fields = TEXT_FIELDS | (LINE_FIELDS if text in LINES else {})
    found = objects(plain, laid({}, *(place(text) for place, _ in fields.values())))
    assert {name: read(found) for name, (_, read) in fields.items()} == dict.fromkeys(fields, text)


def test_texts_of_a_values_file_arrive(tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "engine": {"env": {f"TEXT_{number}": text for number, text in enumerate(TEXTS)}},
        "pod": {"annotations": {f"example.com/{number}": text for number, text in enumerate(TEXTS)}},
        "model": {"servedName": "{{ .Release.Name }} # '\"$(HF_TOKEN)"},
        "chart": {"description": "{{ .Release.Name }}: \"x\" # 'y' | z", "maintainers": [{"name": "yes: # no"}]},
    }
    folder = written(tmp_path, given)
    found = objects(folder)
    assert [variable(found, f"TEXT_{number}") for number in range(len(TEXTS))] == TEXTS
    annotations = one(found, "Deployment")["spec"]["template"]["metadata"]["annotations"]
    assert [annotations[f"example.com/{number}"] for number in range(len(TEXTS))] == TEXTS
    assert argument(found, "served-model-name") == given["model"]["servedName"]
    with helm_python.Chart.load(folder) as chart:
        assert chart.metadata["description"] == given["chart"]["description"]
        assert chart.metadata["maintainers"] == [{"name": "yes: # no"}]


@pytest.mark.parametrize("field", [*LINE_FIELDS, *TEXT_FIELDS])
@pytest.mark.parametrize("text", CONTROL)
def test_control_characters_are_refused(tmp_path: Path, plain: Path, field: str, text: str) -> None:
    place, _ = (LINE_FIELDS | TEXT_FIELDS)[field]
    with pytest.raises(helm_python.HelmError):
        objects(plain, place(text))
    with pytest.raises(InputError):
        made(tmp_path, place(text))


def test_odd_keys_arrive(plain: Path) -> None:
    keys = ["y", "no", "1", "1e3", "a.b/c_D"]
    found = objects(
        plain, {"pod": {"labels": dict.fromkeys(keys, "on")}, "cluster": {"nodeSelector": dict.fromkeys(keys, "010")}}
    )
    labels = one(found, "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert {key: labels[key] for key in keys} == dict.fromkeys(keys, "on")
    assert pod(found)["nodeSelector"] == dict.fromkeys(keys, "010")


@pytest.mark.parametrize("text", LINES)
def test_the_test_pod_and_the_notes_carry_the_models_odd_name(plain: Path, text: str) -> None:
    values = {"model": {"servedName": text}}
    arguments = one(objects(plain, values), "Pod", "test")["spec"]["containers"][0]["args"]
    asked = json.loads(delivered(arguments[arguments.index("--data") + 1]))
    assert asked == {"model": text, "prompt": "Hello", "max_tokens": 1}
    said = notes(plain, values)
    command = said[said.index("curl ") : said.index("\n\n   or let Helm")]
    assert json.loads(shlex.split(command)[-1])["model"] == text
