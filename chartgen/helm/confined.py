"""Rendering of charts that chartgen did not make: in a child process with limits of time and memory.

A template can loop three hundred million times or repeat a text without end, and Go gives up only by ending the whole
process. So the child does it; the parent reads the answer, or says which limit was reached.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from chartgen.errors import ChartgenError, RenderError
from chartgen.model.chart import RenderedFile

_MEBIBYTE = 1024 * 1024
_ANSWER_MEBIBYTES = 256
_PACKAGE_PARENT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """The arguments of HelmEngine.render."""

    chart_dir: Path
    release: str
    namespace: str
    values: dict[str, Any] | None
    kube_version: str | None


def render_untrusted(
    chart_dir: Path,
    *,
    release: str,
    namespace: str,
    values: dict[str, Any] | None,
    kube_version: str | None,
    choice: str = "auto",
    seconds: float = 60,
    megabytes: int = 2048,
) -> list[RenderedFile]:
    """Render as HelmEngine.render does, in a child process that may take `seconds` and `megabytes` (MiB of data).

    Memory is limited where the system can do it (Linux); time is limited everywhere. Raises RenderError if Helm
    refuses the chart or a limit is reached, HelmMissing without a Helm engine.
    """
    request = RenderRequest(chart_dir, release, namespace, values, kube_version)
    [answer] = render_each_untrusted([request], choice=choice, seconds=seconds, megabytes=megabytes)
    if isinstance(answer, RenderError):
        raise answer
    return answer


def render_each_untrusted(
    requests: Sequence[RenderRequest], *, choice: str = "auto", seconds: float = 60, megabytes: int = 2048
) -> list[list[RenderedFile] | RenderError]:
    """Render one after the other in one child process; the limits of time and memory are for all together.

    What Helm refuses is a RenderError in the place of its files. Raises RenderError if a limit is reached.
    """
    asked = [asdict(each) | {"chart_dir": str(each.chart_dir.resolve())} for each in requests]
    with tempfile.TemporaryFile() as answer:
        code = _child({"choice": choice, "megabytes": megabytes, "renders": asked}, answer, seconds)
        answer.seek(0)
        return _files(answer.read(), code, megabytes)


def _child(request: dict[str, Any], answer: IO[bytes], seconds: float) -> int:
    """Run the child to its end and return its exit code; RenderError if it takes longer than `seconds`."""
    # -P keeps the working directory off the import path: it may be a stranger's chart.
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "chartgen.helm.confined"],
        stdin=subprocess.PIPE,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": _search_path()},
        start_new_session=True,
    )
    late = threading.Event()

    def stop() -> None:
        late.set()
        _kill(child)

    # Waiting with a time-out would look every 50 ms whether the child is done, which it is after twice that.
    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        child.communicate(json.dumps(request).encode())
    except BaseException:
        _kill(child)
        child.wait()
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise RenderError(
            f"nothing was rendered: the chart was not done after {seconds:g} s",
            remedy="look for a range or a repeat with a huge count in its templates",
        )
    return child.returncode


def _search_path() -> str:
    """PYTHONPATH with this package in front; an empty entry would mean the working directory."""
    given = os.environ.get("PYTHONPATH")
    return os.pathsep.join([str(_PACKAGE_PARENT), *([given] if given else [])])


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child and, where it is a session leader, the `helm` that it started."""
    with suppress(ProcessLookupError):  # it is done by itself
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def _files(answer: bytes, code: int, megabytes: int) -> list[list[RenderedFile] | RenderError]:
    try:
        said = json.loads(answer)
    except ValueError:
        raise RenderError(
            f"nothing was rendered: Helm ended with code {code}, as it does beyond {megabytes} MiB of memory or "
            f"{_ANSWER_MEBIBYTES} MiB of output",
            remedy="look for a range or a repeat with a huge count in the chart's templates",
        ) from None
    return [
        RenderError(each["error"], remedy=each["remedy"])
        if "error" in each
        else [RenderedFile(template, text) for template, text in each["files"]]
        for each in said
    ]


def _answer(choice: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What the child has to say to one request."""
    from chartgen.helm.engine import engine  # noqa: PLC0415 - only the child renders

    try:
        files = engine(choice).render(Path(asked.pop("chart_dir")), **asked)
    except ChartgenError as error:
        return {"error": error.message, "remedy": error.remedy}
    return {"files": [[file.template, file.text] for file in files]}


def _limit(megabytes: int) -> None:
    """Limit this process and its children; the address space is left alone, since Go reserves far more than it uses."""
    try:
        import resource  # noqa: PLC0415 - absent on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes * _MEBIBYTE,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_ANSWER_MEBIBYTES * _MEBIBYTE,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """The child: read the requests from standard input, write the answers to standard output."""
    request = json.loads(sys.stdin.buffer.read())
    _limit(request["megabytes"])
    sys.stdout.write(json.dumps([_answer(request["choice"], each) for each in request["renders"]]))


if __name__ == "__main__":
    main()
