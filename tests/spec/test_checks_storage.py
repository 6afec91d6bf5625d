"""Keys of the section storage that belong together: refused at the key to set, accepted once it is set."""

from __future__ import annotations

from typing import Any

import pytest
from values_making import Case, check_accepted, check_refused, only, problems, values

HUB, HELD = "mistralai/Mistral-7B-Instruct-v0.2", "/models/mistral"
GPU = "nvidia-a100-80gb"
HYPERDISK_ONLY = ("nvidia-h200", "nvidia-b200", "nvidia-gb200", "nvidia-rtx-pro-6000")


def held(provider: str, **storage: str) -> dict[str, Any]:
    return values(HELD, GPU, provider, storage=storage)


def fetched(provider: str, **storage: str) -> dict[str, Any]:
    return values(HUB, GPU, provider, storage=storage)


CASES: list[Case] = [
    *(
        (
            f"{backend}-empty",
            held(provider, backend=backend, storageClass="shared"),
            "storage.volume",
            "is empty, and model.id is a folder on it",
            held(provider, backend=backend, volume="models"),
        )
        for provider, backend in (("aks", "azure-blob"), ("gke", "filestore"), ("eks", "efs"), ("eks", "fsx-lustre"))
    ),
    *(
        (
            f"{backend}-class",
            fetched("eks", backend=backend),
            "storage.storageClass",
            "needs storage.storageClass or storage.volume, because EKS comes with no StorageClass for it",
            fetched("eks", backend=backend, volume="models"),
        )
        for backend in ("efs", "fsx-lustre")
    ),
    *(
        (
            f"pd-{gpu}",
            values(HUB, gpu, "gke", storage={"backend": "pd"}),
            "storage.storageClass",
            "attach no disks but Hyperdisks",
            values(HUB, gpu, "gke", storage={"backend": "pd", "storageClass": "hyperdisk-balanced"}),
        )
        for gpu in HYPERDISK_ONLY
    ),
    (
        "ebs-class",
        fetched("eks", backend="ebs"),
        "storage.storageClass",
        "missing",
        fetched("eks", backend="ebs", storageClass="gp3"),
    ),
    (
        "s3-volume",
        held("eks", backend="s3-mountpoint"),
        "storage.volume",
        "missing",
        held("eks", backend="s3-mountpoint", volume="models"),
    ),
    (
        "gcsfuse-bucket",
        held("gke", backend="gcsfuse"),
        "storage.bucket",
        "missing",
        held("gke", backend="gcsfuse", bucket="models"),
    ),
    (
        "hyperdisk-disk",
        held("gke", backend="hyperdisk-ml"),
        "storage.snapshot",
        "needs storage.snapshot or storage.volume",
        held("gke", backend="hyperdisk-ml", volume="models"),
    ),
    (
        "hyperdisk-both",
        held("gke", backend="hyperdisk-ml", snapshot="models", size="100Gi", volume="models"),
        "storage.snapshot",
        "not storage.snapshot and storage.volume",
        held("gke", backend="hyperdisk-ml", snapshot="models", size="100Gi"),
    ),
    (
        "hyperdisk-size",
        held("gke", backend="hyperdisk-ml", snapshot="models"),
        "storage.size",
        "at least as large as the disk that its snapshot was taken of",
        held("gke", backend="hyperdisk-ml", snapshot="models", size="100Gi"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_refused_at_the_key_to_set(case: Case) -> None:
    check_refused(case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_accepted_with_it(case: Case) -> None:
    check_accepted(case)


@pytest.mark.parametrize(
    ("backend", "key"),
    [("pd", "volume"), ("gcsfuse", "storageClass"), ("filestore", "bucket"), ("azure-blob", "snapshot")],
)
def test_a_key_of_another_backend_is_refused(backend: str, key: str) -> None:
    provider = "aks" if backend == "azure-blob" else "gke"
    needed = {"bucket": "models"} if backend == "gcsfuse" else {}
    problem = only(problems(fetched(provider, backend=backend, **needed, **{key: "models"})))
    assert problem.key == f"storage.{key}"


@pytest.mark.parametrize("backend", ["hyperdisk-ml", "s3-mountpoint"])
def test_what_is_mounted_read_only_cannot_be_the_cache_of_the_hub(backend: str) -> None:
    provider = "gke" if backend == "hyperdisk-ml" else "eks"
    problem = only([each for each in problems(fetched(provider, backend=backend, volume="models")) if each.fatal])
    assert problem.key == "storage.backend"


@pytest.mark.parametrize(("gpu", "told"), [("nvidia-t4", 1), ("nvidia-l4", 0)])
def test_hyperdisk_ml_on_older_machines_is_a_warning(gpu: str, told: int) -> None:
    storage = {"backend": "hyperdisk-ml", "volume": "models"}
    found = problems(values("/models/vicuna", gpu, "gke", model={"maxLength": 2048}, storage=storage))
    assert [(each.key, each.fatal) for each in found] == [("storage.backend", False)] * told
    assert all("N1" in each.message for each in found)


def zonal(provider: str, policy: str, gpu: str = GPU, **storage: str) -> list[tuple[str, str]]:
    """Key and remedy of every warning that an evicted replica cannot follow its disk."""
    found = problems(values(HUB, gpu, provider, spot={"policy": policy}, storage=storage))
    assert not [each for each in found if each.fatal]
    return [(each.key, each.remedy) for each in found if "stays pending" in each.message]


@pytest.mark.parametrize("policy", ["require", "mixed"])
def test_a_disk_of_one_zone_on_spot_nodes_is_a_warning(policy: str) -> None:
    ((key, remedy),) = zonal("gke", policy, "nvidia-l4", backend="pd")
    assert key == "storage.storageClass"
    assert "regional-pd" in remedy
    assert "filestore" in remedy
    assert zonal("gke", policy, "nvidia-l4", backend="pd", storageClass="premium-rwo") == [(key, remedy)]
    assert zonal("gke", policy, "nvidia-l4", backend="pd", storageClass="regional") == []
    ((key, remedy),) = zonal("eks", policy, backend="ebs", storageClass="gp3")
    assert key == "storage.backend"
    assert remedy == "Set storage.backend to one of: efs, fsx-lustre."


@pytest.mark.parametrize("policy", ["never", "prefer"])
def test_a_disk_of_one_zone_is_no_matter_where_other_nodes_take_the_replica(policy: str) -> None:
    assert zonal("gke", policy, "nvidia-l4", backend="pd") == []


@pytest.mark.parametrize("policy", ["require", "mixed"])
def test_an_azure_disk_of_a_built_in_class_is_in_every_zone(policy: str) -> None:
    assert zonal("aks", policy, backend="azure-disk") == []


def test_a_share_is_in_every_zone() -> None:
    assert zonal("aks", "require", backend="azure-files") == []
