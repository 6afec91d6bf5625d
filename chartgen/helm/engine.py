"""What chartgen asks of Helm, and which Helm answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from chartgen.errors import HelmMissing, UsageError
from chartgen.model.chart import RenderedFile

ENGINES = ("auto", "embedded", "binary")
_INSTALL_EMBEDDED = "pip install 'chartgen[helm]'"
_INSTALL_BINARY = "install Helm 3.18.5 or newer, so that `helm` is on PATH"


class HelmEngine(Protocol):
    """One Helm. Every method takes a chart folder or a .tgz and raises RenderError with Helm's own words."""

    name: str

    def version(self) -> str:
        """Helm's version, such as `v4.2.3`."""
        ...

    def render(
        self,
        chart_dir: Path,
        *,
        release: str,
        namespace: str,
        values: dict[str, Any] | None,
        kube_version: str | None,
    ) -> list[RenderedFile]:
        """The manifests as `helm template` makes them, sorted by template path; notes and empty files are left out.

        `values` override the chart's defaults; `kube_version` (`1.31`, `v1.31.2`) stands in for the cluster's.
        """
        ...

    def values(self, chart_dir: Path) -> dict[str, Any]:
        """The chart's default values as Helm reads them."""
        ...

    def lint(self, chart_dir: Path) -> list[str]:
        """The warnings and errors of `helm lint`, one line each."""
        ...

    def package(self, chart_dir: Path, into: Path, *, version: str | None, app_version: str | None) -> Path:
        """Pack a chart folder as `helm package` does, and return the archive in the folder `into`.

        `.helmignore` is honoured, and dependencies that are not in charts/ are refused.
        """
        ...

    def sign(self, archive: Path, *, key: str, keyring: Path, passphrase_file: Path | None) -> Path:
        """Sign an archive, and return the provenance beside it (`.prov`).

        `key` is a part of the user's name in `keyring`, a file of secret keys in the binary form of `gpg --export`.
        """
        ...


def engine(choice: str = "auto") -> HelmEngine:
    """The Helm that `choice` names: `embedded`, `binary`, or `auto`, which takes the embedded one if it is there.

    Raises UsageError for another word, HelmMissing if that Helm is not on this machine.
    """
    from chartgen.helm import binary, embedded  # noqa: PLC0415 - neither is needed until something is rendered

    if choice not in ENGINES:
        raise UsageError(f"there is no Helm engine called {choice}", remedy=f"choose one of {', '.join(ENGINES)}")
    if choice != "binary" and embedded.available():
        return embedded.EmbeddedHelm()
    path = None if choice == "embedded" else binary.find()
    if path is not None:
        return binary.HelmBinary(path)
    remedies = {"embedded": _INSTALL_EMBEDDED, "binary": _INSTALL_BINARY}
    remedy = remedies.get(choice, f"{_INSTALL_EMBEDDED}, or {_INSTALL_BINARY}")
    raise HelmMissing("nothing was rendered: no Helm engine was found on this machine", remedy=remedy)
