"""The device plugin's own chart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import AKS, Object, loaded, objects

from chartgen import chart, helm

INSTALL = {"cluster": {"devicePlugin": "install"}}


def plugin(folder: Path, *parts: dict[str, Any]) -> Path:
    file = loaded(folder, INSTALL, *parts)
    made = chart.device_plugin(file.values, file.choices)
    assert made is not None
    return chart.write(made, folder / "plugins")


def daemon(folder: Path, values: dict[str, Any] | None = None) -> Object:
    (found,) = objects(folder, values, release="gpu", namespace="gpu-resources")
    assert found["kind"] == "DaemonSet"
    return found


def test_a_managed_cluster_gets_no_plugin(tmp_path: Path) -> None:
    file = loaded(tmp_path)
    assert chart.device_plugin(file.values, file.choices) is None


def test_the_plugin_is_a_chart_of_its_own(tmp_path: Path) -> None:
    folder = plugin(tmp_path)
    assert folder.name == "mistral-device-plugin"
    assert helm.engine("embedded").lint(folder) == []
    spec = daemon(folder)["spec"]["template"]["spec"]
    container = spec["containers"][0]
    assert container["image"] == "nvcr.io/nvidia/k8s-device-plugin:v0.20.0"
    assert container["env"] == [{"name": "FAIL_ON_INIT_ERROR", "value": "false"}]
    assert spec["volumes"][0]["hostPath"] == {"path": "/var/lib/kubelet/device-plugins", "type": "Directory"}
    assert container["volumeMounts"][0]["mountPath"] == "/var/lib/kubelet/device-plugins"
    assert spec["priorityClassName"] == "system-node-critical"
    assert "affinity" not in spec
    assert spec["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]


def test_on_aks_it_runs_on_gpu_nodes_spot_or_not(tmp_path: Path) -> None:
    spec = daemon(plugin(tmp_path, AKS))["spec"]["template"]["spec"]
    (term,) = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert term == {
        "matchExpressions": [{"key": "kubernetes.azure.com/accelerator", "operator": "In", "values": ["nvidia"]}]
    }
    assert {item["key"] for item in spec["tolerations"]} == {
        "nvidia.com/gpu", "sku", "kubernetes.azure.com/scalesetpriority",
    }  # fmt: skip


def test_it_takes_over_mirror_secrets_and_taints(tmp_path: Path) -> None:
    mirror = {"registry": "mirror.example.com", "pullSecrets": ["login"]}
    taint = {"key": "team", "operator": "Equal", "value": "ml", "effect": "NoExecute", "tolerationSeconds": 60}
    spec = daemon(plugin(tmp_path, {"engine": {"image": mirror}, "cluster": {"tolerations": [taint]}}))["spec"]
    assert spec["template"]["spec"]["containers"][0]["image"].startswith("mirror.example.com/nvidia/")
    assert spec["template"]["spec"]["imagePullSecrets"] == [{"name": "login"}]
    assert taint in spec["template"]["spec"]["tolerations"]


def test_its_values_are_free_at_install_and_closed(tmp_path: Path) -> None:
    folder = plugin(tmp_path)
    changed = daemon(folder, {"failOnInitError": True, "nodeSelector": {"gpu": "on"}, "image": {"tag": "v0.19.3"}})
    spec = changed["spec"]["template"]["spec"]
    assert spec["containers"][0]["env"][0]["value"] == "true"
    assert spec["nodeSelector"] == {"gpu": "on"}
    assert spec["containers"][0]["image"].endswith(":v0.19.3")
    for wrong in ({"imag": {}}, {"image": {"tag": None}}, {"image": {"tag": "a b"}}):
        with pytest.raises(helm_python.HelmError):
            daemon(folder, wrong)
