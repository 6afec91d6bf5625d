"""For machines: schemas/diff.schema.json describes it."""

from __future__ import annotations

from typing import Any

import chartgen
from chartgen.model.change import (
    ABSENT,
    ADDED,
    CHANGED,
    REMOVED,
    UNCHANGED,
    ChoiceChange,
    FieldChange,
    ObjectChange,
    Restart,
    Verdict,
)
from chartgen.model.finding import Severity
from chartgen.model.manifest import Manifest
from chartgen.report.comparison import Comparison
from chartgen.report.formats.json import dumped

VERSION = 1


def render(comparison: Comparison, *, colour: bool = False) -> str:
    """The comparison as one JSON object, indented, with a newline at its end. `colour` has no meaning here."""
    actions = comparison.actions()
    document = {
        "version": VERSION,
        "tool": {"name": "chartgen", "version": chartgen.__version__},
        "old": comparison.old,
        "new": comparison.new,
        "summary": {
            **{action: actions.get(action, 0) for action in (ADDED, CHANGED, REMOVED, UNCHANGED)},
            **{severity.name: comparison.count(severity) for severity in sorted(Severity, reverse=True)},
        },
        "verdicts": [_verdict(each) for each in comparison.verdicts],
        "choices": [_choice(each) for each in comparison.upgrade.choices],
        "objects": [_object(each) for each in comparison.upgrade.objects if each.action != UNCHANGED],
    }
    return dumped(document)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "name": verdict.name,
        "severity": verdict.severity.name,
        "message": verdict.message,
        "object": _reference(verdict.change.manifest) if verdict.change else None,
        "fields": list(verdict.fields),
        "answer": verdict.answer,
        "remedy": verdict.remedy,
        "source": verdict.source,
    }


def _choice(change: ChoiceChange) -> dict[str, Any]:
    return {"key": change.key, "old": change.old, "new": change.new, "choice": change.choice}


def _object(change: ObjectChange) -> dict[str, Any]:
    return {
        "action": change.action,
        "object": _reference(change.manifest),
        "hook": change.hook,
        "fields": [_field(each) for each in change.fields],
        "restarts": [_restart(each) for each in change.restarts],
        "loss": None
        if change.loss is None
        else {"what": change.loss.what, "keptByHelm": change.loss.helm_keeps, "keptByArgoCD": change.loss.argo_keeps},
    }


def _field(change: FieldChange) -> dict[str, Any]:
    told: dict[str, Any] = {"path": change.path, "pointer": change.pointer}
    if change.old is not ABSENT:
        told["old"] = change.old
    if change.new is not ABSENT:
        told["new"] = change.new
    return {**told, "secret": change.secret, "noise": change.noise}


def _restart(restart: Restart) -> dict[str, Any]:
    return {
        "pointer": restart.pointer,
        "gpus": restart.gpus,
        "units": restart.units,
        "surge": restart.surge,
        "unavailable": restart.unavailable,
        "spareGpus": restart.spare,
        "automatic": restart.automatic,
        "causes": [each.path for each in restart.causes],
    }


def _reference(manifest: Manifest) -> dict[str, str]:
    return {
        "apiVersion": manifest.api_version,
        "kind": manifest.kind,
        "namespace": manifest.namespace,
        "name": manifest.name,
    }
