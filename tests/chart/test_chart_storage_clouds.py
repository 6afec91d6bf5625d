"""Disks, shares and buckets of AKS, GKE and EKS: the volume of the model as Helm renders it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import Object, assembled, engine, loaded, made, notes, objects, one, pod, texts, written

from chartgen import chart, manifests, spec
from chartgen.errors import ValuesInvalid
from chartgen.manifests import schema as kubernetes
from chartgen.model.finding import Severity
from chartgen.pipeline.checking import Batch, check, policy

PROVIDERS = {
    "azure-blob": "aks",
    "pd": "gke",
    "hyperdisk-ml": "gke",
    "filestore": "gke",
    "gcsfuse": "gke",
    "ebs": "eks",
    "efs": "eks",
    "fsx-lustre": "eks",
    "s3-mountpoint": "eks",
}
DISKS = ("pd", "ebs")
SHARES = ("azure-blob", "filestore", "efs", "fsx-lustre")
FOLDER: dict[str, Any] = {"model": {"id": "/models/mistral"}}


def stored(backend: str, **keys: Any) -> dict[str, Any]:
    """A file for the backend's provider, with its first GPU that every provider has."""
    return {
        "cluster": {"provider": PROVIDERS[backend]},
        "gpu": {"type": "nvidia-a100-80gb"},
        "storage": {"backend": backend, **keys},
    }


def complete(backend: str, source: str) -> dict[str, Any]:
    """`stored` with the keys that the backend cannot do without for models of that source."""
    known = spec.schema()["properties"]["storage"]["properties"]
    found = spec.backends()[backend]
    needs = [need.keys[0] for need in found.needs if not need.sources or source in need.sources]
    keys = {key: known[key]["examples"][0] for key in (*found.required, *needs)}
    return stored(backend, **keys) | ({} if source == "hub" else FOLDER)


def combinations() -> list[dict[str, Any]]:
    """Each kind with and without an autoscaler, on every backend, for every source that it serves."""
    return [
        complete(backend, source) | {"workload": {"kind": kind}, "autoscaling": {"kind": scaler}}
        for backend, kind, scaler in itertools.product(PROVIDERS, ("auto", "Deployment", "DaemonSet"), ("none", "hpa"))
        for source in spec.backends()[backend].sources
    ]


def volume(found: list[Object]) -> Object:
    (own,) = [item for item in pod(found)["volumes"] if item["name"] == "model"]
    return {key: value for key, value in own.items() if key != "name"}


def read_only(found: list[Object]) -> bool:
    (own,) = [item for item in engine(found)["volumeMounts"] if item["name"] == "model"]
    return bool(own.get("readOnly"))


def claimed(found: list[Object]) -> Object:
    spec_of_claim: Object = one(found, "PersistentVolumeClaim")["spec"]
    return spec_of_claim


def test_whatever_is_accepted_is_valid_and_without_errors(tmp_path: Path) -> None:
    oldest = next(version for version in kubernetes.versions() if int(version.split(".")[1]) >= 30)
    newest, accepted = policy(), set()
    for values in combinations():
        try:
            file = loaded(tmp_path, values)
        except ValuesInvalid:
            continue
        backend = values["storage"]["backend"]
        accepted.add((backend, file.choices.kind, file.choices.source))
        rendered = texts(chart.write(assembled(file), tmp_path / "charts"))
        read = [
            manifest
            for name, text in rendered.items()
            if not name.endswith("NOTES.txt")
            for manifest in manifests.from_text(text, name)
        ]
        assert kubernetes.check(read, oldest) == [], values
        found = check(Batch(tuple(read), closed=True, provider=PROVIDERS[backend]), newest).findings
        assert [finding for finding in found if finding.severity >= Severity.error] == [], values
    assert {backend for backend, _, _ in accepted} == set(PROVIDERS)
    assert {(backend, kind) for backend, kind, _ in accepted if backend in DISKS} == {
        (backend, kind) for backend in DISKS for kind in ("StatefulSet", "Deployment")
    }
    shared = {(backend, kind) for backend, kind, _ in accepted if backend not in DISKS}
    assert shared == {(each, kind) for each in PROVIDERS if each not in DISKS for kind in ("Deployment", "DaemonSet")}


@pytest.mark.parametrize("backend", PROVIDERS)
def test_its_own_values_give_the_same_chart(tmp_path: Path, backend: str) -> None:
    values = complete(backend, spec.backends()[backend].sources[-1])
    first = made(tmp_path, values)
    again = spec.load_text(first.files["values.yaml"], "values.yaml")
    assert chart.assemble(again.values, again.choices, again.text, spec.schema(), again.totals).files == first.files


