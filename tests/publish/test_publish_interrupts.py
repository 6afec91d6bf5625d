"""`chartgen publish` that is interrupted, in each of its phases: exit code 130, and no tag that it does not tell of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from conftest import ROOT
from proxies import Cut, proxy
from registries import Running, registry
from small_charts import small_chart

PHASES = {"look-up": ("GET", "/manifests/"), "blob": ("PUT", "/blobs/uploads/"), "tag": ("PUT", "/manifests/")}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with registry(tmp_path_factory.mktemp("plain") / "registry") as running:
        yield running


def start(scratch: Path, *arguments: object) -> subprocess.Popen[str]:
    """chartgen, left to run, with a folder of its own for what is temporary; SIGINT is not ignored."""
    scratch.mkdir()
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from chartgen.cli.main import main; main()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)},
    )


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_before_the_tag(kind: signal.Signals, phase: str, plain: Running, tmp_path: Path) -> None:
    reached, over, path = Event(), Event(), f"{kind.name.lower()}-{phase}"

    def hook(method: str, path: str) -> Cut | None:
        wanted, part = PHASES[phase]
        if method != wanted or part not in path:
            return None
        reached.set()
        return Cut(over.wait)

    with proxy(plain.host, hook) as host:
        to = (f"oci://{host}/{path}", "--plain-http", "--no-lint")
        with start(tmp_path / "scratch", "publish", small_chart(tmp_path), *to) as publisher:
            reached.wait()
            publisher.send_signal(kind)
            out, err = publisher.communicate()
        over.set()
    assert (publisher.returncode, out) == (130, "")
    assert ("greeting 1.0.0 may have been published" in err) == (phase == "tag")
    assert err.endswith("interrupted\n")
    assert plain.tags(f"{path}/greeting") == []
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_after_the_tag(kind: signal.Signals, plain: Running, tmp_path: Path) -> None:
    path, to = f"after-{kind.name.lower()}", small_chart(tmp_path)
    command = ("publish", to, plain.at(path), "--plain-http", "--no-lint", "--settle", "600")
    with start(tmp_path / "scratch", *command) as publisher:
        while not plain.tags(f"{path}/greeting"):
            assert publisher.poll() is None
        publisher.send_signal(kind)
        out, err = publisher.communicate()
    assert (publisher.returncode, out) == (130, "")
    assert "greeting 1.0.0 may have been published" in err
    assert err.endswith("interrupted\n")
