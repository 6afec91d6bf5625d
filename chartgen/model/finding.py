"""What a rule says about an object: first as a place in the input, then with its file, line and column."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

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


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    api_version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        where = f" in namespace {self.namespace}" if self.namespace else ""
        return f"{self.kind} {self.name}{where}"


@dataclass(frozen=True, slots=True)
class Related:
    location: Location
    object: ObjectRef
    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding is built whole: it always has an object, a JSON pointer (`path`) and a location.

    If the field that `path` names is absent, `location` is that of its nearest ancestor. `rendered` says that the
    location counts lines of Helm's output for that template, not of the template file.
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
