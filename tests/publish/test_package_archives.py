"""`chartgen package`: one digest wherever and whenever, and archives that Helm takes."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import helm_python
import pytest
import yaml
from commands import archives, chartgen
from conftest import ROOT
from small_charts import small_chart

EXAMPLE = ROOT / "examples" / "aks-daemonset.yaml"


def digests(output: str) -> list[str]:
    return re.findall(r"^digest: sha256:([0-9a-f]{64})$", output, re.MULTILINE)


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder of another file system than the temporary one of the tests, where there is any."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        pytest.skip("there is no /dev/shm")
    with tempfile.TemporaryDirectory(dir=shared) as folder:
        yield Path(folder)


def test_a_values_file_packs_all_of_its_charts(tmp_path: Path) -> None:
    result = chartgen("package", EXAMPLE, "-o", tmp_path / "dist")
    assert result.returncode == 0, result.stderr
    made = archives(tmp_path / "dist")
    assert [*made] == ["mistral-0.1.0.tgz", "mistral-device-plugin-0.1.0.tgz"]
    assert digests(result.stdout) == [*made.values()]
    assert f"cosign sign-blob --bundle {tmp_path}/dist/mistral-0.1.0.tgz.sigstore.json" in result.stdout
    assert helm_python.digest(tmp_path / "dist" / "mistral-0.1.0.tgz") == f"sha256:{made['mistral-0.1.0.tgz']}"


def test_one_digest_on_other_days_file_systems_and_by_way_of_a_folder(tmp_path: Path, memory: Path) -> None:
    """The clock cannot be set here; what a day leaves behind are the times of files, and what a machine does is order
    and mode."""
    assert chartgen("package", EXAMPLE, "-o", tmp_path / "a").returncode == 0
    assert chartgen("render", EXAMPLE, "-o", memory / "rendered").returncode == 0
    chart = memory / "rendered" / "mistral"
    shutil.copytree(chart, tmp_path / "copied" / "mistral")
    for number, path in enumerate(sorted((tmp_path / "copied").rglob("*"), reverse=True)):
        os.utime(path, (1e9 + 86400 * number, 1e9 + 86400 * number))
        path.chmod(0o755 if path.is_dir() else 0o600)
    elsewhere = {"TMPDIR": str(memory), "PYTHONHASHSEED": "7", "TZ": "Asia/Kolkata", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "chartgen", "package", str(EXAMPLE), "-o", str(memory / "b"), "--no-lint"]
    subprocess.run(command, env={**os.environ, **elsewhere}, check=True, capture_output=True)
    assert chartgen("package", chart, "-o", memory / "c").returncode == 0
    assert chartgen("package", tmp_path / "copied" / "mistral", "-o", tmp_path / "d").returncode == 0
    first = archives(tmp_path / "a")
    assert archives(memory / "b") == first
    assert archives(memory / "c") == archives(tmp_path / "d") == {"mistral-0.1.0.tgz": first["mistral-0.1.0.tgz"]}


def test_nothing_of_this_machine_is_in_the_archive(tmp_path: Path) -> None:
    chart = small_chart(tmp_path)
    assert chartgen("package", chart, "-o", tmp_path).returncode == 0
    data = (tmp_path / "greeting-1.0.0.tgz").read_bytes()
    assert data[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # no flags, no time, no system (RFC 1952)
    assert data[10] in (0, 1)  # a stored block: no bytes that a build of zlib chose (RFC 1951)
    with tarfile.open(tmp_path / "greeting-1.0.0.tgz") as archive:
        entries = archive.getmembers()
    assert [entry.name for entry in entries] == [
        f"greeting/{name}" for name in ("Chart.yaml", "templates/configmap.yaml", "values.yaml")
    ]
    told = {(entry.mode, entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname) for entry in entries}
    assert told == {(0o644, 315532800, 0, 0, "", "")}


def test_the_gzip_is_what_other_readers_take_at_every_block_length(tmp_path: Path) -> None:
    chart = small_chart(tmp_path)
    (chart / "big.txt").write_bytes(os.urandom(200_000))
    assert chartgen("package", chart, "-o", tmp_path, "--no-lint").returncode == 0
    packed = tmp_path / "greeting-1.0.0.tgz"
    by_tool = subprocess.run(["gzip", "-dc", str(packed)], capture_output=True, check=True).stdout
    assert by_tool == gzip.decompress(packed.read_bytes())
    with helm_python.Chart.load(packed) as loaded:
        assert loaded.metadata["name"] == "greeting"


def test_the_source_date_epoch_is_the_time_of_the_files(tmp_path: Path) -> None:
    chart = small_chart(tmp_path)
    for out in ("a", "b"):
        done = chartgen("package", chart, "-o", tmp_path / out, env={"SOURCE_DATE_EPOCH": "1700000000"})
        assert done.returncode == 0
    assert archives(tmp_path / "a") == archives(tmp_path / "b")
    with tarfile.open(tmp_path / "a" / "greeting-1.0.0.tgz") as archive:
        assert {entry.mtime for entry in archive} == {1700000000}
    wrong = chartgen("package", chart, "-o", tmp_path / "c", env={"SOURCE_DATE_EPOCH": "yesterday"})
    assert (wrong.returncode, archives(tmp_path / "c")) == (2, {})
    assert "SOURCE_DATE_EPOCH=yesterday is no time" in wrong.stderr


def test_versions_from_the_command_line(tmp_path: Path) -> None:
    given = ("--version", "2.0.0-rc.1+build.7", "--app-version", "1.10", "-o", tmp_path)
    values = chartgen("package", ROOT / "examples" / "generic-existing-claim.yaml", *given)
    folder = chartgen("package", small_chart(tmp_path), *given)
    assert (values.returncode, folder.returncode) == (0, 0), values.stderr + folder.stderr
    for path in sorted(tmp_path.glob("*.tgz")):
        assert path.name.endswith("-2.0.0-rc.1+build.7.tgz")
        with helm_python.Chart.load(path) as chart:
            assert (chart.metadata["version"], chart.metadata["appVersion"]) == ("2.0.0-rc.1+build.7", "1.10")
    assert len(list(tmp_path.glob("*.tgz"))) == 2


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "1.0.0_1", "01.0.0"])
def test_a_version_that_is_none(version: str, tmp_path: Path) -> None:
    result = chartgen("package", small_chart(tmp_path), "--version", version, "-o", tmp_path)
    assert (result.returncode, archives(tmp_path)) == (2, {})
    assert f"--version {version} is not SemVer" in result.stderr


def test_a_chart_of_somebody_else_is_packed_as_helm_does(tmp_path: Path) -> None:
    chart = small_chart(tmp_path)
    (chart / ".helmignore").write_text("*.bak\nsecret/\n")
    (chart / "a.bak").write_text("old")
    (chart / "secret").mkdir()
    (chart / "secret" / "key").write_text("s3cret")
    (chart / "README.md").write_text("# Greeting\n")
    assert chartgen("package", chart, "-o", tmp_path / "ours").returncode == 0
    (tmp_path / "helms").mkdir()
    helms = helm_python.package(chart, destination=tmp_path / "helms")
    with tarfile.open(tmp_path / "ours" / "greeting-1.0.0.tgz") as ours, tarfile.open(helms) as theirs:
        assert sorted(ours.getnames()) == sorted(theirs.getnames())
        for name in ours.getnames():
            mine, other = ours.extractfile(name), theirs.extractfile(name)
            assert mine is not None
            assert other is not None
            read = yaml.safe_load if name.endswith("/Chart.yaml") else bytes
            assert read(mine.read()) == read(other.read()), name


def test_a_dependency_that_is_not_there_is_refused(tmp_path: Path) -> None:
    chart = small_chart(tmp_path)
    with (chart / "Chart.yaml").open("a") as metadata:
        metadata.write("dependencies:\n- {name: base, version: 1.0.0, repository: 'https://charts.invalid'}\n")
    result = chartgen("package", chart, "-o", tmp_path / "dist")
    assert (result.returncode, archives(tmp_path / "dist")) == (4, {})
    assert "base" in result.stderr
    shutil.copytree(small_chart(tmp_path, "base", text="other"), chart / "charts" / "base")
    assert chartgen("package", chart, "-o", tmp_path / "dist", "--no-lint").returncode == 0
    with helm_python.Chart.load(tmp_path / "dist" / "greeting-1.0.0.tgz") as loaded:
        assert len(loaded.render()) == 2


def test_findings_and_refusals(tmp_path: Path) -> None:
    refused = chartgen("package", EXAMPLE, "--version", "1", "-o", tmp_path)
    assert (refused.returncode, archives(tmp_path)) == (2, {})
    missing = chartgen("package", "nowhere.yaml")
    assert missing.returncode == 3
    chart = small_chart(tmp_path)
    (chart / "templates" / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {image: b}\n")
    found = chartgen("package", chart, "-o", tmp_path)
    assert (found.returncode, [*archives(tmp_path)]) == (1, ["greeting-1.0.0.tgz"])
    assert "error[schema-invalid]" in found.stderr
    assert chartgen("package", chart, "-o", tmp_path, "--no-lint").returncode == 0


def test_no_room_to_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = chartgen("package", small_chart(tmp_path), "-o", tmp_path / "file" / "dist")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert sys.executable not in result.stderr
