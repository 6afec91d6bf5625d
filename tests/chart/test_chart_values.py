"""What `helm install --set` may change in a chart, and how it refuses the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import AKS, engine, loaded, made, objects, one, pod, texts, written

from chartgen import spec
from chartgen.model.spec import Choices

ADMITTING = {"enabled": True, "namespaces": ["b"]}
DISK = {"storage": {"backend": "azure-disk"}}
SCALED = {"autoscaling": {"kind": "hpa"}}
MONITORED = {"monitoring": {"kind": "podMonitor", "dashboard": True, "alerts": True}}


def set_(*expressions: str) -> dict[str, Any]:
    """The values of `helm install --set EXPRESSION...`."""
    return helm_python.parse_set_string(",".join(expressions))


def refusal(folder: Path, *expressions: str) -> str:
    """Helm's words for refusing these."""
    with pytest.raises(helm_python.HelmError) as caught:
        objects(folder, set_(*expressions))
    return str(caught.value).replace("\\'", "'")


def test_helm_reads_what_chartgen_meant(tmp_path: Path) -> None:
    given = {
        "engine": {"args": {"max-num-seqs": 1000000, "override": "1e3"}},
        "pod": {"annotations": {"a/b": "yes\n# x"}},
    }
    folder = written(tmp_path, given)
    with helm_python.Chart.load(folder) as found:
        assert found.values == loaded(tmp_path, given).values


@pytest.mark.parametrize(
    "expression",
    [
        "model.id=other/model",
        "gpu.type=nvidia-h100-80gb",
        "parallelism.tensor=2",
        "cluster.provider=generic",
        "storage.backend=empty-dir",
        "spot.policy=require",
        "derived.gpuCount=2",
        "derived.instanceTypes={x}",
        "workload.kind=Deployment",
        "model.trustRemoteCode=true",
        "engine.image.tag=v0.32.0",
    ],
)
def test_a_frozen_key_is_refused_with_the_sentence(tmp_path: Path, expression: str) -> None:
    said = refusal(written(tmp_path, AKS, DISK), expression)
    assert "at '/" + expression.split(".", maxsplit=1)[0] in said
    assert "fixed when the chart was generated; change it in the values file and run chartgen render again" in said


def test_the_sentence_itself_is_no_value(tmp_path: Path) -> None:
    schema = json.loads(made(tmp_path).files["values.schema.json"])
    sentence = schema["properties"]["gpu"]["properties"]["type"]["allOf"][1]["enum"][1]
    with pytest.raises(helm_python.HelmError):
        objects(written(tmp_path), {"gpu": {"type": sentence}})


@pytest.mark.parametrize("expression", ["model.quantization=awq", "engine.image.digest=sha256:" + "0" * 64, "name=x"])
def test_a_fixed_key_that_was_left_out_stays_out(tmp_path: Path, expression: str) -> None:
    given = {"name": None}
    assert "now fixed" in refusal(written(tmp_path, given), expression)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("autoscaling.min=2", "there is no autoscaler"),
        ("storage.claim=x", "only existing-claim uses it"),
        ("engine.args.port=9000", "use engine.port"),
        ("engine.args.tp=2", "use parallelism.tensor"),
        ("engine.env.HF_TOKEN=x", "use model.token"),
        ("pod.labels.app\\.kubernetes\\.io/name=x", "the chart sets this label"),
        ("pod.extraVolumes[0].name=model", "the chart's own model volume has this name"),
    ],
)
def test_an_unused_or_refused_key_says_why(tmp_path: Path, expression: str, reason: str) -> None:
    assert reason in refusal(written(tmp_path), expression)


