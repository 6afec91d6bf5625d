"""The provider, the Kubernetes version and the parameters of a release."""

from __future__ import annotations

import pytest
from rule_making import parse

from chartgen.errors import UsageError
from chartgen.lint import releases

POD = "{{apiVersion: v1, kind: Pod, spec: {}}}"


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        (POD.format("{nodeSelector: {kubernetes.azure.com/agentpool: gpu}}"), "aks"),
        (POD.format("{nodeSelector: {agentpool: gpu}}"), ""),
        (POD.format("{tolerations: [{key: kubernetes.azure.com/scalesetpriority, operator: Exists}]}"), "aks"),
        (POD.format("{tolerations: [{key: nvidia.com/gpu, operator: Exists}]}"), ""),
        (POD.format("{volumes: [{name: v, csi: {driver: gcsfuse.csi.storage.gke.io}}]}"), "gke"),
        (
            POD.format(
                "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
                "[{matchExpressions: [{key: cloud.google.com/gke-accelerator, operator: Exists}]}]}}}}"
            ),
            "gke",
        ),
        (
            POD.format(
                "{affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: "
                "[{preference: {matchExpressions: [{key: eks.amazonaws.com/nodegroup, operator: Exists}]}}]}}}"
            ),
            "eks",
        ),
        ("{apiVersion: v1, kind: PersistentVolumeClaim, spec: {storageClassName: managed-csi-premium}}", "aks"),
        ("{apiVersion: v1, kind: PersistentVolumeClaim, spec: {storageClassName: alicloud-disk-essd}}", "ack"),
        ("{apiVersion: storage.k8s.io/v1, kind: StorageClass, provisioner: efs.csi.aws.com}", "eks"),
        ("{apiVersion: v1, kind: PersistentVolume, spec: {csi: {driver: pd.csi.storage.gke.io}}}", "gke"),
        (
            "{apiVersion: apps/v1, kind: StatefulSet, spec: {volumeClaimTemplates: "
            "[{spec: {storageClassName: azurefile-csi}}]}}",
            "aks",
        ),
        (
            "{apiVersion: v1, kind: Service, metadata: "
            "{annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: 'true'}}}",
            "aks",
        ),
        (POD.format("{nodeSelector: {kubernetes.azure.com/mode: user, cloud.google.com/gke-spot: 'true'}}"), ""),
        ("{apiVersion: v1, kind: ConfigMap, data: {note: kubernetes.azure.com/agentpool}}", ""),
        ("{apiVersion: v1, kind: Pod, metadata: [], spec: {tolerations: 7, volumes: [x, {csi: 1}], affinity: []}}", ""),
    ],
)
def test_provider_from_evidence(text: str, provider: str) -> None:
    assert releases(parse(text)).provider == provider


def test_an_option_beats_evidence() -> None:
    text = POD.format("{nodeSelector: {kubernetes.azure.com/agentpool: gpu}}")
    assert releases(parse(text), provider="generic").provider == "generic"


@pytest.mark.parametrize(
    ("text", "version"), [("1.33", (1, 33)), ("v1.29.4", (1, 29)), ("1.31.2-gke.100", (1, 31)), (None, (1, 37))]
)
def test_kubernetes_version(text: str | None, version: tuple[int, int]) -> None:
    release = releases([], kube_version=text, closed=True, namespace="n", parameters={"a": 1})
    assert (release.kube_version, release.closed, release.namespace, release.parameters) == (
        version,
        True,
        "n",
        {"a": 1},
    )


@pytest.mark.parametrize("text", ["", "latest", "1", "1.x", "1.33beta"])
def test_no_kubernetes_version(text: str) -> None:
    with pytest.raises(UsageError, match="is not a Kubernetes version"):
        releases([], kube_version=text)
