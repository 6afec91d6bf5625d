"""Liveness of a vLLM server: fails once an engine has had running requests, and worked on none, for a while.

/health answers 200 while the engine hangs (vllm-project/vllm#39863). So this reads /metrics on the loopback address and
remembers since when each engine stands still: it has running requests, and its count of iterations does not move. A
server that gives no answer stands still too: a busy one is late by seconds, not by minutes.

Arguments: port, seconds of patience, file to remember in. Ends with 1 and a sentence when the patience is over.
"""

import http.client
import json
import re
import sys
import time
import urllib.request
from pathlib import Path

RUNNING = "vllm:num_requests_running"
ITERATIONS = "vllm:iteration_tokens_total_count"
SERVER = "the server"
LONGEST_WAIT = 5


def measured(port, wait):
    """Running requests and iterations of each engine; None if the server gives no answer."""
    # Without a proxy, whatever the environment says: the server is in this pod.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://127.0.0.1:{port}/metrics", timeout=wait) as answer:
            text = answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return None
    engines = {}
    for name, labels, figure in re.findall(rf"^({RUNNING}|{ITERATIONS})\b(.*) ([0-9.e+]+)$", text, re.MULTILINE):
        engine = re.search(r'[{,]engine="([^"]*)"', labels)
        figures = engines.setdefault(f"engine {engine[1]}" if engine else "the engine", {RUNNING: 0, ITERATIONS: 0})
        figures[name] += float(figure)
    return engines


def started():
    """When the container's first process started: what was remembered before belongs to another server."""
    try:
        return Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def remembered(file, life):
    try:
        before = json.loads(file.read_text())
    except (OSError, ValueError):
        before = None
    if isinstance(before, dict) and before.get("life") == life:
        return before
    return {"life": life, "iterations": {}, "since": {}}


def judged(before, engines, now):
    """What to remember: the iterations of each engine, and since when they are so many; an idle engine rests."""
    if engines is None:
        return {**before, "since": {SERVER: now, **before["since"]}}
    iterations = {name: figures[ITERATIONS] for name, figures in engines.items()}
    still = [name for name in engines if engines[name][RUNNING] and iterations[name] == before["iterations"].get(name)]
    since = {name: before["since"].get(name, now) if name in still else now for name in engines}
    return {**before, "iterations": iterations, "since": since}


def main(port, patience, file):
    now = time.monotonic()
    engines = measured(port, min(LONGEST_WAIT, patience))
    state = judged(remembered(file, started()), engines, now)
    try:
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(state))
        fresh.replace(file)
    except OSError as error:
        print(f"cannot remember: {error}", file=sys.stderr)
    late = {name: now - since for name, since in state["since"].items() if now - since >= patience}
    for name, seconds in late.items():
        print(f"{name} has stood still for {seconds:.0f} s")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])))
