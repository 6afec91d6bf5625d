"""Exported policies are valid objects and come to the same verdict as the rule that they were made from."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_making import make, parse

from chartgen import lint
from chartgen.lint import functions, releases, run
from chartgen.lint.admission import Exported, NotExportable, export
from chartgen.lint.admission.functions import FUNCTIONS, called
from chartgen.lint.engine import subjects
from chartgen.lint.environment import facts_on
from chartgen.manifests import schema
from chartgen.model.manifest import Manifest, Source

PROVIDER = "eks"


def exported() -> Iterator[Exported]:
    for rule in lint.load():
        try:
            yield export(rule, provider=PROVIDER)
        except NotExportable:
            continue


EXPORTED = list(exported())
each_policy = pytest.mark.parametrize("made", EXPORTED, ids=lambda made: made.rule.name)


LOOKED_AT = {
    "gpu-quantity-invalid",
    "gpu-shared-multi-request",
    "image-tag-floating",
    "local-volume-blocks-scale-down",
    "selector-unstable",
}


# One test for each rule, named after it: a rule that is gone takes only its own with it.
@pytest.mark.parametrize("name", sorted(LOOKED_AT | {made.rule.name for made in EXPORTED}))
def test_which_rules_can_be_exported(name: str) -> None:
    """A rule that comes or goes here is looked at: its policy may deny what works."""
    assert name in LOOKED_AT
    assert [made.rule.name for made in EXPORTED].count(name) == 1


@each_policy
def test_policies_are_valid_objects(made: Exported) -> None:
    objects = [Manifest(Source("policy.yaml", ""), 0, "", dict(each)) for each in (made.policy, made.binding)]
    assert schema.check(objects, "1.37") == []
    assert schema.check(objects, "1.32") == []


@each_policy
def test_only_functions_of_the_api_server_are_called(made: Exported) -> None:
    for text in _texts(made):
        assert called(text) <= FUNCTIONS.keys()
        assert "math." not in text
        assert "cel." not in text
        assert len(text) < 100_000  # what the API server's parser takes


@each_policy
def test_the_verdict_on_the_examples_is_that_of_the_rule(made: Exported) -> None:
    examples = made.rule.examples
    seen = set()
    for example in (*examples.passing, *examples.failing, *examples.unknown):
        for manifest in parse(example.manifests):
            _agree(made, manifest)
            seen.add(_refuses(made, manifest.object))
    assert seen == {True, False}


@settings(max_examples=150)
@given(st.sampled_from([made.rule.name for made in EXPORTED]), st.integers(0, 2**32))
def test_the_verdict_on_other_objects_is_that_of_the_rule(name: str, seed: int) -> None:
    made = next(each for each in EXPORTED if each.rule.name == name)
    chance = random.Random(seed)
    examples = made.rule.examples
    example = chance.choice([*examples.passing, *examples.failing, *examples.unknown])
    manifest = chance.choice(parse(example.manifests))
    value = deepcopy(manifest.object)
    for _ in range(chance.randint(1, 3)):
        _mutate(value, chance)
    changed = Manifest(manifest.source, 0, "", value)
    if schema.check([changed]) == [] and isinstance(value.get("metadata"), dict):
        _agree(made, changed)


@each_policy
def test_messages_are_those_of_the_rule(made: Exported) -> None:
    for example in made.rule.examples.failing:
        for manifest in parse(example.manifests):
            told = _told(made, manifest.object)
            for violation in run(releases([manifest], provider=PROVIDER), [made.rule]):
                assert not told or violation.message in told


def test_actions_and_namespaces(tmp_path: Any) -> None:
    rule = make(tmp_path, match={"kinds": ["ConfigMap"]}, severity="error")
    made = export(rule, actions=["Warn"], namespaces={"team": "llm"})
    assert made.binding["spec"]["validationActions"] == ["Warn"]
    assert made.binding["spec"]["matchResources"] == {"namespaceSelector": {"matchLabels": {"team": "llm"}}}
    assert export(rule).binding["spec"]["validationActions"] == ["Deny"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"expression": "provider == 'aks'"}, "--provider"),
        ({"expression": "math.greatest(1, 2) == 2"}, r"no greatest\(\)"),
        ({"expression": "copies.count == 0", "scope": "release"}, "copies.count"),
        ({"expression": "!has(object.metadata.uid)"}, "fills in itself"),
        ({"expression": "!(unknown('x') == true)"}, r"no unknown\(\)"),
        ({"expression": "literal.name == ''", "forEach": "literal"}, "walks over literal"),
    ],
)
def test_what_cannot_be_exported_says_why(tmp_path: Any, changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotExportable, match=reason):
        export(make(tmp_path, **changed))


def test_parameters_and_variables_are_written_out(tmp_path: Any) -> None:
    rule = make(
        tmp_path,
        match={"kinds": ["ConfigMap"]},
        params={"names": ["a", "b"]},
        variables=[{"name": "own", "expression": "object.metadata.name"}],
        expression="!(variables.own in params.names)",
        messageExpression="'%s is taken'.format([variables.own])",
    )
    made = export(rule)
    assert _texts(made) == [
        '(!((object.metadata.name) in ["a", "b"]))',
        "'%s is taken'.format([(object.metadata.name)])",
    ]
    assert made.kubernetes == "1.30"


def _agree(made: Exported, manifest: Manifest) -> None:
    said = run(releases([manifest], provider=PROVIDER), [made.rule], valid=lambda _: True)
    found = [each for each in said if not each.unknown]
    # A custom object of another shape (`spec: 1`) is for its own definition to refuse, before any policy sees it.
    if len(found) == len(said) and schema.known(manifest.api_version, manifest.kind):
        assert all(
            _eval(each["expression"], manifest.object) is not None for each in made.policy["spec"]["validations"]
        )
    owned = bool(manifest.object["metadata"].get("ownerReferences"))
    assert _refuses(made, manifest.object) == (bool(found) and not owned), [each.message for each in found]


def _refuses(made: Exported, value: dict[str, Any]) -> bool:
    """What the API server would say: kinds are matched, then conditions, then validations."""
    if not _matched(made, value) or any(_eval(text, value) is not True for text in _conditions(made)):
        return False
    return any(_eval(each["expression"], value) is False for each in made.policy["spec"]["validations"])


def _told(made: Exported, value: dict[str, Any]) -> str:
    failed = [each for each in made.policy["spec"]["validations"] if _eval(each["expression"], value) is False]
    return " ".join(str(_eval(each["messageExpression"], value)) for each in failed if "messageExpression" in each)


def _matched(made: Exported, value: dict[str, Any]) -> bool:
    group = value["apiVersion"].rpartition("/")[0]
    resource = f"{value['kind'].lower()}s"
    rules = made.policy["spec"]["matchConstraints"]["resourceRules"]
    return any(rule["apiGroups"] == [group] and resource in rule["resources"] for rule in rules)


def _conditions(made: Exported) -> list[str]:
    return [each["expression"] for each in made.policy["spec"]["matchConditions"]]


def _texts(made: Exported) -> list[str]:
    validations = made.policy["spec"]["validations"]
    return [each[key] for each in validations for key in ("expression", "messageExpression") if key in each]


@cache
def _environment() -> Any:
    extensions = [ext_strings.ExtStrings(), ext_optional.ExtOptional(), functions.library()]
    return cel.NewEnv(variables={"object": cel.Type.DYN}, extensions=extensions)


@cache
def _compiled(text: str) -> Any:
    return _environment().compile(text)


def _eval(text: str, value: dict[str, Any]) -> Any:
    """None for an error: the failure policy lets the object through."""
    found = _compiled(text).eval(_environment().Activation({"object": value}))
    return None if found.type() == cel.Type.ERROR else found.plain_value()


_VALUES = ("1", 1, 0, "0", "0.5", "2", "500m", "", "latest", "a/b:1", True, None)
_RESOURCES = ("nvidia.com/gpu", "nvidia.com/gpu.shared", "nvidia.com/mig-1g.5gb", "nvidia.com/gpumem", "cpu")


def _mutate(value: Any, chance: random.Random) -> None:
    """Take away, replace, repeat or rename something somewhere."""
    places = [place for place in _places(value) if place[1] not in ("apiVersion", "kind")]
    if not places:
        return
    parent, key = chance.choice(places)
    match chance.randrange(4):
        case 0:
            del parent[key]
        case 1:
            parent[key] = chance.choice([each for each in _VALUES if each is not None])
        case 2 if isinstance(parent, dict):
            parent[chance.choice(_RESOURCES)] = parent.pop(key)
        case _:
            if isinstance(parent, list):
                parent.append(deepcopy(parent[key]))
            elif isinstance(parent[key], dict):
                parent[key][chance.choice(_RESOURCES)] = chance.choice(["1", 2, "0", "0.5"])


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in list(members):
        yield value, key
        yield from _places(member)


@settings(max_examples=100)
@given(st.integers(0, 2**32))
def test_facts_in_cel_are_those_in_python(seed: int) -> None:
    """Of containers with any resources, wherever CEL says that it knows."""
    chance = random.Random(seed)
    names = [*_RESOURCES, "amd.com/gpu", "aliyun.com/gpu-mem", "nvidia.com/gpus", "google.com/tpu", "nvidia.com/mig-x"]
    parts = {
        field: {name: chance.choice(["0", 0, "1", 2, "0.5", "500m"]) for name in chance.sample(names, 3)}
        for field in ("limits", "requests")
        if chance.random() < 0.8
    }
    claims = {"claims": [{"name": "gpu"}]} if chance.random() < 0.3 else {}
    container = {"name": "a", "image": "b", "resources": {**parts, **claims}}
    value = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [container]}}
    release = releases([Manifest(Source("pod.yaml", ""), 0, "", value)])
    for iterator in ("container", "pod"):
        (subject,) = subjects(release, release.manifests[0], iterator)
        for fact in facts_on(iterator).values():
            if fact.cel and (not fact.known or _fact(fact.known, value) is True):
                found = _fact(fact.cel, value)
                assert (sorted(found) if isinstance(found, list) else found) == fact.compute(subject), fact.name


def _fact(text: str, value: dict[str, Any]) -> Any:
    requested = {each.name: each.cel for each in facts_on("container").values() if each.cel}
    for name, expression in requested.items():
        text = text.replace(name, f"({expression})") if name in text else text
    pod = "[{'metadata': object.metadata, 'spec': object.spec}]"
    return _eval(f"{pod}.map(pod, pod.spec.containers.map(container, {text})[0])[0]", value)
