"""Volumes that have to let the engine's user in: what the chart sets itself, and what it asks of an administrator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from chart_making import notes, objects, pod, written

from chartgen import spec

FOLDER: dict[str, Any] = {"model": {"id": "/models/mistral"}}
BUCKET: dict[str, Any] = {
    "cluster": {"provider": "gke"},
    "storage": {"backend": "gcsfuse", "bucket": "weights", "path": "cache"},
}
OTHERS: dict[str, Any] = {"security": {"runAsUser": 1000660000, "runAsGroup": 7}}
PROVIDERS = {"azure-blob": "aks", "s3-mountpoint": "eks", "efs": "eks", "oss": "ack", "nas": "ack"}
GPUS = {"ack": "nvidia-a10"}


def bound(backend: str, *parts: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """A file whose claim binds to the PersistentVolume `models`."""
    provider = PROVIDERS[backend]
    return (
        {"cluster": {"provider": provider}, "storage": {"backend": backend, "volume": "models"}},
        {"gpu": {"type": GPUS.get(provider, "nvidia-a100-80gb")}},
        *parts,
    )


def options(folder: Path, values: dict[str, Any] | None = None) -> list[str]:
    (model,) = [volume for volume in pod(objects(folder, values))["volumes"] if volume["name"] == "model"]
    found: str = model["csi"]["volumeAttributes"]["mountOptions"]
    return found.split(",")


def test_a_bucket_that_is_written_to_belongs_to_the_engines_user(tmp_path: Path) -> None:
    folder = written(tmp_path, BUCKET)
    assert {"uid=2000", "gid=0", "file-mode=664", "dir-mode=775", "only-dir:cache"} <= set(options(folder))
    assert {"uid=1000660000", "gid=7", "file-mode=664", "dir-mode=775"} <= set(options(folder, OTHERS))
    assert {"uid=0"} <= set(options(folder, {"security": {"runAsUser": 0}}))


def test_a_bucket_that_is_only_read_stays_as_it_is(tmp_path: Path) -> None:
    found = options(written(tmp_path, BUCKET, FOLDER))
    assert not [option for option in found if option.split("=")[0] in ("uid", "gid", "file-mode", "dir-mode")]


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("azure-blob", 'mountOptions: ["-o allow_other"]'),
        ("s3-mountpoint", 'mountOptions: ["allow-other", "uid={user}", "gid={group}"]'),
        ("oss", 'otherOpts: "-o allow_other -o umask=022"'),
    ],
)
def test_the_notes_say_how_a_volume_lets_the_engine_in(tmp_path: Path, backend: str, said: str) -> None:
    folder = written(tmp_path, *bound(backend, FOLDER))
    for values, user, group in (({}, 2000, 0), (OTHERS, 1000660000, 7)):
        found = notes(folder, values)
        assert "\n\nThe pods " in found
        assert f"PersistentVolume models as user {user} of group {group}" in found
        assert f"\n     {said.format(user=user, group=group)}\n" in f"{found}\n"
    described = spec.schema()["properties"]["storage"]["properties"]["volume"]["description"]
    assert all(option.split("=")[0] in described for option in ("-o allow_other", "allow-other", "uid=", "umask=022"))


@pytest.mark.parametrize("backend", ["efs", "nas"])
def test_the_notes_say_that_a_volume_is_written_to(tmp_path: Path, backend: str) -> None:
    said = "PersistentVolume models, which has to let user 2000 of group 0 write"
    found = notes(written(tmp_path, *bound(backend)))
    assert said in found
    assert "\n\nThe engine keeps" in found
    assert said not in notes(written(tmp_path, *bound(backend, FOLDER)))


@pytest.mark.parametrize("backend", ["efs", "nas"])
def test_a_volume_whose_root_folder_is_roots_is_opened_before_it_is_written_to(tmp_path: Path, backend: str) -> None:
    own = {"pod": {"initContainers": [{"name": "own", "image": "own:1.0"}]}}
    folder = written(tmp_path, *bound(backend))
    opening, after = pod(objects(folder, own))["initContainers"]
    assert after["name"] == "own"
    assert opening["command"][-1].startswith("chmod g+rwx /models")
    assert opening["securityContext"]["runAsUser"] == 0
    made = {"storage": {"volume": None, "storageClass": "shared"}}
    assert not pod(objects(folder, made)).get("initContainers")
    assert [each["name"] for each in pod(objects(folder, {**made, **own}))["initContainers"]] == ["own"]
    assert "initContainers" not in pod(objects(written(tmp_path, *bound(backend, FOLDER))))


def test_a_volume_of_the_drivers_own_needs_no_options(tmp_path: Path) -> None:
    folder = written(tmp_path, {"cluster": {"provider": "aks"}, "storage": {"backend": "azure-blob"}})
    assert "allow_other" not in notes(folder)
    assert "allow_other" in notes(folder, {"storage": {"volume": "models"}})
