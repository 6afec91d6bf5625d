"""Whatever the input, the engine finds something or nothing: it never breaks off."""

from __future__ import annotations

import copy
import subprocess
import sys
import textwrap
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rule_making import make, parse

from chartgen import lint
from chartgen.lint import facts, releases, run
from chartgen.lint.engine import subjects
from chartgen.lint.environment import facts_on
from chartgen.lint.facts.registry import ITERATORS
from chartgen.lint.kinds import GROUPS
from chartgen.model.manifest import Manifest, Source
from chartgen.model.rule import Example

SOURCE = Source("fuzz.yaml", "")
ODD: list[Any] = [
    [],
    {},
    7,
    "$(X)",
    -1,
    2**63 - 1,
    1e300,
    True,
    "",
    "0",
    "50%",
    "1Gi",
    "a b",
    [[]],
    [{}],
    ["x"],
    {"a": {"b": []}},
]


facts.discover()
rules = cache(lint.load)


@cache
def corpus() -> list[tuple[Example, list[dict[str, Any]]]]:
    """The objects of every example of every rule, and a bare object of every kind."""
    bare = [
        {"apiVersion": f"{kind.group}/v1".removeprefix("/"), "kind": kind.name}
        for group in GROUPS.values()
        for kind in group
    ]
    found = [(Example("bare", ""), [each]) for each in bare]
    for rule in rules():
        for example in (*rule.examples.passing, *rule.examples.failing, *rule.examples.unknown):
            objects = [manifest.object for manifest in parse(example.manifests)]
            found += [(example, objects)]
    return found


def places(value: Any, pattern: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(pattern, container, key) of everything inside a value; in the pattern `*` stands for every index."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield f"{pattern}/{key}", value, key
            yield from places(member, f"{pattern}/{key}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield f"{pattern}/*", value, index
            yield from places(member, f"{pattern}/*")


def apply_everything(objects: list[dict[str, Any]], *, closed: bool, provider: str) -> None:
    """Compute every fact on every iterator, and run every rule as on objects that their schema refuses."""
    release = releases([Manifest(SOURCE, 0, "", value) for value in objects], closed=closed, provider=provider)
    for manifest in release.manifests:
        for iterator in ITERATORS:
            for subject in subjects(release, manifest, iterator):
                for fact in facts_on(iterator).values():
                    fact.compute(subject)
    for violation in run(release, rules(), valid=lambda _: False):
        assert violation.message
        assert "\n" not in violation.message


def test_an_odd_value_in_any_place_breaks_nothing_off() -> None:
    seen = set()
    broken = {}
    for example, objects in corpus():
        for value in objects:
            for pattern, container, key in list(places(value)):
                place = f"{value.get('kind')} {pattern}"
                if place in seen or pattern in ("/apiVersion", "/kind"):
                    continue
                seen.add(place)
                kept = container[key]
                # A list, which no set takes, and by turns one other odd value.
                for odd in ([], ODD[len(seen) % len(ODD)]):
                    container[key] = odd
                    try:
                        apply_everything(objects, closed=example.closed, provider=example.provider)
                    except Exception as error:
                        broken[f"{place} = {odd!r}"] = f"{error!r} {_origin(error)}"
                container[key] = kept
    assert broken == {}


def _origin(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


@st.composite
def mutated(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Objects of several examples with odd values in odd places."""
    objects = copy.deepcopy(
        [value for _, each in draw(st.lists(st.sampled_from(corpus()), max_size=3)) for value in each]
    )
    for _ in range(draw(st.integers(1, 4)) if objects else 0):
        _, container, key = draw(st.sampled_from(list(places(draw(st.sampled_from(objects))))))
        container[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return objects


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(mutated(), st.booleans(), st.sampled_from(["", "aks", "eks", "generic"]))
def test_odd_values_together_break_nothing_off(objects: list[dict[str, Any]], closed: bool, provider: str) -> None:
    apply_everything(objects, closed=closed, provider=provider)


def test_no_rule_breaks_on_the_examples_of_another() -> None:
    for example, objects in corpus():
        manifests = [Manifest(SOURCE, 0, "", value) for value in objects]
        if example.name != "bare":
            run(releases(manifests, closed=example.closed, provider=example.provider), rules())


def test_the_same_input_says_the_same_in_every_process(tmp_path: Path) -> None:
    names = ", ".join(f"{{name: c{index}}}" for index in range(5))
    text = f"{{apiVersion: v1, kind: Pod, metadata: {{labels: {{z: a, b: c}}}}, spec: {{containers: [{names}]}}}}"
    rule = make(tmp_path, forEach="container", messageExpression="container.name + labels(object.metadata.labels)")
    script = f"""
    from pathlib import Path
    from chartgen.lint import load, releases, run
    from rule_making import parse
    for violation in run(releases(parse({text!r})), load(Path({str(tmp_path)!r}))):
        print(violation.rule, violation.message, violation.place.pointer)
    """
    here = [str(Path(__file__).parent), *sys.path]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path[:0] = {here!r}\n{textwrap.dedent(script)}"],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {"".join(f"{rule.name} c{n}b=c,z=a /spec/containers/{n}\n" for n in range(5))}


def test_a_new_family_of_facts_is_one_new_file(tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "gadgets.py").write_text(
        textwrap.dedent(
            '''
            from chartgen.lint.facts.registry import FactType, fact, iterator, related
            from chartgen.lint.release import Subject
            from chartgen.model.finding import Place

            @iterator("gadget")
            def gadgets(release, manifest):
                yield Subject(release, manifest, "gadget", {"a": 1}, "/spec")

            @fact("gadget.name", FactType.STRING, on="gadget object")
            def name(subject):
                """The name of the gadget."""
                return subject.manifest.name

            @related("gadgetKind")
            def kind(subject):
                yield Place(subject.manifest, "/kind")
            '''
        )
    )
    make(
        tmp_path,
        forEach="gadget",
        expression="gadget.name == 'other' && element.a == 1",
        messageExpression="gadget.name",
        related=["gadgetKind"],
    )
    script = f"""
    from pathlib import Path
    from chartgen.lint import facts, load, releases, run
    from rule_making import POD, parse
    facts.__path__.append({str(folder)!r})
    for violation in run(releases(parse(POD)), load(Path({str(tmp_path)!r}))):
        print(violation.message, violation.place.pointer, violation.related[0].pointer)
    """
    here = [str(Path(__file__).parent), *sys.path]
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {here!r}\n{textwrap.dedent(script)}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "a /spec /kind\n"
