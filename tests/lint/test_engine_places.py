"""Which objects a rule looks at, what it walks over in them, and where its findings point."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rule_making import POD, find, make, parse, pointers

from chartgen.errors import RuleBroken
from chartgen.lint import releases, run
from chartgen.lint.facts.registry import RELATED
from chartgen.lint.kinds import GROUPS, templates, walk, workloads
from chartgen.model.finding import Place

SERVED = """
apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: {name: lws}
spec:
  leaderWorkerTemplate:
    leaderTemplate:
      metadata: {labels: {role: leader}}
      spec:
        initContainers: [{name: fetch, env: [{name: A, value: "1"}]}]
        containers: [{name: l, env: [{name: B, value: "2"}, {name: C, value: "3"}]}, {name: side}]
        volumes: [{name: v}]
    workerTemplate:
      spec: {containers: [{name: w}], volumes: [{name: x}, {name: y}]}
"""
LEADER = "/spec/leaderWorkerTemplate/leaderTemplate"
WORKER = "/spec/leaderWorkerTemplate/workerTemplate"


@pytest.mark.parametrize(
    ("walked", "expected"),
    [
        ("object", [""]),
        ("pod", [LEADER, WORKER]),
        ("container", [f"{LEADER}/spec/containers/0", f"{LEADER}/spec/containers/1", f"{WORKER}/spec/containers/0"]),
        (
            "anyContainer",
            [
                f"{LEADER}/spec/containers/0",
                f"{LEADER}/spec/containers/1",
                f"{LEADER}/spec/initContainers/0",
                f"{WORKER}/spec/containers/0",
            ],
        ),
        ("volume", [f"{LEADER}/spec/volumes/0", f"{WORKER}/spec/volumes/0", f"{WORKER}/spec/volumes/1"]),
        (
            "env",
            [
                f"{LEADER}/spec/containers/0/env/0",
                f"{LEADER}/spec/containers/0/env/1",
                f"{LEADER}/spec/initContainers/0/env/0",
            ],
        ),
        (
            "/spec/leaderWorkerTemplate/*/spec/volumes/*/name",
            [f"{LEADER}/spec/volumes/0/name", f"{WORKER}/spec/volumes/0/name", f"{WORKER}/spec/volumes/1/name"],
        ),
        ("/spec/absent/*", []),
    ],
)
def test_iterators(tmp_path: Path, walked: str, expected: list[str]) -> None:
    assert pointers(find(make(tmp_path, forEach=walked), SERVED)) == expected


@pytest.mark.parametrize(
    ("walked", "expression", "message"),
    [
        ("env", "object.kind + container.name + env.name + element.value", "LeaderWorkerSetlB2"),
        ("container", "container.name + pod.metadata.labels.role + element.name", "lleaderl"),
        ("volume", "volume.name + element.name", "vv"),
        ("pod", "element.metadata.labels.role + pod.metadata.labels.role", "leaderleader"),
        ("/spec/leaderWorkerTemplate/*/spec/volumes/*", "pod.spec.containers[0].name + element.name", "lv"),
    ],
)
def test_raw_variables(tmp_path: Path, walked: str, expression: str, message: str) -> None:
    found = find(
        make(tmp_path, forEach=walked, messageExpression=f"string({expression})"), SERVED, valid=lambda _: False
    )
    assert found[0].message == message


def test_a_pod_is_metadata_and_spec_even_where_the_manifest_has_neither(tmp_path: Path) -> None:
    rule = make(tmp_path, forEach="pod", expression="size(pod) == 2 && pod.metadata == {} && pod.spec == {}")
    assert find(rule, "{apiVersion: v1, kind: Pod, spec: 7}") == []


def test_an_object_with_several_pods_has_no_pod(tmp_path: Path) -> None:
    rule = make(tmp_path, expression="has(pod.spec)", match="workload")
    assert [each.unknown for each in find(rule, SERVED + "\n---\n" + POD)] == [True]


@pytest.mark.parametrize(
    ("at", "pointer"),
    [
        ("", "/spec/containers/0"),
        ("/ports/0/containerPort", "/spec/containers/0/ports/0/containerPort"),
        ("object:/spec/replicas", "/spec/replicas"),
        ("object:", ""),
    ],
)
def test_at(tmp_path: Path, at: str, pointer: str) -> None:
    assert pointers(find(make(tmp_path, forEach="container", at=at), POD)) == [pointer]


def test_keys_in_a_pattern_are_escaped_and_sorted(tmp_path: Path) -> None:
    text = "{apiVersion: v1, kind: ConfigMap, metadata: {labels: {b/c: one, a~d: two}}}"
    found = find(make(tmp_path, forEach="/metadata/labels/*", messageExpression="string(element)"), text)
    assert [(each.place.pointer, each.message) for each in found] == [
        ("/metadata/labels/a~0d", "two"),
        ("/metadata/labels/b~1c", "one"),
    ]


def test_a_walk_over_a_map_is_sorted() -> None:
    assert list(walk({"b": 1, "c": [2], "a": 3}, "/*")) == [("/a", 3), ("/b", 1), ("/c", [2])]
    assert list(walk({"b": 1, "c": [2], "a": 3}, "/c/0")) == [("/c/0", 2)]
    assert list(walk({"c": [2]}, "/c/1")) == list(walk({"c": [2]}, "/c/0/x")) == list(walk([], "/\u00b2")) == []


def kind(api_version: str, name: str) -> str:
    return f"{{apiVersion: {api_version}, kind: {name}, metadata: {{name: x}}}}"


@pytest.mark.parametrize(
    ("match", "api_version", "name", "matched"),
    [
        ("service", "v1", "Service", True),
        ("service", "serving.knative.dev/v1", "Service", False),
        ("workload", "apps/v1", "Deployment", True),
        ("workload", "apps/v1beta2", "Deployment", True),
        ("workload", "v1", "Deployment", False),
        ("autoscaler", "keda.sh/v1alpha1", "ScaledObject", True),
        ("any", "example.com/v1", "Widget", True),
        ({"kinds": ["StatefulSet", "Ingress"]}, "networking.k8s.io/v1", "Ingress", True),
        ({"kinds": ["StatefulSet"]}, "apps/v1", "Deployment", False),
        ({"kinds": ["example.com/Widget"]}, "example.com/v2", "Widget", True),
        ({"kinds": ["example.com/Widget"]}, "example.org/v2", "Widget", False),
    ],
)
def test_match(tmp_path: Path, match: Any, api_version: str, name: str, matched: bool) -> None:
    assert bool(find(make(tmp_path, match=match), kind(api_version, name))) is matched


def test_a_bare_kind_must_be_known(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match="Widget is not a kind known by name: write group/Widget"):
        find(make(tmp_path, match={"kinds": ["Widget"]}, forEach="pod"), POD, valid=None) or run(
            releases(parse(POD)), [make(tmp_path, match={"kinds": ["Pod", "Widget"]})]
        )


def test_every_workload_kind_has_templates() -> None:
    for each in GROUPS["workload"]:
        assert each.templates, each
        for _, pattern in each.templates:
            (manifest,) = parse(kind(f"{each.group}/v1".removeprefix("/"), each.name))
            _plant(manifest.object, pattern.split("/")[1:])
            found = templates(manifest)
            assert [template.spec for template in found] == [{"containers": []}], each
            (workload,) = workloads(releases([manifest]))
            assert workload.kind == each


def _plant(value: Any, path: list[str]) -> None:
    """Put a pod template at the path, a list of one where the pattern has `*`."""
    for index, part in enumerate(path):
        following: Any = [] if path[index + 1 : index + 2] == ["*"] else {}
        if isinstance(value, list):
            value.append(following)
            value = value[0]
        else:
            value = value.setdefault(part, following)
    value["spec"] = {"containers": []}


def test_related_places_come_in_the_order_of_their_names_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RELATED, "one", lambda s: [Place(s.manifest, "/b", "x"), Place(s.manifest, "/a")])
    monkeypatch.setitem(
        RELATED, "two", lambda s: [Place(s.manifest, "/b"), Place(s.manifest, "/kind"), Place(s.manifest, "/0")]
    )
    (violation,) = find(make(tmp_path, related=["one", "two"], at="/kind"), POD)
    assert [(place.pointer, place.label) for place in violation.related] == [("/b", "x"), ("/a", ""), ("/0", "")]


@pytest.mark.parametrize(
    ("yielded", "pointer", "related"),
    [
        (["/spec/containers/0/env/1", "/spec/containers/0/args/2"], "/spec/containers/0/env/1", ["args/2"]),
        (["/spec/nodeName", "/spec/containers/0/args/2"], "/spec/containers/0/args/2", ["/spec/nodeName"]),
        (["/spec/containers/01", "/spec/nodeName"], "/spec/containers/0", ["/spec/containers/01", "/spec/nodeName"]),
        ([], "/spec/containers/0", []),
    ],
)
def test_at_the_first_related_place_that_lies_in_the_element(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, yielded: list[str], pointer: str, related: list[str]
) -> None:
    monkeypatch.setitem(RELATED, "one", lambda s: [Place(s.manifest, each, "x") for each in yielded])
    (violation,) = find(make(tmp_path, forEach="container", at="related:one"), POD)
    assert violation.place == Place(violation.place.manifest, pointer)
    found = [place.pointer.removeprefix("/spec/containers/0/") for place in violation.related]
    assert found == related


def test_a_finding_does_not_move_to_another_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = parse(POD)[0]
    monkeypatch.setitem(RELATED, "one", lambda s: [Place(other, "/kind"), Place(s.manifest, "/metadata")])
    (violation,) = find(make(tmp_path, at="related:one"), POD)
    assert (violation.place.manifest is other, violation.place.pointer) == (False, "/metadata")
    assert [place.manifest is other for place in violation.related] == [True]


def test_a_fix_reaches_the_places_that_a_finding_stands_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RELATED, "one", lambda s: [Place(s.manifest, "/metadata/name"), Place(s.manifest, "/kind")])
    patch = [{"op": "replace", "path": "one:", "value": "b"}]
    (violation,) = find(make(tmp_path, at="related:one", fix={"safe": True, "patch": patch}), POD)
    assert violation.fix is not None
    assert [each.place.pointer for each in violation.fix.operations] == ["/metadata/name", "/kind"]


def test_order_is_that_of_the_input_then_of_the_pointer_then_of_the_rule(tmp_path: Path) -> None:
    many = ", ".join(f"{{name: c{index}}}" for index in range(12))
    text = f"{{apiVersion: v1, kind: Pod, metadata: {{name: z}}, spec: {{containers: [{many}]}}}}\n---\n{POD}"
    rules = [
        make(tmp_path, name=name, forEach=walked)
        for name, walked in [("b", "container"), ("a", "container"), ("c", "object")]
    ]
    found = run(releases(parse(text)), rules)
    expected = [("", "c")] + [(f"/spec/containers/{index}", name) for index in range(12) for name in "ab"]
    expected += [("", "c"), ("/spec/containers/0", "a"), ("/spec/containers/0", "b")]
    assert [(each.place.pointer, each.rule) for each in found] == expected
