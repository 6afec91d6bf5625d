"""`chartgen publish` where things go wrong: nothing half-published, one clear error, exit code 6."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Barrier, Event

import pytest
from commands import chartgen
from conftest import ROOT
from proxies import Answer, Cut, Hook, proxy
from registries import Running, registry
from small_charts import small_chart

MANIFEST, BLOB = "/manifests/", "/blobs/uploads/"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with registry(tmp_path_factory.mktemp("plain") / "registry") as running:
        yield running


def start(*arguments: object) -> subprocess.Popen[str]:
    """chartgen, left to run."""
    return subprocess.Popen(
        [sys.executable, "-m", "chartgen", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)},
    )


def at(host: str, path: str) -> Sequence[str]:
    return (f"oci://{host}/{path}", "--plain-http", "--no-lint")


def failing(times: int, status: int, **headers: str) -> Hook:
    """Answer each kind of request so often with `status`, then let it through."""
    seen: Counter[str] = Counter()

    def hook(method: str, path: str) -> Answer | None:
        kind = f"{method} {path.partition('?')[0].rpartition('/')[0]}"
        seen[kind] += 1
        if seen[kind] > times:
            return None
        return Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, b"busy")

    return hook


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_registry_is_asked_again(status: int, plain: Running, tmp_path: Path) -> None:
    with proxy(plain.host, failing(1, status, Retry_After="0")) as host:
        done = chartgen("publish", small_chart(tmp_path), *at(host, f"busy{status}"), "--settle", "0")
    assert done.returncode == 0, done.stderr
    assert f"{host} answers {status}; trying again in 0 s (1 of 4)" in done.stderr
    assert plain.tags(f"busy{status}/greeting") == ["1.0.0"]


def test_the_pause_is_that_of_the_registry_and_otherwise_grows(plain: Running, tmp_path: Path) -> None:
    chart = small_chart(tmp_path)
    with proxy(plain.host, failing(99, 429, Retry_After="1")) as host:
        asked = chartgen("publish", chart, *at(host, "asked"), "--retries", "1")
    with proxy(plain.host, failing(99, 503)) as host:
        own = chartgen("publish", chart, *at(host, "own"), "--retries", "2")
    assert (asked.returncode, own.returncode) == (6, 6)
    assert "trying again in 1 s (1 of 1)" in asked.stderr
    assert "answers 429" in asked.stderr.partition("error: ")[2]
    assert "trying again in 1 s (1 of 2)" in own.stderr
    assert "trying again in 2 s (2 of 2)" in own.stderr
    assert plain.tags("asked/greeting") == plain.tags("own/greeting") == []


def test_a_tag_that_was_put_though_the_answer_was_an_error(plain: Running, tmp_path: Path) -> None:
    """The second try looks before it writes, and finds its own chart."""
    chart, puts = small_chart(tmp_path), []
    with proxy(plain.host, lambda method, path: None) as host:
        assert chartgen("publish", chart, *at(host, "lost"), "--settle", "0").returncode == 0

    def hook(method: str, path: str) -> Answer | None:
        if method == "GET" and MANIFEST in path and not puts:
            return Answer(404)
        if method == "PUT" and MANIFEST in path:
            puts.append(path)
            return Answer(503, {"Retry-After": "0"})
        return None

    with proxy(plain.host, hook) as host:
        done = chartgen("publish", chart, *at(host, "lost"), "--settle", "0")
    assert (done.returncode, len(puts)) == (0, 1), done.stderr


def test_an_answer_that_is_no_registrys(plain: Running, tmp_path: Path) -> None:
    with proxy(plain.host, lambda method, path: Answer(200, {"Content-Type": "text/html"}, b"<h1>Welcome")) as host:
        done = chartgen("publish", small_chart(tmp_path), *at(host, "portal"))
    assert (done.returncode, done.stdout) == (6, "")
    assert "no answer of a registry" in done.stderr


def test_a_registry_that_falls_silent_after_the_tag(plain: Running, tmp_path: Path) -> None:
    tagged = Event()

    def hook(method: str, path: str) -> Answer | None:
        if method == "PUT" and MANIFEST in path:
            tagged.set()
        return Answer(500) if method == "GET" and tagged.is_set() else None

    chart = small_chart(tmp_path)
    with proxy(plain.host, hook) as host:
        done = chartgen("publish", chart, *at(host, "silent"), "--settle", "0", "--retries", "0")
    assert (done.returncode, done.stdout) == (6, "")
    assert "was pushed, and whether it stands is not known" in " ".join(done.stderr.split())
    again = chartgen("publish", chart, *at(plain.host, "silent"))
    assert "nothing to push" in again.stdout


def test_a_registry_whose_tags_are_immutable(plain: Running, tmp_path: Path) -> None:
    body = b'{"errors": [{"code": "TAG_INVALID", "message": "the tag is immutable"}]}'

    def hook(method: str, path: str) -> Answer | None:
        return Answer(409, {}, body) if method == "PUT" and MANIFEST in path else None

    with proxy(plain.host, hook) as host:
        done = chartgen("publish", small_chart(tmp_path), *at(host, "immutable"), "--force")
    assert (done.returncode, plain.tags("immutable/greeting")) == (6, [])
    assert "answers 409 (the tag is immutable)" in done.stderr


def test_verify_sees_another_archive(plain: Running, tmp_path: Path) -> None:
    def hook(method: str, path: str) -> Answer | None:
        return Answer(200, {}, b"something else") if method == "GET" and "/blobs/" in path else None

    with proxy(plain.host, hook) as host:
        done = chartgen("publish", small_chart(tmp_path), *at(host, "swapped"), "--settle", "0", "--verify")
    assert (done.returncode, done.stdout) == (6, "")
    assert done.stderr.count("error: ") == 1
    assert "greeting 1.0.0 was pushed, and whether it stands is not known" in " ".join(done.stderr.split())


@pytest.mark.parametrize("where", [BLOB, MANIFEST])
def test_a_killed_upload_leaves_no_tag(where: str, plain: Running, tmp_path: Path) -> None:
    chart, path = small_chart(tmp_path), f"killed{where.strip('/').replace('/', '-')}"
    halfway, killed = Event(), Event()

    def hook(method: str, path: str) -> Cut | None:
        if method == "PUT" and where in path and not killed.is_set():
            halfway.set()
            return Cut(killed.wait)
        return None

    with proxy(plain.host, hook) as host:
        with start("publish", chart, *at(host, path)) as publisher:
            halfway.wait()
            publisher.kill()
        killed.set()
        assert publisher.returncode == -signal.SIGKILL
        assert plain.tags(f"{path}/greeting") == []
        again = chartgen("publish", chart, *at(host, path), "--settle", "0", "--verify")
    assert again.returncode == 0, again.stderr
    assert plain.tags(f"{path}/greeting") == ["1.0.0"]


def test_a_broken_connection_is_tried_again(plain: Running, tmp_path: Path) -> None:
    broken: list[str] = []

    def hook(method: str, path: str) -> Cut | None:
        if method == "PUT" and BLOB in path and not broken:
            broken.append(path)
            return Cut(lambda: None)
        return None

    with proxy(plain.host, hook) as host:
        done = chartgen("publish", small_chart(tmp_path), *at(host, "broken"), "--settle", "0", "--verify")
    assert done.returncode == 0, done.stderr
    assert "broke the connection; trying again in 1 s" in done.stderr


def test_a_full_disk(tmp_path: Path) -> None:
    """The registry stores on a file system of 96 KiB, in a mount namespace of its own."""
    disk = tmp_path / "registry" / "data"
    mount = f'mount -t tmpfs -o size=96k tmpfs {disk} && exec "$@"'
    within = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if shutil.which("unshare") is None or subprocess.run([*within[:3], "true"], check=False).returncode:
        pytest.skip("this system gives no mount namespace")
    chart = small_chart(tmp_path)
    (chart / "big.txt").write_bytes(os.urandom(200_000))
    with registry(tmp_path / "registry", within=within) as running:
        done = chartgen("publish", chart, *at(running.host, "full"), "--retries", "0")
        assert (done.returncode, done.stdout) == (6, ""), done.stderr
        assert done.stderr.count("error: ") == 1
        assert f"{running.host} answers 5" in done.stderr
        assert "a full disk" in " ".join(done.stderr.split())
        assert running.tags("full/greeting") == []


def outcome(publishers: Sequence[subprocess.Popen[str]]) -> tuple[list[int], list[str]]:
    told = [publisher.communicate() for publisher in publishers]
    return [publisher.returncode for publisher in publishers], [err for _, err in told]


@pytest.mark.parametrize("round_", range(2))
def test_of_two_with_different_content_one_wins(round_: int, plain: Running, tmp_path: Path) -> None:
    """Both have found the version free before either writes, and the second writes late: after the first has looked
    again, unless that one is patient enough."""
    both, written, looked = Barrier(2), Event(), Event()

    def hook(method: str, path: str) -> None:
        if MANIFEST not in path:
            return
        if method == "PUT" and both.wait() == 1:
            looked.wait(0.2)
        elif method == "GET" and written.is_set():
            looked.set()
        if method == "PUT":
            written.set()

    path = f"race{round_}"
    charts = [small_chart(tmp_path, text=text) for text in ("hello", "goodbye")]
    with proxy(plain.host, hook) as host:
        codes, errors = outcome([start("publish", chart, *at(host, path), "--settle", "0.5") for chart in charts])
    assert sorted(codes) == [0, 6], errors
    assert "somebody else published other content under this version at the same time" in errors[codes.index(6)]
    assert plain.layer(f"{path}/greeting", "1.0.0") == packed(charts[codes.index(0)], tmp_path)


def test_of_many_with_different_content_one_wins(plain: Running, tmp_path: Path) -> None:
    charts = [small_chart(tmp_path, text=f"number{number}") for number in range(6)]
    codes, errors = outcome([start("publish", chart, *at(plain.host, "crowd"), "--settle", "1") for chart in charts])
    assert sorted(codes) == [0, 6, 6, 6, 6, 6], errors
    assert plain.layer("crowd/greeting", "1.0.0") == packed(charts[codes.index(0)], tmp_path)


def test_of_two_with_the_same_content_both_succeed(plain: Running, tmp_path: Path) -> None:
    chart = small_chart(tmp_path)
    codes, errors = outcome([start("publish", chart, *at(plain.host, "twins"), "--settle", "0.2") for _ in range(2)])
    assert codes == [0, 0], errors


def packed(chart: Path, tmp_path: Path) -> str:
    """The digest that `chartgen package` prints."""
    package = start("package", chart, "-o", tmp_path / "packed", "--no-lint")
    out, _ = package.communicate()
    return next(line.removeprefix("digest: ") for line in out.splitlines() if line.startswith("digest: "))
