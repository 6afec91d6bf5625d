from __future__ import annotations

import json

from chartgen import manifests

TWO = "a: 1\nspec:\n  b: 1\n---\nkind: List\nitems:\n- spec:\n    b: 1\n- spec: {c: 1}\n"


def test_pointers_are_relative_to_the_object() -> None:
    first, second, third = manifests.from_text(TWO, "f")
    assert [str(place) for place in manifests.place(first, ["", "/spec/b"]).values()] == ["f:1:1", "f:3:3"]
    assert [str(place) for place in manifests.place(second, ["", "/spec/b"]).values()] == ["f:7:3", "f:8:5"]
    places = manifests.place(third, ["/spec/c", "/spec/b/0", "/d"])
    assert list(places) == ["/spec/c", "/spec/b/0", "/d"]
    assert [str(place) for place in places.values()] == ["f:9:10", "f:9:3", "f:9:3"]


def test_many_objects_are_placed_as_each_of_them_is() -> None:
    found = manifests.from_text(TWO, "f") + manifests.from_text(TWO, "g")
    wanted = {manifest: ["/spec/b", "/spec", ""] for manifest in reversed(found)}
    together = manifests.place_all(wanted)
    assert list(together) == list(wanted)
    assert together == {manifest: manifests.place(manifest, wanted[manifest]) for manifest in found}


def test_members_of_one_list_are_placed_in_one_pass() -> None:
    text = json.dumps({"kind": "List", "items": [{"spec": {"a": number}} for number in range(3000)]}, indent=1)
    found = manifests.from_text(text, "f")
    places = manifests.place_all({manifest: ["/spec/a"] for manifest in found})
    lines = text.split("\n")
    for number, manifest in enumerate(found):
        assert lines[places[manifest]["/spec/a"].line - 1].strip() == f'"a": {number}'


def test_nothing_asked_nothing_found() -> None:
    [found, *_] = manifests.from_text(TWO, "f")
    assert manifests.place(found, []) == {}
    assert manifests.place_all({}) == {}
