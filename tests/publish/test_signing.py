"""Helm provenance, made by `chartgen package --sign` and `chartgen publish --sign`."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import helm_python
import pytest
from commands import archives, chartgen
from conftest import ROOT
from registries import registry
from small_charts import small_chart

EXAMPLE = ROOT / "examples" / "aks-daemonset.yaml"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """secring.gpg, pubring.gpg and pass.txt, made by GnuPG."""
    if shutil.which("gpg") is None:
        pytest.fail("there is no gpg on PATH: install GnuPG")
    folder = Path(tempfile.mkdtemp(prefix="gpg"))  # a short path: it holds the socket of GnuPG's agent
    try:
        (folder / "pass.txt").write_text("open sesame\n")
        gpg = ["gpg", "--homedir", str(folder), "--batch", "--quiet", "--pinentry-mode", "loopback"]
        unlock = ["--passphrase-file", str(folder / "pass.txt")]
        make = [*gpg, *unlock, "--quick-generate-key", "Ada Lovelace <ada@example.com>", "ed25519", "sign", "never"]
        subprocess.run(make, check=True, capture_output=True)
        for command, name in (("--export", "pubring.gpg"), ("--export-secret-keys", "secring.gpg")):
            done = subprocess.run([*gpg, *unlock, command], check=True, capture_output=True)
            (folder / name).write_bytes(done.stdout)
        subprocess.run(["gpgconf", "--homedir", str(folder), "--kill", "all"], check=True)
        kept = tmp_path_factory.mktemp("keys")
        for name in ("pubring.gpg", "secring.gpg", "pass.txt"):
            shutil.copy(folder / name, kept)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return kept


def test_helm_verifies_what_was_signed(keys: Path, tmp_path: Path) -> None:
    signing = ("--sign", "--key", "Ada", "--keyring", keys / "secring.gpg", "--passphrase-file", keys / "pass.txt")
    result = chartgen("package", EXAMPLE, "-o", tmp_path, *signing)
    assert result.returncode == 0, result.stderr
    for name, digest in archives(tmp_path).items():
        verified = helm_python.verify(tmp_path / name, keys / "pubring.gpg")
        assert verified["file_hash"] == f"sha256:{digest}"
        assert "Ada Lovelace <ada@example.com>" in verified["signed_by"][0]
    packed = tmp_path / "mistral-0.1.0.tgz"
    packed.write_bytes(packed.read_bytes().replace(b"mistralai", b"mistra1ai"))
    with pytest.raises(helm_python.HelmError):
        helm_python.verify(packed, keys / "pubring.gpg")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--key": "Charles"}, "was not signed"),
        ({"--passphrase-file": None}, "was not signed"),
        ({"--key": None}, "--sign needs --key and --keyring"),
    ],
    ids=["unknown-key", "locked", "no-key"],
)
def test_what_cannot_be_signed_is_not_written(
    change: dict[str, str | None], said: str, keys: Path, tmp_path: Path
) -> None:
    given = {"--key": "Ada", "--keyring": keys / "secring.gpg", "--passphrase-file": keys / "pass.txt", **change}
    options = [word for name, value in given.items() if value is not None for word in (name, value)]
    result = chartgen("package", small_chart(tmp_path), "-o", tmp_path / "dist", "--sign", *options)
    assert result.returncode in (2, 4)
    assert said in " ".join(result.stderr.split())
    assert list((tmp_path / "dist").glob("*")) == []


def test_an_old_signature_does_not_outlive_its_archive(keys: Path, tmp_path: Path) -> None:
    chart = small_chart(tmp_path)
    signing = ("--sign", "--key", "Ada", "--keyring", keys / "secring.gpg", "--passphrase-file", keys / "pass.txt")
    assert chartgen("package", chart, "-o", tmp_path / "dist", *signing).returncode == 0
    assert chartgen("package", chart, "-o", tmp_path / "dist").returncode == 0
    assert (tmp_path / "dist" / "greeting-1.0.0.tgz.prov").exists()
    (chart / "values.yaml").write_text("text: goodbye\n")
    assert chartgen("package", chart, "-o", tmp_path / "dist").returncode == 0
    assert not (tmp_path / "dist" / "greeting-1.0.0.tgz.prov").exists()


def test_what_is_signed_on_its_way_is_verified_by_helm(keys: Path, tmp_path: Path) -> None:
    """A values file of two charts, and a folder; the same again pushes nothing, though each signature is another."""
    signing = ("--sign", "--key", "Ada", "--keyring", keys / "secring.gpg", "--passphrase-file", keys / "pass.txt")
    pulled = tmp_path / "pulled"
    pulled.mkdir()
    with registry(tmp_path / "registry") as running:
        to = (running.at(), "--plain-http", "--settle", "0", "--no-lint", *signing)
        for source in (EXAMPLE, small_chart(tmp_path)):
            done = chartgen("publish", source, *to)
            assert done.returncode == 0, done.stderr
            assert "nothing to push" in chartgen("publish", source, *to).stdout
        for name, version in (("mistral", "0.1.0"), ("mistral-device-plugin", "0.1.0"), ("greeting", "1.0.0")):
            chart, provenance = running.manifest(f"charts/{name}", version)["layers"]
            (pulled / f"{name}-{version}.tgz").write_bytes(running.blob(f"charts/{name}", chart["digest"]))
            (pulled / f"{name}-{version}.tgz.prov").write_bytes(running.blob(f"charts/{name}", provenance["digest"]))
            assert helm_python.verify(pulled / f"{name}-{version}.tgz", keys / "pubring.gpg")["signed_by"]


def test_a_locked_key_publishes_nothing(keys: Path, tmp_path: Path) -> None:
    with registry(tmp_path / "registry") as running:
        to = (running.at(), "--plain-http", "--sign", "--key", "Ada", "--keyring", keys / "secring.gpg")
        done = chartgen("publish", small_chart(tmp_path), *to)
        assert (done.returncode, done.stdout, running.tags("charts/greeting")) == (4, "", [])
