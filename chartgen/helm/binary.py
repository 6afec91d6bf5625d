"""The `helm` binary on PATH, any Helm 3 or 4."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from chartgen.errors import RenderError
from chartgen.helm.release import DEFAULT_KUBE_VERSION, manifests, words
from chartgen.model.chart import RenderedFile

_VALUES_AS_JSON = "values: {{ .Values | toJson | b64enc }}\n"
_PROBE = "apiVersion: v2\nname: probe\nversion: 0.1.0\n"
_LINT_LINE = re.compile(r"^\[(WARNING|ERROR)\] (.*)$")
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SOURCE_LINE = re.compile(r"\A---\n# Source: [^\n]*\n")


def find() -> Path | None:
    """The `helm` on PATH, if there is one."""
    found = shutil.which("helm")
    return Path(found) if found else None


class HelmBinary:
    """A `helm` executable as a HelmEngine."""

    name = "binary"

    def __init__(self, path: Path) -> None:
        self._path = path

    def version(self) -> str:
        return self._run("version", "--template", "{{.Version}}").strip()

    def render(
        self,
        chart_dir: Path,
        *,
        release: str,
        namespace: str,
        values: dict[str, Any] | None,
        kube_version: str | None,
    ) -> list[RenderedFile]:
        with tempfile.TemporaryDirectory(prefix="chartgen-") as scratch:
            given = Path(scratch) / "values.json"
            given.write_text(_values_text(values or {}), encoding="utf-8")
            out = Path(scratch) / "out"
            self._run(
                "template", release, str(chart_dir), "--namespace", namespace, "--values", str(given),
                "--kube-version", kube_version or DEFAULT_KUBE_VERSION, "--output-dir", str(out),
            )  # fmt: skip
            return manifests(_read(out))

    def values(self, chart_dir: Path) -> dict[str, Any]:
        """Read by Helm itself: a chart of one template prints the values of `chart_dir` as JSON."""
        with tempfile.TemporaryDirectory(prefix="chartgen-") as scratch:
            probe = Path(scratch) / "probe"
            (probe / "templates").mkdir(parents=True)
            (probe / "Chart.yaml").write_text(_PROBE, encoding="utf-8")
            (probe / "templates" / "values.yaml").write_text(_VALUES_AS_JSON, encoding="utf-8")
            given = Path(scratch) / "values.yaml"
            given.write_text(self._run("show", "values", str(chart_dir)), encoding="utf-8")
            printed = self._run("template", "probe", str(probe), "--values", str(given))
        values: dict[str, Any] = json.loads(base64.b64decode(printed.split("values: ", 1)[1]))
        return values

    def lint(self, chart_dir: Path) -> list[str]:
        done = self._start("lint", str(chart_dir))
        found = [match for line in done.stdout.splitlines() if (match := _LINT_LINE.match(line))]
        if done.returncode and not found:
            raise RenderError(f"the chart was not linted: {words(done.stderr)}")
        return [f"{match[1].lower()}: {match[2]}" for match in found]

    def package(self, chart_dir: Path, into: Path, *, version: str | None, app_version: str | None) -> Path:
        given = {"--version": version, "--app-version": app_version}
        options = [word for option, text in given.items() if text is not None for word in (option, text)]
        done = self._start("package", str(chart_dir), "--destination", str(into), *options)
        if done.returncode:
            raise RenderError(f"the chart was not packed: {words(done.stderr)}")
        (archive,) = into.glob("*.tgz")
        return archive

    def sign(self, archive: Path, *, key: str, keyring: Path, passphrase_file: Path | None) -> Path:
        raise RenderError(
            f"{archive.name} was not signed: the helm binary signs only what it packs itself",
            remedy="install the embedded Helm: pip install 'chartgen[helm]'",
        )

    def _run(self, *arguments: str) -> str:
        done = self._start(*arguments)
        if done.returncode:
            raise RenderError(f"nothing was rendered: {words(done.stderr)}")
        return done.stdout

    def _start(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self._path), *arguments]
        return subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)


def _values_text(values: dict[str, Any]) -> str:
    """JSON that Helm's YAML reader takes: no surrogate pairs, and no control character left as it is."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(values, ensure_ascii=False))


def _read(out: Path) -> dict[str, str]:
    """The files below `out` by Helm's template path, without the source comment that Helm writes on top."""
    paths = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): _SOURCE_LINE.sub("", path.read_text(encoding="utf-8")) for path in paths}
