"""The generator refuses exactly the tags that the rule image-tag-floating finds in a pod."""

from __future__ import annotations

import pytest

from chartgen import lint
from chartgen.model.manifest import Manifest, Source
from chartgen.spec.checks.serving import moves

WORDS = ("latest", "main", "Nightly", "dev", "stable", "head", "development", "v1")
SUFFIXES = """
-gpu _cu12 -cu12.4 -py3.10 -13 -12.4 -gpu-12.4 -gpu-1.2.3 -v2 _v0.5.1 -1.2.3rc1 -nightly -diffusion-xl
-20240501 -2024-05-01-gpu .20240501 -20240501gpu -2f1d857 -sha-2f1d857 -g2f1d857 .1a2b3c4d -latest -20240501-latest
"""


@pytest.mark.parametrize("word", WORDS)
def test_rule_and_generator_agree(word: str) -> None:
    (rule,) = lint.load(select=["image-tag-floating"])
    tags = [word + suffix for suffix in ("", *SUFFIXES.split())]
    found = [tag for tag in tags if list(lint.run(lint.releases([pod(f"example.com/tool:{tag}")]), [rule]))]
    assert found == [tag for tag in tags if moves(tag)]


def pod(image: str) -> Manifest:
    spec = {"containers": [{"name": "tool", "image": image}]}
    return Manifest(
        Source("pod.yaml", ""), 0, "", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}
    )
