"""The liveness probe of lifecycle.hangDetection, run as a kubelet would, against a server that stalls."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import helm_python
import pytest
from chart_making import engine, objects, written
from conftest import ROOT

PATIENCE = 0.4
SCRIPT = (ROOT / "charts" / "vllm" / "files" / "heartbeat.py").read_text()
HEARTBEAT = {"lifecycle": {"hangDetection": "heartbeat"}}


@dataclass
class Server:
    """Running requests and iterations of each engine; `silent` takes a request and never answers."""

    engines: dict[str, tuple[float, float]] = field(default_factory=dict)
    silent: bool = False
    port: int = 0

    def metrics(self) -> str:
        lines = ["# TYPE vllm:num_requests_running gauge", 'vllm:num_requests_waiting{engine="0"} 7.0']
        for name, (running, iterations) in self.engines.items():
            labels = f'{{model_name="a b}} engine",engine="{name}"}}'
            lines += [
                f"vllm:num_requests_running{labels} {running}",
                f'vllm:iteration_tokens_total_bucket{{engine="{name}",le="1.0"}} 3.0',
                f"vllm:iteration_tokens_total_count{labels} {iterations}",
                f"vllm:iteration_tokens_total_sum{labels} 1e+06",
            ]
        return "\n".join(lines) + "\n"


@pytest.fixture
def server() -> Iterator[Server]:
    stub = Server()
    end = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if stub.silent:
                end.wait(10)
                return
            self.send_response(200 if self.path == "/metrics" else 404)
            self.end_headers()
            self.wfile.write(stub.metrics().encode())

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    stub.port = http.server_port
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield stub
    end.set()
    http.shutdown()
    http.server_close()
    thread.join()


@dataclass
class Probe:
    port: int
    file: Path

    def __call__(self, **env: str) -> tuple[int, str]:
        command = [sys.executable, "-I", "-c", SCRIPT, str(self.port), str(PATIENCE), str(self.file)]
        result = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
        assert not result.stderr
        return result.returncode, result.stdout


@pytest.fixture
def probe(server: Server, tmp_path: Path) -> Probe:
    return Probe(server.port, tmp_path / "heartbeat.json")


ALIVE = (0, "")


def test_an_idle_engine_is_alive_however_long(server: Server, probe: Probe) -> None:
    server.engines = {"0": (0, 5)}
    assert probe() == ALIVE
    time.sleep(PATIENCE)
    assert probe() == ALIVE


def test_an_engine_that_works_is_alive_however_slowly(server: Server, probe: Probe) -> None:
    for iterations in range(3):
        server.engines = {"0": (2, iterations)}
        assert probe() == ALIVE
        time.sleep(PATIENCE)


def test_an_engine_that_stalls_fails_when_the_patience_is_over_and_recovers(server: Server, probe: Probe) -> None:
    server.engines = {"0": (2, 5)}
    assert probe() == ALIVE
    time.sleep(PATIENCE)
    code, said = probe()
    assert (code, said.partition(" for ")[0]) == (1, "engine 0 has stood still")
    server.engines = {"0": (2, 6)}
    assert probe() == ALIVE


def test_one_of_two_engines_is_enough(server: Server, probe: Probe) -> None:
    for iterations in range(3):
        server.engines = {"0": (1, iterations), "1": (1, 9)}
        code, said = probe()
        time.sleep(PATIENCE)
    assert (code, said.partition(" has ")[0]) == (1, "engine 1")


def test_a_server_that_gives_no_answer_fails_when_the_patience_is_over(server: Server, probe: Probe) -> None:
    server.silent = True
    assert probe() == ALIVE
    assert probe()[0] == 1
    server.silent = False
    assert probe() == ALIVE


def test_a_closed_port_is_no_answer(tmp_path: Path) -> None:
    probe = Probe(1, tmp_path / "heartbeat.json")
    assert probe() == ALIVE
    time.sleep(PATIENCE)
    assert probe()[0] == 1


def test_an_engine_that_stalls_is_not_saved_by_one_answer_that_came_late(server: Server, probe: Probe) -> None:
    server.engines = {"0": (2, 5)}
    assert probe() == ALIVE
    server.silent = True
    probe()
    server.silent = False
    assert probe()[0] == 1


def test_a_new_server_starts_with_full_patience(server: Server, probe: Probe) -> None:
    server.engines = {"0": (2, 5)}
    assert probe() == ALIVE
    state = json.loads(probe.file.read_text())
    probe.file.write_text(json.dumps({**state, "life": "another"}))
    time.sleep(PATIENCE)
    assert probe() == ALIVE


@pytest.mark.parametrize("state", ["", "{", "[]", "{}", "1"])
def test_a_damaged_memory_is_forgotten(server: Server, probe: Probe, state: str) -> None:
    probe.file.write_text(state)
    server.engines = {"0": (2, 5)}
    assert probe() == ALIVE


def test_without_metrics_of_the_engine_nothing_is_said(server: Server, probe: Probe) -> None:
    assert probe() == ALIVE
    time.sleep(PATIENCE)
    assert probe() == ALIVE


def test_a_proxy_is_passed_by(server: Server, probe: Probe) -> None:
    server.engines = {"0": (0, 5)}
    proxy = "http://127.0.0.1:1"
    assert probe(http_proxy=proxy, HTTP_PROXY=proxy) == ALIVE
    time.sleep(PATIENCE)
    assert probe(http_proxy=proxy, HTTP_PROXY=proxy) == ALIVE


def test_the_chart_runs_the_script_itself(tmp_path: Path) -> None:
    folder = written(tmp_path, HEARTBEAT)
    probe = engine(objects(folder, {"engine": {"port": 9000}}))["livenessProbe"]
    *start, script, port, patience, file = probe["exec"]["command"]
    assert start == ["python3", "-c"]
    assert script == SCRIPT.rstrip("\n")
    assert (port, patience, file) == ("9000", "300", "/dev/shm/heartbeat.json")
    assert (folder / "files" / "heartbeat.py").read_text() == SCRIPT
    # A kubelet replaces variables in the command of a probe.
    assert "$(" not in script


def test_without_it_the_chart_asks_for_health(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert engine(objects(folder))["livenessProbe"]["httpGet"]["path"] == "/health"
    assert not (folder / "files").exists()


def test_the_metrics_that_it_reads_cannot_be_switched_off_at_install(tmp_path: Path) -> None:
    folder = written(tmp_path, HEARTBEAT)
    with pytest.raises(helm_python.HelmError, match=r"lifecycle\.hangDetection"):
        objects(folder, {"engine": {"args": {"disable-log-stats": True}}})
