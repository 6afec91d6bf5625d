"""Keys of the section storage that belong together: refused at the key to set, accepted once it is set."""

from __future__ import annotations

from typing import Any

import pytest
from values_making import Case, only, problems, values

HUB, HELD = "mistralai/Mistral-7B-Instruct-v0.2", "/models/mistral"
GPU = "nvidia-a100-80gb"


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
    _, whole, key, words, _ = case
    problem = only([problem for problem in problems(whole) if problem.fatal])
    assert problem.key == key
    assert words in problem.message
    assert problem.remedy


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_accepted_with_it(case: Case) -> None:
    assert [problem for problem in problems(case[-1]) if problem.fatal] == []


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
