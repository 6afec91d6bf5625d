from __future__ import annotations

import json
from pathlib import Path

import pytest

from chartgen import manifests
from chartgen.errors import InputError
from chartgen.model.manifest import Manifest

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"


def names(found: list[Manifest]) -> list[tuple[str, str, str]]:
    return [(manifest.kind, manifest.name, manifest.pointer) for manifest in found]


def test_one_object_per_document_and_none_for_an_empty_one() -> None:
    text = f"# nothing\n---\n---\n{POD}---\n# nothing\n---\n{POD.replace('name: a', 'name: b')}"
    found = manifests.from_text(text, "f.yaml")
    assert names(found) == [("Pod", "a", ""), ("Pod", "b", "")]
    assert found[0].source is found[1].source
    assert (found[0].source.file, found[0].source.text, found[0].source.rendered) == ("f.yaml", text, False)
    assert text[found[1].start :].startswith("---\napiVersion")


def test_rendered_text_is_marked() -> None:
    assert manifests.from_text(POD, "f", rendered=True)[0].source.rendered


def test_nothing_in_nothing_out() -> None:
    assert manifests.from_text("", "f") == []
    assert manifests.from_text("apiVersion: v1\nkind: List\nitems: []\n", "f") == []
    assert manifests.from_text("apiVersion: v1\nkind: List\nitems:\n", "f")[0].kind == "List"


def test_lists_are_replaced_by_their_members_however_nested() -> None:
    inner = {"apiVersion": "v1", "kind": "List", "items": [{"kind": "A", "metadata": {"name": "x"}}]}
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [{"kind": "B"}, inner]})
    assert names(manifests.from_text(text, "f")) == [("B", "", "/items/0"), ("A", "x", "/items/1/items/0")]


def test_members_of_a_typed_list_may_leave_out_their_kind() -> None:
    text = "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: a}\n- kind: Other\n"
    found = manifests.from_text(text, "f")
    assert [(manifest.api_version, manifest.kind, manifest.name) for manifest in found] == [
        ("apps/v1", "Deployment", "a"),
        ("", "Other", ""),
    ]


def test_a_custom_object_whose_kind_ends_with_list_is_an_object() -> None:
    text = "apiVersion: x.io/v1\nkind: AllowList\nspec: {}\nitems: [1]\n"
    assert names(manifests.from_text(text, "f")) == [("AllowList", "", "")]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\n---\n- b\n", "f:3:1", "document is a list"),
        ("hello\n", "f:1:1", "a text"),
        ("---\n  true\n", "f:2:3", "a boolean"),
        ("3\n", "f:1:1", "a number"),
        ("kind: List\nitems:\n- kind: A\n- 3\n", "f:4:3", "list member is a number"),
        ('{"kind": "List", "items": [null]}', "f:1:28", "list member is empty"),
        ("a: [\n", "f:2:1", "YAML cannot be read"),
    ],
)
def test_what_is_no_object_is_refused_at_its_place(text: str, place: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        manifests.from_text(text, "f")
    assert str(caught.value.location) == place
    assert words in caught.value.message
    assert caught.value.remedy


def test_a_file_is_read_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text(POD)
    assert manifests.from_file(file)[0].source.file == str(file)
    with pytest.raises(InputError, match=r"missing\.yaml cannot be read"):
        manifests.from_file(tmp_path / "missing.yaml")
