"""The fragments of schemas/storage: well-formed, at one about keys that they share, each with its template."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chartgen import resources, spec
from chartgen.catalogue import gpus, providers

FOLDER = resources.folder("schemas") / "storage"
FRAGMENTS: dict[str, dict[str, Any]] = {path.stem: json.loads(path.read_bytes()) for path in FOLDER.glob("*.json")}
NAMES = sorted(FRAGMENTS)
# The modes for file systems that each driver's source lists; where a driver is missing here, it makes no claim of ours.
MODES = {
    "disk.csi.azure.com": {"ReadWriteOnce"},
    "file.csi.azure.com": {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"},
    "blob.csi.azure.com": {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"},
    "pd.csi.storage.gke.io": {"ReadWriteOnce", "ReadOnlyMany"},
    "filestore.csi.storage.gke.io": {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"},
    "gcsfuse.csi.storage.gke.io": {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"},
    "ebs.csi.aws.com": {"ReadWriteOnce"},
    "efs.csi.aws.com": {"ReadWriteOnce", "ReadWriteMany"},
    "fsx.csi.aws.com": {"ReadWriteOnce", "ReadWriteMany"},
    "s3.csi.aws.com": {"ReadOnlyMany", "ReadWriteMany"},
    "diskplugin.csi.alibabacloud.com": {"ReadWriteOnce"},
    "nasplugin.csi.alibabacloud.com": {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"},
    "ossplugin.csi.alibabacloud.com": {"ReadOnlyMany", "ReadWriteMany"},
}


@pytest.mark.parametrize("name", NAMES)
def test_a_fragment_is_well_formed(name: str) -> None:
    fragment, backend = FRAGMENTS[name], spec.backends()[name]
    assert set(backend.required) <= set(backend.properties)
    assert backend.claim in ("replica", "pod", "shared", "existing", "none")
    assert backend.sources
    assert set(backend.sources) <= {"hub", "volume", "object"}
    assert backend.throughput_mib > 0
    assert fragment["x-throughput-source"].endswith(".")
    assert backend.description.endswith(".")
    assert set(backend.access_modes) <= MODES.get(backend.driver, {"ReadWriteOnce"})
    assert not backend.read_only or "hub" not in backend.sources
    assert not backend.attaches or "ReadWriteMany" not in backend.access_modes
    assert not backend.zone_redundant or backend.attaches
    named = [gpu for row in (*backend.needs, *backend.doubts) for gpu in row.gpus]
    assert [gpu for gpu in named if gpus.gpu(gpu) is None] == []
    assert re.fullmatch(r"(1\.[0-9]+)?", backend.kubernetes_since)


@pytest.mark.parametrize("name", NAMES)
def test_a_fragment_has_a_template_that_makes_the_models_volume(name: str) -> None:
    template = resources.folder("charts") / "vllm" / "storage" / f"{name}.yaml.j2"
    assert "volumes" in template.read_text(encoding="utf-8")


def test_a_key_means_the_same_to_every_backend_that_takes_it() -> None:
    seen: dict[str, tuple[str, Any]] = {}
    for name in NAMES:
        for key, node in FRAGMENTS[name]["properties"].items():
            first, meant = seen.setdefault(key, (name, node))
            assert node == meant, f"storage.{key}: {first} and {name}"


def test_a_backend_that_every_cluster_has_needs_no_driver() -> None:
    for name, fragment in FRAGMENTS.items():
        assert (fragment["x-providers"] is None) == (fragment["x-driver"] is None), name
        assert set(fragment["x-providers"] or ()) <= set(providers.providers()), name
