"""Claims: which are mounted, by whom, in which mode, and whether their volume is attached to a node."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import elements, values

from chartgen.lint.release import Subject

MOUNT = "containers: [{name: a, image: b, volumeMounts: [{name: models, mountPath: /models}]}]"
VOLUME = "volumes: [{name: models, persistentVolumeClaim: {claimName: models}}]"


def workload(name: str = "vllm", spec: str = "", pod: str = "", kind: str = "apps/v1/Deployment") -> str:
    version, _, kind = kind.rpartition("/")
    return f"""
apiVersion: {version}
kind: {kind}
metadata: {{name: {name}}}
spec: {{{spec} template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{{pod} {MOUNT}, {VOLUME}}}}}}}
"""


def claim(spec: str) -> str:
    return f"""
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: models}}
spec: {{{spec}}}
"""


def first(*texts: str, **options: Any) -> Subject:
    """The first claim of the last of the manifests."""
    return elements("---".join(texts), "claim", **options)[0]


def test_only_mounted_claims_count() -> None:
    text = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: vllm}
spec:
  template:
    spec:
      containers:
      - {name: a, image: b, volumeMounts: [{name: data, mountPath: /data}, {name: block, mountPath: /b}]}
      initContainers:
      - {name: c, image: b, volumeDevices: [{name: raw, devicePath: /dev/raw}]}
      volumes:
      - {name: unused, persistentVolumeClaim: {claimName: unused}}
      - {name: data, persistentVolumeClaim: {claimName: hidden-by-the-template}}
      - {name: raw, persistentVolumeClaim: {claimName: raw-claim}}
      - {name: block, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}}
  volumeClaimTemplates:
  - {metadata: {name: data}, spec: {accessModes: [ReadWriteOnce]}}
  - {metadata: {name: idle}, spec: {accessModes: [ReadWriteOnce]}}
"""
    found = [[each.pointer, *values(each, "claim.name", "claim.fromTemplate")] for each in elements(text, "claim")]
    assert found == [
        ["/spec/volumeClaimTemplates/0", "data", True],
        ["/spec/template/spec/volumes/2", "raw-claim", False],
        ["/spec/template/spec/volumes/3", "block", True],
    ]


def volume(name: str, spec: str) -> str:
    return f"\napiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"


@pytest.mark.parametrize(
    ("manifests", "modes"),
    [
        ([], None),
        ([claim("accessModes: [ReadWriteOnce]")], ["ReadWriteOnce"]),
        ([claim("accessModes: [ReadWriteMany, ReadWriteOnce]")], ["ReadWriteMany", "ReadWriteOnce"]),
        ([claim("accessModes: oops")], None),
        ([claim("accessModes: [ReadWriteOnce], volumeName: disk")], None),
        ([claim("accessModes: [ReadWriteOnce], storageClassName: ''")], None),
        ([claim("accessModes: [ReadWriteMany], volumeName: disk")], ["ReadWriteMany"]),
        (
            [claim("accessModes: [ReadWriteOnce], volumeName: disk"), volume("disk", "accessModes: [ReadWriteMany]")],
            ["ReadWriteMany"],
        ),
        (
            [claim("accessModes: [ReadWriteOnce], volumeName: disk"), volume("disk", "accessModes: [ReadWriteOnce]")],
            ["ReadWriteOnce"],
        ),
        ([claim("accessModes: [ReadWriteOnce]").replace("name: models", "name: models, namespace: web")], None),
    ],
)
def test_modes(manifests: list[str], modes: list[str] | None) -> None:
    assert values(first(*manifests, workload()), "claim.modes") == modes


@pytest.mark.parametrize(
    ("storage", "provider", "attach"),
    [
        ("storageClassName: managed-csi-premium", "", "yes"),
        ("storageClassName: azurefile-csi-premium", "", "no"),
        ("storageClassName: fast", "", "unknown"),
        ("storageClassName: default", "", "unknown"),
        ("storageClassName: default", "aks", "yes"),
        ("storageClassName: standard", "gke", "yes"),
        ("accessModes: [ReadWriteOnce]", "", "unknown"),
        ("accessModes: [ReadWriteOnce]", "aks", "yes"),
        ("accessModes: [ReadWriteOnce]", "eks", "unknown"),
        ("storageClassName: '', volumeName: disk", "aks", "unknown"),
        ("storageClassName: '', volumeName: share", "aks", "no"),
        ("storageClassName: '', volumeName: block", "", "yes"),
        ("storageClassName: '', volumeName: odd", "", "unknown"),
        ("storageClassName: mine", "", "no"),
    ],
)
def test_attachment(storage: str, provider: str, attach: str) -> None:
    more = "\n---\n".join(
        [
            volume("share", "csi: {driver: nfs.csi.k8s.io}"),
            volume("block", "awsElasticBlockStore: {volumeID: vol-1}"),
            volume("odd", "csi: {driver: storage.example.com}"),
            "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: mine}\nprovisioner: nfs.csi.k8s.io\n",
        ]
    )
    assert values(first(more, claim(storage), workload(), provider=provider), "claim.attach") == attach


