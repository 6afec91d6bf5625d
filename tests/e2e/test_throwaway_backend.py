"""A storage backend is two new files, found by listing, and no edit of an existing one, also with a key of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

FRAGMENT = {
    "title": "Throw-away",
    "description": "A volume of a driver that nobody has heard of.",
    "required": ["shelf"],
    "properties": {
        "size": {"$ref": "#/definitions/claimSize"},
        "shelf": {
            "type": "string",
            "pattern": "^[a-z]+$",
            "x-expects": "the name of a shelf",
            "x-phase": "install",
            "description": "Shelf that the volume stands on.",
            "examples": ["upper"],
        },
        "turns": {
            "type": "integer",
            "minimum": 1,
            "default": 3,
            "x-phase": "install",
            "description": "Turns of the key.",
            "examples": [4],
        },
    },
    "x-providers": ["generic"],
    "x-driver": "throwaway.example.com",
    "x-storage-class": None,
    "x-access-modes": ["ReadWriteMany"],
    "x-attaches": False,
    "x-claim": "existing",
    "x-read-only": False,
    "x-throughput-mib": 100,
    "x-throughput-source": "Made up.",
    "x-shared-by-replicas": True,
    "x-sources": ["hub", "volume"],
}
TEMPLATE = """\
[% macro volumes() %]
- name: model
  csi:
    driver: throwaway.example.com
    volumeAttributes:
      shelf: {{ $.Values.storage.shelf | quote }}
      turns: {{ int64 $.Values.storage.turns | quote }}
[% endmacro %]
[% macro env() %]
- name: THROWAWAY_SHELF
  value: {{ $.Values.storage.shelf | quote }}
[% endmacro %]
"""
VALUES = """\
name: thrown
model: {id: TheBloke/vicuna-7B-v1.5-AWQ}
gpu: {type: nvidia-t4}
cluster: {provider: generic}
storage: {backend: throwaway, shelf: upper}
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with the two files of the new backend, and nothing else changed."""
    copy = tmp_path_factory.mktemp("checkout")
    for folder in ("chartgen", "schemas", "charts", "rules"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "schemas" / "storage" / "throwaway.json").write_text(json.dumps(FRAGMENT))
    (copy / "charts" / "vllm" / "storage" / "throwaway.yaml.j2").write_text(TEMPLATE)
    return copy


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`chartgen ARGUMENTS` of that copy, in its folder."""
    return subprocess.run(
        [sys.executable, "-m", "chartgen", *arguments],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_renders_with_its_own_keys(checkout: Path) -> None:
    (checkout / "values.yaml").write_text(VALUES)
    first = run(checkout, "render", "values.yaml", "-o", "out", "--manifests", "manifests.yaml")
    assert first.returncode == 0, first.stderr
    assert not re.search(r"^(error|warning)\[", first.stderr, re.MULTILINE)
    documents = [item for item in yaml.safe_load_all((checkout / "manifests.yaml").read_text()) if item]
    (workload,) = [item for item in documents if item["kind"] == "Deployment"]
    pod = workload["spec"]["template"]["spec"]
    attributes = {"shelf": "upper", "turns": "3"}
    assert {
        "name": "model",
        "csi": {"driver": "throwaway.example.com", "volumeAttributes": attributes},
    } in pod["volumes"]
    assert {"name": "THROWAWAY_SHELF", "value": "upper"} in pod["containers"][0]["env"]
    again = run(checkout, "render", "out/thrown/values.yaml", "-o", "again")
    assert again.returncode == 0, again.stderr
    for path in sorted((checkout / "out" / "thrown").rglob("*")):
        if path.is_file():
            assert path.read_text() == (checkout / "again" / path.relative_to(checkout / "out")).read_text()


def test_its_keys_stay_free_in_the_chart(checkout: Path) -> None:
    (checkout / "values.yaml").write_text(VALUES)
    assert run(checkout, "render", "values.yaml", "-o", "free").returncode == 0
    keys = json.loads((checkout / "free/thrown/values.schema.json").read_text())["properties"]["storage"]
    assert keys["properties"]["shelf"]["pattern"] == "^[a-z]+$"
    assert {"shelf", "turns"} <= set(keys["required"])
    assert "only nfs uses it" in json.dumps(keys["properties"]["server"])


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        (", shelf: upper", "", "storage.shelf", "the key is missing"),
        ("shelf: upper", "shelf: UPPER", "storage.shelf", "is not the name of a shelf"),
        ("backend: throwaway", "backend: empty-dir", "storage.shelf", "only throwaway uses it"),
        ("backend: throwaway", "backend: thrownaway", "storage.backend", "Did you mean `throwaway`?"),
        ("provider: generic", "provider: aks", "storage.backend", "has no Throw-away (throwaway.example.com)"),
        ("TheBloke/vicuna-7B-v1.5-AWQ", "s3://weights/m", "storage.backend", "Throw-away does not read from there"),
    ],
)
def test_its_refusals_come_from_its_fragment(checkout: Path, old: str, new: str, key: str, words: str) -> None:
    assert old in VALUES
    (checkout / "refused.yaml").write_text(VALUES.replace(old, new))
    result = run(checkout, "render", "refused.yaml", "-o", "refused")
    assert result.returncode == 3, result.stderr
    assert key in result.stderr
    assert words in " ".join(result.stderr.split())


def test_it_stands_in_the_printed_schema(checkout: Path) -> None:
    printed = json.loads(run(checkout, "schema").stdout)
    storage = printed["properties"]["storage"]
    assert "throwaway" in storage["properties"]["backend"]["enum"]
    assert storage["properties"]["shelf"]["x-when"] == {"backend": ["throwaway"]}
