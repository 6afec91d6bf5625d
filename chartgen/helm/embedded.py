"""Helm 4 in process, by the helm-python SDK."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chartgen.errors import RenderError
from chartgen.helm.release import DEFAULT_KUBE_VERSION, manifests, words
from chartgen.model.chart import RenderedFile

if TYPE_CHECKING:  # the SDK is an optional extra, and loading it costs 50 ms
    from helm_python import Chart

_WARNING = 2
_SEVERITY = {2: "warning", 3: "error"}


def available() -> bool:
    """Whether the SDK is installed; it is not loaded for that."""
    return find_spec("helm_python") is not None


class EmbeddedHelm:
    """The SDK as a HelmEngine; it needs neither a cluster nor a network."""

    name = "embedded"

    def version(self) -> str:
        import helm_python  # noqa: PLC0415

        return helm_python.helm_sdk_version()

    def render(
        self,
        chart_dir: Path,
        *,
        release: str,
        namespace: str,
        values: dict[str, Any] | None,
        kube_version: str | None,
    ) -> list[RenderedFile]:
        import helm_python  # noqa: PLC0415

        version = kube_version or DEFAULT_KUBE_VERSION
        with _speaking("nothing was rendered"):
            helm_python.validate_release_name(release)
            with helm_python.Chart.load(chart_dir) as chart:
                _refuse_version(chart, version)
                return manifests(_render(chart, values, name=release, namespace=namespace, kube_version=version))

    def values(self, chart_dir: Path) -> dict[str, Any]:
        import helm_python  # noqa: PLC0415

        with _speaking("the chart's values were not read"), helm_python.Chart.load(chart_dir) as chart:
            return chart.values

    def lint(self, chart_dir: Path) -> list[str]:
        import helm_python  # noqa: PLC0415

        with _speaking("the chart was not linted"):
            report = helm_python.lint(chart_dir)
        lines = [
            f"{_SEVERITY[message['severity']]}: {message['path']}: {message['error']}"
            for message in report["messages"]
            if message["severity"] >= _WARNING
        ]
        return lines or [f"error: {text}" for text in report["errors"]]

    def package(self, chart_dir: Path, into: Path, *, version: str | None, app_version: str | None) -> Path:
        import helm_python  # noqa: PLC0415

        with _speaking("the chart was not packed"):
            packed = helm_python.package(chart_dir, destination=into, version=version, app_version=app_version)
        return Path(packed)

    def sign(self, archive: Path, *, key: str, keyring: Path, passphrase_file: Path | None) -> Path:
        import helm_python  # noqa: PLC0415

        with _speaking("the chart was not signed"):
            return Path(helm_python.sign(archive, key=key, keyring=keyring, passphrase_file=passphrase_file))


def _render(chart: Chart, values: dict[str, Any] | None, **options: str) -> dict[str, str]:
    """`Chart.render` with the options that the library knows and the SDK's Python signature leaves out."""
    from helm_python import _native  # noqa: PLC0415

    given = None if values is None else json.dumps(values)
    answer = _native.call_string("helm_render", chart._raw(), given, json.dumps(options))
    rendered: dict[str, str] = json.loads(answer)
    return rendered


def _refuse_version(chart: Chart, version: str) -> None:
    """Refuse a chart whose `kubeVersion` excludes `version`, as `helm template` does and the SDK's render does not."""
    wanted = chart.metadata.get("kubeVersion")
    if wanted and not _satisfies(str(wanted), version):
        raise RenderError(
            f"nothing was rendered: the chart requires kubeVersion {wanted}, which {version} does not satisfy",
            remedy="name a version inside that range with --kube-version",
        )


def _satisfies(constraint: str, version: str) -> bool:
    """Whether Helm itself holds that `version` meets the SemVer `constraint`."""
    import helm_python  # noqa: PLC0415

    template = "{{ semverCompare .Values.constraint .Capabilities.KubeVersion.Version }}"
    with helm_python.Chart.load_archive(_probe(template)) as chart:
        answer = _render(chart, {"constraint": constraint}, name="probe", kube_version=version)
    return "true" in answer.values()


def _probe(template: str) -> bytes:
    """The .tgz of a chart that holds one template."""
    files = {"Chart.yaml": "apiVersion: v2\nname: probe\nversion: 0.1.0\n", "templates/probe.txt": template}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"probe/{path}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


@contextmanager
def _speaking(outcome: str) -> Iterator[None]:
    """Turn the SDK's errors into RenderError, with Helm's message kept whole."""
    import helm_python  # noqa: PLC0415

    try:
        yield
    except helm_python.HelmError as error:
        raise RenderError(f"{outcome}: {words(str(error))}") from error
