"""What users say about the world outside: kinds with pod templates of their own, objects that exist elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_making import make, parse, pointers

from chartgen.lint import kinds, load, releases, run
from chartgen.model.manifest import Manifest

WIDGET = """\
apiVersion: example.com/v1
kind: Widget
metadata: {name: a}
spec:
  groups:
  - template: {spec: {containers: [{name: one, image: i}]}}
  - template: {spec: {containers: [{name: two, image: i}]}}
"""
MISSPELT = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: models}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  volumes: [{name: m, persistentVolumeClaim: {claimName: model}}]
  containers: [{name: c, image: i, volumeMounts: [{name: m, mountPath: /m}]}]
"""
AUTOSCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: a}
spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: router}}
"""


def widget() -> list[Manifest]:
    return parse(WIDGET)


def test_a_declared_kind_is_a_workload_only_inside(tmp_path: Path) -> None:
    rule = make(tmp_path, match="workload", forEach="container")
    (manifest,) = widget()
    assert run(releases([manifest]), [rule]) == []
    with kinds.declared([("example.com/Widget", "/spec/groups/*/template")]):
        assert kinds.is_workload(manifest)
        found = run(releases([manifest]), [rule])
    assert pointers(found) == [f"/spec/groups/{index}/template/spec/containers/0" for index in (0, 1)]
    assert not kinds.is_workload(manifest)


def test_a_known_kind_keeps_its_own_templates() -> None:
    text = (
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {spec: {}}, canary: {spec: {}}}}"
    )
    (manifest,) = parse(text)
    with kinds.declared([("Deployment", "/spec/canary"), ("apps/Deployment", "/spec/template")]):
        assert [template.pointer for template in kinds.templates(manifest)] == ["/spec/template", "/spec/canary"]
        (other,) = parse(text.replace("apps/v1", "example.com/v1"))
        assert kinds.templates(other) == ()


def test_a_bare_name_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="Widget is not a kind known by name"), kinds.declared([("Widget", "/spec")]):
        pass


@pytest.mark.parametrize(
    ("rule", "text", "external", "closed", "found"),
    [
        ("pvc-reference-missing", MISSPELT, (), False, 1),
        ("pvc-reference-missing", MISSPELT, [("PersistentVolumeClaim", "model")], False, 0),
        ("pvc-reference-missing", MISSPELT, [("PersistentVolumeClaim", "other")], False, 1),
        ("pvc-reference-missing", MISSPELT, [("Secret", "model")], False, 1),
        ("autoscaler-target-missing", AUTOSCALER, (), True, 1),
        ("autoscaler-target-missing", AUTOSCALER, [("Deployment", "router")], True, 0),
        ("autoscaler-target-missing", AUTOSCALER, [("apps/Deployment", "router")], True, 0),
        ("autoscaler-target-missing", AUTOSCALER, [("example.com/Deployment", "router")], True, 1),
    ],
)
def test_what_exists_outside_is_neither_missing_nor_a_slip(
    rule: str, text: str, external: list[tuple[str, str]], closed: bool, found: int
) -> None:
    violations = run(releases(parse(text), closed=closed, external=external), load(select=[rule]))
    assert len([each for each in violations if not each.unknown]) == found
