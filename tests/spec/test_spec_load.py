"""Loading values: every problem at once, each at its place, with what to write instead."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from values_text import MINIMAL

from chartgen import spec
from chartgen.errors import ChartgenError, InputError, ValuesInvalid
from chartgen.model.problem import Problem


def refused(text: str, *sets: str) -> list[Problem]:
    with pytest.raises(ValuesInvalid) as caught:
        spec.load_text(text, "values.yaml", sets)
    return list(caught.value.problems)


def told(problem: Problem) -> str:
    return f"{problem.location.line}:{problem.location.column} {problem.key}: {problem.message}. {problem.remedy}"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("wrkload: {}", "4:1 wrkload: the file has no key `wrkload`. Did you mean `workload`?"),
        ("replicas: 3", "4:1 replicas: the file has no key `replicas`. Did you mean `workload.replicas`?"),
        (
            "chart: {app_version: x}",
            "4:9 chart.app_version: `chart` has no key `app_version`. Did you mean `appVersion`?",
        ),
        (
            "spot: {policy: Require}",
            "4:8 spot.policy: `Require` is unknown: the values are never, prefer, require, mixed. "
            "Did you mean `require`?",
        ),
        (
            "storage: {size: 16 GB, backend: empty-dir}",
            "4:11 storage.size: `16 GB` is not a Kubernetes amount of bytes, such as `16Gi`. Kubernetes writes the "
            "unit directly behind the number as Ki, Mi, Gi or Ti (powers of 1024); for example `64Gi`.",
        ),
        (
            "engine: {image: {tag: 1.10}}",
            '4:18 engine.image.tag: `1.10` without quotes is a number, and text is wanted. Write `tag: "1.10"`.',
        ),
        (
            "engine: {env: {A: yes}}",
            '4:16 engine.env.A: `yes` without quotes is true or false, and text is wanted. Write `A: "yes"`.',
        ),
        (
            'engine: {port: "8000"}',
            "4:10 engine.port: `8000` is a text here, and a whole number is wanted. Remove the quotes: `port: 8000`.",
        ),
        (
            'engine: {env: {VLLM_NO_USAGE_STATS: "1"}}',
            "4:16 engine.env.VLLM_NO_USAGE_STATS: the key is refused: chartgen sets it where the model is not fetched "
            "from the hub. Remove it, or set DO_NOT_TRACK to 1 in its place.",
        ),
        ("engine: {port: 0}", "4:10 engine.port: `0` is too small: the least is 1. Write for example `port: 8000`."),
        (
            "engine: {args: {tensor-parallel-size: 2}}",
            "4:17 engine.args.tensor-parallel-size: the key is refused: chartgen sets this flag itself. "
            "Use parallelism.tensor.",
        ),
        (
            "engine: {env: {HF_TOKEN: x}}",
            "4:16 engine.env.HF_TOKEN: the key is refused: chartgen reads the token from a Secret. Use model.token.",
        ),
        (
            "engine: {env: {A: {secretKeyRef: {name: x}}}}",
            "4:20 engine.env.A.secretKeyRef.key: the key is missing. Add under `secretKeyRef` for example `key: url`. "
            "Key inside the Secret.",
        ),
        (
            'pod: {annotations: {a: "x\\x7f"}}',
            "4:21 pod.annotations.a: character 2 of the text is the control character U+007F. "
            "Remove it: YAML and Helm lose or garble such characters.",
        ),
        (
            'pod: {initContainers: [{name: a, image: "i:1", args: ["\\x07"]}]}',
            "4:55 pod.initContainers[0].args[0]: character 1 of the text is the control character U+0007. "
            "Remove it: YAML and Helm lose or garble such characters.",
        ),
        (
            'pod: {initContainers: [{name: a, image: "i:1", x: {"k\\e": 1}}]}',
            '4:52 pod.initContainers[0].x["k\\u001b"]: the key `k\\u001b` contains a control character. Remove it.',
        ),
        ("workload: []", "4:1 workload: a list stands here, and a map of keys is wanted. Write for example"),
        (
            "autoscaling: {max: 5}",
            "4:15 autoscaling.max: the key has no use here: there is no autoscaler. "
            "Set autoscaling.kind to hpa or keda, or remove the key.",
        ),
        (
            "storage: {backend: existing-claim}",
            "4:1 storage.claim: the key is missing. Add under `storage` for example `claim: model-cache`.",
        ),
        (
            "pod: {extraVolumeMounts: [{name: modle, mountPath: /x}]}",
            "4:28 pod.extraVolumeMounts[0].name: the pod has no volume `modle`. Did you mean `model`?",
        ),
        (
            "pod: {extraVolumes: [{name: model, emptyDir: {}}]}",
            "4:23 pod.extraVolumes[0].name: `model` is refused: the chart's own model volume has this name.",
        ),
        (
            "pod: {extraContainers: [{name: a, image: i:1}], initContainers: [{name: a, image: i:1}]}",
            "4:26 pod.extraContainers[0].name: `a` is the name of initContainers[0] too. Give each a name of its own.",
        ),
        (
            "networking: {service: {type: LoadBalancer}}",
            "4:24 networking.service.type: a LoadBalancer Service is reached from outside",
        ),
    ],
)
def test_a_problem_has_its_place_its_key_and_a_remedy(written: str, wanted: str) -> None:
    problems = refused(MINIMAL + written + "\n")
    assert [told(problem)[: len(wanted)] for problem in problems] == [wanted]


@pytest.mark.parametrize(
    ("identity", "remedy"),
    [
        ("https://bucket/model", "The engine loads from s3://BUCKET/FOLDER and gs://BUCKET/FOLDER,"),
        ("/data/model", "The volume is mounted at /models;"),
        ("gpt2", "The organisation in front of the name is missing;"),
    ],
)
def test_a_model_id_that_cannot_be_loaded_says_what_can(identity: str, remedy: str) -> None:
    (problem,) = refused(MINIMAL, f"model.id={identity}")
    assert problem.key == "model.id"
    assert problem.remedy.startswith(remedy)


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = """\
model: {id: mistralai/Mistral-7B-Instruct-v0.2, max_length: 4000}
gpu: {type: nvidia-t4}
cluster: {provider: generic, nodePol: x}
spot: {policy: require}
workload: {kind: DaemonSet, replicas: 2}
autoscaling: {kind: hpa, min: 5, max: 2}
storage: {backend: azure-dsik}
networking: {service: {type: NodePort, port: 70000}}
wat: 1
"""
    assert [problem.key for problem in refused(text)] == [
        *("model.max_length", "gpu.type", "cluster.nodePol", "spot.policy", "workload.replicas", "autoscaling.kind"),
        *("autoscaling.min", "storage.backend", "networking.service.type", "networking.service.port", "wat"),
    ]


def test_a_check_waits_for_a_key_that_it_depends_on() -> None:
    """Whether the model fits hangs on the misspelt key, so nothing is said about it yet."""
    text = "model: {id: mistralai/Mistral-7B-Instruct-v0.2}\ncluster: {provider: aks}\ngpu: {type: nvidia-t5}\n"
    assert [problem.key for problem in refused(text)] == ["gpu.type"]
    assert [problem.key for problem in refused(text.replace("t5", "t4"))] == ["gpu.type"]
    assert "does not fit" in refused(text.replace("t5", "t4"))[0].message


def test_missing_keys_are_named_unless_they_are_misspelt() -> None:
    assert [problem.key for problem in refused("# nothing yet\n")] == ["cluster.provider", "gpu.type", "model.id"]
    assert [problem.key for problem in refused(MINIMAL.replace("type:", "typ:"))] == ["gpu.typ"]


@pytest.mark.parametrize(
    "text", ["", "- a\n", "text\n", "a: [\n", "a: 1\na: 2\n", "a: 1\n---\nb: 2\n", "a: *b\n", "a: .nan\n", "{", "\t"]
)
def test_what_is_no_values_file_is_one_error(text: str) -> None:
    with pytest.raises(InputError) as caught:
        spec.load_text(text, "values.yaml")
    problems = caught.value.problems if isinstance(caught.value, ValuesInvalid) else ()
    assert problems or caught.value.location


def test_a_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.yaml"):
        spec.load(tmp_path / "missing.yaml")


def test_load_reads_the_file_and_names_it(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert spec.load(file).file == str(file)
    assert spec.load(file).text == spec.load_text(MINIMAL, "x").text


def test_defaults_are_filled_only_where_nothing_else_decides() -> None:
    loaded = spec.load_text(MINIMAL, "values.yaml")
    assert loaded.values["networking"] == {
        "service": {"type": "ClusterIP", "port": 8000},
        "networkPolicy": {"enabled": False},
    }
    assert loaded.values["autoscaling"] == {"kind": "none"}
    assert loaded.values["lifecycle"] == {"hangDetection": "none"}
    assert "maxLength" not in loaded.values["model"]
    assert loaded.values["derived"]["maxLength"] == loaded.spec.derived.max_length if loaded.spec.derived else False
    assert loaded.spec.autoscaling.min is None
    assert loaded.spec.workload.replicas == 1
    assert loaded.choices.kind == "Deployment"
    assert loaded.choices.source == "hub"


def test_an_autoscaler_brings_its_keys_and_takes_the_replicas() -> None:
    loaded = spec.load_text(MINIMAL + "autoscaling: {kind: hpa}\n", "values.yaml")
    assert loaded.spec.workload.replicas is None
    assert "replicas" not in loaded.values["workload"]
    assert loaded.spec.autoscaling.metrics[0].target == 8
    assert loaded.spec.autoscaling.behavior is not None
    assert loaded.spec.autoscaling.behavior.scale_up.period_seconds is None


def test_flipping_a_choice_in_a_generated_file_drops_its_defaults() -> None:
    scaled = spec.load_text(MINIMAL + "autoscaling: {kind: hpa}\n", "values.yaml").text
    fixed = spec.load_text(scaled, "values.yaml", ["autoscaling.kind=none"])
    assert fixed.values == spec.load_text(MINIMAL, "values.yaml").values


def test_the_derived_block_is_accepted_and_recomputed() -> None:
    wanted = spec.load_text(MINIMAL, "values.yaml")
    found = spec.load_text(MINIMAL + "derived: {gpuCount: 99, gone: {x: 1}, name: y}\n", "values.yaml")
    assert found.values == wanted.values
    assert found.spec == wanted.spec


def test_null_means_absent() -> None:
    text = MINIMAL + "name: null\nworkload: {replicas: ~, kind: null}\nspot:\nstorage: {claim: null}\n"
    assert spec.load_text(text, "values.yaml").values == spec.load_text(MINIMAL, "values.yaml").values


def test_numbers_have_one_form() -> None:
    text = MINIMAL + (
        'engine: {gpuMemoryUtilization: "0.90", port: 9000.0}\n'
        "workload: {resources: {cpu: 2, memory: 64424509440}}\nautoscaling: {kind: hpa, metrics: "
        "[{target: 4.0, name: 'vllm:num_requests_running'}]}\n"
    )
    loaded = spec.load_text(text, "values.yaml")
    assert loaded.values["engine"]["gpuMemoryUtilization"] == 0.9
    assert repr(loaded.values["engine"]["port"]) == "9000"
    assert loaded.values["workload"]["resources"] == {"cpu": "2", "memory": "64424509440"}
    assert repr(loaded.values["autoscaling"]["metrics"]) == "[{'name': 'vllm:num_requests_running', 'target': 4}]"
    assert loaded.spec.workload.resources.cpu == "2"
    assert isinstance(loaded.spec.autoscaling.metrics[0].target, float)


def test_the_spec_cannot_be_changed() -> None:
    loaded = spec.load_text(MINIMAL + "engine: {env: {A: x, B: {secretKeyRef: {name: s, key: k}}}}\n", "values.yaml")
    assert loaded.spec.engine.env["A"] == "x"
    assert getattr(loaded.spec.engine.env["B"], "secret", "") == "s"
    with pytest.raises(TypeError):
        loaded.spec.engine.env["C"] = "y"  # type: ignore[index]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(-1e300, 1e300), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=5,
)
SOME_KEYS = st.sampled_from(
    [
        "model",
        "engine.image",
        "engine.env",
        "engine.env.A",
        "engine.args",
        "cluster.tolerations",
        "pod.extraVolumes",
        "pod.extraContainers",
        "storage",
        "storage.backend",
        "workload.kind",
        "workload.resources",
        "autoscaling.metrics",
        "availability.disruptionBudget",
        "gpu.type",
        "derived",
        "networking.service.type",
        "spot",
        "chart.maintainers",
        "x.y",
    ]
)


@settings(max_examples=200, deadline=None)
@given(changes=st.dictionaries(SOME_KEYS, JSON, min_size=1, max_size=3))
def test_any_value_anywhere_is_loaded_or_refused_with_places(changes: dict[str, object]) -> None:
    whole: dict[str, object] = {
        "model": {"id": "mistralai/Mistral-7B-Instruct-v0.2"},
        "gpu": {"type": "nvidia-a100-80gb"},
        "cluster": {"provider": "aks"},
    }
    for key, value in changes.items():
        place = whole
        *parents, last = key.split(".")
        for parent in parents:
            inner = place.setdefault(parent, {})
            if not isinstance(inner, dict):
                break
            place = inner
        place[last] = value
    try:
        loaded = spec.load_text(json.dumps(whole), "values.yaml")
    except ChartgenError as error:
        check_told(error)
        return
    assert spec.load_text(loaded.text, "values.yaml").text == loaded.text


def check_told(error: ChartgenError) -> None:
    assert isinstance(error, ValuesInvalid) or error.location is not None
    for problem in error.problems if isinstance(error, ValuesInvalid) else ():
        assert problem.location.line == 1
        assert problem.message
        assert problem.remedy.endswith((".", "?"))
        assert "\n" not in problem.message + problem.remedy
