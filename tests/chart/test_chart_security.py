"""Pod Security `restricted`, whoever runs the engine; and replicas over zones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import AKS, engine, loaded, objects, pod, refused, written

AMD = {"gpu": {"type": "amd-mi300x"}, "engine": {"image": {"repository": "vllm/vllm-openai-rocm"}}}
# The volume types that the Pod Security standard `restricted` allows (kubernetes/website, pod security standards).
ALLOWED = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_pods_are_restricted(tmp_path: Path, kind: str) -> None:
    found = objects(written(tmp_path, AKS, {"workload": {"kind": kind}}))
    spec = pod(found)
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 2000,
        "runAsGroup": 0,
        "fsGroup": 0,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    for container in spec["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert "privileged" not in context
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    assert {next(key for key in volume if key != "name") for volume in spec["volumes"]} <= ALLOWED
    (test,) = [item for item in found if item["kind"] == "Pod"]
    assert test["spec"]["securityContext"]["runAsNonRoot"] is True


def test_a_user_without_a_name_or_a_home_can_run_the_engine(tmp_path: Path) -> None:
    found = objects(written(tmp_path), {"security": {"runAsUser": 1000660000, "fsGroup": 1000660000}})
    variables = {item["name"]: item.get("value") for item in engine(found)["env"]}
    assert variables["USER"]
    mounts = {mount["mountPath"]: mount["name"] for mount in engine(found)["volumeMounts"]}
    for name in ("HOME", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR"):
        assert mounts[f"/{variables[name].split('/')[1]}"] == "tmp"
    assert {"name": "tmp", "emptyDir": {}} in pod(found)["volumes"]
    assert pod(found)["securityContext"]["runAsUser"] == 1000660000
    assert pod(found)["securityContext"]["fsGroup"] == 1000660000


def test_the_root_file_system_can_be_closed(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert engine(objects(folder))["securityContext"]["readOnlyRootFilesystem"] is False
    closed = objects(folder, {"security": {"readOnlyRootFilesystem": True}})
    assert engine(closed)["securityContext"]["readOnlyRootFilesystem"] is True


def test_root_is_possible_and_says_so(tmp_path: Path) -> None:
    context = pod(objects(written(tmp_path, {"security": {"runAsUser": 0}})))["securityContext"]
    assert (context["runAsUser"], context["runAsNonRoot"]) == (0, False)


def test_amd_devices_need_root_unless_a_user_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path, AMD)
    assert loaded(tmp_path, AMD).values["derived"]["runAsUser"] == 0
    assert pod(objects(folder))["securityContext"]["runAsNonRoot"] is False
    named = pod(objects(folder, {"security": {"runAsUser": 2000}}))["securityContext"]
    assert (named["runAsUser"], named["runAsNonRoot"]) == (2000, True)


@pytest.mark.parametrize(
    "taken",
    [
        {"engine": {"env": {"HOME": "/root"}}},
        {"engine": {"env": {"TRITON_CACHE_DIR": "/x"}}},
        {"pod": {"extraVolumes": [{"name": "tmp", "emptyDir": {}}]}},
        {"pod": {"extraVolumeMounts": [{"name": "model", "mountPath": "/tmp"}]}},
    ],
)
def test_what_the_chart_sets_is_not_set_twice(tmp_path: Path, taken: dict[str, Any]) -> None:
    (message,) = refused(tmp_path, taken).values()
    assert "refused" in message


@pytest.mark.parametrize(("spread", "unsatisfiable"), [("preferred", "ScheduleAnyway"), ("required", "DoNotSchedule")])
def test_replicas_are_spread_over_zones(tmp_path: Path, spread: str, unsatisfiable: str) -> None:
    spec = pod(objects(written(tmp_path, AKS, {"availability": {"spread": spread}})))
    assert spec["topologySpreadConstraints"] == [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": unsatisfiable,
            "nodeTaintsPolicy": "Honor",
            "labelSelector": {
                "matchLabels": {"app.kubernetes.io/name": "mistral", "app.kubernetes.io/instance": "demo"}
            },
        }
    ]
    assert "topologySpreadConstraints" not in pod(objects(written(tmp_path, AKS)))


def test_zones_without_gpus_are_told_of(tmp_path: Path) -> None:
    def told(*parts: dict[str, Any]) -> bool:
        spread = {"availability": {"spread": "required"}}
        return "availability.spread" in {problem.key for problem in loaded(tmp_path, spread, *parts).warnings}

    assert told()
    assert not told({"cluster": {"nodeSelector": {"pool": "gpu"}}})
    assert not told(AKS)


def test_a_daemon_set_has_nothing_to_spread(tmp_path: Path) -> None:
    given = {"workload": {"kind": "DaemonSet"}, "availability": {"spread": "preferred"}}
    assert set(refused(tmp_path, given)) == {"availability.spread"}


def test_openshift_chooses_the_user(tmp_path: Path) -> None:
    folder = written(tmp_path, {"security": {"user": "namespace"}})
    found = objects(folder)
    spec = pod(found)
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    (test,) = [item for item in found if item["kind"] == "Pod"]
    contexts = [spec["containers"][0]["securityContext"], test["spec"]["securityContext"]]
    assert all("runAsUser" not in context and "fsGroup" not in context for context in contexts)
    variables = {item["name"]: item.get("value") for item in engine(found)["env"]}
    for name in ("HOME", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR"):
        assert variables[name].startswith("/tmp")
    with pytest.raises(helm_python.HelmError, match="the cluster chooses users and groups"):
        objects(folder, {"security": {"fsGroup": 0}})


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ((AKS,), "security.user"),
        (({"storage": {"backend": "host-path", "path": "/models"}},), "storage.backend"),
        (({"cluster": {"devicePlugin": "install"}},), "cluster.devicePlugin"),
        (({"security": {"runAsUser": 1000}},), "security.runAsUser"),
    ],
)
def test_what_openshift_would_not_admit_is_refused(tmp_path: Path, parts: tuple[dict[str, Any], ...], key: str) -> None:
    assert list(refused(tmp_path, {"security": {"user": "namespace"}}, *parts)) == [key]


def test_a_user_of_the_namespace_may_not_open_the_devices_of_amd(tmp_path: Path) -> None:
    (warning,) = [
        each for each in loaded(tmp_path, AMD, {"security": {"user": "namespace"}}).warnings if not each.fatal
    ]
    assert warning.key == "security.user"
