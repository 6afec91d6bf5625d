"""Objects with data that go, what keeps them, and what is never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from upgrade_objects import compared, made, named, text

LOST = "data-object-removed"
LEFT = made("ConfigMap", {}, name="left")
CLAIMS = {"spec": {"volumeClaimTemplates": [{"metadata": {"name": "models"}, "spec": {}}]}}
HELM = {"helm.sh/resource-policy": "keep"}
ARGO = {"argocd.argoproj.io/sync-options": "Prune=false, Delete=false"}


@pytest.mark.parametrize(
    ("kind", "fields", "severity", "words"),
    [
        ("PersistentVolumeClaim", {}, "error", "the data of its volume"),
        ("Secret", {"stringData": {"token": "hf_x"}}, "error", "what only the Secret holds"),
        ("PersistentVolume", {}, "warning", "its storage stays (reclaim policy Retain)"),
        ("PersistentVolume", {"spec": {"persistentVolumeReclaimPolicy": "Delete"}}, "error", "its storage with it"),
        ("StatefulSet", CLAIMS, "warning", "its claims models-vllm-N stay (whenDeleted: Retain)"),
        (
            "StatefulSet",
            {"spec": {**CLAIMS["spec"], "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"}}},
            "error",
            "go with it, and the data in them (whenDeleted: Delete)",
        ),
        ("CustomResourceDefinition", {}, "error", "every object of the kind"),
    ],
)
def test_what_goes(kind: str, fields: dict[str, Any], severity: str, words: str, tmp_path: Path) -> None:
    gone = made(kind, fields)
    code, found = compared(tmp_path, text(gone, LEFT), text(LEFT))
    (verdict,) = named(found, LOST)
    assert verdict["severity"] == severity
    assert words in verdict["message"]
    assert code == (1 if severity == "error" else 0)
    assert compared(tmp_path, text(gone, LEFT), text(gone, LEFT))[1]["verdicts"] == []


@pytest.mark.parametrize("kind", ["ConfigMap", "Deployment", "StatefulSet", "Service"])
def test_what_holds_no_data(kind: str, tmp_path: Path) -> None:
    code, found = compared(tmp_path, text(made(kind, {}), LEFT), text(LEFT))
    assert (code, named(found, LOST), found["summary"]["removed"]) == (0, [], 1)


@pytest.mark.parametrize(
    ("annotations", "severity", "words"),
    [
        (HELM, "warning", "Helm keeps it (helm.sh/resource-policy), Argo CD prunes it"),
        (ARGO, "error", "Argo CD keeps it (Prune=false), Helm removes it"),
        ({"argocd.argoproj.io/sync-options": "Delete=false"}, "error", "the claim goes"),
        ({**HELM, **ARGO}, None, ""),
    ],
)
def test_what_keeps_a_claim(annotations: dict[str, str], severity: str | None, words: str, tmp_path: Path) -> None:
    claim = made("PersistentVolumeClaim", {"metadata": {"annotations": annotations}})
    code, found = compared(tmp_path, text(claim, LEFT), text(LEFT))
    assert [verdict["severity"] for verdict in named(found, LOST)] == ([severity] if severity else [])
    assert all(words in verdict["message"] for verdict in named(found, LOST))
    assert code == (1 if severity == "error" else 0)


def test_a_secret_that_another_object_makes(tmp_path: Path) -> None:
    external = made("ExternalSecret", {"spec": {"target": {"name": "vllm"}}}, name="hub")
    code, found = compared(tmp_path, text(made("Secret", {})), text(external))
    assert (code, named(found, LOST)) == (0, [])


def test_secrets_are_not_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from chartgen.cli.main import run

    secrets = ("old-token", "new-token", "old-key", "new-key", "b2xkLXRva2Vu", "bmV3LXRva2Vu")

    def objects(token: str, key: str) -> str:
        container = {
            "name": "vllm",
            "image": "vllm/vllm-openai:v0.33.0",
            "args": [f"--api-key={key}", "--api-key", key, "--port", "8000"],
            "env": [{"name": "HF_TOKEN", "value": token}],
        }
        secret = made("Secret", {"stringData": {"token": token}})
        added = made("Secret", {"stringData": {token[:3]: "1"}}, name="added")
        return text(secret, added, made("Deployment", {"spec": {"template": {"spec": {"containers": [container]}}}}))

    compared(tmp_path, objects("old-token", "old-key"), objects("new-token", "new-key"))
    files = [str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")]
    for form in ("text", "json", "markdown"):
        run(["diff", *files, "--format", form])
    said = capfd.readouterr().out
    assert "data.token" in said
    assert "changed (not shown)" in said
    assert [secret for secret in secrets if secret in said] == []
