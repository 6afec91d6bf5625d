"""What the volume of the model is, backend by backend, as Helm renders it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import Object, engine, made, objects, one, pod, written

ACK: dict[str, Any] = {"cluster": {"provider": "ack"}, "gpu": {"type": "nvidia-a10"}}
FOLDER: dict[str, Any] = {"model": {"id": "/models/mistral"}}
OBJECT: dict[str, Any] = {"model": {"id": "s3://weights/mistral"}, "storage": {"backend": "streamer"}}
IMAGE = "registry.example.com/models/mistral:1.0"


def stored(backend: str, **keys: Any) -> dict[str, Any]:
    return {"storage": {"backend": backend, **keys}}


def volume(found: list[Object]) -> Object:
    """The pod's volume with the model, without its name."""
    (own,) = [item for item in pod(found)["volumes"] if item["name"] == "model"]
    return {key: value for key, value in own.items() if key != "name"}


def mount(found: list[Object]) -> Object:
    (own,) = [item for item in engine(found)["volumeMounts"] if item["name"] == "model"]
    return own


def test_an_ack_disk_is_one_for_each_replica(tmp_path: Path) -> None:
    found = objects(written(tmp_path, ACK, stored("ack-disk"), {"workload": {"replicas": 2}}))
    (claim,) = one(found, "StatefulSet")["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "alicloud-disk-topology-alltype"
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert "model" not in {item["name"] for item in pod(found)["volumes"]}


def test_a_deployment_on_an_ack_disk_has_one_replica(tmp_path: Path) -> None:
    folder = written(tmp_path, ACK, stored("ack-disk"), {"workload": {"kind": "Deployment"}})
    workload = one(objects(folder), "Deployment")["spec"]
    assert (workload["replicas"], workload["strategy"]) == (1, {"type": "Recreate"})
    with pytest.raises(helm_python.HelmError, match="attached to one node at a time"):
        objects(folder, {"workload": {"replicas": 2}})


def test_nas_is_one_claim_for_all(tmp_path: Path) -> None:
    found = objects(written(tmp_path, ACK, stored("nas", size="80Gi"), {"workload": {"replicas": 3}}))
    claim = one(found, "PersistentVolumeClaim")
    assert claim["spec"] == {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "alibabacloud-cnfs-nas",
        "resources": {"requests": {"storage": "80Gi"}},
    }
    assert volume(found) == {"persistentVolumeClaim": {"claimName": claim["metadata"]["name"]}}


def test_a_nas_that_is_there_is_read(tmp_path: Path) -> None:
    found = objects(written(tmp_path, ACK, FOLDER, stored("nas", volume="weights")))
    claim = one(found, "PersistentVolumeClaim")["spec"]
    assert (claim["volumeName"], claim["storageClassName"]) == ("weights", "")
    assert volume(found)["persistentVolumeClaim"]["readOnly"] is True


def test_an_oss_bucket_is_the_administrators_volume_read_only(tmp_path: Path) -> None:
    folder = written(tmp_path, ACK, FOLDER, stored("oss", volume="models"))
    found = objects(folder)
    claim = one(found, "PersistentVolumeClaim")
    assert claim["spec"]["accessModes"] == ["ReadOnlyMany"]
    assert (claim["spec"]["volumeName"], claim["spec"]["storageClassName"]) == ("models", "")
    assert volume(found) == {"persistentVolumeClaim": {"claimName": claim["metadata"]["name"], "readOnly": True}}
    assert mount(found)["readOnly"] is True
    assert "PersistentVolume" not in {item["kind"] for item in found}
    other = one(objects(folder, {"storage": {"volume": "other", "storageClass": "oss"}}), "PersistentVolumeClaim")
    assert (other["spec"]["volumeName"], other["spec"]["storageClassName"]) == ("other", "oss")


@pytest.mark.parametrize("path", ["vol1/models", "/vol1/models"])
def test_nfs_is_mounted_from_its_server(tmp_path: Path, path: str) -> None:
    found = objects(written(tmp_path, FOLDER, stored("nfs", server="10.0.0.5", path=path)))
    assert volume(found) == {"nfs": {"server": "10.0.0.5", "path": "/vol1/models", "readOnly": True}}
    assert mount(found)["readOnly"] is True


def test_nfs_as_a_cache_is_written_to(tmp_path: Path) -> None:
    found = objects(written(tmp_path, stored("nfs", server="nfs.example.com"), {"workload": {"replicas": 2}}))
    assert volume(found) == {"nfs": {"server": "nfs.example.com", "path": "/"}}
    assert "readOnly" not in mount(found)
    assert one(found, "Deployment")["spec"]["strategy"]["type"] == "RollingUpdate"
    assert "PersistentVolumeClaim" not in {item["kind"] for item in found}


def test_a_folder_of_the_node_is_never_made(tmp_path: Path) -> None:
    found = objects(written(tmp_path, FOLDER, stored("host-path", path="mnt/models")))
    assert volume(found) == {"hostPath": {"path": "/mnt/models", "type": "Directory"}}
    assert mount(found)["readOnly"] is True


def test_a_local_disk_comes_and_goes_with_its_pod(tmp_path: Path) -> None:
    folder = written(tmp_path, stored("local-nvme", storageClass="topolvm", size="90Gi"), {"workload": {"replicas": 2}})
    template = volume(objects(folder))["ephemeral"]["volumeClaimTemplate"]
    assert template["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "topolvm",
        "resources": {"requests": {"storage": "90Gi"}},
    }
    other = volume(objects(folder, {"storage": {"storageClass": "openebs-lvm"}}))
    assert other["ephemeral"]["volumeClaimTemplate"]["spec"]["storageClassName"] == "openebs-lvm"


def test_an_image_volume_needs_a_newer_kubernetes(tmp_path: Path) -> None:
    chart = made(tmp_path, FOLDER, stored("image-volume", image=IMAGE), {"engine": {"image": {"pullSecrets": ["r"]}}})
    assert 'kubeVersion: ">=1.35.0-0"' in chart.files["Chart.yaml"]
    assert 'kubeVersion: ">=1.30.0-0"' in made(tmp_path).files["Chart.yaml"]


def test_an_image_volume_is_pulled_with_the_pods_secrets(tmp_path: Path) -> None:
    folder = written(
        tmp_path, FOLDER, stored("image-volume", image=IMAGE), {"engine": {"image": {"pullSecrets": ["r"]}}}
    )
    found = objects(folder)
    assert volume(found) == {"image": {"reference": IMAGE, "pullPolicy": "IfNotPresent"}}
    assert pod(found)["imagePullSecrets"] == [{"name": "r"}]
    assert engine(found)["args"][0] == "/models/mistral"


def test_a_streamed_model_comes_from_object_storage(tmp_path: Path) -> None:
    found = objects(written(tmp_path, OBJECT, {"storage": {"concurrency": 32}}))
    arguments = engine(found)["args"]
    assert arguments[0] == "s3://weights/mistral"
    assert "--load-format=runai_streamer" in arguments
    assert '--model-loader-extra-config={"concurrency":32,"memory_limit":5368709120}' in arguments
    assert volume(found) == {"emptyDir": {}}
    assert "readOnly" not in mount(found)
    variables = {variable["name"]: variable.get("value") for variable in engine(found)["env"]}
    assert variables["HF_HUB_OFFLINE"] == "1"
    assert variables["VLLM_CACHE_ROOT"] == "/models/vllm-cache"
    assert "HF_HOME" not in variables


def test_a_streamed_model_is_served_under_its_address_or_its_name(tmp_path: Path) -> None:
    folder = written(tmp_path, OBJECT)

    def names(values: dict[str, Any]) -> list[str]:
        return [argument for argument in engine(objects(folder, values))["args"] if "served-model-name" in argument]

    assert names({}) == ["--served-model-name=s3://weights/mistral"]
    assert names({"model": {"servedName": "mistral"}}) == ["--served-model-name=mistral"]
    asked = one(objects(folder), "Pod", "test")["spec"]["containers"][0]["args"]
    assert any('"model":"s3://weights/mistral"' in argument for argument in asked)


def test_credentials_of_the_object_storage_are_references(tmp_path: Path) -> None:
    secret = {"secretKeyRef": {"name": "s3", "key": "secret"}}
    given = {
        "engine": {"env": {"AWS_REGION": "eu-west-1", "AWS_SECRET_ACCESS_KEY": secret}},
        "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/models"}},
    }
    found = objects(written(tmp_path, OBJECT, given))
    variables = {variable["name"]: variable for variable in engine(found)["env"]}
    assert variables["AWS_SECRET_ACCESS_KEY"]["valueFrom"] == secret
    account = one(found, "ServiceAccount")
    assert account["metadata"]["annotations"] == {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/models"}
    assert pod(found)["serviceAccountName"] == account["metadata"]["name"]


def test_a_download_that_is_lost_at_each_start_gets_its_time(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert objects(folder, {"lifecycle": {"startupSeconds": 120}})
    with pytest.raises(helm_python.HelmError, match="each start downloads the model"):
        objects(folder, {"lifecycle": {"startupSeconds": 60}})
