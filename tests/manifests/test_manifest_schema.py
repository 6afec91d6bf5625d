from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from typing import Any

import pytest

from chartgen import manifests
from chartgen.errors import UsageError
from chartgen.manifests import schema

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: a
  labels: {app: a}
spec:
  replicas: 2
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      containers:
      - name: c
        image: i:1
        ports: [{containerPort: 80}]
        resources: {limits: {cpu: 1, memory: 1Gi, nvidia.com/gpu: "1"}}
        livenessProbe: {httpGet: {path: /health, port: http}, periodSeconds: 10}
"""


def problems(text: str, version: str | None = None) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.message) for problem in schema.check(manifests.from_text(text, "f"), version)]


def edited(old: str, new: str) -> str:
    assert old in DEPLOYMENT
    return DEPLOYMENT.replace(old, new)


@pytest.mark.parametrize("version", [None, "1.37", "v1.37.2", "1.25", "1.30.1-gke.100"])
def test_a_good_object_has_no_problem(version: str | None) -> None:
    assert problems(DEPLOYMENT, version) == []


CONTAINER = "/spec/template/spec/containers/0"
PROBE = f"{CONTAINER}/livenessProbe"


@pytest.mark.parametrize(
    ("old", "new", "pointer", "message"),
    [
        ("replicas: 2", "replicass: 2", "/spec/replicass", "unknown field `replicass`, did you mean replicas"),
        ("replicas: 2", "Replicas: 2", "/spec/Replicas", "unknown field `Replicas`, did you mean replicas"),
        ("replicas: 2", "qqq: 2", "/spec/qqq", "unknown field `qqq`"),
        ("replicas: 2", "a/b~c: 2", "/spec/a~1b~0c", "unknown field `a/b~c`"),
        ("spec:\n  replicas", "specs: {}\nspec:\n  replicas", "/specs", "unknown field `specs`, did you mean spec"),
        ("replicas: 2", 'replicas: "2"', "/spec/replicas", "replicas must be a whole number, it is the text `2`"),
        ("replicas: 2", "replicas: 1.5", "/spec/replicas", "replicas must be a whole number, it is the number 1.5"),
        ("{app: a}\nspec", "{app: true}\nspec", "/metadata/labels/app", "app must be a text, it is true"),
        ("      - name: c\n", "      - command: [a]\n", f"{CONTAINER}/name", "name is missing"),
        ("  selector: {matchLabels: {app: a}}\n", "", "/spec/selector", "selector is missing"),
        ("port: http", "port: {}", f"{PROBE}/httpGet/port", "port must be a text or a whole number, it is a map"),
        ("cpu: 1", "cpu: [1]", f"{CONTAINER}/resources/limits/cpu", "cpu must be a text or a number, it is a list"),
        ("[{containerPort: 80}]", "[80]", f"{CONTAINER}/ports/0", "ports[0] must be a map, it is the number 80"),
        ("image: i:1", "command: [null, [1]]", f"{CONTAINER}/command/1", "command[1] must be a text, it is a list"),
    ],
)
def test_each_problem_names_its_field(old: str, new: str, pointer: str, message: str) -> None:
    assert problems(edited(old, new)) == [(pointer, message)]


@pytest.mark.parametrize(
    "text",
    [
        edited("replicas: 2", "replicas: ${REPLICAS:-1}"),
        edited("{containerPort: 80}", "{containerPort: '${PORT}'}"),
        "apiVersion: v1\nkind: Service\nspec: {type: '${TYPE}', ports: [{port: '${PORT}'}]}\n",
        "apiVersion: skaffold/v4beta11\nkind: Config\nbuild: {}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: driver}\nspec: {nodeSelector: {pool: spark}}\n",
    ],
    ids=["number", "port", "choice", "file of a tool", "pod template of Spark"],
)
def test_what_a_tool_completes_is_not_judged(text: str) -> None:
    assert problems(text) == []


def test_every_problem_is_told_in_a_fixed_order() -> None:
    text = edited("replicas: 2", "zz: 1\n  aa: 1\n  replicas: x").replace("name: c", "nam: c")
    assert [pointer for pointer, _ in problems(text)] == [
        "/spec/aa",
        "/spec/replicas",
        f"{CONTAINER}/nam",
        f"{CONTAINER}/name",
        "/spec/zz",
    ]  # by pointer, so that a report does not change from run to run


def test_a_problem_leads_to_its_line() -> None:
    text = f"---\n{edited('replicas: 2', 'replicass: 2')}"
    [problem] = schema.check(manifests.from_text(text, "f"))
    assert str(manifests.place(problem.manifest, [problem.pointer])[problem.pointer]) == "f:8:3"


@pytest.mark.parametrize(
    ("api_version", "kind", "version", "pointer", "message"),
    [
        (
            "policy/v1beta1",
            "PodDisruptionBudget",
            "1.37",
            "/apiVersion",
            "does not serve PodDisruptionBudget in policy/v1beta1; it does in policy/v1",
        ),
        (
            "autoscaling/v2beta2",
            "HorizontalPodAutoscaler",
            "1.37",
            "/apiVersion",
            "does not serve HorizontalPodAutoscaler in autoscaling/v2beta2;"
            " it does in autoscaling/v1 and autoscaling/v2",
        ),
        ("apps/v1", "Deploymnet", "1.37", "/kind", "has no kind `Deploymnet` in apps/v1, did you mean Deployment"),
        ("v1", "service", "1.37", "/kind", "has no kind `service` in v1, did you mean Service"),
        ("extensions/v1beta1", "Ingress", "1.30", "/apiVersion", "has no API group `extensions`"),
        ("v1", "../../pod", "1.37", "/kind", "has no kind `../../pod` in v1"),
        ("apps", "Deployment", "1.37", "/kind", "has no kind `Deployment` in apps"),
        ("app/v1", "Deployment", "1.37", "/apiVersion", "has no API group `app`, did you mean apps"),
    ],
)
def test_what_a_version_does_not_serve(api_version: str, kind: str, version: str, pointer: str, message: str) -> None:
    found = problems(f"apiVersion: {api_version}\nkind: {kind}\n", version)
    assert found == [(pointer, f"Kubernetes {version} {message}")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: Pod\n", [("/apiVersion", "apiVersion is missing")]),
        ("apiVersion: v1\n", [("/kind", "kind is missing")]),
        ("apiVersion: 1\nkind: Pod\n", [("/apiVersion", "apiVersion must be a text")]),
        ("apiVersion: v1\nkind: [Pod]\n", [("/kind", "kind must be a text")]),
        ("apiVersion: ''\nkind: Pod\n", [("/apiVersion", "apiVersion is empty")]),
    ],
)
def test_an_object_says_what_it_is(text: str, expected: list[tuple[str, str]]) -> None:
    assert problems(text) == expected


ANNOTATED = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: a, annotations: {b: c}}\n"


def test_what_has_metadata_alone_changes_those_of_an_object_that_is_there() -> None:
    assert problems(ANNOTATED) == []
    assert problems(ANNOTATED + "allowVolumeExpansion: true\n") == [("/provisioner", "provisioner is missing")]
    assert problems("apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: a}\n") != []


UNCHECKED = (
    "apiVersion: ray.io/v1\nkind: RayCluster\nspec: {anything: goes}\n",
    "apiVersion: policy.example.com/v1\nkind: PodDisruptionBudget\n",
    "apiVersion: apps.example.com/v1\nkind: Deployment\nwhatever: 1\n",
    "apiVersion: v1\nkind: Status\n",
    "apiVersion: builtin\nkind: PrefixSuffixTransformer\nprefix: a-\n",
    "apiVersion: v1\nkind: List\nitems:\n",
    "replicaCount: 1\n",
)


@pytest.mark.parametrize("text", UNCHECKED)
def test_what_no_schema_describes_is_counted_and_not_judged(text: str) -> None:
    found = manifests.from_text(text, "f")
    assert schema.check(found) == []
    assert schema.unchecked(found) == tuple(found)


def test_what_is_judged_is_not_counted_as_unchecked() -> None:
    texts = (DEPLOYMENT, "apiVersion: apps/v1\nkind: Deploymnet\n", "kind: Pod\n")
    assert schema.unchecked([manifest for text in texts for manifest in manifests.from_text(text, "f")]) == ()


def test_known_kinds_depend_on_the_version() -> None:
    assert schema.known("apps/v1", "Deployment", "1.25")
    assert schema.known("apps/v1", "Deployment")
    assert not schema.known("apps/v1", "deployment")
    assert not schema.known("v1", "Affinity")
    assert schema.known("keda.sh/v1alpha1", "ScaledObject")
    assert not schema.known("ray.io/v1", "RayCluster")
    assert schema.known("resource.k8s.io/v1", "ResourceClaim", "1.37")
    assert not schema.known("resource.k8s.io/v1", "ResourceClaim", "1.25")


def test_versions_are_listed_oldest_first() -> None:
    known = schema.versions()
    assert known[0] == "1.25"
    assert list(known) == sorted(known, key=lambda version: tuple(map(int, version.split("."))))


@pytest.mark.parametrize("version", ["1.99", "1.2", "", "latest", "1", "1.37x", "2.37"])
def test_an_unknown_version_is_a_usage_error_that_names_the_known_ones(version: str) -> None:
    with pytest.raises(UsageError, match="no schemas of Kubernetes") as caught:
        schema.check([], version)
    assert "1.25" in caught.value.remedy
    assert schema.versions()[-1] in caught.value.remedy


def test_the_verdict_is_that_of_the_package_which_brings_the_schemas() -> None:
    """`kubernetes_validate.validate` on random mutations: it is slow, and right."""
    import kubernetes_validate

    chance = random.Random(5)
    [good] = manifests.from_text(DEPLOYMENT, "f")
    verdicts = set()
    for _ in range(40):
        value = copy.deepcopy(good.object)
        mutate(value, chance)
        try:
            kubernetes_validate.validate(value, "1.37", strict=True)
            theirs = True
        except kubernetes_validate.ValidationError:
            theirs = False
        assert (problems_of(value) == []) is theirs, value
        verdicts.add(theirs)
    assert verdicts == {True, False}


def problems_of(value: dict[str, Any]) -> list[schema.SchemaProblem]:
    return schema.check(manifests.from_text(json.dumps(value), "f"), "1.37")


def mutate(value: dict[str, Any], chance: random.Random) -> None:
    """Replace, remove or add one member somewhere below `spec`."""
    node: Any = value["spec"]
    while True:
        members = node.values() if isinstance(node, dict) else node
        inner = [member for member in members if isinstance(member, (dict, list))]
        if not inner or chance.random() < 0.3:
            break
        node = chance.choice(inner)
    fresh = chance.choice(["text", 3, True, [], {}, 1.5, ["a"], {"name": "x"}])
    if isinstance(node, list):
        node.append(fresh)
    elif chance.random() < 0.6 and node:
        node[chance.choice(list(node))] = fresh
    else:
        node[chance.choice(["name", "spec", "extra", "minReadySeconds", "hostNetwork"])] = fresh


def test_the_validator_is_loaded_only_when_it_is_needed() -> None:
    """Reading and placing manifests must not pay for it."""
    heavy = {"jsonschema_rs", "jsonschema", "kubernetes_validate"}
    code = f"import sys, chartgen.manifests; print({heavy!r} & {{*sys.modules}} or 'none')"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "none\n"
