"""LeaderWorkerSet, Job and InferenceService: what real Helm makes of the charts, and what it refuses at install."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import Object, made, notes, objects, texts, written

from chartgen.manifests import from_text, schema

NODES: dict[str, Any] = {
    "model": {"id": "meta-llama/Llama-3.1-70B-Instruct", "token": {"secret": "hf", "key": "token"}},
    "parallelism": {"tensor": 2, "pipeline": 2, "nodes": 2},
}
BATCH: dict[str, Any] = {
    "workload": {"kind": "Job"},
    "storage": {"backend": "existing-claim", "claim": "models"},
    "batch": {"input": "/models/in-{index}.jsonl", "output": "/models/out-{index}.jsonl", "parallelism": 3},
}
KSERVE: dict[str, Any] = {"workload": {"kind": "InferenceService"}}
SCALED: dict[str, Any] = {"autoscaling": {"kind": "hpa", "max": 3}}


def of_kind(found: list[Object], kind: str) -> Object:
    (item,) = [item for item in found if item["kind"] == kind]
    return item


def flags(container: Object) -> dict[str, str]:
    """The flags of a container's arguments; a flag without a value has an empty one."""
    pairs = (text.removeprefix("--").partition("=") for text in container["args"] if text.startswith("--"))
    return {flag: value for flag, _, value in pairs}


def groups(folder: Path, values: dict[str, Any] | None = None) -> tuple[Object, Object]:
    """The leader's and the workers' pod template."""
    template = of_kind(objects(folder, values), "LeaderWorkerSet")["spec"]["leaderWorkerTemplate"]
    return template["leaderTemplate"], template["workerTemplate"]


@pytest.mark.parametrize(
    "parts",
    [[NODES], [NODES, SCALED], [BATCH], [KSERVE], [KSERVE, SCALED]],
    ids=["nodes", "nodes-scaled", "batch", "kserve", "kserve-scaled"],
)
def test_the_schemas_of_the_oldest_and_the_newest_version_accept_them(tmp_path: Path, parts: list[Any]) -> None:
    rendered = texts(written(tmp_path, *parts)).items()
    found = [item for name, text in rendered if name.endswith(".yaml") for item in from_text(text, name)]
    for version in ("1.30", schema.versions()[-1]):
        assert [problem.message for problem in schema.check(found, version)] == []
        assert schema.unchecked(found, version) == ()


def test_a_replica_over_nodes_is_a_leader_and_its_workers(tmp_path: Path) -> None:
    folder = written(tmp_path, NODES, {"workload": {"replicas": 2}})
    group = of_kind(objects(folder), "LeaderWorkerSet")["spec"]
    assert group["replicas"] == 2
    assert group["leaderWorkerTemplate"]["size"] == 2
    leader, worker = (template["spec"]["containers"][0] for template in groups(folder))
    shared = {"nnodes": "2", "master-addr": "$(LWS_LEADER_ADDRESS)", "tensor-parallel-size": "2"}
    assert flags(leader).items() >= {**shared, "node-rank": "0", "port": "8000"}.items()
    assert flags(worker).items() >= {**shared, "node-rank": "$(LWS_WORKER_INDEX)", "headless": ""}.items()
    assert "headless" not in flags(leader)
    assert leader["resources"] == worker["resources"]
    assert leader["resources"]["limits"]["nvidia.com/gpu"] == 2


def test_only_the_leader_answers(tmp_path: Path) -> None:
    found = objects(written(tmp_path, NODES, {"engine": {"apiKey": {"secret": "k", "key": "k"}}}))
    group = of_kind(found, "LeaderWorkerSet")["spec"]["leaderWorkerTemplate"]
    leader, worker = group["leaderTemplate"], group["workerTemplate"]
    selector = of_kind(found, "Service")["spec"]["selector"]
    assert selector.items() <= leader["metadata"]["labels"].items()
    assert not selector.items() <= worker["metadata"]["labels"].items()
    answering, helping = leader["spec"]["containers"][0], worker["spec"]["containers"][0]
    assert answering.keys() - helping.keys() == {"ports", "startupProbe", "readinessProbe", "livenessProbe"}
    assert helping.keys() <= answering.keys()
    keys = [[variable["name"] for variable in container["env"]] for container in (answering, helping)]
    assert ["VLLM_API_KEY" in names for names in keys] == [True, False]