def test_install_keys_are_free(tmp_path: Path) -> None:
    folder = written(tmp_path, AKS, DISK)
    found = objects(
        folder,
        set_(
            "workload.replicas=4",
            "model.maxLength=1000000",
            "engine.gpuMemoryUtilization=0.9",
            "engine.args.max-num-seqs=16777216",
            "engine.args.enforce-eager=true",
            "engine.args.enable-prefix-caching=false",
            "engine.env.VLLM_LOGGING_LEVEL=DEBUG",
            "lifecycle.startupSeconds=1205",
            "lifecycle.drainSeconds=200",
            "storage.size=1Ti",
            "workload.resources.cpu=8",
            "workload.priorityClass=gpu-high",
            "engine.image.registry=registry.example.com:5000",
            "engine.image.pullSecrets={login}",
            "cluster.nodeSelector.team=ml",
            "serviceAccount.create=false",
            "enabled=true",
            "global.region=eu",
        ),
    )
    container, spec = engine(found), pod(found)
    workload = one(found, "StatefulSet")["spec"]
    assert workload["replicas"] == 4
    assert {
        "--max-model-len=1000000",
        "--gpu-memory-utilization=0.9",
        "--max-num-seqs=16777216",
        "--enforce-eager",
        "--no-enable-prefix-caching",
        "--shutdown-timeout=200",
    } <= set(container["args"])
    assert {"name": "VLLM_LOGGING_LEVEL", "value": "DEBUG"} in container["env"]
    assert {"name": "VLLM_ENGINE_READY_TIMEOUT_S", "value": "1205"} in container["env"]
    assert container["startupProbe"]["failureThreshold"] == 121
    assert spec["terminationGracePeriodSeconds"] == 10 + 200 + 10
    assert container["resources"]["requests"]["cpu"] == 8
    assert workload["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"] == "1Ti"
    assert container["image"].startswith("registry.example.com:5000/vllm/vllm-openai:v")
    assert spec["imagePullSecrets"] == [{"name": "login"}]
    assert spec["nodeSelector"] == {"team": "ml"}
    assert spec["priorityClassName"] == "gpu-high"
    assert spec["serviceAccountName"] == "default"
    assert "ServiceAccount" not in {item["kind"] for item in found}


@pytest.mark.parametrize("drain", [0, 45])
def test_the_drain_is_the_users(tmp_path: Path, drain: int) -> None:
    container = engine(objects(written(tmp_path), set_(f"lifecycle.drainSeconds={drain}")))
    flags = [argument for argument in container["args"] if argument.startswith("--shutdown-timeout")]
    assert flags == ([f"--shutdown-timeout={drain}"] if drain else [])


def test_the_maximum_is_never_below_the_minimum(tmp_path: Path) -> None:
    found = objects(written(tmp_path, SCALED), set_("autoscaling.min=5"))
    scaler = one(found, "HorizontalPodAutoscaler")["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (5, 5)


def test_an_optional_key_can_be_taken_back(tmp_path: Path) -> None:
    folder = written(tmp_path, {"model": {"maxLength": 4096, "servedName": "m"}, "lifecycle": {"startupSeconds": 700}})
    container = engine(
        objects(folder, set_("model.maxLength=null", "model.servedName=null", "lifecycle.startupSeconds=null"))
    )
    assert not [argument for argument in container["args"] if argument.startswith("--served-model-name")]
    derived = loaded(tmp_path).values["derived"]
    assert f"--max-model-len={derived['maxLength']}" in container["args"]
    assert container["startupProbe"]["failureThreshold"] * 10 == derived["startupSeconds"]


@pytest.mark.parametrize(
    "key", ["engine.port", "networking.service", "networking", "derived", "workload.replicas", "model.id"]
)
def test_a_key_that_templates_count_on_cannot_be_removed(tmp_path: Path, key: str) -> None:
    said = refusal(written(tmp_path), f"{key}=null")
    assert f"missing property '{key.rpartition('.')[2]}'" in said


@pytest.mark.parametrize("expression", ["workload.replicass=2", "engine.image.tagg=x", "nonsense=1"])
def test_an_unknown_key_is_refused(tmp_path: Path, expression: str) -> None:
    assert "additional properties" in refusal(written(tmp_path), expression)


def test_checks_between_install_keys_are_repeated_in_the_chart(tmp_path: Path) -> None:
    folder = written(tmp_path, AKS, DISK, {"workload": {"kind": "Deployment"}})
    assert "the disk is attached to one node" in refusal(folder, "workload.replicas=2")
    assert "/dev/shm lies in the container's memory" in refusal(folder, "workload.sharedMemory=900Gi")
    close = ("workload.resources.memory=16Gi", "workload.sharedMemory=17G")
    assert objects(folder, set_(*close))
    assert "/dev/shm" in refusal(folder, close[0], "workload.sharedMemory=17200000000")
    assert "needs engine.apiKey" in refusal(folder, "networking.service.type=LoadBalancer")
    opened = objects(folder, set_("networking.service.type=NodePort", "engine.apiKey.secret=s", "engine.apiKey.key=k"))
    assert one(opened, "Service")["spec"]["type"] == "NodePort"


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("extraVolumes", {"name": "twice", "emptyDir": {}}),
        ("extraVolumeMounts", {"name": "model", "mountPath": "/twice"}),
        ("extraContainers", {"name": "twice", "image": "busybox:1.36"}),
        ("initContainers", {"name": "twice", "image": "busybox:1.36"}),
    ],
)
def test_two_entries_of_one_name_are_refused(tmp_path: Path, key: str, entry: dict[str, Any]) -> None:
    folder = written(tmp_path)
    assert objects(folder, {"pod": {key: [entry]}})
    with pytest.raises(helm_python.HelmError, match=f"pod.{key}: two entries have the (name|mountPath) /?twice"):
        objects(folder, {"pod": {key: [entry, entry]}})


