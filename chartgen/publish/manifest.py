"""The OCI manifest of a chart, as Helm writes it, but for the time of the push: the same chart has the same manifest.

Media types and annotations: Helm 4, pkg/registry/constants.go and chart.go.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chartgen.model.package import Package
from chartgen.publish.archive import epoch

MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.cncf.helm.config.v1+json"
CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov"
_ANNOTATION = "org.opencontainers.image."


@dataclass(frozen=True, slots=True)
class Upload:
    """What a chart is in a registry: `blobs` go first, then the text of the manifest under the chart's tag."""

    blobs: tuple[bytes, ...]
    manifest: str

    @property
    def digest(self) -> str:
        return sha256(self.manifest.encode())


def upload(package: Package) -> Upload:
    """The blobs and the manifest of a package; the provenance is a second layer."""
    config = json.dumps(package.metadata, ensure_ascii=False, sort_keys=True).encode()
    layers = [(CHART, package.data)]
    if package.provenance is not None:
        layers.append((PROVENANCE, package.provenance))
    manifest = {
        "schemaVersion": 2,
        "mediaType": MEDIA_TYPE,
        "config": _descriptor(CONFIG, config),
        "layers": [_descriptor(media_type, data) for media_type, data in layers],
        "annotations": dict(sorted(_annotations(package.metadata).items())),
    }
    text = json.dumps(manifest, ensure_ascii=True, separators=(",", ":"))
    return Upload((config, *(data for _, data in layers)), text)


def layer(manifest: Mapping[str, Any], media_type: str) -> str:
    """The digest of the first layer of a kind in a manifest; empty if there is none."""
    layers = manifest.get("layers")
    for each in layers if isinstance(layers, list) else ():
        if isinstance(each, dict) and each.get("mediaType") == media_type:
            return str(each.get("digest", ""))
    return ""


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _descriptor(media_type: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": sha256(data), "size": len(data)}


def _annotations(metadata: Mapping[str, Any]) -> dict[str, str]:
    """The chart's own annotations may replace all but title and version."""
    sources = metadata.get("sources") or [""]
    maintainers = metadata.get("maintainers") or []
    told = {
        "description": metadata.get("description"),
        "url": metadata.get("home"),
        "source": sources[0],
        "authors": ", ".join(_author(maintainer) for maintainer in maintainers),
        "created": _created(),
    }
    own = {str(key): value for key, value in (metadata.get("annotations") or {}).items() if isinstance(value, str)}
    fixed = {"title": metadata["name"], "version": metadata["version"]}
    return {
        **{f"{_ANNOTATION}{key}": text for key, text in told.items() if text and text.strip()},
        **own,
        **{f"{_ANNOTATION}{key}": text for key, text in fixed.items()},
    }


def _author(maintainer: Mapping[str, Any]) -> str:
    name, email = maintainer.get("name") or "", maintainer.get("email")
    return f"{name} ({email})" if email else name


def _created() -> str:
    """Only a time that was given: a clock would give the same chart another digest at each push."""
    given = epoch()
    return "" if given is None else datetime.fromtimestamp(given, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
