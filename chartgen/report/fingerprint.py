"""What tells one finding from another, for baselines and for services that follow findings from run to run."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from chartgen.model.finding import Finding

_DIGITS = 32


def fingerprint(finding: Finding) -> str:
    """32 hexadecimal digits that stay the same when lines move: they hang on rule, object and pointer alone."""
    where = finding.object
    parts: tuple[str, ...] = (finding.rule, where.api_version, where.kind, where.namespace, where.name, finding.path)
    # A finding about a file that could not be read has no object; the file is then all that tells it from another.
    return _digest(*parts) if where.kind else _digest(*parts, finding.location.file)


def distinct(findings: Iterable[Finding]) -> list[str]:
    """The fingerprint of each finding, or, of those that have the same one, another for the second, the third ...

    For services that take two findings with one fingerprint for the same and show only one of them.
    """
    seen: Counter[str] = Counter()
    marks = []
    for finding in findings:
        mark = fingerprint(finding)
        seen[mark] += 1
        marks.append(mark if seen[mark] == 1 else _digest(mark, str(seen[mark])))
    return marks


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