Keys = tuple[str, ...]
GATED = {"model": {"token": {"secret": "s", "key": "k"}}}


def install_keys(section: dict[str, Any], choices: Choices, prefix: Keys = ()) -> Iterator[tuple[Keys, list[Any]]]:
    """The keys that are free at install for these choices, with their examples, by what the input schema says."""
    for name, node in section["properties"].items():
        if all(getattr(choices, choice) in allowed for choice, allowed in node.get("x-when", {}).items()):
            if node.get("x-phase") == "install":
                yield (*prefix, name), node["examples"]
            elif "properties" in node and "x-phase" not in node:
                yield from install_keys(node, choices, (*prefix, name))


def at(keys: Keys, value: Any) -> dict[str, Any]:
    for key in reversed(keys):
        value = {key: value}
    return value


@pytest.mark.parametrize(
    "parts",
    [
        (AKS, DISK, SCALED, GATED),
        ({"model": {"id": "/models/m"}, "storage": {"backend": "existing-claim", "claim": "c"}},),
        ({"networking": {"ingress": {"host": "a.example.com"}, "networkPolicy": ADMITTING}}, MONITORED, GATED),
        ({"networking": {"httpRoute": {"host": "a.example.com", "gateway": {"name": "g"}}}}, GATED),
    ],
)
def test_no_key_is_dead(tmp_path: Path, parts: tuple[dict[str, Any], ...]) -> None:
    folder = written(tmp_path, *parts, {"engine": {"apiKey": {"secret": "s", "key": "k"}}})
    plain = texts(folder)
    metrics = [{"name": "vllm:num_requests_running", "target": 3}]
    dead = []
    for keys, examples in install_keys(spec.schema(), loaded(tmp_path, *parts).choices):
        others = [*examples, 7, 0.5, 3600, "7Gi", "other", True, False, "Always", "NodePort", metrics]
        if not any(changes(folder, plain, at(keys, value)) for value in others):
            dead.append(".".join(keys))
    assert dead == []


def changes(folder: Path, plain: dict[str, str], values: dict[str, Any]) -> bool:
    try:
        return texts(folder, values) != plain
    except helm_python.HelmError:
        return False


def test_a_drain_fits_the_spot_notice_and_the_engine(tmp_path: Path) -> None:
    spot = written(tmp_path, AKS, {"spot": {"policy": "require"}})
    assert objects(spot, set_("lifecycle.drainSeconds=25"))
    assert "30 s that a spot node has left" in refusal(spot, "lifecycle.drainSeconds=26")
    old = written(tmp_path, {"engine": {"image": {"tag": "v0.17.1"}}})
    assert not [argument for argument in engine(objects(old))["args"] if argument.startswith("--shutdown-timeout")]
    assert "has no --shutdown-timeout" in refusal(old, "lifecycle.drainSeconds=5")
