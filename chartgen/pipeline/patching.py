"""The texts of one run of the linter, with fixes applied to them one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field

from chartgen import fixes, reader
from chartgen.manifests import from_text, schema
from chartgen.model.finding import Finding, Fix, Operation, Replacement
from chartgen.model.manifest import Manifest, Source


class NotFixed(Exception):
    """A fix that was left out; the text says why, as a clause."""


class Deferred(Exception):
    """Another fix has changed the same place: this one is for the next round, if its finding is still there then."""


@dataclass(slots=True)
class _Segment:
    """The text of one document as it was and as it is, and the places in it that fixes of this round have changed.

    `document` is what the text holds, as long as none has.
    """

    before: str
    text: str
    document: reader.Document | None
    touched: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Patches:
    """`kube_version` is that of the schemas which an object must still pass after its fix."""

    kube_version: str
    _texts: dict[str, dict[int, _Segment]] = field(default_factory=dict)
    _before: dict[str, Source] = field(default_factory=dict)

    def apply(self, fix: Fix) -> None:
        """Apply a fix whole or not at all; raises NotFixed or Deferred."""
        for (file, start), segment in self._changed(fix).items():
            self._texts[file][start] = segment

    def replacements(self, fix: Fix) -> tuple[Replacement, ...]:
        """What applying this fix alone would change in the texts; NotFixed if it cannot be applied."""
        found = []
        for (file, start), segment in self._changed(fix).items():
            before, after = segment.before, segment.text
            head = _alike(before, after)
            tail = _alike(before[head:][::-1], after[head:][::-1])
            text = self._before[file].text
            places = [reader.position(text, start + index, file) for index in (head, len(before) - tail)]
            found.append(Replacement(places[0], places[1], after[head : len(after) - tail]))
        return tuple(found)

    def _changed(self, fix: Fix) -> dict[tuple[str, int], _Segment]:
        changed: dict[tuple[str, int], _Segment] = {}
        for operation in fix.operations:
            self._operate(operation, changed)
        for (file, _), segment in changed.items():
            self._check(file, segment)
        return changed

    def texts(self) -> dict[str, str]:
        """The new texts by file, of those that have changed. NotFixed if one does not hold what its parts hold."""
        found = {}
        for file, segments in self._texts.items():
            before = self._before[file].text
            first = min(segments, default=0)
            text = before[:first] + "".join(segments[start].text for start in sorted(segments))
            wanted = [each.value for start in sorted(segments) for each in reader.parse(segments[start].text, file)]
            if not fixes.same(wanted, [each.value for each in reader.parse(text, file)]):
                raise NotFixed(f"the documents of {file} cannot be changed one by one")
            if text != before:
                found[file] = text
        return found

    def before(self, file: str) -> str:
        """The text that a file had before this round."""
        return self._before[file].text

    def _operate(self, operation: Operation, changed: dict[tuple[str, int], _Segment]) -> None:
        manifest = operation.place.manifest
        old = self._segment(manifest)
        segment = changed.setdefault(
            (manifest.source.file, manifest.start), _Segment(old.before, old.text, old.document, list(old.touched))
        )
        document = segment.document or reader.parse(segment.text, manifest.source.file)[0]
        segment.document = None
        op, pointer = operation.op, manifest.pointer + operation.place.pointer
        if op == "create" and manifest.pointer:
            op, pointer = "add", f"{manifest.pointer.rpartition('/')[0]}/-"
        try:
            if op == "create":
                segment.text = fixes.appended(segment.text, document, operation.value)
                return
            place = fixes.touched(document.value, op, pointer)
            if any(overlap(place, other) for other in old.touched):
                raise Deferred
            value = fixes.applied(document.value, op, pointer, operation.value)
            segment.text = fixes.rewritten(segment.text, document, value)
        except (fixes.NotApplicable, fixes.NotWritable) as error:
            raise NotFixed(str(error)) from None
        segment.touched.append(place)

    def _segment(self, manifest: Manifest) -> _Segment:
        source = manifest.source
        if source.file not in self._texts:
            documents = reader.parse(source.text, source.file)
            self._before[source.file] = source
            self._texts[source.file] = {each.start: _segment(source.text, each) for each in documents}
        return self._texts[source.file][manifest.start]

    def _check(self, file: str, segment: _Segment) -> None:
        """What Kubernetes accepts must not become something that it refuses."""
        problems = schema.check(from_text(segment.text, file), self.kube_version)
        before = schema.check(from_text(segment.before, file), self.kube_version) if problems else []
        known = {problem.message for problem in before}
        for problem in problems:
            if problem.message not in known:
                raise NotFixed(f"the object would no longer be valid: {problem.message}")


def _segment(text: str, document: reader.Document) -> _Segment:
    part = text[document.start : document.end]
    return _Segment(part, part, reader.Document(document.value, 0, len(part)))


def fixable(finding: Finding, *, unsafe: bool) -> bool:
    """Whether the finding has a fix that is allowed and can be written: rendered text stands in no file."""
    return finding.fix is not None and (finding.fix.safe or unsafe) and not in_chart(finding)


def in_chart(finding: Finding) -> bool:
    """Whether the fix would change what Helm renders, which only the template or its values can."""
    return finding.fix is not None and any(each.place.manifest.source.rendered for each in finding.fix.operations)


def _alike(one: str, other: str) -> int:
    """How many characters at the beginning are the same."""
    return next(
        (index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


def overlap(one: str, other: str) -> bool:
    """Whether one of two pointers leads to the other."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
