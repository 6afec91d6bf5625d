"""What an upgrade does: to each object, to its data, to the pods with GPUs, and what it cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartgen.model.finding import Severity
from chartgen.model.manifest import Manifest

ADDED, REMOVED, CHANGED, UNCHANGED = "added", "removed", "changed", "unchanged"


class Absent:
    """The value of a field that is not there; null is no such value, since it means the same."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with another value than before.

    `pointer` leads to it in the new object, or in the old one if it is gone there with all around it. `path` is for
    people: members of lists that have names are written by them (`containers[vllm].image`). `old` and `new` are plain
    values or ABSENT; both are ABSENT where the value is `secret`. `noise` marks what differs with every version of a
    chart and does nothing.
    """

    pointer: str
    path: str
    old: Any
    new: Any
    secret: bool = False
    noise: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that the API server refuses.

    `certain` is false if it hangs on what the cluster has filled in; `doubt` then says when the change goes through.
    `answer` is the API server's sentence, `source` where it is known from.
    """

    fields: tuple[FieldChange, ...]
    certain: bool
    doubt: str
    answer: str
    remedy: str
    source: str

    @property
    def severity(self) -> Severity:
        return Severity.error if self.certain else Severity.warning


@dataclass(frozen=True, slots=True)
class Loss:
    """Data that go: with an object that is not in the new release, or otherwise.

    `what` says what goes, `severity` how bad that is where nothing keeps the object. `helm_keeps` and `argo_keeps` are
    whether the old object has the annotation for it. `how` says what becomes of the object. `remedy` is empty where the
    annotations are one.
    """

    what: str
    severity: Severity
    helm_keeps: bool
    argo_keeps: bool
    how: str = "is removed"
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Restart:
    """Pods that are replaced since their template differs.

    `pointer` leads to the template. `gpus` is the number of devices
    of one unit that is replaced at a time: a pod, or a group of pods. `units` is how many there are, None if the nodes
    decide. `surge` units start beyond `units`, `unavailable` may be missing meanwhile. `spare` is the number of free
    GPUs without which the rollout waits for ever, 0 if it needs none. `automatic` is false where somebody has to delete
    the old pods.
    """

    pointer: str
    gpus: int
    units: int | None
    surge: int
    unavailable: int
    spare: int
    automatic: bool
    causes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Ownership:
    """A field that the chart sets, or no longer sets, and that `owner` sets too; `source` says how that is known."""

    pointer: str
    path: str
    owner: str
    message: str
    remedy: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class ObjectChange:
    """One object before and after; `old` is None if it is added, `new` if it is removed."""

    action: str
    old: Manifest | None
    new: Manifest | None
    fields: tuple[FieldChange, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    restarts: tuple[Restart, ...] = ()
    ownership: tuple[Ownership, ...] = ()
    loss: Loss | None = None
    hook: bool = False

    @property
    def manifest(self) -> Manifest:
        """The object as it will be, or as it was."""
        found = self.new or self.old
        if found is None:
            raise ValueError("a change is of an object")
        return found


@dataclass(frozen=True, slots=True)
class ChoiceChange:
    """A key of two values files with another value, frozen in a chart; `choice` if it decides what templates it has."""

    key: str
    old: Any
    new: Any
    choice: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing to know before an upgrade, in a sentence without a period.

    `name` is that of the rule of `chartgen lint --against` that says the same, or of what only a comparison knows.
    `answer` is the sentence of the API server, where it refuses something. `change` is None for what is about no
    object.
    """

    name: str
    severity: Severity
    message: str
    change: ObjectChange | None = None
    fields: tuple[str, ...] = ()
    answer: str = ""
    remedy: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """All objects of both sides, by kind, namespace and name; `unrelated` if no object is on both of them."""

    objects: tuple[ObjectChange, ...]
    choices: tuple[ChoiceChange, ...] = ()

    @property
    def unrelated(self) -> bool:
        actions = {each.action for each in self.objects}
        return actions == {ADDED, REMOVED}

    def removed(self) -> Iterator[Manifest]:
        """The old objects that the new side lacks."""
        return (each.old for each in self.objects if each.action == REMOVED and each.old is not None)
