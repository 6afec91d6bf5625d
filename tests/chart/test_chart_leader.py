"""The preStop hook of those who help a leader, run as a kubelet would, against a leader that drains, dies or hangs."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from chart_making import Object, objects, written

NODES: dict[str, Any] = {
    "model": {"id": "meta-llama/Llama-3.1-70B-Instruct", "token": {"secret": "hf", "key": "token"}},
    "parallelism": {"tensor": 2, "pipeline": 2, "nodes": 2},
    "engine": {"port": 9000},
}


def hook(folder: Path) -> list[str]:
    (group,) = [item for item in objects(folder) if item["kind"] == "LeaderWorkerSet"]
    worker: Object = group["spec"]["leaderWorkerTemplate"]["workerTemplate"]
    command: list[str] = worker["spec"]["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    return command


@dataclass
class Leader:
    http: ThreadingHTTPServer
    status: int = 200
    silent: bool = False
    asked: int = 0

    def die(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def leader() -> Iterator[Leader]:
    end = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stub.asked += self.path == "/health"
            if stub.silent:
                end.wait(10)
                return
            self.send_response(stub.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    stub = Leader(http)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield stub
    end.set()
    stub.die()
    thread.join()


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> str:
    program, flag, text, port, _ = hook(written(tmp_path_factory.mktemp("leader"), NODES))
    assert (program, flag, port) == ("python3", "-c", "9000")
    return text


Waits = Callable[[float], float]


@pytest.fixture
def waits(leader: Leader, script: str) -> Waits:
    """The seconds that the hook takes at most, without those of an interpreter's start."""

    def run(longest: float) -> float:
        arguments = [str(leader.http.server_port), str(longest)]
        env = {"LWS_LEADER_ADDRESS": "127.0.0.1", "http_proxy": "http://127.0.0.1:9"}
        started = time.monotonic()
        result = subprocess.run(
            [sys.executable, "-I", "-c", script, *arguments], capture_output=True, text=True, check=False, env=env
        )
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
        return time.monotonic() - started

    return run


@pytest.mark.parametrize("status", [200, 503])
def test_a_worker_waits_for_a_leader_that_drains(leader: Leader, waits: Waits, status: int) -> None:
    leader.status = status
    assert waits(2.5) >= 2.5
    assert leader.asked >= 2


def test_a_worker_does_not_wait_for_a_leader_that_is_gone(leader: Leader, waits: Waits) -> None:
    leader.die()
    assert waits(60) < 10


def test_a_worker_ends_with_its_leader(leader: Leader, waits: Waits) -> None:
    threading.Timer(1.5, leader.die).start()
    assert 1.5 < waits(60) < 15


def test_a_leader_that_is_silent_is_waited_for_no_longer_than_agreed(leader: Leader, waits: Waits) -> None:
    leader.silent = True
    assert waits(1) < 5


def test_the_hook_is_nowhere_else(tmp_path: Path) -> None:
    rendered = written(tmp_path)
    assert not (rendered / "files" / "await_leader.py").exists()
    assert (written(tmp_path, NODES) / "files" / "await_leader.py").is_file()