@pytest.mark.parametrize(("backend", "storage_class"), [("pd", "premium-rwo"), ("ebs", "gp3")])
def test_a_disk_is_one_for_each_replica(tmp_path: Path, backend: str, storage_class: str) -> None:
    keys = {"storageClass": storage_class} if backend == "ebs" else {}
    found = objects(written(tmp_path, stored(backend, size="90Gi", **keys), {"workload": {"replicas": 2}}))
    (claim,) = one(found, "StatefulSet")["spec"]["volumeClaimTemplates"]
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": storage_class,
        "resources": {"requests": {"storage": "90Gi"}},
    }


@pytest.mark.parametrize("backend", SHARES)
def test_a_share_is_one_claim_that_all_replicas_write_to(tmp_path: Path, backend: str) -> None:
    folder = written(tmp_path, stored(backend, storageClass="shared"), {"workload": {"replicas": 3}})
    found = objects(folder)
    claim = claimed(found)
    assert (claim["accessModes"], claim["storageClassName"]) == (["ReadWriteMany"], "shared")
    assert "volumeName" not in claim
    assert int(claim["resources"]["requests"]["storage"].removesuffix("Gi")) > 20
    assert volume(found) == {"persistentVolumeClaim": {"claimName": "demo-mistral-model"}}
    assert not read_only(found)
    assert one(found, "Deployment")["spec"]["strategy"]["type"] == "RollingUpdate"


@pytest.mark.parametrize(
    ("backend", "usual"), [("azure-blob", "azureblob-fuse-premium"), ("filestore", "standard-rwx")]
)
def test_a_share_has_the_class_that_the_provider_makes(tmp_path: Path, backend: str, usual: str) -> None:
    folder = written(tmp_path, stored(backend))
    assert claimed(objects(folder))["storageClassName"] == usual
    assert claimed(objects(folder, {"storage": {"storageClass": "other"}}))["storageClassName"] == "other"


@pytest.mark.parametrize("backend", [*SHARES, "hyperdisk-ml", "s3-mountpoint"])
def test_a_volume_that_is_there_is_bound_and_only_read(tmp_path: Path, backend: str) -> None:
    folder = written(tmp_path, stored(backend, volume="models"), FOLDER)
    found = objects(folder)
    claim = claimed(found)
    assert (claim["volumeName"], claim["storageClassName"]) == ("models", "")
    assert claim["resources"]["requests"]["storage"] == "1Gi"
    assert claim["accessModes"] == ["ReadOnlyMany" if backend == "hyperdisk-ml" else "ReadWriteMany"]
    assert volume(found) == {"persistentVolumeClaim": {"claimName": "demo-mistral-model", "readOnly": True}}
    assert read_only(found)
    assert "PersistentVolume" not in {item["kind"] for item in found}
    other = claimed(objects(folder, {"storage": {"volume": "other", "storageClass": "static"}}))
    assert (other["volumeName"], other["storageClassName"]) == ("other", "static")


def test_a_volume_that_is_there_can_be_the_cache_of_the_hub(tmp_path: Path) -> None:
    found = objects(written(tmp_path, stored("efs", volume="cache")))
    assert claimed(found)["volumeName"] == "cache"
    assert not read_only(found)


