"""Chart.yaml, written as data: Helm does not template it, and no template engine of ours touches a user's text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import chartgen

GENERATOR = "chartgen.dev/generated-by"
"""The annotation in Chart.yaml that marks a folder as chartgen's own."""

KUBE_VERSION = ">=1.30.0-0"
"""A native `sleep` before the stop signal is on by default since Kubernetes 1.30 (KEP-3960)."""

_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_PLAIN = re.compile(r"[A-Za-z][-A-Za-z0-9./]*")
_AMBIGUOUS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def chart_yaml(
    *,
    name: str,
    version: str,
    app_version: str,
    description: str,
    keywords: Sequence[str],
    kube_version: str = KUBE_VERSION,
    home: str | None = None,
    maintainers: Sequence[Mapping[str, Any]] = (),
    images: Mapping[str, Mapping[str, str]],
) -> str:
    """The text of Chart.yaml; every value is quoted where YAML could misread it.

    `images` are the chart's images by what they are for, as they stand in its values.
    """
    fields: dict[str, Any] = {
        "apiVersion": "v2",
        "name": name,
        "version": version,
        "appVersion": app_version,
        "kubeVersion": kube_version,
        "type": "application",
        "description": description,
        "home": home,
        "keywords": list(keywords),
        "maintainers": [dict(maintainer) for maintainer in maintainers],
        "annotations": {
            "artifacthub.io/category": "ai-machine-learning",
            "artifacthub.io/images": _listed(images),
            **({"artifacthub.io/prerelease": "true"} if "-" in version.partition("+")[0] else {}),
            GENERATOR: f"chartgen {chartgen.__version__}",
        },
    }
    return "".join(_entry(key, value) for key, value in fields.items() if value)


def _listed(images: Mapping[str, Mapping[str, str]]) -> str:
    """Artifact Hub wants a list as a text of YAML (artifacthub/hub, docs/helm_annotations.md)."""
    return "".join(f"- name: {name}\n  image: {reference(image)}\n" for name, image in images.items())


def reference(image: Mapping[str, str]) -> str:
    """registry/repository:tag@digest, as in the templates; a digest may be absent."""
    digest = f"@{image['digest']}" if image.get("digest") else ""
    return f"{image['registry']}/{image['repository']}:{image['tag']}{digest}"


def _entry(key: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"{key}:\n" + "".join(f"  {name}: {_text(text)}\n" for name, text in value.items())
    if isinstance(value, list):
        return f"{key}:\n" + "".join(_member(member) for member in value)
    return f"{key}: {_scalar(value)}\n"


def _text(text: str) -> str:
    """A text of several lines as a block below its key; its lines must be printable and its last one must end."""
    if not text.endswith("\n"):
        return _scalar(text)
    return "|" + "".join(f"\n    {line}" for line in text.splitlines())


def _member(member: Any) -> str:
    if isinstance(member, dict):
        return "  - " + "    ".join(f"{name}: {_scalar(text)}\n" for name, text in member.items())
    return f"  - {_scalar(member)}\n"


def _scalar(text: str) -> str:
    """`text` plain where no YAML reader can take it for anything but itself, else double-quoted."""
    if _PLAIN.fullmatch(text) and text.lower() not in _AMBIGUOUS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
