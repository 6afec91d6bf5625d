"""What a rule says about an object: first as a place in the input, then with its file, line and column."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any

from chartgen.model.location import Location
from chartgen.model.manifest import Manifest


class Severity(IntEnum):
    """`error` breaks or loses something; `warning` hurts under load, on spot or on upgrade; `info` is worth knowing."""

    info = 1
    warning = 2
    error = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A JSON pointer in a manifest (`/spec/template/spec`), relative to the object, not to its document."""

    manifest: Manifest
    pointer: str
    label: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One change to a manifest: `add`, `replace`, `remove` or `merge` at a place, or `create` behind its object.

    `value` is plain data that was made for this finding; nobody changes it. schemas/rule.schema.json says what each
    operation does.
    """

    op: str
    place: Place
    value: Any = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """New text in place of that from `start` up to, and without, `end`; both are in the same file."""

    start: Location
    end: Location
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Fix:
    """What would make the rule hold, in at least one operation. `safe` says that it may be applied without review.

    `replacements` say the same of the text; they are worked out only for reports that show them.
    """

    safe: bool
    operations: tuple[Operation, ...]
    replacements: tuple[Replacement, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """A finding before its pointers have been resolved to lines.

    `unknown` marks an evaluation that could not be decided; it is shown only with `--show-unknown`.
    """

    rule: str
    severity: Severity
    message: str
    place: Place
    related: tuple[Place, ...] = ()
    unknown: bool = False
    fix: Fix | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """What an object is called; texts that it does not have are empty."""

    api_version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        where = f" in namespace {self.namespace}" if self.namespace else ""
        return f"{self.kind} {self.name}{where}"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a finding speaks of; `label` says in a few words what is there."""

    location: Location
    object: ObjectRef
    path: str
    label: str


class Precision(Enum):
    """How well a place in a template is known: the line that writes the node, that of a node around it, or the file."""

    exact = "exact"
    ancestor = "ancestor"
    file = "file"


@dataclass(frozen=True, slots=True)
class TemplatePlace:
    """A line of a template on disk. With `Precision.file` only the file is known, and the line is 1.

    `included` are the lines that include the helper which `location` is in, the innermost first.
    """

    location: Location
    precision: Precision
    included: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class ValuesKey:
    """A key of a chart's values (`engine.image.tag`) that was seen to feed the field of a finding.

    `location` is None if no values file holds the key: it can be set.
    """

    path: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class ValueSets:
    """The names of the value sets that a finding turned up with, and the number of those that were rendered."""

    names: tuple[str, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Who hides a finding: the annotation or comment at `location`, and the reason that it gives (may be empty)."""

    reason: str
    location: Location


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding is built whole: it always has an object, a JSON pointer (`path`) and a location.

    If the field that `path` names is absent, `location` is that of its nearest ancestor. `rendered` says that the
    location counts lines of Helm's output for that template, not of the template file; `template` is then the place
    in the template, if the chart is on disk, and `values` are the keys to change. `value_sets` is None for what was
    rendered with one set of values.
    """

    rule: str
    severity: Severity
    message: str
    object: ObjectRef
    path: str
    location: Location
    related: tuple[Related, ...] = ()
    rendered: bool = False
    unknown: bool = False
    fix: Fix | None = field(default=None, compare=False)
    template: TemplatePlace | None = None
    values: tuple[ValuesKey, ...] = ()
    value_sets: ValueSets | None = None
    suppressed: Suppressed | None = None
