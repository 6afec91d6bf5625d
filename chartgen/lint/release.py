"""What a rule looks at: the whole input (a release) and one element of one object (a subject)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from chartgen.model.manifest import Manifest
from chartgen.model.pointer import keys_of

if TYPE_CHECKING:  # most runs compare nothing
    from chartgen.model.change import Upgrade

T = TypeVar("T")
_ABSENT: Any = object()


@dataclass(frozen=True, eq=False)
class PodTemplate:
    """A pod template inside a workload; `pointer` leads to its `value` (`/spec/template`, empty for a Pod).

    `role` is empty, or tells the templates of one workload apart (`leader`, `worker`). Its parts are read once, for
    nearly every fact of a workload asks for them.
    """

    manifest: Manifest
    pointer: str
    value: dict[str, Any]
    role: str = ""

    @cached_property
    def metadata(self) -> dict[str, Any]:
        return as_map(self.value.get("metadata"))

    @cached_property
    def spec(self) -> dict[str, Any]:
        return as_map(self.value.get("spec"))

    @cached_property
    def labels(self) -> dict[str, Any]:
        return as_map(self.metadata.get("labels"))

    @cached_property
    def containers(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """(pointer, container) of each container that runs as long as the pod does."""
        return self._members("containers")

    @cached_property
    def init_containers(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """(pointer, container) of each init container."""
        return self._members("initContainers")

    def _members(self, field: str) -> tuple[tuple[str, dict[str, Any]], ...]:
        return tuple((f"{self.pointer}/spec/{field}/{at}", each) for at, each in maps(self.spec.get(field)))


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """All the objects that are linted together.

    `closed` says that nothing exists outside the input (a chart, or `--closed`): a reference that is not resolved is
    then false, otherwise it is unknown. `provider` is empty if there is neither an option nor evidence. `namespace` is
    the one that objects without a namespace go to (empty: unknown, yet the same for all of them). `external` holds
    (kind, name) of objects that exist although the input lacks them; the kind may have its API group in front.
    `changes` is what differs from another version, if there is one to compare with.
    `memo` keeps whatever facts compute once for a release (indexes, parsed arguments).
    """

    manifests: tuple[Manifest, ...]
    closed: bool = False
    provider: str = ""
    namespace: str = ""
    kube_version: tuple[int, int] = (1, 37)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    external: frozenset[tuple[str, str]] = frozenset()
    changes: Upgrade | None = None
    memo: dict[Hashable, Any] = field(default_factory=dict)

    def exists_outside(self, group: str, kind: str, name: str) -> bool:
        """Whether the user says that such an object exists outside the input: then nothing that names it is wrong."""
        return bool(self.external) and not self.external.isdisjoint({(kind, name), (f"{group}/{kind}", name)})

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """`compute()` the first time, the same value afterwards. Keys: (fact module, what, id of the manifest ...)."""
        value: T = self.memo.get(key, _ABSENT)
        if value is _ABSENT:
            value = self.memo[key] = compute()
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One element that a rule is evaluated on.

    `element` is the value at `pointer` in `manifest` (the object itself for `forEach: object`, a container, a volume, a
    port ...); `key` names an element that is not in the manifest as such (the claim that a pod volume mounts).
    `template` is set whenever the element lies in, or the object has exactly one, pod template.
    """

    release: Release
    manifest: Manifest
    iterator: str
    element: Any
    pointer: str
    template: PodTemplate | None = None
    key: Hashable = None


def at_pointer(value: Any, pointer: str) -> Any:
    """The value at a JSON pointer, or None if it is not there."""
    for part in keys_of(pointer):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def as_map(value: Any) -> dict[str, Any]:
    """The value if it is a map, else an empty one: facts are total on any input."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def maps(value: Any) -> Sequence[tuple[int, dict[str, Any]]]:
    """(index, member) of each map in a list; what is no map is skipped."""
    return [(index, member) for index, member in enumerate(as_list(value)) if isinstance(member, dict)]
