"""Whether an autoscaler still measures anything once its target runs no pod.

A series that the servers themselves export ends with the last of them. Names and prefixes are those of vLLM 0.33
(`vllm/v1/metrics/loggers.py`), SGLang (`metrics/collector.py`) and text-generation-inference (`docs/metrics`).
"""

from __future__ import annotations

import re
from typing import Any

from chartgen.lint import kinds
from chartgen.lint.facts.autoscalers import SCALED_OBJECT
from chartgen.lint.facts.engine import engines_of
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.targets import resolve
from chartgen.lint.release import Release, Subject, as_map, as_text, at_pointer, maps

_ON = "target"
_OF_SERVERS = re.compile(
    r"vllm:(num_requests_(running|waiting|swapped|waiting_by_reason)|(gpu_|kv_|cpu_)?cache_usage_perc|num_preemptions"
    r"|(prompt|generation)_tokens|request_success|time_to_first_token_seconds|inter_token_latency_seconds"
    r"|time_per_output_token_seconds|e2e_request_latency_seconds|request_[a-z_]+_seconds|iteration_tokens)"
    r"(_total|_count|_sum|_bucket)?"
    r"|sglang:(num_running_reqs|num_queue_reqs|token_usage|gen_throughput|cache_hit_rate)"
    r"|tgi_(queue_size|batch_current_size|request_count|request_queue_duration)(_count|_sum|_bucket)?"
)
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`")
_MATCHERS = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]")
_LABELS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w:.])([A-Za-z_:][\w:]*)(\s*\()?")
_WORDS = frozenset(
    {"and", "or", "unless", "bool", "offset", "by", "without", "inf", "nan", "group_left", "group_right"}
)
_KEEPS_A_VALUE = re.compile(r"\b(absent|absent_over_time|vector|scalar|last_over_time)\s*\(", re.IGNORECASE)


@fact("wake.selfMeasured", FactType.BOOL, on=_ON)
def self_measured(subject: Subject) -> bool | None:
    """Whether every trigger of a ScaledObject measures only what the pods of its target export, or use of their CPU.

    Unknown if a query cannot be read, or may yield a value without any series, and if the target is not in the input or
    another workload of the input may run a server, which exports the same metrics.
    """
    if kinds.kind_of(subject.manifest).group != SCALED_OBJECT.group:
        return None
    triggers = [each for _, each in maps(at_pointer(subject.manifest.object, "/spec/triggers"))]
    verdicts = [_self(each) for each in triggers]
    if not verdicts or False in verdicts:
        return False
    return None if None in verdicts or not _alone(subject) else True


@fact("wake.kubernetesMinor", FactType.INT, on=_ON)
def kubernetes_minor(subject: Subject) -> int:
    """The minor version of Kubernetes that the input is checked for."""
    return subject.release.kube_version[1]


def metrics(query: str) -> set[str] | None:
    """The metrics that a PromQL query reads; None if it names them by a matcher only, or is not PromQL to the eye."""
    text = _STRING.sub(" ", query)
    if "__name__" in text or "$" in text:
        return None
    text = _LABELS.sub(" ", _MATCHERS.sub(" ", text))
    found = {
        match.group(1) for match in _NAME.finditer(text) if not match.group(2) and match.group(1).lower() not in _WORDS
    }
    return None if not found or "{" in text or "}" in text else found


def _alone(subject: Subject) -> bool:
    """Whether the target is the only workload of the input that runs, or may run, a server."""
    release = subject.release
    target = resolve(release, subject.manifest)
    return target is not None and release.once(("wake", "servers"), lambda: _servers(release)) <= {id(target)}


def _servers(release: Release) -> frozenset[int]:
    return frozenset(
        id(workload.manifest)
        for workload in kinds.workloads(release)
        if any(found is not False for each in workload.templates for found, _ in engines_of(release, each))
    )


def _self(trigger: dict[str, Any]) -> bool | None:
    kind = as_text(trigger.get("type"))
    if kind in ("cpu", "memory"):
        return True
    if kind != "prometheus":
        return False
    metadata = as_map(trigger.get("metadata"))
    query = as_text(metadata.get("query"))
    # Without ignoreNullValues a missing series is an error, for which the fallback may keep replicas.
    if _KEEPS_A_VALUE.search(query) or metadata.get("ignoreNullValues") in ("false", False):
        return None
    found = metrics(query)
    return None if found is None else all(_OF_SERVERS.fullmatch(each) for each in found)
