"""A chart whose templates use chance is rendered twice, and what differs is a finding."""

from __future__ import annotations

from pathlib import Path

import pytest
from linted_charts import findings, write

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
POD = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: a}}
spec:
  selector: {{matchLabels: {{app: a}}}}
  template:
    metadata: {{labels: {{app: a}}, annotations: {{roll: {roll}}}}}
    spec: {{containers: [{{name: a, image: "web:1.0"}}]}}
"""


def found(path: Path, text: str, name: str = "templates/a.yaml") -> dict[str, str]:
    folder = write(path / "web", {name: text, "values.yaml": "{}\n", "templates/b.yaml": HEAD.replace(": a}", ": b}")})
    said = findings(folder, "render-nondeterministic")
    return {path: each.message for path, each in said.items()}


@pytest.mark.parametrize("function", ["randAlphaNum 8", "uuidv4", 'genPrivateKey "ecdsa" | b64enc', 'htpasswd "a" "b"'])
def test_a_value_of_chance(tmp_path: Path, function: str) -> None:
    said = found(tmp_path, HEAD + "data: {fixed: b, x: {{ " + function + " | quote }}}\n")
    assert list(said) == ["/data/x"]
    assert function.split(maxsplit=1)[0] in said["/data/x"]
    assert "every upgrade changes the object" in said["/data/x"]


def test_in_a_pod_template_it_restarts_the_pods(tmp_path: Path) -> None:
    said = found(tmp_path, POD.format(roll="{{ randAlphaNum 5 | quote }}"))
    assert list(said) == ["/spec/template/metadata/annotations/roll"]
    assert "starts the pods anew" in said["/spec/template/metadata/annotations/roll"]


def test_a_name_of_chance(tmp_path: Path) -> None:
    assert list(found(tmp_path, HEAD.replace("a}", "a{{ randNumeric 6 }}}"))) == ["/metadata/name"]


def test_in_a_subchart(tmp_path: Path) -> None:
    said = found(tmp_path, HEAD + "data: {x: {{ randAlpha 8 | quote }}}\n", "charts/sub/templates/a.yaml")
    assert list(said) == ["/data/x"]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "data: {x: {{ .Release.Name | sha256sum | quote }}}\n",
        HEAD + "data: {x: known, y: {{ randAlpha 3 | len | quote }}}\n",
        HEAD + '{{ $old := lookup "v1" "Secret" "a" "b" }}data: {x: {{ $old | default (randAlpha 8) | quote }}}\n',
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a{{ randNumeric 6 }}, annotations: {helm.sh/hook: test}}\n"
        "spec: {containers: [{name: a, image: 'web:1.0'}]}\n",
    ],
    ids=["no chance", "without effect", "kept by lookup", "a hook"],
)
def test_silent(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == {}
