"""Backends against sizes, versions and sources: refused with numbers, accepted after the remedy."""

from __future__ import annotations

from typing import Any

import pytest
from values_making import Case, derived, only, problems, values

AWQ = "TheBloke/vicuna-7B-v1.5-AWQ"
IMAGE = {"backend": "image-volume", "image": "registry.example.com/models/mistral:1.0"}
STREAMER = {"backend": "streamer"}
OSS = {"backend": "oss", "volume": "models"}


def tagged(tag: str) -> dict[str, Any]:
    return {"image": {"tag": tag}}


CASES: list[Case] = [
    # name, values, key, words of the message, values that follow the remedy
    (
        "disk-too-small",
        values(AWQ, "nvidia-a10", "ack", storage={"backend": "ack-disk", "size": "19Gi"}),
        "storage.size",
        "19Gi are less than the 20 GiB of the smallest ACK disk",
        values(AWQ, "nvidia-a10", "ack", storage={"backend": "ack-disk", "size": "20Gi"}),
    ),
    (
        "disk-elsewhere",
        values(AWQ, "nvidia-a10", "generic", storage={"backend": "ack-disk"}),
        "storage.backend",
        "has no ACK disk (diskplugin.csi.alibabacloud.com)",
        values(AWQ, "nvidia-a10", "ack", storage={"backend": "ack-disk"}),
    ),
    (
        "kubernetes-too-old",
        values("/models/m", "nvidia-l4", "generic", storage=IMAGE, cluster={"kubernetesVersion": "1.34"}),
        "storage.backend",
        "Kubernetes 1.34 has no Image volume by default, 1.35 has",
        values("/models/m", "nvidia-l4", "generic", storage=IMAGE, cluster={"kubernetesVersion": "1.35"}),
    ),
    (
        "image-takes-no-download",
        values(AWQ, "nvidia-t4", storage=IMAGE),
        "storage.backend",
        "model.id is a hub id, and Image volume takes no download",
        values("/models/m", "nvidia-t4", storage=IMAGE),
    ),
    (
        "bucket-takes-no-download",
        values(AWQ, "nvidia-a10", "ack", storage=OSS),
        "storage.backend",
        "OSS bucket takes no download",
        values("/models/m", "nvidia-a10", "ack", storage=OSS),
    ),
    (
        "local-disk-is-empty",
        values("/models/m", "nvidia-t4", storage={"backend": "local-nvme", "storageClass": "local"}),
        "storage.backend",
        "Local NVMe disk holds no model at first",
        values(AWQ, "nvidia-t4", storage={"backend": "local-nvme", "storageClass": "local"}),
    ),
    (
        "object-on-a-disk",
        values("s3://weights/m", "nvidia-t4"),
        "storage.backend",
        "model.id is in object storage, and Node disk does not read from there",
        values("s3://weights/m", "nvidia-t4", storage=STREAMER),
    ),
    (
        "streamer-of-the-hub",
        values(AWQ, "nvidia-t4", storage=STREAMER),
        "storage.backend",
        "Object storage streamer takes no download",
        values("gs://weights/m", "nvidia-t4", storage=STREAMER),
    ),
    (
        "floating-image",
        values("/models/m", "nvidia-t4", storage={**IMAGE, "image": "registry.example.com:5000/m:latest"}),
        "storage.image",
        "latest is another image every week",
        values("/models/m", "nvidia-t4", storage=IMAGE),
    ),
    (
        "engine-before-gs",
        values("gs://weights/m", "nvidia-t4", storage=STREAMER, engine=tagged("v0.10.2")),
        "engine.image.tag",
        "vLLM v0.10.2 does not load from gs://, 0.11.1 does",
        values("gs://weights/m", "nvidia-t4", storage=STREAMER, engine=tagged("v0.11.1")),
    ),
    (
        "engine-before-s3",
        values("s3://weights/m", "nvidia-t4", storage=STREAMER, engine=tagged("v0.6.6")),
        "engine.image.tag",
        "vLLM v0.6.6 does not load from s3://, 0.7.1 does",
        values("s3://weights/m", "nvidia-t4", storage=STREAMER, engine=tagged("v0.10.2")),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_refused_at_its_key_and_accepted_after_the_remedy(case: Case) -> None:
    _, wrong, key, words, right = case
    problem = only([found for found in problems(wrong) if found.fatal])
    assert problem.key == key
    assert words in problem.message
    assert not [found for found in problems(right) if found.fatal]


def test_the_remedy_names_the_backends_that_serve_the_model() -> None:
    problem = only([found for found in problems(values("s3://weights/m", "nvidia-t4")) if found.fatal])
    assert problem.remedy == "Set storage.backend to one of: streamer; or model.id to a hub id."


@pytest.mark.parametrize(
    ("storage", "missing"),
    [
        ({"backend": "nfs"}, "storage.server"),
        ({"backend": "host-path"}, "storage.path"),
        ({"backend": "image-volume"}, "storage.image"),
        ({"backend": "local-nvme"}, "storage.storageClass"),
        ({"backend": "oss"}, "storage.volume"),
    ],
)
def test_a_backend_says_which_key_it_needs(storage: dict[str, str], missing: str) -> None:
    found = {problem.key: problem.message for problem in problems(values(AWQ, "nvidia-a10", "ack", storage=storage))}
    assert found[missing] == "the key is missing"


@pytest.mark.parametrize(
    ("key", "value", "backend"),
    [
        ("server", "nfs.example.com/export", "nfs"),
        ("path", "../etc", "host-path"),
        ("path", "/data/../etc", "host-path"),
        ("path", "/", "host-path"),
        ("image", "registry.example.com/models/m", "image-volume"),
        ("image", "Registry/Models:1", "image-volume"),
        ("concurrency", 0, "streamer"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(key: str, value: object, backend: str) -> None:
    found = problems(values("/models/m", "nvidia-t4", storage={"backend": backend, key: value}))
    assert f"storage.{key}" in {problem.key for problem in found}


def test_a_key_of_another_backend_has_no_use() -> None:
    found = problems(values(AWQ, "nvidia-t4", storage={"backend": "empty-dir", "server": "10.0.0.5"}))
    assert only(found).key == "storage.server"
    assert "only nfs uses it" in only(found).message


def test_a_derived_disk_is_as_large_as_the_driver_makes() -> None:
    assert derived(values(AWQ, "nvidia-a10", "ack", storage={"backend": "ack-disk"})).storage_size == "20Gi"
    assert derived(values(AWQ, "nvidia-a10", "ack", storage={"backend": "nas"})).storage_size == "16Gi"


def test_a_streamers_buffer_is_in_the_memory_of_every_worker() -> None:
    both = {"parallelism": {"tensor": 4}, "workload": {"sharedMemory": "8Gi"}}
    # 8 of shared memory, 6 for each process, and 4 buffers of 5 GiB each.
    streamed = derived(values("s3://weights/m", "nvidia-l4", "generic", storage=STREAMER, **both))
    assert int(streamed.memory.removesuffix("Gi")) >= 8 + 4 * 6 + 4 * 5


def test_only_a_backend_that_needs_it_asks_for_a_newer_kubernetes() -> None:
    assert derived(values("/models/m", "nvidia-t4", storage=IMAGE)).kubernetes_since == "1.35"
    assert derived(values(AWQ, "nvidia-t4")).kubernetes_since is None


def test_a_local_disk_is_made_for_each_pod() -> None:
    found = derived(values(AWQ, "nvidia-t4", storage={"backend": "local-nvme", "storageClass": "local"}))
    assert (found.kind, found.access_mode, found.storage_size) == ("Deployment", "ReadWriteOnce", "16Gi")
    assert found.strategy == "RollingUpdate"