def test_workers_outlive_the_drain_of_their_leader(tmp_path: Path) -> None:
    folder = written(tmp_path, NODES)
    for values in ({}, {"lifecycle": {"drainSeconds": 45}}):
        leader, worker = groups(folder, values)
        sleep = leader["spec"]["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        drain = int(flags(leader["spec"]["containers"][0])["shutdown-timeout"])
        last = int(worker["spec"]["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][-1])
        assert last == sleep + drain
        assert last < worker["spec"]["terminationGracePeriodSeconds"]


def test_a_group_starts_whole_before_it_restarts_whole(tmp_path: Path) -> None:
    """A worker that is ready first ends itself while the leader still pulls; that must not take the leader along."""
    folder = written(tmp_path, NODES)
    template = of_kind(objects(folder), "LeaderWorkerSet")["spec"]["leaderWorkerTemplate"]
    assert template["restartPolicy"] == "RecreateGroupAfterStart"
    assert "LeaderWorkerSet 0.9 or newer" in notes(folder)


def test_the_budget_covers_leaders_and_workers(tmp_path: Path) -> None:
    found = objects(written(tmp_path, NODES))
    selector = of_kind(found, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"]
    group = of_kind(found, "LeaderWorkerSet")["spec"]["leaderWorkerTemplate"]
    for template in ("leaderTemplate", "workerTemplate"):
        assert selector.items() <= group[template]["metadata"]["labels"].items()


def test_no_service_of_the_controller_has_the_name_of_ours(tmp_path: Path) -> None:
    """LeaderWorkerSet's own headless Service is called like the object, unless each group has one, with its number."""
    found = objects(written(tmp_path, NODES), release="r" * 53)
    group = of_kind(found, "LeaderWorkerSet")
    assert group["spec"]["networkConfig"] == {"subdomainPolicy": "UniquePerReplica"}
    assert len(f"{group['metadata']['name']}-99999") <= 52


def test_each_pod_of_a_group_has_a_disk_of_its_own(tmp_path: Path) -> None:
    disk = {"cluster": {"provider": "aks"}, "storage": {"backend": "azure-disk"}}
    template = of_kind(objects(written(tmp_path, NODES, disk)), "LeaderWorkerSet")["spec"]["leaderWorkerTemplate"]
    (claim,) = template["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    for name in ("leaderTemplate", "workerTemplate"):
        spec = template[name]["spec"]
        assert claim["metadata"]["name"] not in [volume["name"] for volume in spec["volumes"]]
        assert {"name": claim["metadata"]["name"], "mountPath": "/models"} in spec["containers"][0]["volumeMounts"]


@pytest.mark.parametrize(
    ("part", "kind", "suffix"), [(NODES, "LeaderWorkerSet", ""), (KSERVE, "Deployment", "-predictor")]
)
def test_the_autoscaler_owns_the_number(tmp_path: Path, part: dict[str, Any], kind: str, suffix: str) -> None:
    found = objects(written(tmp_path, part, SCALED))
    target = of_kind(found, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    name = of_kind(found, "Service")["metadata"]["name"]
    assert (target["kind"], target["name"]) == (kind, f"{name}{suffix}")
    (workload,) = [item for item in found if item["kind"] in ("LeaderWorkerSet", "InferenceService")]
    assert "replicas" not in workload["spec"]
    assert not workload["spec"].get("predictor", {}).keys() & {"minReplicas", "maxReplicas"}


def test_kserve_is_told_how_many_and_to_keep_out_of_the_rest(tmp_path: Path) -> None:
    folder = written(tmp_path, KSERVE, {"workload": {"replicas": 2}, "pod": {"labels": {"team": "ml"}}})
    found = objects(folder, {"workload": {"replicas": 5}})
    service = of_kind(found, "InferenceService")
    assert service["metadata"]["annotations"] == {
        "serving.kserve.io/deploymentMode": "Standard",
        "serving.kserve.io/autoscalerClass": "none",
    }
    assert service["metadata"]["labels"]["networking.kserve.io/visibility"] == "cluster-local"
    # KServe copies the labels of the object to its pods, which would restart with every version of the chart.
    assert not service["metadata"]["labels"].keys() & {"helm.sh/chart", "app.kubernetes.io/version"}
    predictor = service["spec"]["predictor"]
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (5, 5)
    assert of_kind(found, "Service")["spec"]["selector"].items() <= predictor["labels"].items()
    assert predictor["labels"]["team"] == "ml"
    assert [container["name"] for container in predictor["containers"]] == ["kserve-container"]
    assert predictor["annotations"]["kubectl.kubernetes.io/default-container"] == "kserve-container"


def test_kserves_pods_are_those_of_a_deployment(tmp_path: Path) -> None:
    extras = {
        "workload": {"priorityClass": "inference"},
        "cluster": {"nodeSelector": {"disk": "fast"}, "tolerations": [{"key": "team", "operator": "Exists"}]},
        "pod": {"initContainers": [{"name": "prepare", "image": "docker.io/library/busybox:1.36"}]},
    }
    plain = of_kind(objects(written(tmp_path, extras)), "Deployment")["spec"]
    predictor = of_kind(objects(written(tmp_path, KSERVE, extras)), "InferenceService")["spec"]["predictor"]
    own = {"labels", "annotations", "minReplicas", "maxReplicas", "deploymentStrategy"}
    spec = {key: value for key, value in predictor.items() if key not in own}
    spec["containers"][0]["name"] = "engine"
    assert spec == plain["template"]["spec"]
    assert predictor["deploymentStrategy"] == plain["strategy"]


def test_a_job_works_off_its_files_and_serves_nobody(tmp_path: Path) -> None:
    found = objects(written(tmp_path, BATCH))
    assert {item["kind"] for item in found} == {"Job", "ServiceAccount"}
    spec = of_kind(found, "Job")["spec"]
    assert (spec["parallelism"], spec["completions"], spec["completionMode"]) == (3, 3, "Indexed")
    container = spec["template"]["spec"]["containers"][0]
    assert container["command"] == ["vllm", "run-batch"]
    assert (
        flags(container).items()
        >= {
            "input-file": "/models/in-$(JOB_COMPLETION_INDEX).jsonl",
            "output-file": "/models/out-$(JOB_COMPLETION_INDEX).jsonl",
            "model": "mistralai/Mistral-7B-Instruct-v0.2",
        }.items()
    )
    assert not flags(container).keys() & {"port", "shutdown-timeout"}
    assert all(text.startswith("--") for text in container["args"])
    assert not container.keys() & {"ports", "startupProbe", "readinessProbe", "livenessProbe", "lifecycle"}


def test_a_lost_node_is_no_failure_of_a_job(tmp_path: Path) -> None:
    spec = of_kind(objects(written(tmp_path, BATCH)), "Job")["spec"]
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    (rule,) = spec["podFailurePolicy"]["rules"]
    assert rule == {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}


def test_a_file_that_fails_leaves_the_others_their_attempts(tmp_path: Path) -> None:
    folder = written(tmp_path, BATCH)
    spec = of_kind(objects(folder), "Job")["spec"]
    assert spec["backoffLimitPerIndex"] == 3
    assert "backoffLimit" not in spec
    said = notes(folder)
    assert "--for condition=Complete" in said
    assert "condition Failed" in said


def test_notes_say_where_the_requests_go(tmp_path: Path) -> None:
    folder = written(tmp_path, BATCH)
    assert "have to be in /models/in-{index}.jsonl" in notes(folder)
    assert "/models is the root of the model's volume" in notes(folder)
    fetched = notes(folder, {"batch": {"input": "https://files.example.com/{index}"}})
    assert "https://files.example.com/{index}" in fetched
    assert "/models is the root" not in fetched


def test_other_values_are_another_job(tmp_path: Path) -> None:
    folder = written(tmp_path, BATCH)

    def name(values: dict[str, Any], release: str = "demo") -> str:
        found: str = of_kind(objects(folder, values, release=release), "Job")["metadata"]["name"]
        return found

    assert name({}) == name({})
    assert name({}) != name({"batch": {"input": "/models/next-{index}.jsonl"}})
    assert re.fullmatch(r"[a-z][-a-z0-9]{1,62}", name({}, release="r" * 53))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"batch": {"input": "/models/all.jsonl"}}, "batch.input: several pods would work off the same requests"),
        ({"batch": {"output": "/models/all.jsonl"}}, "batch.output: several pods would write the same file"),
        ({"batch": {"output": "/elsewhere/{index}.jsonl"}}, "batch.output: the answers would go with the pod"),
        ({"engine": {"port": 9000}}, "serve no clients"),
        ({"workload": {"replicas": 2}}, "batch.parallelism"),
    ],
)
def test_a_job_is_not_bent_at_install(tmp_path: Path, values: dict[str, Any], words: str) -> None:
    folder = written(tmp_path, BATCH)
    with pytest.raises(helm_python.HelmError, match=re.escape(words)):
        objects(folder, values)


@pytest.mark.parametrize(
    "values",
    [
        {"batch": {"input": "/models/all.jsonl", "output": "/models/all.jsonl", "parallelism": 1}},
        {"batch": {"output": "https://files.example.com/{index}?key=$HOME"}},
        {
            "batch": {"output": "/answers/{index}.jsonl"},
            "pod": {
                "extraVolumes": [{"name": "answers", "persistentVolumeClaim": {"claimName": "answers"}}],
                "extraVolumeMounts": [{"name": "answers", "mountPath": "/answers"}],
            },
        },
    ],
    ids=["one-pod", "web", "own-volume"],
)
def test_a_job_takes_other_files_at_install(tmp_path: Path, values: dict[str, Any]) -> None:
    container = of_kind(objects(written(tmp_path, BATCH), values), "Job")["spec"]["template"]["spec"]["containers"][0]
    wanted = values["batch"]["output"].replace("$", "$$").replace("{index}", "$(JOB_COMPLETION_INDEX)")
    assert flags(container)["output-file"] == wanted


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        (NODES, "wait leaderworkerset/demo-mistral --for condition=Available"),
        (KSERVE, "wait inferenceservice/demo-mistral --for condition=Ready"),
        (BATCH, "wait job --selector app.kubernetes.io/instance=demo"),
    ],
)
def test_notes_say_how_to_wait(tmp_path: Path, part: dict[str, Any], wanted: str) -> None:
    text = notes(written(tmp_path, part))
    assert wanted in text
    assert ("helm test" in text) == (part is not BATCH)


def test_the_readme_speaks_of_a_batch(tmp_path: Path) -> None:
    files = made(tmp_path, BATCH).files
    assert "working off a batch with mistralai/Mistral-7B-Instruct-v0.2 as a Job" in files["README.md"]
    assert "helm test" not in files["README.md"]
    assert "as an InferenceService" in made(tmp_path, KSERVE).files["README.md"]


def test_the_number_of_nodes_is_frozen(tmp_path: Path) -> None:
    folder = written(tmp_path, NODES)
    with pytest.raises(helm_python.HelmError, match="fixed when the chart was generated"):
        objects(folder, {"parallelism": {"nodes": 4}})
