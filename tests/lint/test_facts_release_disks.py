"""Disks of one zone, classes and their users, claims as objects, and who mounts them in which way."""

from __future__ import annotations

from typing import Any

import pytest
from facts_of import elements, values

SERVER = "name: vllm, image: 'vllm/vllm-openai:v0.33.0'"


def storage_class(name: str, provisioner: str, more: str = "") -> str:
    head = f"\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: {name}}}\n"
    return f"{head}provisioner: {provisioner}\n{more}\n"


def claim(spec: str, name: str = "models", more: str = "") -> str:
    head = f"\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {name}{more}}}\n"
    return f"{head}spec: {{{spec}}}\n"


def volume(spec: str) -> str:
    return f"\napiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: disk}}\nspec: {{{spec}}}\n"


def pod(mount: str = "", source: str = "", container: str = SERVER, name: str = "vllm") -> str:
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec:
  volumes: [{{name: v, persistentVolumeClaim: {{claimName: models{source}}}}}]
  containers: [{{{container}, volumeMounts: [{{name: v, mountPath: /v{mount}}}]}}]
"""


def zone(*texts: str, **options: Any) -> Any:
    return values(elements("---".join([*texts, pod()]), "claim", **options)[0], "claim.oneZone")


@pytest.mark.parametrize(
    ("parameters", "provisioner", "expected"),
    [
        ("", "ebs.csi.aws.com", True),
        ("parameters: {skuname: StandardSSD_ZRS}", "disk.csi.azure.com", False),
        ("parameters: {skuName: Premium_LRS}", "disk.csi.azure.com", True),
        ("parameters: {replication-type: regional-pd}", "pd.csi.storage.gke.io", False),
        ("parameters: {type: hyperdisk-ml, enable-multi-zone-provisioning: 'true'}", "pd.csi.storage.gke.io", False),
        ("", "efs.csi.aws.com", False),
        ("", "example.com/disks", None),
    ],
)
def test_the_class_tells_the_zone(parameters: str, provisioner: str, expected: bool | None) -> None:
    assert zone(storage_class("fast", provisioner, parameters), claim("storageClassName: fast")) is expected


@pytest.mark.parametrize(
    ("name", "provider", "expected"),
    [
        ("premium-rwo", "", True),
        ("managed-csi-premium", "", False),
        ("azurefile-csi", "", False),
        ("alicloud-disk-essd", "", True),
        ("fast", "", None),
        ("default", "aks", False),
    ],
)
def test_classes_that_are_known_by_name(name: str, provider: str, expected: bool | None) -> None:
    assert zone(claim(f"storageClassName: {name}"), provider=provider) is expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("csi: {driver: pd.csi.storage.gke.io, volumeHandle: projects/p/zones/z/disks/d}", True),
        ("csi: {driver: pd.csi.storage.gke.io, volumeHandle: projects/p/regions/r/disks/d}", False),
        ("csi: {driver: nfs.csi.k8s.io, volumeHandle: d}", False),
        ("csi: {driver: disk.csi.azure.com, volumeHandle: d}", None),
        (
            "nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: "
            "[{key: topology.kubernetes.io/zone, operator: In, values: [a, b]}]}]}}",
            False,
        ),
        (
            "nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: "
            "[{key: topology.disk.csi.azure.com/zone, operator: In, values: [a]}]}]}}",
            True,
        ),
    ],
)
def test_an_existing_volume_tells_the_zone(spec: str, expected: bool | None) -> None:
    assert zone(volume(spec), claim("storageClassName: '', volumeName: disk")) is expected


def test_what_is_made_with_each_pod_holds_none() -> None:
    text = pod().replace("persistentVolumeClaim: {claimName: models}", "ephemeral: {volumeClaimTemplate: {spec: {}}}")
    assert values(elements(text, "claim")[0], "claim.oneZone") is False
    assert zone() is None
    assert zone(claim("storageClassName: '', volumeName: disk")) is None


def test_users_of_a_class() -> None:
    fast = storage_class("fast", "ebs.csi.aws.com")
    names = ("storageClass.oneZone", "storageClass.gpuUsers")

    def users(*texts: str) -> Any:
        return values(elements("---".join([*texts, fast]), "object")[0], *names)

    assert users(claim("storageClassName: fast"), pod()) == [True, ["Pod vllm"]]
    assert users(claim("storageClassName: slow"), pod()) == [True, []]
    assert users(claim("storageClassName: fast, volumeName: disk"), pod()) == [True, []]
    assert users(claim("storageClassName: fast"), pod(container="name: web, image: nginx")) == [True, []]
    gpu = "name: llm, image: llm, resources: {limits: {nvidia.com/gpu: 1}}"
    assert users(claim("storageClassName: fast"), pod(container=gpu, name="llm")) == [True, ["Pod llm"]]
    assert users(claim("accessModes: [ReadWriteOnce]"), pod()) == [True, []]
    default = fast.replace(
        "{name: fast}", "{name: fast, annotations: {storageclass.kubernetes.io/is-default-class: 'true'}}"
    )
    seen = elements("---".join([claim("accessModes: [ReadWriteOnce]"), pod(), default]), "object")[0]
    assert values(seen, *names) == [True, ["Pod vllm"]]
    zones = storage_class("fast", "ebs.csi.aws.com", "allowedTopologies: [{matchLabelExpressions: []}]")
    assert values(elements(zones, "object")[0], "storageClass.oneZone") is False


def seen(text: str, *more: str, name: str) -> Any:
    return values(elements("---".join([*more, text]), "object")[0], name)


def test_the_driver_of_a_claim_and_of_a_volume() -> None:
    assert seen(claim("storageClassName: premium-rwo"), name="disk.driver") == "pd.csi.storage.gke.io"
    assert seen(claim("storageClassName: fast"), name="disk.driver") is None
    assert seen(claim("storageClassName: ''"), name="disk.driver") == ""
    assert seen(claim("selector: {}"), name="disk.driver") == ""
    assert seen(volume("csi: {driver: efs.csi.aws.com}"), name="disk.driver") == "efs.csi.aws.com"
    assert seen(claim("storageClassName: premium-rwo"), name="disk.attach") is True
    assert seen(claim("storageClassName: azurefile"), name="disk.attach") is False
    assert seen(claim("storageClassName: ''"), name="disk.attach") is False
    assert seen(claim("storageClassName: fast"), name="disk.attach") is None
    ml = storage_class("ml", "pd.csi.storage.gke.io", "parameters: {type: hyperdisk-ml}")
    assert seen(claim("storageClassName: ml"), ml, name="disk.type") == "hyperdisk-ml"


def test_who_mounts_a_claim_and_how() -> None:
    text = claim("accessModes: [ReadOnlyMany, ReadWriteOnce]")
    assert seen(text, name="disk.modes") == ["ReadOnlyMany", "ReadWriteOnce"]
    assert seen(text, pod(), name="disk.writers") == ["Pod vllm"]
    assert seen(text, pod(source=", readOnly: true"), name="disk.writers") == []
    assert seen(text, pod(), name="disk.servers") == ["Pod vllm"]
    assert seen(text, pod(container="name: web, image: nginx"), name="disk.servers") == []
    assert seen(text, name="disk.onlyRead") is False
    assert seen(text, pod(), name="disk.onlyRead") is False
    assert seen(text, pod(mount=", readOnly: true"), name="disk.onlyRead") is True
    assert seen(text, pod(source=", readOnly: true"), name="disk.onlyRead") is True
    assert seen(text, pod(mount=", readOnly: true"), pod(name="other"), name="disk.onlyRead") is False


def test_what_belongs_to_a_chart() -> None:
    assert seen(claim(""), name="chart.member") is False
    assert seen(claim("", more=", labels: {helm.sh/chart: a-1}"), name="chart.member") is True
    assert seen(claim("", more=", labels: {app.kubernetes.io/managed-by: Helm}"), name="chart.member") is True
    assert seen(claim("", more=", labels: {app.kubernetes.io/managed-by: kustomize}"), name="chart.member") is False


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nightly-4e7e7061", True),
        ("nightly-12", True),
        ("nightly", False),
        ("llama-70b", False),
        ("prefill-deadbeef", False),
        ("run-2025-q4", False),
    ],
)
def test_names_that_change(name: str, expected: bool) -> None:
    assert seen(claim("", name=name), name="name.generated") is expected
