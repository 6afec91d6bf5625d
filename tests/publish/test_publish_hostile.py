"""`chartgen package` and `chartgen publish` with sources and references that are wrong, damaged or meant to do harm."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import helm_python
import pytest
from commands import chartgen, sha256
from registries import Running, registry
from small_charts import small_chart

QUICK = ("--plain-http", "--settle", "0", "--retries", "0", "--no-lint")
METADATA = "apiVersion: v2\nname: greeting\nversion: 1.0.0\n"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with registry(tmp_path_factory.mktemp("plain") / "registry") as running:
        yield running


def archive(into: Path, files: Mapping[str, str], *, link: str = "") -> Path:
    path = into / "greeting-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as made:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            made.addfile(entry, io.BytesIO(text.encode()))
        if link:
            entry = tarfile.TarInfo("greeting/secret")
            entry.type, entry.linkname = tarfile.SYMTYPE, link
            made.addfile(entry)
    return path


def chart(metadata: str, **files: str) -> dict[str, str]:
    return {"greeting/Chart.yaml": metadata, **{f"greeting/{name}.yaml": text for name, text in files.items()}}


@pytest.mark.parametrize(
    "more",
    [
        "maintainers: [ada]\n",
        "maintainers: {a: b}\n",
        "sources: {a: 1}\n",
        "sources: ada\n",
        "annotations: [1]\n",
        "description: [1]\n",
        "type: nonsense\n",
        "dependencies: [{name: base, version: 1.0.0, repository: 'https://charts.invalid'}]\n",
    ],
)
def test_an_archive_that_helm_would_not_take(more: str, plain: Running, tmp_path: Path) -> None:
    done = chartgen("publish", archive(tmp_path, chart(METADATA + more)), plain.at("untaken"), *QUICK)
    assert (done.returncode, done.stdout) == (4, ""), done.stderr
    assert "was not packed" in done.stderr
    assert plain.tags("untaken/greeting") == []


def test_numbers_that_helm_takes_for_texts(plain: Running, tmp_path: Path) -> None:
    """Helm would not pull a chart whose configuration holds them as numbers."""
    packed = archive(tmp_path, chart(f"{METADATA}description: 5\nannotations: {{a: 1, b: true}}\nappVersion: 1.10\n"))
    done = chartgen("publish", packed, plain.at("numbers"), *QUICK)
    assert done.returncode == 0, done.stderr
    (tmp_path / "pulled").mkdir()
    with helm_python.RegistryClient(plain_http=True) as client:
        client.pull(
            f"oci://{plain.host}/numbers/greeting", version="1.0.0", destination=tmp_path / "pulled", plain_http=True
        )
    assert sha256(tmp_path / "pulled" / packed.name) == sha256(packed)


@pytest.mark.parametrize(
    ("files", "link", "said"),
    [
        ({"greeting/values.yaml": "a: 1\n"}, "", "Chart.yaml"),
        ({**chart(METADATA), "greeting/../../evil": "x"}, "", "leads outside"),
        ({**chart(METADATA), "/etc/evil": "x"}, "", "leads outside"),
        (chart(METADATA), "/etc/passwd", "is a link or a device"),
    ],
    ids=["no-chart", "traversal", "absolute", "link"],
)
def test_an_archive_that_is_none(files: dict[str, str], link: str, said: str, plain: Running, tmp_path: Path) -> None:
    done = chartgen("publish", archive(tmp_path, files, link=link), plain.at("none"), *QUICK)
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert said in done.stderr
    assert [path.name for path in tmp_path.rglob("evil")] == plain.tags("none/greeting") == []


def test_damage_and_bombs(plain: Running, tmp_path: Path) -> None:
    whole = archive(tmp_path, chart(METADATA)).read_bytes()
    bomb = io.BytesIO()
    with gzip.open(bomb, "wb", 1) as packed:
        for number in range(30):
            entry = tarfile.TarInfo(f"greeting/{number}")
            entry.size = 5 * 2**20
            packed.write(entry.tobuf() + bytes(entry.size))
    broken = {b"": "damaged", b"hello": "Not a gzipped file", whole[:-30]: "damaged", bomb.getvalue(): "100 MiB"}
    path = tmp_path / "broken.tgz"
    for data, said in broken.items():
        path.write_bytes(data)
        done = chartgen("publish", path, plain.at(), *QUICK)
        assert (done.returncode, done.stdout) == (3, ""), done.stderr
        assert said in done.stderr
    with path.open("wb") as padded:  # a whole chart, and then more than memory holds
        padded.write(whole)
        padded.truncate(2**30)
    done = chartgen("publish", path, plain.at(), *QUICK)
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert "100 MiB" in done.stderr


@pytest.mark.parametrize("time", ["true", "-100", "soon"])
def test_a_time_that_is_none_is_not_waited_for(time: str, plain: Running, tmp_path: Path) -> None:
    files = chart(METADATA, values=f"derived: {{timeToReady: {time}}}\n")
    done = chartgen("publish", archive(tmp_path, files), plain.at(f"time{time.strip('-')}"), *QUICK)
    assert done.returncode == 0, done.stderr
    assert "--timeout" not in done.stdout


@pytest.mark.parametrize(("version", "code"), [("1.2.0-01", 2), (f"1.2.0-{'a' * 130}", 3)], ids=["zero", "long"])
def test_a_version_that_no_tag_can_be(version: str, code: int, plain: Running, tmp_path: Path) -> None:
    done = chartgen("publish", small_chart(tmp_path), plain.at("long"), *QUICK, "--version", version)
    assert (done.returncode, done.stdout) == (code, "")
    assert plain.tags("long/greeting") == []


def test_names_and_places(plain: Running, tmp_path: Path) -> None:
    for name in ("a--b", "a__b", "a.b-c_d"):
        done = chartgen("publish", small_chart(tmp_path, name), plain.at("a/b/c//"), *QUICK, "--version", "1.0.0+b.1")
        assert done.returncode == 0, done.stderr
        assert plain.tags(f"a/b/c/{name}") == ["1.0.0_b.1"]
        shutil.rmtree(tmp_path / "charts-hello")
    with helm_python.RegistryClient(plain_http=True) as client:
        client.pull(f"oci://{plain.host}/a/b/c/a--b", version="1.0.0+b.1", destination=tmp_path, plain_http=True)
    for to in (f"oci://{plain.host}", f"oci://{plain.host}/"):
        assert (
            chartgen("publish", small_chart(tmp_path, "greeting", text=to[-1]), to, *QUICK, "--force").returncode == 0
        )
    assert plain.tags("greeting") == ["1.0.0"]


def test_a_password_in_the_reference_is_not_repeated(tmp_path: Path) -> None:
    done = chartgen("publish", small_chart(tmp_path), "oci://ada:secret@ghcr.io/acme")
    assert done.returncode == 2
    assert "secret" not in done.stderr
    assert "--password-stdin" in done.stderr


def test_ipv6(tmp_path: Path) -> None:
    if not Path("/proc/net/if_inet6").exists() or "lo" not in Path("/proc/net/if_inet6").read_text():
        pytest.skip("there is no IPv6 here")
    with registry(tmp_path / "registry", address="[::1]") as running:
        done = chartgen("publish", small_chart(tmp_path), running.at(), *QUICK, "--verify")
        assert done.returncode == 0, done.stderr
        assert running.tags("charts/greeting") == ["1.0.0"]


def test_what_helm_writes_anew_is_packed_as_it_was(tmp_path: Path) -> None:
    """Comments, and one digest whatever Helm it is; with a dependency as a folder, locked."""
    folder, base = small_chart(tmp_path), small_chart(tmp_path, "base", text="other")
    with (folder / "Chart.yaml").open("a") as metadata:
        metadata.write("dependencies: # ours\n- {name: base, version: 1.0.0, repository: 'https://charts.invalid'}\n")
    with (base / "Chart.yaml").open("a") as metadata:
        metadata.write("# a comment\n")
    (folder / "Chart.lock").write_text(
        "# a comment\ndependencies:\n- {name: base, version: 1.0.0, repository: 'https://charts.invalid'}\n"
        "digest: sha256:0\ngenerated: '2026-01-01T00:00:00Z'\n"
    )
    shutil.copytree(base, folder / "charts" / "base")
    assert chartgen("package", folder, "-o", tmp_path, "--no-lint").returncode == 0
    with tarfile.open(tmp_path / "greeting-1.0.0.tgz") as made:
        for name in ("Chart.yaml", "Chart.lock", "charts/base/Chart.yaml"):
            packed = made.extractfile(f"greeting/{name}")
            assert packed is not None
            assert packed.read() == (folder / name).read_bytes(), name
    with helm_python.Chart.load(tmp_path / "greeting-1.0.0.tgz") as loaded:
        assert len(loaded.render()) == 2


@pytest.mark.parametrize("kind", ["loop", "nowhere", "pipe", "huge", "unreadable"])
def test_a_folder_that_cannot_be_packed(kind: str, tmp_path: Path) -> None:
    folder = small_chart(tmp_path)
    bad = folder / "bad"
    if kind in ("loop", "nowhere"):
        bad.symlink_to(folder if kind == "loop" else tmp_path / "nowhere")
    elif kind == "pipe":
        os.mkfifo(bad)
    elif kind == "huge":
        bad.write_bytes(bytes(6 * 2**20))
    else:
        bad.write_text("secret")
        bad.chmod(0)
        if os.access(bad, os.R_OK):
            pytest.skip("this user reads everything")
    done = chartgen("package", folder, "-o", tmp_path / "dist", "--no-lint")
    assert (done.returncode, done.stdout) == (4, "")
    assert "was not packed" in done.stderr
    assert not (tmp_path / "dist").exists()


def test_a_link_is_packed_as_what_it_shows(tmp_path: Path) -> None:
    folder = small_chart(tmp_path)
    (tmp_path / "shared.txt").write_text("shared\n")
    (folder / "shared.txt").symlink_to(tmp_path / "shared.txt")
    assert chartgen("package", folder, "-o", tmp_path, "--no-lint").returncode == 0
    with tarfile.open(tmp_path / "greeting-1.0.0.tgz") as made:
        assert made.getmember("greeting/shared.txt").isreg()


def test_a_library_is_published(plain: Running, tmp_path: Path) -> None:
    folder = small_chart(tmp_path)
    with (folder / "Chart.yaml").open("a") as metadata:
        metadata.write("type: library\n")
    (folder / "templates" / "configmap.yaml").rename(folder / "templates" / "_text.tpl")
    done = chartgen("publish", folder, plain.at("library"), "--plain-http", "--settle", "0")
    assert done.returncode == 0, done.stderr


def test_paths_with_spaces_are_quoted(plain: Running, tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    packed = chartgen("package", small_chart(tmp_path), "-o", tmp_path / "a b", "--no-lint")
    assert f"--bundle '{tmp_path}/a b/greeting-1.0.0.tgz.sigstore.json'" in packed.stdout
    authority = tmp_path / "a b" / "ca.pem"
    authority.write_text("")
    done = chartgen("publish", small_chart(tmp_path, text="x"), plain.at("quoted"), *QUICK, "--ca-file", authority)
    assert f"--ca-file '{authority}'" in done.stdout


@pytest.mark.parametrize("where", ["read-only", "full"])
def test_no_place_for_the_archive(where: str, tmp_path: Path) -> None:
    """In a mount namespace of its own: root writes into every folder."""
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "greeting-1.0.0.tgz").write_bytes(b"an older one")
    folder = small_chart(tmp_path)
    (folder / "big.txt").write_bytes(os.urandom(200_000))
    mount = {
        "read-only": f"mount --bind {dist} {dist} && mount -o remount,bind,ro {dist}",
        "full": f"mount -t tmpfs -o size=96k tmpfs {dist}",
    }[where]
    within = [
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        f'{mount} && "$@"; code=$?; ls -A {dist}; exit $code',
        "sh",
    ]
    if shutil.which("unshare") is None or subprocess.run([*within[:3], "true"], check=False).returncode:
        pytest.skip("this system gives no mount namespace")
    command = [*within, sys.executable, "-m", "chartgen", "package", str(folder), "-o", str(dist), "--no-lint"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "was not written" in done.stderr
    assert done.stdout.split() == (["greeting-1.0.0.tgz"] if where == "read-only" else [])
    assert (dist / "greeting-1.0.0.tgz").read_bytes() == b"an older one"


@pytest.mark.parametrize(
    ("data", "said"), [(b"\xff\xfe\n", "not UTF-8"), (b"\r\n", "no password"), (b"", "no password")]
)
def test_passwords_that_are_none(data: bytes, said: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chartgen", "publish", str(small_chart(tmp_path)), "oci://127.0.0.1:1/charts"]
    done = subprocess.run(
        [*command, "--username", "u", "--password-stdin"], input=data, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert said.encode() in done.stderr


def test_a_wrong_time_of_sources(plain: Running, tmp_path: Path) -> None:
    given = {"SOURCE_DATE_EPOCH": "yesterday"}
    done = chartgen("publish", archive(tmp_path, chart(METADATA)), plain.at("epoch"), *QUICK, env=given)
    assert (done.returncode, plain.tags("epoch/greeting")) == (2, [])


def test_a_chart_may_be_signed_on_its_way(plain: Running, tmp_path: Path) -> None:
    done = chartgen("publish", small_chart(tmp_path), plain.at("signed"), *QUICK, "--sign", "--key", "Ada")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--sign needs --key and --keyring" in done.stderr
