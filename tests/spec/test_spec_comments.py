"""Where comments end up, case by case."""

from __future__ import annotations

import re

import pytest
from values_text import MINIMAL

from chartgen import spec


def rewritten(text: str) -> str:
    """The canonical text without the descriptions that chartgen adds, checked to be a fixed point."""
    loaded = spec.load_text(text, "values.yaml")
    assert spec.load_text(loaded.text, "values.yaml").text == loaded.text
    return re.sub(r"(?m)^ *# (?!\d).*\n", "", loaded.text)


def section(text: str, name: str) -> str:
    """A top-level section with the comments right above it."""
    found = re.search(rf"(?m)(^#.*\n)*^{name}:.*\n(^(?: +.*)\n)*", rewritten(text))
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("# 1\nspot:\n  policy: never\n", "# 1\nspot:\n  policy: never\n"),
        ("spot: # 1\n  # 2\n  policy: never # 3\n", "spot: # 1\n  # 2\n  policy: never # 3\n"),
        ("spot: {policy: never} # 1\n", "spot: # 1\n  policy: never\n"),
        (
            "spot: { # 1\n  # 2\n  policy: never, # 3\n  # 4\n  } # 5\n",
            "# 5\nspot: # 1\n  # 2\n  policy: never # 3\n  # 4\n",
        ),
        ("spot:\n  policy: never\n  # 1\n", "spot:\n  policy: never\n  # 1\n"),
        ("spot:\n  policy: never\n # 1\n", "spot:\n  policy: never\n"),
        ("spot:\n    policy: never\n    # 1\n", "spot:\n  policy: never\n  # 1\n"),
        ("spot:\n  # 1\n", "spot:\n  policy: never\n  # 1\n"),
        ('spot:\n  policy: "never"# 1\n', "spot:\n  policy: never # 1\n"),
        ("spot:\n  policy:\n    # 1\n    never\n", "spot:\n  # 1\n  policy: never\n"),
        ("spot:\n  policy: null # 1\n", "spot:\n  policy: never # 1\n"),
        ("lifecycle:\n  drainSeconds: null # 1\n  # 2\n", "# 1\nlifecycle:\n  hangDetection: none\n  # 2\n"),
        ("spot: &a # 1\n  policy: never\n", "spot: # 1\n  policy: never\n"),
        ("autoscaling:\n  kind: none\n  # 1\n  min: 1 # 2\n", "# 1\n# 2\nautoscaling:\n  kind: none\n"),
        ("spot:\r\n  # 1\r\n  policy: never # 2\r\n", "spot:\n  # 1\n  policy: never # 2\n"),
    ],
)
def test_a_comment_stays_at_its_key(source: str, wanted: str) -> None:
    name = re.search(r"(?m)^(\w+):", wanted)
    assert name is not None
    assert section(source + MINIMAL, name[1]) == wanted


def test_list_items_keep_their_comments() -> None:
    text = (
        MINIMAL
        + "pod:\n  initContainers: # 1\n  # 2\n  - name: a # 3\n    # 4\n    image: i:1\n    # 5\n"
        + "  - # 6\n    image: i:1\n    name: b\n  # 7\n  - {name: c, image: i:1} # 8\n  # 9\n"
    )
    assert section(text, "pod").partition("  initContainers")[2] == (
        ": # 1\n    # 2\n    - name: a # 3\n      # 4\n      image: i:1\n      # 5\n"
        "    # 6\n    - name: b\n      image: i:1\n    # 7\n    # 8\n    - name: c\n      image: i:1\n    # 9\n"
    )


def test_a_hash_inside_a_text_is_no_comment() -> None:
    texts = """    A: "# 1"\n    B: |- # 2\n      # 3\n      x # 4\n    # 5\n    C: a#b\n    D: '# 6'\n"""
    text = f"{MINIMAL}engine:\n  env:\n{texts}"
    assert section(text, "engine").partition("  env:\n")[2] == (
        '    A: "# 1"\n    B: |- # 2\n      # 3\n      x # 4\n    # 5\n    C: a#b\n    D: "# 6"\n'
    )


def test_the_header_stays_on_top() -> None:
    text = "# yaml-language-server: $schema=x.json\n# 1 licence\n\n# 2 more\n\n# 3 model\n" + MINIMAL + "# 4 end\n"
    loaded = spec.load_text(text, "values.yaml")
    assert loaded.text.startswith("# yaml-language-server: $schema=x.json\n# 1 licence\n\n# 2 more\n\n# What")
    assert "\n# 3 model\nmodel:\n" in loaded.text
    assert loaded.text.endswith("\n\n# 4 end\n")


def test_a_modeline_stays_in_the_first_line() -> None:
    text = "# yaml-language-server: $schema=x.json\n# 1 model\n" + MINIMAL
    assert spec.load_text(text, "values.yaml").text.startswith("# yaml-language-server: $schema=x.json\n\n")
    assert "# 1 model\nmodel:" in rewritten(text)


def test_added_keys_are_described_and_written_ones_are_not() -> None:
    text = spec.load_text(MINIMAL + "spot:\n  policy: never\n", "values.yaml").text
    assert "\nspot:\n  policy: never\n" in text
    assert "\n# The Service.\n" not in text
    assert "  # The Service.\n  service:\n" in text
    assert "# Computed by chartgen" in text


def test_anchors_and_merges_are_written_out() -> None:
    resources = "workload:\n  resources: &r {cpu: 2, memory: 30Gi} # 1\n"
    found = rewritten(MINIMAL + resources + "pod:\n  labels: &l {a: b}\n  annotations: {<<: *l, c: d}\n")
    assert '  resources: # 1\n    cpu: "2"\n    memory: 30Gi\n' in found
    assert "  annotations:\n    a: b\n    c: d\n" in found or "  annotations:\n    c: d\n    a: b\n" in found


def test_json_is_read_and_written_as_yaml() -> None:
    model = '"model": {"id": "a/b", "servedName": "\\ud83d\\ude00 # x"}'
    text = f'{{{model}, "gpu": {{"type": "nvidia-a10"}}, "cluster": {{"provider": "aks"}}}}'
    assert '  servedName: "😀 # x"\n' in rewritten(text)


def test_comments_in_the_derived_block_survive() -> None:
    first = spec.load_text(MINIMAL, "values.yaml").text
    noted = first.replace("  gpuCount: 1\n", "  # 1\n  gpuCount: 1 # 2\n") + "  # 3\n"
    assert spec.load_text(noted, "values.yaml").text == noted
