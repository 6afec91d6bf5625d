"""What to ask somebody who has no values file yet: one question after the other, each from what is known so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chartgen.catalogue import providers
from chartgen.spec.backends import backends
from chartgen.spec.choices import chosen, unmet
from chartgen.spec.schema import Schema, composed

_FIRST = ("model.id", "cluster.provider", "gpu.type", "storage.backend")
_LAST = ("spot.policy", "workload.replicas")


@dataclass(frozen=True, slots=True)
class Question:
    """`options` are all there is to choose from, empty for a free answer, which `pattern` (empty: any) must match."""

    key: str
    text: str
    options: tuple[str, ...]
    default: str
    pattern: str
    expects: str


def next_question(values: Mapping[str, Any]) -> Question | None:
    """The next key to ask for; None if `values` have them all. A valid file needs more only where checks refuse it."""
    made = chosen(values)
    for key in _asked(values, made):
        node = _node(key)
        if not unmet(node, made) and _written(values, key) is None:
            return _question(key, node, made)
    return None


def _asked(values: Mapping[str, Any], made: Mapping[str, str]) -> Iterator[str]:
    yield from _FIRST
    backend = backends().get(made.get("backend", ""))
    if backend is not None and _written(values, "storage.backend") is not None:
        yield from (f"storage.{key}" for key in backend.required)
    provider = made.get("provider")
    if provider is not None and providers.provider(provider).spot is not None:
        yield _LAST[0]
    yield _LAST[1]


def _written(values: Mapping[str, Any], key: str) -> Any:
    """The value of a key; a section that is none, which the schema will refuse, counts as an answer."""
    section, _, name = key.partition(".")
    found = values.get(section, {})
    return found.get(name) if isinstance(found, Mapping) else found


def _node(key: str) -> Schema:
    node = composed()
    for step in key.split("."):
        node = node["properties"][step]
    return node


def _question(key: str, node: Schema, made: Mapping[str, str]) -> Question:
    return Question(
        key=key,
        text=node["description"],
        options=_options(key, node, made),
        default=str(node.get("default", "")),
        pattern=node.get("pattern", ""),
        expects=node.get("x-expects", ""),
    )


def _options(key: str, node: Schema, made: Mapping[str, str]) -> tuple[str, ...]:
    """The values that go together with what is chosen already; all of them if none does."""
    known = tuple(node.get("enum", ()))
    fitting = known
    provider = made.get("provider", "")
    if key == "gpu.type" and provider:
        offered = {instance.gpu for instance in providers.provider(provider).instance_types}
        fitting = tuple(name for name in known if name in offered)
    elif key == "storage.backend":
        source = made.get("source", "")
        fitting = tuple(
            backend.name
            for backend in backends().values()
            if (not backend.providers or provider in backend.providers) and (not source or source in backend.sources)
        )
    return fitting or known
