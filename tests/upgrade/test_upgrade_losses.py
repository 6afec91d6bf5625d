"""Objects with data that go, what keeps them, and what is never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import RULES
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


SCALED = {**CLAIMS["spec"], "persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete"}}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({"replicas": 3}, {"replicas": 2}, "3 replicas: its claims models-vllm-2 go, and the data in them"),
        ({"replicas": 5}, {"replicas": 2}, "models-vllm-2 to 4 go"),
        ({"replicas": 3, "ordinals": {"start": 7}}, {"replicas": 2, "ordinals": {"start": 7}}, "models-vllm-9 go"),
        ({"replicas": 2}, {}, "has 1 in place of 2 replicas: its claims models-vllm-1 go"),
        ({"replicas": 2, "persistentVolumeClaimRetentionPolicy": None}, {"replicas": 1}, "models-vllm-1 go"),
        ({"replicas": 2}, {"replicas": 3}, None),
        ({"replicas": 3}, {"replicas": 2, "persistentVolumeClaimRetentionPolicy": {"whenScaled": "Retain"}}, None),
        ({"replicas": 3, "volumeClaimTemplates": []}, {"replicas": 2, "volumeClaimTemplates": []}, None),
    ],
)
def test_a_statefulset_that_gets_smaller(
    before: dict[str, Any], after: dict[str, Any], words: str | None, tmp_path: Path
) -> None:
    sides = (text(made("StatefulSet", {"spec": {**SCALED, **each}})) for each in (before, after))
    code, found = compared(tmp_path, *sides)
    assert code == (0 if words is None else 1)
    assert [words in verdict["message"] for verdict in named(found, LOST)] == ([] if words is None else [True])


@pytest.mark.parametrize(
    ("event", "annotations", "severity"),
    [
        ("pre-upgrade", {}, "error"),
        ("pre-upgrade, pre-install", HELM, "error"),
        ("pre-install", HELM, "warning"),
        ("pre-install", {}, "error"),
    ],
)
def test_an_object_that_becomes_a_hook(event: str, annotations: dict[str, str], severity: str, tmp_path: Path) -> None:
    """Helm removes it with what is no part of the release any more, or before it makes the hook."""
    plain = made("PersistentVolumeClaim", {"metadata": {"annotations": annotations}})
    hook = made("PersistentVolumeClaim", {"metadata": {"annotations": {**annotations, "helm.sh/hook": event}}})
    (verdict,) = named(compared(tmp_path, text(plain), text(hook))[1], LOST)
    assert verdict["severity"] == severity
    assert "becomes a hook" in verdict["message"]
    assert named(compared(tmp_path, text(hook), text(plain))[1], LOST) == []


def test_a_hook_is_called_one(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from chartgen.cli.main import run

    hook = made("Job", {"metadata": {"annotations": {"helm.sh/hook": "test"}}})
    compared(tmp_path, text(LEFT), text(LEFT, hook))
    run(["diff", str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")])
    assert "+ Job vllm (a hook)\n" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("--max-num-batched-tokens=2048", "--max-num-batched-tokens=8192", "--max-num-batched-tokens=8192"),
        ("--tokenizer=a", "--tokenizer=b", "--tokenizer=b"),
        (
            "export HF_TOKEN=hf_old; vllm --port 80",
            "export HF_TOKEN=hf_new; vllm --port 81",
            "HF_TOKEN=...; vllm --port 81",
        ),
        ("vllm --api-key sk-old --port 80", "vllm --api-key sk-new --port 81", "--api-key ... --port 81"),
        ("curl -H 'Authorization: Bearer sk-old' a", "curl -H 'Authorization: Bearer sk-new' b", "Bearer ...' b"),
        ("redis://me:p@sk-old@db/1", "redis://me:p@sk-new@db/2", "redis://me:...@db/2"),
        ('{"api_key": "sk-old", "n": 1}', '{"api_key": "sk-new", "n": 2}', "..., "),
    ],
)
def test_secrets_within_a_text(
    old: str, new: str, shown: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from chartgen.cli.main import run

    def objects(word: str) -> str:
        template = {"spec": {"containers": [{"name": "vllm", "image": "v:1", "args": ["-c", word]}]}}
        return text(made("ConfigMap", {"data": {"file": word}}), made("Deployment", {"spec": {"template": template}}))

    compared(tmp_path, objects(old), objects(new))
    for form in ("text", "json", "markdown"):
        run(["diff", str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml"), "--format", form])
    said = capfd.readouterr().out
    assert shown in said
    assert [secret for secret in ("sk-old", "sk-new", "hf_old", "hf_new") if secret in said] == []


@pytest.mark.parametrize("data", [{"a": "hunter2"}, ["hunter2"], "hunter2"])
def test_a_secret_of_any_form(data: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from chartgen.cli.main import run

    secret = text({**made("Secret", {"immutable": True}), "data": data})
    compared(tmp_path, secret, secret.replace("hunter2", "hunter3"))
    old, new = str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")
    for form in ("text", "json", "markdown"):
        assert run(["diff", old, new, "--format", form]) == 1
    ours = ["--rules", str(RULES), "--select=field-refused"]
    assert run(["lint", new, *ours, "--against", old]) == 1
    said = capfd.readouterr()
    assert "changed (not shown)" in said.out
    assert "hunter" not in said.out + said.err


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
