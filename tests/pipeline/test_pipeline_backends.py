"""Every storage backend there is, found by listing: what the table accepts renders, is valid and has no error."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from chartgen import chart, spec
from chartgen.errors import ValuesInvalid
from chartgen.manifests import from_text
from chartgen.manifests import schema as kubernetes
from chartgen.model.finding import Severity
from chartgen.pipeline.render import render
from chartgen.spec import checks

MODELS = {"hub": "TheBloke/vicuna-7B-v1.5-AWQ", "volume": "/models/vicuna", "object": "gs://weights/vicuna"}
KINDS = ("Deployment", "StatefulSet", "DaemonSet")
BACKENDS = sorted(spec.backends())


def values(backend: str, kind: str, source: str) -> dict[str, Any]:
    """The shortest file for these, with the first example of every key that the backend needs."""
    known, own = spec.schema()["properties"]["storage"]["properties"], spec.backends()[backend]
    needed = [*own.required, *(need.keys[0] for need in own.needs if source in (need.sources or (source,)))]
    return {
        "name": "m",
        "model": {"id": MODELS[source]},
        "gpu": {"type": "nvidia-l4" if "gke" in own.providers else "nvidia-t4"},
        "cluster": {"provider": (*own.providers, "generic")[0]},
        "workload": {"kind": kind},
        "storage": {"backend": backend, **{key: known[key]["examples"][0] for key in needed}},
    }


def loaded(whole: dict[str, Any]) -> spec.Loaded | None:
    try:
        return spec.load_text(json.dumps(whole), "values.yaml")
    except ValuesInvalid:
        return None


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_table_says_what_a_backend_serves(backend: str) -> None:
    for kind, source in itertools.product(KINDS, MODELS):
        whole = values(backend, kind, source)
        made = {"backend": backend, "kind": kind, "source": source, "provider": whole["cluster"]["provider"]}
        refused = [row for row in checks.rows() if row.refuses({"spot": "never", "autoscaler": "none", **made})]
        assert (loaded(whole) is None) == bool(refused), made


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_accepted_can_be_installed(tmp_path: Path, backend: str) -> None:
    accepted = 0
    for kind, source in itertools.product(KINDS, MODELS):
        whole = values(backend, kind, source)
        found = loaded(whole)
        if found is None:
            continue
        accepted += 1
        file = tmp_path / "values.yaml"
        file.write_text(json.dumps(whole))
        result = render(file, tmp_path / "out", force=True)
        assert [finding for finding in result.report.findings if finding.severity is Severity.error] == []
        manifests = from_text(result.manifests, "manifests.yaml")
        oldest = found.spec.derived.kubernetes_since if found.spec.derived else None
        for version in (oldest or "1.30", kubernetes.versions()[-1]):
            assert kubernetes.check(manifests, version) == []
        again = spec.load(result.folders[0] / "values.yaml")
        assert again.text == found.text
        assert chart.assemble(again.values, again.choices, again.text, spec.schema(), again.totals).files == {
            str(path.relative_to(result.folders[0])): path.read_text()
            for path in result.folders[0].rglob("*")
            if path.is_file()
        }
    assert accepted
