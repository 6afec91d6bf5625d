"""What reports say about fixes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chartgen.model.finding import Finding, Fix, ObjectRef, Operation
from chartgen.report.content import Report
from chartgen.report.printable import printable

_SHOWN_STEPS = 3
_SHOWN_LENGTH = 40


def option(finding: Finding) -> str:
    """The option that applies the finding's fix; `by hand` for what Helm rendered, whose template is not known."""
    if finding.fix is None:
        return ""
    if finding.rendered:
        return "by hand"
    return "--fix" if finding.fix.safe else "--unsafe-fixes"


def summary(finding: Finding) -> str:
    """The fix in a few words: `set /spec/replicas to 2 and remove /spec/x`; empty if there is none."""
    if finding.fix is None:
        return ""
    steps = [_step(operation, finding) for operation in finding.fix.operations]
    more = len(steps) - _SHOWN_STEPS
    shown = steps if more <= 0 else [*steps[: _SHOWN_STEPS - 1], f"{more + 1} more changes"]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


def closing(report: Report) -> Iterator[str]:
    """How many findings can be fixed, and by what."""
    found = [(finding, option(finding)) for finding in report.decided]
    safe, unsafe = (sum(name == each for _, name in found) for each in ("--fix", "--unsafe-fixes"))
    if safe and unsafe:
        yield f"{safe} fixable with --fix, {unsafe} more with --unsafe-fixes"
    elif safe or unsafe:
        yield f"{safe} fixable with --fix" if safe else f"{unsafe} fixable with --fix --unsafe-fixes"
    by_hand = [finding for finding, name in found if name == "by hand"]
    if by_hand:
        keys = sorted({printable(key.path) for finding in by_hand for key in finding.values})
        where = f"the values {', '.join(keys)}" if keys else "its templates or values"
        yield f"{len(by_hand)} with a fix to make in the chart itself, in {where}"


def data(fix: Fix | None) -> dict[str, Any] | None:
    """The fix for machines, as schemas/report.schema.json has it."""
    if fix is None:
        return None
    return {"safe": fix.safe, "operations": [_operation(each) for each in fix.operations]}


def _operation(operation: Operation) -> dict[str, Any]:
    where = _object(operation)
    value = {} if operation.op == "remove" else {"value": operation.value}
    return {
        "op": operation.op,
        "object": {
            "apiVersion": where.api_version,
            "kind": where.kind,
            "namespace": where.namespace,
            "name": where.name,
        },
        "path": operation.place.pointer,
        **value,
    }


def _step(operation: Operation, finding: Finding) -> str:
    where, value = _object(operation), operation.value
    if operation.op == "create":
        metadata = value.get("metadata", {}) if isinstance(value, dict) else {}
        return f"add {printable(str(value.get('kind')))} {printable(str(metadata.get('name')))}"
    pointer = printable(operation.place.pointer)
    other = f" of {printable(str(where))}" if where != finding.object else ""
    if operation.op == "remove":
        return f"remove {pointer}{other}"
    if operation.op == "merge":
        return f"change {pointer}{other}"
    if pointer.endswith("/-"):
        return f"add to {pointer.removesuffix('/-')}{other}"
    text = printable(json.dumps(value, ensure_ascii=False))
    if isinstance(value, dict | list) or len(text) > _SHOWN_LENGTH:
        return f"set {pointer}{other}"
    return f"set {pointer}{other} to {text}"


def _object(operation: Operation) -> ObjectRef:
    manifest = operation.place.manifest
    return ObjectRef(manifest.api_version, manifest.kind, manifest.namespace, manifest.name)