@pytest.mark.parametrize("backend", ["filestore", "fsx-lustre"])
def test_a_new_file_system_is_opened_to_the_engines_group(tmp_path: Path, backend: str) -> None:
    folder = written(tmp_path, stored(backend, storageClass="shared"))
    found = objects(folder, {"pod": {"initContainers": [{"name": "own", "image": "own:1.0"}]}})
    opening, own = pod(found)["initContainers"]
    assert own["name"] == "own"
    assert opening["command"][-1].startswith("chmod g+rwx /models")
    assert opening["image"] == engine(found)["image"]
    assert opening["securityContext"]["runAsUser"] == 0
    assert opening["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert opening["volumeMounts"] == [{"name": "model", "mountPath": "/models"}]
    others = pod(objects(folder, {"security": {"runAsGroup": 7, "fsGroup": 7}}))["initContainers"][0]
    assert others["command"][-1].startswith("chmod a+rwx /models")
    held = objects(written(tmp_path, stored(backend, volume="models"), FOLDER))
    assert "initContainers" not in pod(held)


def test_a_hyperdisk_is_restored_from_a_snapshot(tmp_path: Path) -> None:
    folder = written(tmp_path, stored("hyperdisk-ml", snapshot="mistral", size="120Gi"), FOLDER)
    claim = claimed(objects(folder))
    assert claim == {
        "accessModes": ["ReadOnlyMany"],
        "storageClassName": "hyperdisk-ml",
        "dataSource": {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "mistral"},
        "resources": {"requests": {"storage": "120Gi"}},
    }
    for wrong, words in (
        ({"volume": "models"}, "not both"),
        ({"snapshot": None}, "storage.snapshot"),
        ({"size": None}, "storage.size"),
    ):
        with pytest.raises(helm_python.HelmError, match=words):
            objects(folder, {"storage": wrong})


@pytest.mark.parametrize(
    ("values", "change", "words"),
    [
        ({**stored("efs", volume="models"), **FOLDER}, {"volume": None}, "storage.volume: model.id is a folder"),
        (stored("efs", storageClass="efs"), {"storageClass": None}, "storage.storageClass: name the StorageClass"),
    ],
)
def test_the_chart_repeats_what_the_schema_leaves_open(
    tmp_path: Path, values: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    folder = written(tmp_path, values)
    with pytest.raises(helm_python.HelmError, match=words):
        objects(folder, {"storage": change})


def test_a_bucket_with_the_model_is_read_through_the_cache_of_the_sidecar(tmp_path: Path) -> None:
    folder = written(tmp_path, stored("gcsfuse", bucket="weights", path="/serving/models", size="60Gi"), FOLDER)
    found = objects(folder)
    csi = volume(found)["csi"]
    assert (csi["driver"], csi["readOnly"]) == ("gcsfuse.csi.storage.gke.io", True)
    attributes = csi["volumeAttributes"]
    assert (attributes["bucketName"], attributes["fileCacheCapacity"]) == ("weights", "60Gi")
    options = attributes["mountOptions"].split(",")
    assert {"implicit-dirs", "only-dir:serving/models", "file-cache:enable-parallel-downloads:true"} <= set(options)
    assert "file-system:kernel-list-cache-ttl-secs:-1" in options
    assert read_only(found)
    whole = volume(objects(folder, {"storage": {"path": None, "size": None}}))["csi"]["volumeAttributes"]
    assert "only-dir" not in whole["mountOptions"]
    assert whole["fileCacheCapacity"] == "-1"


def test_a_bucket_as_cache_of_the_hub_is_written_to_and_listed_afresh(tmp_path: Path) -> None:
    found = objects(written(tmp_path, stored("gcsfuse", bucket="weights")))
    csi = volume(found)["csi"]
    assert "readOnly" not in csi
    assert "ttl" not in csi["volumeAttributes"]["mountOptions"]
    assert "metadataCacheTTLSeconds" not in csi["volumeAttributes"]
    assert not read_only(found)


def test_the_sidecar_is_asked_for_and_the_users_limits_win(tmp_path: Path) -> None:
    folder = written(tmp_path, stored("gcsfuse", bucket="weights"))

    def asked(values: dict[str, Any] | None = None) -> dict[str, str]:
        metadata = one(objects(folder, values), "Deployment")["spec"]["template"]["metadata"]
        return {key: value for key, value in metadata["annotations"].items() if key.startswith("gke-gcsfuse/")}

    unlimited = {f"gke-gcsfuse/{limit}-limit": "0" for limit in ("cpu", "memory", "ephemeral-storage")}
    assert asked() == {"gke-gcsfuse/volumes": "true", **unlimited}
    own = {"gke-gcsfuse/memory-limit": "8Gi", "gke-gcsfuse/memory-request": "2Gi"}
    assert asked({"pod": {"annotations": own}}) == {"gke-gcsfuse/volumes": "true", **unlimited, **own}


def test_the_notes_say_who_has_to_be_let_into_the_bucket(tmp_path: Path) -> None:
    folder = written(tmp_path, stored("gcsfuse", bucket="weights"), FOLDER)
    said = notes(folder)
    assert "gs://weights" in said
    assert "roles/storage.objectViewer" in said
    assert said.rstrip().endswith('/subject/ns/llm/sa/demo-mistral"')
    assert '/sa/other"' in notes(folder, {"serviceAccount": {"name": "other"}})
    assert "roles/storage.objectUser" in notes(written(tmp_path, stored("gcsfuse", bucket="weights")))
