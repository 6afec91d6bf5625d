"""`chartgen publish` with a real registry: what users see, and what Helm pulls afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import helm_python
import pytest
import yaml
from commands import chartgen, refused, sha256
from conftest import ROOT
from registries import Running, registry
from small_charts import small_chart

EXAMPLE = ROOT / "examples" / "aks-daemonset.yaml"
QUICK = ("--settle", "0", "--retries", "0")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with registry(tmp_path_factory.mktemp("plain") / "registry") as running:
        yield running


def pull(at: Running, path: str, version: str, into: Path) -> Path:
    """The archive that Helm pulls."""
    into.mkdir(parents=True)
    with helm_python.RegistryClient(plain_http=True) as client:
        client.pull(f"oci://{at.host}/{path}", version=version, destination=into, plain_http=True)
    (archive,) = into.glob("*.tgz")
    return archive


def test_what_is_published_is_what_render_shows(plain: Running, tmp_path: Path) -> None:
    to = plain.at("charts")
    done = chartgen("publish", EXAMPLE, to, "--plain-http", "--verify", "--settle", "0.1", "--format", "json")
    assert done.returncode == 0, done.stderr
    charts = json.loads(done.stdout)["charts"]
    assert [chart["name"] for chart in charts] == ["mistral-device-plugin", "mistral"]
    manifests = ""
    for chart in reversed(charts):
        archive = pull(plain, f"charts/{chart['name']}", chart["version"], tmp_path / chart["name"])
        assert (sha256(archive), chart["pushed"]) == (chart["archive"], True)
        assert chart["reference"] == f"{to}/{chart['name']}:0.1.0"
        with helm_python.RegistryClient(plain_http=True) as client:
            assert client.resolve(chart["reference"])["digest"] == chart["digest"]
        with helm_python.Chart.load(archive) as loaded:
            files = sorted(loaded.render(name=chart["name"], namespace="default").items())
        manifests += "".join(
            f"---\n# Source: {path}\n{text.removeprefix('---').strip()}\n"
            for path, text in files
            if text.strip() and not path.endswith("NOTES.txt")
        )
    rendered = chartgen("render", EXAMPLE, "-o", tmp_path / "rendered", "--manifests", "-")
    assert manifests == rendered.stdout


def test_the_install_line_has_the_time_out_of_the_chart(plain: Running, tmp_path: Path) -> None:
    assert chartgen("render", EXAMPLE, "-o", tmp_path).returncode == 0
    values = yaml.safe_load((tmp_path / "mistral" / "values.yaml").read_text())
    minutes = -(-values["derived"]["timeToReady"] // 60)
    by_values = chartgen("publish", EXAMPLE, plain.at("shown"), "--plain-http", *QUICK)
    by_folder = chartgen("publish", tmp_path / "mistral", plain.at("shown"), "--plain-http", *QUICK)
    install = f"helm install mistral oci://{plain.host}/shown/mistral --version 0.1.0 --timeout {minutes}m --plain-http"
    for done in (by_values, by_folder):
        assert f"to install: {install}\n" in done.stdout


def test_the_same_again_pushes_nothing_and_other_content_is_refused(plain: Running, tmp_path: Path) -> None:
    to = (plain.at("again"), "--plain-http", *QUICK)
    first, other = small_chart(tmp_path), small_chart(tmp_path, text="goodbye")
    assert chartgen("publish", first, *to).returncode == 0
    again = chartgen("publish", first, *to, "--format", "json")
    assert (again.returncode, json.loads(again.stdout)["charts"][0]["pushed"]) == (0, False)
    assert "nothing to push" in chartgen("publish", first, *to).stdout
    before = plain.layer("again/greeting", "1.0.0")
    refused(chartgen("publish", other, *to), "greeting 1.0.0 was not published", "holds other content", "--force")
    assert plain.layer("again/greeting", "1.0.0") == before
    forced = chartgen("publish", other, *to, "--force", "--verify")
    assert forced.returncode == 0, forced.stderr
    assert plain.layer("again/greeting", "1.0.0") != before


def test_what_helm_itself_pushed_is_the_same_content(plain: Running, tmp_path: Path) -> None:
    assert chartgen("package", small_chart(tmp_path), "-o", tmp_path).returncode == 0
    archive = tmp_path / "greeting-1.0.0.tgz"
    with helm_python.RegistryClient(plain_http=True) as client:
        client.push(archive, plain.at("helms"), plain_http=True)
    done = chartgen("publish", archive, plain.at("helms"), "--plain-http", *QUICK, "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["charts"][0]["pushed"]) == (0, False)


def test_the_manifest_is_that_of_helms_own_push(plain: Running, tmp_path: Path) -> None:
    """But for the time of the push, the media type of the manifest, which Helm leaves out, and the order of the layers:
    Helm has them by digest, chartgen the chart first."""
    chart = small_chart(tmp_path)
    with (chart / "Chart.yaml").open("a") as metadata:
        metadata.write(
            "description: Says hello\nhome: https://example.com\nkeywords: [a, b]\nkubeVersion: '>=1.30.0-0'\n"
            "sources: [https://example.com/a, https://example.com/b]\nannotations: {example.com/a: b, number: 1}\n"
            "maintainers: [{name: Ada, email: ada@example.com}, {name: Bob}, {email: c@example.com}]\n"
        )
    assert chartgen("package", chart, "-o", tmp_path).returncode == 0
    archive = tmp_path / "greeting-1.0.0.tgz"
    archive.with_name(f"{archive.name}.prov").write_text("signed by somebody\n")
    with helm_python.RegistryClient(plain_http=True) as client:
        client.push(archive, plain.at("theirs"), plain_http=True)
    assert chartgen("publish", archive, plain.at("ours"), "--plain-http", *QUICK).returncode == 0
    ours, theirs = (plain.manifest(f"{who}/greeting", "1.0.0") for who in ("ours", "theirs"))
    configs = [
        json.loads(plain.blob(f"{who}/greeting", manifest.pop("config")["digest"]))
        for who, manifest in (("ours", ours), ("theirs", theirs))
    ]
    assert configs[0] == configs[1]
    assert ours.pop("mediaType") == "application/vnd.oci.image.manifest.v1+json"
    assert theirs["annotations"].pop("org.opencontainers.image.created")
    ours["layers"].sort(key=lambda layer: layer["digest"])
    assert ours == theirs


def test_an_archive_goes_as_it_is_with_its_provenance(plain: Running, tmp_path: Path) -> None:
    archive = Path(helm_python.package(small_chart(tmp_path), destination=tmp_path))
    command = ("publish", archive, plain.at("prov"), "--plain-http", *QUICK)
    assert "\npublished" in f"\n{chartgen(*command).stdout}"
    archive.with_name(f"{archive.name}.prov").write_text("signed by somebody\n")
    done = chartgen(*command)  # what is there is not signed yet
    assert (done.returncode, done.stdout[:10]) == (0, "published "), done.stderr
    assert "nothing to push" in chartgen(*command).stdout
    assert sha256(pull(plain, "prov/greeting", "1.0.0", tmp_path / "pulled")) == sha256(archive)
    _, provenance = plain.manifest("prov/greeting", "1.0.0")["layers"]
    assert plain.blob("prov/greeting", provenance["digest"]) == b"signed by somebody\n"


def test_build_metadata_is_written_with_an_underscore(plain: Running, tmp_path: Path) -> None:
    done = chartgen(
        "publish", small_chart(tmp_path), plain.at("plus"), "--version", "1.0.0+b.1", "--plain-http", *QUICK
    )
    assert f"oci://{plain.host}/plus/greeting:1.0.0_b.1\n" in done.stdout
    assert "--version 1.0.0+b.1" in done.stdout
    assert pull(plain, "plus/greeting", "1.0.0+b.1", tmp_path / "pulled").is_file()


def test_error_findings_stop_it(plain: Running, tmp_path: Path) -> None:
    chart = small_chart(tmp_path)
    (chart / "templates" / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {image: b}\n")
    stopped = chartgen("publish", chart, plain.at("bad"), "--plain-http", *QUICK)
    assert (stopped.returncode, stopped.stdout, plain.tags("bad/greeting")) == (1, "", [])
    assert "nothing was published: the chart has error findings" in stopped.stderr
    assert chartgen("publish", chart, plain.at("bad"), "--plain-http", *QUICK, "--no-lint").returncode == 0


def test_one_conflict_stops_all_charts_of_a_values_file(plain: Running, tmp_path: Path) -> None:
    taken = small_chart(tmp_path, "mistral", version="0.1.0")
    assert chartgen("publish", taken, plain.at("pair"), "--plain-http", *QUICK).returncode == 0
    refused(
        chartgen("publish", EXAMPLE, plain.at("pair"), "--plain-http", *QUICK, "--no-lint"), "mistral 0.1.0", "--force"
    )
    assert plain.tags("pair/mistral-device-plugin") == []


def test_loopback_without_tls_gets_a_hint(plain: Running, tmp_path: Path) -> None:
    refused(chartgen("publish", small_chart(tmp_path), plain.at(), *QUICK), "does not speak TLS", "--plain-http")


def test_nobody_listens(tmp_path: Path) -> None:
    with registry(tmp_path / "registry") as running:
        gone = running
    chart = small_chart(tmp_path)
    refused(chartgen("publish", chart, gone.at(), "--plain-http"), "cannot be reached", "check the host")
    refused(chartgen("publish", chart, "oci://registry.invalid/charts"), "cannot be reached")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["https://ghcr.io/acme"], "is not oci://HOST/PATH"),
        (["oci://ghcr.io/Acme"], "in lower case"),
        (["oci://ghcr.io/acme/vllm:1.0"], "without a tag"),
        (["oci://ghcr.io/acme", "--username", "ci"], "go together"),
        (["oci://ghcr.io/acme", "--username", "ci", "--password-stdin"], "no password on standard input"),
    ],
    ids=["scheme", "case", "tag", "username", "password"],
)
def test_wrong_usage(arguments: list[str], said: str) -> None:
    result = chartgen("publish", EXAMPLE, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.split())


def test_an_archive_keeps_its_version(tmp_path: Path) -> None:
    archive = helm_python.package(small_chart(tmp_path), destination=tmp_path)
    result = chartgen("publish", archive, "oci://127.0.0.1:1/charts", "--version", "2.0.0")
    assert result.returncode == 2
    assert "cannot change an archive" in " ".join(result.stderr.split())


def test_two_hundred_versions(plain: Running, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from chartgen.cli.main import run

    chart = small_chart(tmp_path)
    command = ["publish", str(chart), plain.at("many"), "--plain-http", "--no-lint", *QUICK, "--version"]
    for number in range(200):
        assert run([*command, f"1.{number}.0"]) == 0
    assert len(plain.tags("many/greeting")) == 200
    assert run([*command, "1.57.0"]) == 0
    assert "nothing to push" in capfd.readouterr().out.splitlines()[-4]
    with helm_python.RegistryClient(plain_http=True) as client:
        assert client.tags(f"{plain.at('many')}/greeting".removeprefix("oci://"))[0] == "1.199.0"
    with helm_python.Chart.load(pull(plain, "many/greeting", "1.57.0", tmp_path / "pulled")) as loaded:
        assert loaded.metadata["version"] == "1.57.0"
