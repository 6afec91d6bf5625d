"""Suppressions as users write them: annotations of objects and pod templates, comments in manifests and values files.

A comment in a template stands in what Helm renders, too, and is read there by the YAML parser.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chartgen import manifests, reader
from chartgen.lint import kinds
from chartgen.lint.release import as_map, as_text
from chartgen.model.finding import Finding, ObjectRef
from chartgen.model.location import Location
from chartgen.model.manifest import Manifest, Source
from chartgen.model.pointer import escape
from chartgen.pipeline.locating import reference
from chartgen.reader import Comment

_ANNOTATION = "chartgen.dev/ignore"
_DOMAIN = _ANNOTATION.partition("/")[0]
_WORD = "chartgen:"
_COMMENT = re.compile(r"#\s*chartgen:\s*ignore\b(?:\[([^\]]*)\])?(.*)")
# However it is written, it must not count as a part of the reason: the suppression would hold for ever.
_UNTIL = re.compile(r"(?:^|(?<=[\s;,]))until\s*=([^;]*)", re.IGNORECASE)
_NOTHING = ObjectRef("", "", "", "")


@dataclass(frozen=True, slots=True, eq=False)
class OnLine:
    """Covers what stands on one line of one text."""

    file: str
    line: int
    rendered: bool

    def covers(self, finding: Finding, _: Manifest | None) -> bool:
        at = finding.location
        if (at.file, at.line, finding.rendered) == (self.file, self.line, self.rendered):
            return True
        fed = (key.location for key in finding.values if key.location is not None)
        return not self.rendered and any((each.file, each.line) == (self.file, self.line) for each in fed)


@dataclass(frozen=True, slots=True, eq=False)
class OnObject:
    """Covers what stands at or below one of `within` in one object, and not below one of `without`."""

    manifest: Manifest
    within: tuple[str, ...]
    without: tuple[str, ...] = ()

    def covers(self, finding: Finding, manifest: Manifest | None) -> bool:
        if manifest is not self.manifest:
            return False
        return _below(finding.path, self.within) and not _below(finding.path, self.without)


@dataclass(frozen=True, slots=True, eq=False)
class Suppression:
    """One rule, by the name that the user wrote, asked to be silent at one place.

    `owner` and `path` are the object and the pointer of the annotation, empty for a comment. `text` is all that the
    user wrote.
    """

    rule: str
    scope: OnLine | OnObject
    reason: str
    until: str
    location: Location
    text: str
    rendered: bool = False
    owner: ObjectRef = _NOTHING
    path: str = ""
    container: str = ""

    @property
    def key(self) -> Hashable:
        """The same for what a template writes once and Helm renders several times."""
        where = (self.owner, self.path, self.text) if self.rendered else self.location
        return self.rule, self.location.file, where


def annotated(objects: Sequence[Manifest]) -> list[Suppression]:
    """The suppressions in annotations of these objects and of their pod templates, in input order."""
    # A text may hold thousands of objects: it is searched once.
    texts = {manifest.source: None for manifest in objects}
    marked = {source for source in texts if _DOMAIN in source.text}
    written = [each for manifest in objects if manifest.source in marked for each in _annotated(manifest)]
    wanted: dict[Manifest, list[str]] = {}
    for manifest, pointer, *_ in written:
        wanted.setdefault(manifest, []).append(pointer)
    places = manifests.place_all(wanted)
    found = []
    for manifest, pointer, key, value, scope in written:
        rule, _, container = key.removeprefix(_ANNOTATION).removeprefix(".").partition(".")
        reason, until = _reason(value)
        found.append(
            Suppression(
                rule=rule,
                scope=_narrowed(scope, container) if container else scope,
                reason=reason,
                until=until,
                location=places[manifest][pointer],
                text=f"{key}: {value}",
                rendered=manifest.source.rendered,
                owner=reference(manifest),
                path=pointer,
                container=container,
            )
        )
    return found


def commented(sources: Iterable[Source]) -> list[Suppression]:
    """The suppressions in comments of these texts, in their order."""
    found: list[Suppression] = []
    for source in sources:
        if _WORD in source.text:
            found += _in_comments(source)
    return found


def _annotated(manifest: Manifest) -> Iterator[tuple[Manifest, str, str, str, OnObject]]:
    """(object, pointer, key, value, scope) of each annotation that suppresses something."""
    templates = kinds.templates(manifest)
    owners = [("", as_map(manifest.object.get("metadata")), "/metadata/annotations")]
    owners += [(each.pointer, each.metadata, each.place("/metadata/annotations")) for each in templates if each.pointer]
    for owner, metadata, pointer in owners:
        others = tuple(each.pointer for each in templates if each.pointer != owner) if owner else ()
        for key, value in as_map(metadata.get("annotations")).items():
            if key == _ANNOTATION or key.startswith(f"{_ANNOTATION}."):
                scope = OnObject(manifest, ("",), others)
                yield manifest, f"{pointer}/{escape(key)}", key, as_text(value), scope


def _narrowed(scope: OnObject, container: str) -> OnObject:
    """The containers of that name in the pod templates of the scope."""
    found = [
        pointer
        for template in kinds.templates(scope.manifest)
        if template.pointer not in scope.without
        for pointer, each in (*template.containers, *template.init_containers, *template.ephemeral_containers)
        if each.get("name") == container
    ]
    return OnObject(scope.manifest, tuple(found))


def _in_comments(source: Source) -> Iterator[Suppression]:
    lines = _lines(source, reader.comments(source.text))
    for line, comment in lines.items():
        match = _COMMENT.match(comment.text)
        if match is None:
            continue
        target = line
        if comment.alone:
            # Comments may stand above each other; all of them are about the line below.
            target += 1
            while target in lines and lines[target].alone:
                target += 1
        reason, until = _reason(match[2])
        location = reader.position(source.text, comment.start, source.file)
        for rule in [each.strip() for each in (match[1] or "").split(",")]:
            scope = OnLine(source.file, target, source.rendered)
            yield Suppression(rule, scope, reason, until, location, comment.text, source.rendered)


def _lines(source: Source, found: Iterable[Comment]) -> Mapping[int, Comment]:
    return {reader.position(source.text, comment.start, source.file).line: comment for comment in found}


def _reason(text: str) -> tuple[str, str]:
    """(reason, date) of `reason; until=2027-01-31`; each may be empty. A date that was left out is `nothing`."""
    until = [found[1].strip() or "nothing" for found in _UNTIL.finditer(text)]
    parts = [part.strip(" \t,") for part in _UNTIL.sub(";", text).split(";")]
    return "; ".join(part for part in parts if part), until[0] if until else ""


def _below(path: str, pointers: Iterable[str]) -> bool:
    return any(path == each or path.startswith(f"{each}/") or not each for each in pointers)
