"""What a rule looks at: the whole input (a release) and one element of one object (a subject)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from chartgen.model.finding import Place
from chartgen.model.manifest import Manifest
from chartgen.model.pointer import keys_of

if TYPE_CHECKING:  # most runs compare nothing
    from chartgen.model.change import Upgrade

T = TypeVar("T")
_ABSENT: Any = object()


_MODEL_CONTAINER = "kserve-container"
"""What KServe calls a container that its manifest gives no name."""


@dataclass(frozen=True, eq=False)
class PodTemplate:
    """A pod template inside a workload; `pointer` leads to its `value` (`/spec/template`, empty for a Pod).

    `role` is empty, or tells the templates of one workload apart (`leader`, `worker`). A `bare` one is the spec of a
    pod, with labels and annotations as fields of it, as KServe has it: `model` is then a container too. Its parts are
    read once, for nearly every fact of a workload asks for them.
    """

    manifest: Manifest
    pointer: str
    value: dict[str, Any]
    role: str = ""
    bare: bool = False

    @cached_property
    def metadata(self) -> dict[str, Any]:
        if self.bare:
            return {key: self.value[key] for key in ("labels", "annotations") if key in self.value}
        return as_map(self.value.get("metadata"))

    @cached_property
    def spec(self) -> dict[str, Any]:
        if self.bare:
            return {**self.value, "containers": [container for _, container in self.containers]}
        return as_map(self.value.get("spec"))

    @property
    def spec_pointer(self) -> str:
        """Where the pod's spec begins."""
        return self.place("/spec")

    def place(self, within: str) -> str:
        """The pointer of a place that is called so in a whole template (`/spec/nodeName`, `/metadata/labels`)."""
        return self.pointer + (in_bare(within) if self.bare else within)

    @cached_property
    def labels(self) -> dict[str, Any]:
        return as_map(self.metadata.get("labels"))

    @cached_property
    def containers(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """(pointer, container) of each container that runs as long as the pod does."""
        if not self.bare:
            return self._members("containers", self.spec)
        model = ((f"{self.pointer}/model", as_map(self.value["model"])),) if "model" in self.value else ()
        found = (*self._members("containers", self.value), *model)
        return tuple((pointer, {"name": _MODEL_CONTAINER, **container}) for pointer, container in found)

    @cached_property
    def init_containers(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """(pointer, container) of each init container."""
        return self._members("initContainers", self.spec)

    @cached_property
    def ephemeral_containers(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """(pointer, container) of each container that was put into the pod later."""
        return self._members("ephemeralContainers", self.spec)

    @cached_property
    def sidecars(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """(pointer, container) of each init container that keeps running (`restartPolicy: Always`)."""
        return tuple(each for each in self.init_containers if each[1].get("restartPolicy") == "Always")

    def _members(self, field: str, spec: dict[str, Any]) -> tuple[tuple[str, dict[str, Any]], ...]:
        return tuple((f"{self.spec_pointer}/{field}/{at}", each) for at, each in maps(spec.get(field)))


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

    def place(self, within: str) -> Place:
        """A place below the element, by the name that it has in a whole pod template if the element is one."""
        pod = self.template if self.iterator == "pod" else None
        return Place(self.manifest, pod.place(within) if pod else self.pointer + within)


def in_bare(within: str) -> str:
    """Where a bare pod template has what a whole one has at `/spec/...` or `/metadata/...`."""
    return within.removeprefix("/metadata").removeprefix("/spec")


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
