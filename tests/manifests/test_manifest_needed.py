"""What a release names and does not bring along."""

from __future__ import annotations

from chartgen import manifests

RELEASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm}
spec:
  template:
    spec:
      serviceAccountName: llm
      priorityClassName: high
      imagePullSecrets: [{name: login}]
      containers:
        - name: engine
          env:
            - {name: A, valueFrom: {secretKeyRef: {name: token, key: a}}}
            - {name: B, valueFrom: {secretKeyRef: {name: other, key: a, optional: true}}}
      volumes:
        - {name: a, persistentVolumeClaim: {claimName: mine}}
        - {name: b, persistentVolumeClaim: {claimName: weights}}
        - {name: c, configMap: {name: settings}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: llm}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: mine}
spec: {volumeName: disk, dataSource: {kind: VolumeSnapshot, name: filled}}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: llm}
spec: {triggers: [{authenticationRef: {name: prometheus}}]}
"""


def test_what_is_named_and_not_brought_along() -> None:
    assert manifests.needed(manifests.from_text(RELEASE, "release.yaml")) == (
        "ConfigMap settings",
        "PersistentVolume disk",
        "PersistentVolumeClaim weights",
        "PriorityClass high",
        "Secret login",
        "Secret token",
        "TriggerAuthentication prometheus",
        "VolumeSnapshot filled",
        "the kind ScaledObject (keda.sh)",
    )


SYNCED = """\
apiVersion: v1
kind: Pod
metadata: {name: llm}
spec:
  imagePullSecrets: [{name: login}]
  containers:
    - name: engine
      env: [{name: A, valueFrom: {secretKeyRef: {name: key, key: a}}}]
  volumes:
    - {name: a, csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: vault}}}
"""


def test_a_secret_that_the_class_beside_it_may_make() -> None:
    assert manifests.needed(manifests.from_text(SYNCED, "pod.yaml")) == (
        "Secret key (unless the class vault makes it)",
        "Secret login",
        "SecretProviderClass vault",
    )