def test_a_default_class_of_the_input_wins() -> None:
    default = """
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: shared, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: efs.csi.aws.com
"""
    assert values(first(default, claim("accessModes: [ReadWriteOnce]"), workload()), "claim.attach") == "no"


def test_who_mounts_it() -> None:
    job = workload("download", kind="batch/v1/Job")
    hook = workload("probe").replace("name: probe}", "name: probe, annotations: {helm.sh/hook: test}}", 1)
    idle = workload("idle", "replicas: 0,")
    other = workload("code", "replicas: 2,")
    subject = first(job, hook, idle, other, workload())
    assert values(subject, "claim.workloads", "claim.pods") == [["Deployment code", "Deployment vllm"], 3]
    assert values(first(workload(), other, job), "claim.workloads", "claim.pods") == [[], 1]


def test_two_mounts_in_one_pod_are_one_pod() -> None:
    text = workload().replace(VOLUME, VOLUME[:-1] + ", {name: more, persistentVolumeClaim: {claimName: models}}]")
    text = text.replace("volumeMounts: [", "volumeMounts: [{name: more, mountPath: /more}, ")
    assert [values(each, "claim.pods") for each in elements(text, "claim")] == [1, 1]


def test_an_unknown_number_counts_as_one() -> None:
    daemons = workload("daemons", kind="apps/v1/DaemonSet")
    assert values(first(daemons), "claim.pods") is None
    assert values(first(workload(), daemons), "claim.pods") == 2


@pytest.mark.parametrize(
    ("pod", "pinned"),
    [
        ("", False),
        ("nodeName: a,", True),
        ("nodeSelector: {kubernetes.io/hostname: a},", True),
        ("nodeSelector: {disktype: ssd},", False),
    ],
)
def test_pinned_to_a_node(pod: str, pinned: bool) -> None:
    assert values(first(workload("vllm", "replicas: 2,", pod)), "claim.pinned") is pinned


@pytest.mark.parametrize(
    ("terms", "pinned"),
    [
        ("[{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [a]}]}]", True),
        ("[{matchFields: [{key: metadata.name, operator: In, values: [a]}]}]", True),
        ("[{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [a, b]}]}]", False),
        ("[{matchExpressions: [{key: kubernetes.io/hostname, operator: NotIn, values: [a]}]}]", False),
        (
            "[{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [a]}]},"
            " {matchExpressions: [{key: zone, operator: In, values: [b]}]}]",
            False,
        ),
        # No node meets an empty term, and all expressions of a term hold at once (component-helpers, nodeaffinity).
        ("[{}, {matchExpressions: []}, {matchFields: [{key: metadata.name, operator: In, values: [a]}]}]", True),
        (
            "[{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [a, b]},"
            " {key: kubernetes.io/hostname, operator: In, values: [b, c]}]}]",
            True,
        ),
    ],
)
def test_pinned_by_affinity(terms: str, pinned: bool) -> None:
    rule = f"requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: {terms}}}"
    pod = f"affinity: {{nodeAffinity: {{{rule}}}}},"
    assert values(first(workload("vllm", "replicas: 2,", pod)), "claim.pinned") is pinned


def test_two_workloads_pinned_to_different_nodes_are_apart() -> None:
    one, other = workload("a", pod="nodeName: one,"), workload("b", pod="nodeName: two,")
    assert values(first(one, other), "claim.pinned") is False


def affinity(app: str, key: str = "kubernetes.io/hostname", more: str = "") -> str:
    term = f"{{labelSelector: {{matchLabels: {{app: {app}}}}}, topologyKey: {key}{more}}}"
    return f"affinity: {{podAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{term}]}}}},"


@pytest.mark.parametrize(
    ("pod", "together"),
    [
        (affinity("vllm"), True),
        (affinity("other"), False),
        (affinity("vllm", "topology.kubernetes.io/zone"), False),
        (affinity("vllm", more=", namespaces: [web]"), False),
        (affinity("vllm", more=", namespaceSelector: {}"), True),
        (affinity("vllm", more=", namespaceSelector: {matchLabels: {team: a}}"), True),
        (affinity("vllm").replace("required", "preferred"), False),
    ],
)
def test_kept_on_one_node(pod: str, together: bool) -> None:
    made = first(workload("vllm", "replicas: 2,", pod), namespace="llm")
    assert values(made, "claim.oneNode") is together
    assert values(made, "claim.selfAffinity") is together


def test_one_pod_beside_another_workload_needs_no_affinity_to_itself() -> None:
    assert values(first(workload("a"), workload("b", pod=affinity("a"))), "claim.oneNode") is True
    assert values(first(workload("a", "replicas: 2,"), workload("b", pod=affinity("a"))), "claim.oneNode") is True
    assert values(first(workload("b", pod=affinity("a")), workload("a", "replicas: 2,")), "claim.oneNode") is False
