"""The chart's name and version."""

from __future__ import annotations

import re

from chartgen.catalogue import engine_versions
from chartgen.model.spec import Spec

_LONGEST_NAME = 40
_LONGEST_VERSION = 63
_NO_NAME_CHARACTER = re.compile(r"[^a-z0-9]+")
_VERSION_EDGES = "._+-"


def chart_name(spec: Spec) -> str:
    """The name in the file, else one made from the last part of the model's id.

    A name that Kubernetes would turn into one of the engine's own variables (`vllm`) gets `model-` in front, and so
    does one that starts with a digit, since a Service must start with a letter (RFC 1035).
    """
    if spec.name is not None:
        return spec.name
    name = _NO_NAME_CHARACTER.sub("-", spec.model.id.rsplit("/", 1)[-1].lower()).strip("-")
    if not name or not name[0].isalpha() or name in engine_versions.engine().reserved_service_names:
        name = f"model-{name}"
    return name[:_LONGEST_NAME].strip("-")


def app_version(spec: Spec) -> str:
    """The image's tag, cut to what a label value may be, since the chart puts it into one."""
    return spec.engine.image.tag[:_LONGEST_VERSION].strip(_VERSION_EDGES) or "0"
