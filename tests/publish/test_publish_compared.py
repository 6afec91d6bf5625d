"""`chartgen diff` and `chartgen lint --against` with a version that is in a registry."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from commands import chartgen, refused
from conftest import RULES
from proxies import Answer, proxy
from registries import PASSWORD, USER, Running, registry
from small_charts import small_chart

NOT_COMPARED = "error: nothing was compared: "
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: models}
spec:
  accessModes: [ReadWriteMany]
  resources: {requests: {storage: "{{ .Values.size }}"}}
"""


def claims(into: Path, version: str, size: str) -> Path:
    chart = small_chart(into, version=version, text=f"of-{size.lower()}")
    (chart / "templates" / "configmap.yaml").write_text(CLAIM)
    (chart / "values.yaml").write_text(f"size: {size}\n")
    return chart


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with registry(tmp_path_factory.mktemp("plain") / "registry") as running:
        yield running


@pytest.fixture(scope="module")
def old(plain: Running, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `chartgen publish` says of a version with build metadata and a claim of 80 GiB."""
    chart = claims(tmp_path_factory.mktemp("old"), "1.0.0+b.1", "80Gi")
    done = chartgen("publish", chart, plain.at(), "--plain-http", "--settle", "0", "--no-lint", "--format", "json")
    assert done.returncode == 0, done.stderr
    published: dict[str, str] = json.loads(done.stdout)["charts"][0]
    return published


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return claims(tmp_path, "1.1.0", "50Gi")


@pytest.fixture
def nobody(tmp_path: Path) -> dict[str, str]:
    """Docker and Helm without any credentials."""
    (tmp_path / "docker").mkdir()
    return {"DOCKER_CONFIG": str(tmp_path / "docker"), "HELM_REGISTRY_CONFIG": str(tmp_path / "none.json")}


def test_by_version_and_by_digest(plain: Running, old: dict[str, str], new: Path, tmp_path: Path) -> None:
    from_folder = chartgen("diff", claims(tmp_path / "again", "1.0.0", "80Gi"), new)
    assert (from_folder.returncode, "spec.resources.requests.storage cannot change" in from_folder.stdout) == (1, True)
    chart = plain.at("charts/greeting")
    for reference in (f"{chart}:1.0.0+b.1", f"{chart}:1.0.0_b.1", f"{chart}@{old['digest']}"):
        found = chartgen("diff", reference, new, "--plain-http")
        assert (found.returncode, found.stdout) == (1, from_folder.stdout), found.stderr
    same = chartgen("diff", f"{chart}:1.0.0+b.1", f"{chart}@{old['digest']}", "--plain-http")
    assert (same.returncode, same.stdout) == (0, "no differences in 1 object\n")
    grown = chartgen("diff", new, f"{chart}:1.0.0+b.1", "--plain-http", "--format", "json")
    assert json.loads(grown.stdout)["new"] == f"{chart}:1.0.0+b.1"


def test_lint_against(plain: Running, old: dict[str, str], new: Path) -> None:
    (new / "templates" / "configmap.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    ours = ("--rules", RULES, "--select=data-lost")
    lint = ("lint", new, *ours, "--plain-http", "--format", "json", "--against")
    found = chartgen(*lint, f"{plain.at('charts/greeting')}@{old['digest']}")
    (finding,) = json.loads(found.stdout)["findings"]
    assert (finding["rule"], finding["object"]["name"]) == ("data-lost", "models")
    assert finding["location"]["file"].startswith(f"{plain.at('charts/greeting')}@{old['digest']}/templates/")
    gone = chartgen(*lint, f"{plain.at('charts/greeting')}:9.9.9")
    refused(gone, NOT_COMPARED, "charts/greeting has no 9.9.9")


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("oci://127.0.0.1:1/charts/greeting", "write oci://127.0.0.1:1/charts/greeting:1.2.0"),
        ("oci://127.0.0.1:1/charts/greeting:", "is not oci://HOST/PATH/CHART:VERSION"),
        ("oci://127.0.0.1:1/charts/Greeting:1.0.0", "is not oci://HOST/PATH/CHART:VERSION"),
        ("oci://127.0.0.1:1", "is not oci://HOST/PATH/CHART:VERSION"),
        ("oci:///greeting:1.0.0", "is not oci://HOST/PATH/CHART:VERSION"),
        ("oci://127.0.0.1:1/charts/greeting:1.0.0 ", "is not oci://HOST/PATH/CHART:VERSION"),
        ("oci://127.0.0.1:1/charts/greeting@sha256:12", "sha256: and 64 digits"),
        (f"oci://ada:{PASSWORD}@127.0.0.1:1/charts/greeting:1.0.0", "docker login"),
        (f"oci://ada:/{PASSWORD}@127.0.0.1:1/charts/greeting:1.0.0", "docker login"),
    ],
)
def test_a_reference_that_is_none(reference: str, words: str, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    for command in (("diff", reference, new), ("diff", new, reference), ("lint", new, "--against", reference)):
        result = chartgen(*command)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith(NOT_COMPARED)
        assert words in " ".join(result.stderr.split())
        assert PASSWORD not in result.stderr


def test_what_a_registry_does_not_give_out(plain: Running, old: dict[str, str], new: Path) -> None:
    chart = plain.at("charts/greeting")
    refused(chartgen("diff", f"{chart}:9.9.9", new, "--plain-http"), NOT_COMPARED, f"{chart} has no 9.9.9")
    refused(chartgen("diff", f"{plain.at('none')}:1.0.0", new, "--plain-http"), NOT_COMPARED, "/none has no 1.0.0")
    refused(chartgen("diff", f"{chart}:1.0.0", new), NOT_COMPARED, "does not speak TLS", "--plain-http")
    refused(chartgen("diff", "oci://127.0.0.1:1/greeting:1.0.0", new), NOT_COMPARED, "127.0.0.1:1 cannot be reached")


def test_a_login_and_an_authority(tmp_path: Path, new: Path, nobody: dict[str, str]) -> None:
    authority, ca_file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    with registry(tmp_path / "registry", tls=authority.issue_cert("127.0.0.1"), login=True) as running:
        chart = claims(tmp_path / "old", "1.0.0", "80Gi")
        login = ("--settle", "0", "--no-lint", "--ca-file", ca_file, "--username", USER, "--password-stdin")
        assert chartgen("publish", chart, running.at(), *login, stdin=PASSWORD, env=nobody).returncode == 0
        reference = f"{running.at('charts/greeting')}:1.0.0"
        command = ("diff", reference, new, "--ca-file", ca_file)
        refused(chartgen("diff", reference, new, env=nobody), NOT_COMPARED, "not trusted", "--ca-file")
        stranger = chartgen(*command, env=nobody)
        refused(stranger, NOT_COMPARED, "wants a user name and a password", "helm registry login")
        assert "--username" not in stranger.stderr
        store = Path(nobody["HELM_REGISTRY_CONFIG"])
        for password, code in (("wrong", 6), (PASSWORD, 1)):
            known = base64.b64encode(f"{USER}:{password}".encode()).decode()
            store.write_text(json.dumps({"auths": {running.host: {"auth": known}}}))
            assert chartgen(*command, env=nobody).returncode == code
        ours = ("--rules", RULES, "--select=field-refused")
        against = chartgen("lint", new, *ours, "--against", reference, "--ca-file", ca_file, env=nobody)
        assert "error[field-refused]" in against.stdout


def test_a_registry_that_lies(plain: Running, old: dict[str, str], new: Path) -> None:
    """Another manifest for a digest, another archive for that of the manifest, no chart, more than a chart may be."""
    manifest = plain.manifest("charts/greeting", "1.0.0_b.1")
    said = {
        "manifest": (json.dumps(manifest, indent=1).encode(), "gives out sha256:"),
        "image": (json.dumps({**manifest, "layers": []}).encode(), "is no chart"),
        "nothing": (b"[]", "answers what is no answer of a registry"),
        "blob": (b"other", "answers what is no answer of a registry"),
        "bomb": (bytes(129 << 20), "a chart of more than 128 MiB"),
    }
    lie = ""

    def hook(method: str, path: str) -> Answer | None:
        part = "/blobs/" if lie in ("blob", "bomb") else "/manifests/"
        return Answer(200, body=said[lie][0]) if part in path else None

    with proxy(plain.host, hook) as host:
        for lie, (_, words) in said.items():
            alias = "@" + old["digest"] if lie == "manifest" else ":1.0.0_b.1"
            result = chartgen("diff", f"oci://{host}/charts/greeting{alias}", new, "--plain-http")
            refused(result, NOT_COMPARED, words)


def test_an_archive_that_is_none(plain: Running, old: dict[str, str], new: Path) -> None:
    """The chart is called what it was asked for by, and not the place that it was pulled to."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../greeting/Chart.yaml"))
    manifest = plain.manifest("charts/greeting", "1.0.0_b.1")
    manifest["layers"][0]["digest"] = f"sha256:{hashlib.sha256(data.getvalue()).hexdigest()}"

    def hook(method: str, path: str) -> Answer | None:
        return Answer(200, body=data.getvalue() if "/blobs/" in path else json.dumps(manifest).encode())

    with proxy(plain.host, hook) as host:
        reference = f"oci://{host}/charts/greeting:1.0.0"
        result = chartgen("diff", reference, new, "--plain-http")
    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr.startswith(f"error: {reference} was not unpacked: '../greeting/Chart.yaml' leads outside")
