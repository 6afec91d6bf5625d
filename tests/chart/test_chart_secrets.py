"""The hub token and the API key: from a Secret, from a store by an ExternalSecret, or mounted by a CSI driver."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import engine, notes, objects, one, pod, refused, written

MADE = {"provider": "externalSecret", "store": {"name": "vault"}, "remoteKey": "llm/a", "remoteProperty": "p"}
TOKEN_FILE = {"provider": "csi", "class": "llm", "file": "hf"}
KEY_CLASS = {"provider": "csi", "class": "llm", "secret": "synced", "key": "k"}


def token(section: dict[str, Any] | None) -> dict[str, Any]:
    return {"model": {"token": section}}


def api_key(section: dict[str, Any]) -> dict[str, Any]:
    return {"engine": {"apiKey": section}}


def variables(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {item["name"]: item.get("value", item.get("valueFrom")) for item in engine(found)["env"]}


def test_an_external_secret_makes_what_the_engine_reads(tmp_path: Path) -> None:
    found = objects(
        written(tmp_path, token(MADE), api_key({**MADE, "store": {"name": "v", "kind": "ClusterSecretStore"}}))
    )
    made = {item["metadata"]["name"]: item["spec"] for item in found if item["kind"] == "ExternalSecret"}
    assert made["demo-mistral-model-token"] == {
        "refreshInterval": "1h",
        "secretStoreRef": {"name": "vault", "kind": "SecretStore"},
        "target": {"name": "demo-mistral-model-token"},
        "data": [{"secretKey": "text", "remoteRef": {"key": "llm/a", "property": "p"}}],
    }
    assert made["demo-mistral-engine-api-key"]["secretStoreRef"]["kind"] == "ClusterSecretStore"
    read = {"secretKeyRef": {"name": "demo-mistral-model-token", "key": "text"}}
    assert variables(found)["HF_TOKEN"] == read
    key = {"secretKeyRef": {"name": "demo-mistral-engine-api-key", "key": "text"}}
    assert variables(found)["VLLM_API_KEY"] == key
    (test,) = one(found, "Pod", "test")["spec"]["containers"]
    assert test["env"] == [{"name": "API_KEY", "valueFrom": key}]


def test_a_class_is_mounted_and_the_token_is_a_file_of_it(tmp_path: Path) -> None:
    found = objects(written(tmp_path, token(TOKEN_FILE), api_key(KEY_CLASS)))
    assert not [item for item in found if item["kind"] == "ExternalSecret"]
    mounted = {volume["name"]: volume["csi"] for volume in pod(found)["volumes"] if "csi" in volume}
    driver = {
        "driver": "secrets-store.csi.k8s.io",
        "readOnly": True,
        "volumeAttributes": {"secretProviderClass": "llm"},
    }
    assert mounted == {"model-token": driver, "engine-api-key": driver}
    mounts = {mount["name"]: mount for mount in engine(found)["volumeMounts"]}
    folder = mounts["model-token"]["mountPath"]
    assert mounts["model-token"]["readOnly"]
    assert mounts["engine-api-key"]["readOnly"]
    assert variables(found)["HF_TOKEN_PATH"] == f"{folder}/hf"
    assert "HF_TOKEN" not in variables(found)
    assert variables(found)["VLLM_API_KEY"] == {"secretKeyRef": {"name": "synced", "key": "k"}}


def test_a_worker_has_the_token_and_not_the_key(tmp_path: Path) -> None:
    nodes = {"parallelism": {"tensor": 2, "nodes": 2}, **api_key(KEY_CLASS)}
    (group,) = [
        item for item in objects(written(tmp_path, nodes, token(TOKEN_FILE))) if item["kind"] == "LeaderWorkerSet"
    ]
    worker = group["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]
    assert [volume["name"] for volume in worker["volumes"] if "csi" in volume] == ["model-token"]


def test_a_token_can_be_given_and_taken_away_at_install(tmp_path: Path) -> None:
    folder = written(tmp_path)
    given = objects(folder, token({"secret": "s", "key": "k"}))
    assert variables(given)["HF_TOKEN"] == {"secretKeyRef": {"name": "s", "key": "k"}}
    with pytest.raises(helm_python.HelmError, match="missing property 'key'"):
        objects(folder, token({"secret": "s"}))
    with pytest.raises(helm_python.HelmError, match="run chartgen render again"):
        objects(folder, token({"provider": "csi", "secret": "s", "key": "k"}))
    kept = written(tmp_path, {"name": "kept"}, token({"secret": "s", "key": "k"}))
    assert "HF_TOKEN" not in variables(objects(kept, token(None)))


def test_what_a_chart_is_made_for_cannot_be_taken_away(tmp_path: Path) -> None:
    with pytest.raises(helm_python.HelmError, match="token"):
        objects(written(tmp_path, token(MADE)), token(None))


@pytest.mark.parametrize(
    ("section", "key", "words"),
    [
        ({"provider": "csi", "class": "llm"}, "model.token.file", "missing"),
        ({**TOKEN_FILE, "secret": "s"}, "model.token.secret", "only model.token.provider secret"),
        ({"provider": "externalSecret", "store": {"name": "v"}}, "model.token.remoteKey", "missing"),
        ({"secret": "s"}, "model.token.key", "missing"),
        ({"secret": "s", "key": "k", "class": "llm"}, "model.token.class", "only model.token.provider csi"),
        ({**MADE, "refreshInterval": "hourly"}, "model.token.refreshInterval", "a span of time"),
    ],
)
def test_keys_of_another_provider_are_refused(tmp_path: Path, section: dict[str, Any], key: str, words: str) -> None:
    assert words in refused(tmp_path, token(section))[key]


def test_no_text_of_a_secret_is_anywhere(tmp_path: Path) -> None:
    assert "$API_KEY" in notes(written(tmp_path, api_key(MADE)))
