"""What is refused of batches and of replicas over several nodes, and what `auto` and the traits of a kind lead to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from values_making import Case, derived, only, problems, values

from chartgen import spec
from chartgen.catalogue import workloads

MODEL = "meta-llama/Llama-3.1-70B-Instruct"
TOKEN = {"token": {"secret": "hf", "key": "token"}}
FILES = {"input": "/models/in.jsonl", "output": "/models/out.jsonl"}
CLAIM = {"backend": "existing-claim", "claim": "models"}
WEB = "https://files.example.com/in.jsonl"
GKE = {"provider": "gke"}


def group(gpu: str = "nvidia-a100-80gb", /, **sections: Any) -> dict[str, Any]:
    """Llama 70B over two nodes with two GPUs each, with changes."""
    defaults = {"model": TOKEN, "parallelism": {"tensor": 2, "pipeline": 2, "nodes": 2}}
    return values(MODEL, gpu, "generic", **{**defaults, **sections})


def batch(files: dict[str, Any], /, **sections: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = {"workload": {"kind": "Job"}, "storage": CLAIM, "batch": files}
    return values("Qwen/Qwen2.5-7B-Instruct", "nvidia-a100-80gb", "generic", **{**defaults, **sections})


def mounted(path: str, *, read_only: bool = False, claim: str = "files") -> dict[str, Any]:
    return {
        "extraVolumes": [{"name": "files", "persistentVolumeClaim": {"claimName": claim}}],
        "extraVolumeMounts": [{"name": "files", "mountPath": path, "readOnly": read_only}],
    }


CASES: list[Case] = [
    (
        "uneven", group(parallelism={"tensor": 2, "pipeline": 2, "nodes": 3}), "parallelism.nodes",
        "2 x 2 GPUs cannot be shared evenly by 3 nodes", group(parallelism={"tensor": 2, "pipeline": 3, "nodes": 3}),
    ),
    (
        "old-engine", group(engine={"image": {"tag": "v0.10.2"}}), "parallelism.nodes",
        "v0.10.2 is not known to span nodes", group(engine={"image": {"tag": "v0.12.0"}}),
    ),
    (
        "nodes-of-a-deployment", group(workload={"kind": "Deployment"}), "parallelism.nodes",
        "only a LeaderWorkerSet spans nodes", group(workload={"kind": "LeaderWorkerSet"}),
    ),
    (
        "spread-of-a-group", group(availability={"spread": "required"}), "availability.spread",
        "talk to each other at every layer", group(availability={"spread": "none"}),
    ),
    ("no-input", batch({"output": "/models/out.jsonl"}), "batch.input", "missing", batch(FILES)),
    (
        "one-file-of-requests", batch({**FILES, "output": "/models/{index}.jsonl", "parallelism": 2}), "batch.input",
        "2 pods would work off the same requests",
        batch({"input": "/models/in-{index}.jsonl", "output": "/models/{index}.jsonl", "parallelism": 2}),
    ),
    (
        "one-file-of-answers", batch({**FILES, "input": "/models/{index}.jsonl", "parallelism": 2}), "batch.output",
        "2 pods would write the same file", batch({**FILES, "input": "/models/{index}.jsonl", "parallelism": 1}),
    ),
    (
        "answers-in-an-empty-dir", batch({**FILES, "input": WEB}, storage={"backend": "empty-dir"}), "batch.output",
        "goes with the pod",
        batch({"input": WEB, "output": "https://files.example.com/out"}, storage={"backend": "empty-dir"}),
    ),
    (
        "answers-beside-the-weights", batch(FILES, model={"id": "/models/qwen"}), "batch.output",
        "mounted read-only, since model.id is a folder on it",
        batch({**FILES, "output": "/out/o.jsonl"}, model={"id": "/models/qwen"}, pod=mounted("/out", claim="models")),
    ),
    (
        "answers-nowhere", batch({**FILES, "output": "/data/out.jsonl"}), "batch.output",
        "no volume that can be written to is mounted above /data/out.jsonl",
        batch({**FILES, "output": "/data/out.jsonl"}, pod=mounted("/data")),
    ),
    (
        "answers-on-a-read-only-mount",
        batch({**FILES, "output": "/data/out.jsonl"}, pod=mounted("/data", read_only=True)), "batch.output",
        "no volume that can be written to", batch({**FILES, "output": "/data/out.jsonl"}, pod=mounted("/data")),
    ),
    (
        "object-storage", batch({**FILES, "input": "s3://bucket/in.jsonl"}), "batch.input", "absolute path",
        batch({**FILES, "input": "https://bucket.example.com/in.jsonl?signature=x"}),
    ),
    (
        "pods-on-one-disk",
        batch(
            {"input": WEB + "{index}", "output": "/models/o{index}", "parallelism": 2},
            cluster={"provider": "aks"}, storage={"backend": "azure-disk"},
        ),
        "batch.parallelism", "of 2 pods of a Job one would start",
        batch(
            {**FILES, "input": WEB, "parallelism": 1}, cluster={"provider": "aks"}, storage={"backend": "azure-disk"},
        ),
    ),
    (
        "requests-on-a-new-share", batch(FILES, cluster=GKE, storage={"backend": "filestore"}), "batch.input",
        "the volume at /models is made with the release, so at first it has no requests",
        batch(FILES, cluster=GKE, storage={"backend": "filestore", "volume": "requests"}),
    ),
    (
        "requests-on-a-new-disk", batch(FILES, cluster=GKE, storage={"backend": "pd"}), "batch.input",
        "it has no requests", batch(FILES, cluster=GKE, storage={"backend": "gcsfuse", "bucket": "requests"}),
    ),
    (
        "requests-in-an-empty-dir",
        batch({**FILES, "output": "https://files.example.com/out"}, storage={"backend": "empty-dir"}),
        "batch.input", "the volume at /models is made with the pod, so at first it has no requests",
        batch({"input": WEB, "output": "https://files.example.com/out"}, storage={"backend": "empty-dir"}),
    ),
    (
        "scaled-job", batch(FILES, autoscaling={"kind": "hpa"}), "autoscaling.kind",
        "an autoscaler cannot scale it", batch(FILES, autoscaling={"kind": "none"}),
    ),
    (
        "job-behind-a-service", batch(FILES, networking={"service": {"port": 80}}), "networking.service",
        "serve no clients", batch(FILES, networking={}),
    ),
    (
        "batch-of-a-server", batch(FILES, workload={"kind": "Deployment"}), "batch", "only a Job works off a batch",
        batch(FILES),
    ),
    (
        "mixed-kserve",
        values(
            "Qwen/Qwen2.5-7B-Instruct", "nvidia-a100-80gb", "aks", workload={"kind": "InferenceService"},
            spot={"policy": "mixed"},
        ),
        "spot.policy", "KServe makes one Deployment of each",
        values(
            "Qwen/Qwen2.5-7B-Instruct", "nvidia-a100-80gb", "aks", workload={"kind": "InferenceService"},
            spot={"policy": "prefer"},
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_refused_at_its_key(case: Case) -> None:
    _, whole, key, words, _ = case
    problem = only([problem for problem in problems(whole) if problem.fatal])
    assert problem.key == key
    assert words in problem.message


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_the_remedy_is_accepted(case: Case) -> None:
    assert [problem for problem in problems(case[4]) if problem.fatal] == []


def test_a_job_without_a_batch_is_told_what_it_needs() -> None:
    whole = values("Qwen/Qwen2.5-7B-Instruct", "nvidia-a100-80gb", "generic", workload={"kind": "Job"})
    assert [problem.key for problem in problems(whole)] == ["batch.input", "batch.output"]


def test_requests_may_lie_on_a_volume_of_ones_own_or_be_fetched_beforehand() -> None:
    new = {"cluster": GKE, "storage": {"backend": "filestore"}}
    own = batch({**FILES, "input": "/models/own/in.jsonl"}, **new, pod=mounted("/models/own", read_only=True))
    fetch = {"name": "fetch", "image": "fetch:1.0", "volumeMounts": [{"name": "model", "mountPath": "/models"}]}
    fetched = batch(FILES, **new, pod={"initContainers": [fetch]})
    assert [problem.key for problem in problems(own) + problems(fetched) if problem.fatal] == []


def test_answers_beside_the_weights_need_a_second_mount_of_the_claim() -> None:
    (problem,) = problems(batch(FILES, model={"id": "/models/qwen"}))
    assert problem.remedy.startswith("Mount the same claim a second time, writable, with pod.extraVolumes and")


def test_a_tensor_group_across_the_network_is_a_warning() -> None:
    found = problems(group(parallelism={"tensor": 4, "pipeline": 1, "nodes": 2}))
    assert [(problem.key, problem.fatal) for problem in found] == [("parallelism.tensor", False)]
    assert "set parallelism.tensor to 2, and parallelism.pipeline to 2" in found[0].remedy.lower()


def test_auto_spans_nodes_with_a_leader_worker_set() -> None:
    assert derived(group()).kind == "LeaderWorkerSet"
    alone = group(parallelism={"tensor": 4, "pipeline": 1, "nodes": 1})
    assert derived(alone).kind == "Deployment"


def test_figures_are_those_of_one_pod() -> None:
    """Two nodes with two GPUs each hold what one node with four holds, and each pod asks for half of it."""
    spread, together = derived(group()), derived(group(parallelism={"tensor": 2, "pipeline": 2}))
    assert (spread.gpu_count, together.gpu_count) == (2, 4)
    assert spread.max_length == together.max_length
    assert int(spread.cpu) < int(together.cpu)
    assert int(spread.memory.removesuffix("Gi")) < int(together.memory.removesuffix("Gi"))


def test_more_gpus_than_a_node_has_fit_on_two() -> None:
    sizes = {"tensor": 8, "pipeline": 2}
    model = {"model": TOKEN}
    (problem,) = problems(values(MODEL, "nvidia-h100-80gb", "gke", **model, parallelism=sizes))
    assert problem.key == "parallelism.tensor"
    assert "parallelism.nodes" in problem.remedy
    assert not problems(values(MODEL, "nvidia-h100-80gb", "gke", **model, parallelism={**sizes, "nodes": 2}))


def test_all_readers_of_a_share_count() -> None:
    one, two = (derived(group(storage=CLAIM, parallelism={"tensor": 4, "pipeline": 2, "nodes": n})) for n in (2, 4))
    assert one.startup_seconds < two.startup_seconds


def test_a_job_has_no_seconds_to_drain() -> None:
    found = derived(batch(FILES))
    assert (found.pre_stop_seconds, found.drain_seconds, found.keeps_output) == (0, 0, True)
    assert found.strategy is None
    assert derived(group()).keeps_output is None


@pytest.mark.parametrize("kind", workloads.workloads())
def test_keys_are_live_by_the_traits_of_the_kind(kind: str) -> None:
    workload, schema = workloads.workload(kind), spec.schema()["properties"]
    assert (kind in schema["workload"]["properties"]["replicas"]["x-when"]["kind"]) == workload.replicated
    assert (kind in schema["parallelism"]["properties"]["nodes"]["x-when"]["kind"]) == workload.nodes
    assert (kind in schema["networking"]["properties"]["service"]["x-when"]["kind"]) == workload.serves
    assert (kind in schema["batch"]["x-when"]["kind"]) == workload.batched
    assert kind in schema["workload"]["properties"]["kind"]["enum"]


@pytest.mark.parametrize("kind", workloads.workloads())
def test_a_kind_that_cannot_be_scaled_says_why(kind: str) -> None:
    workload = workloads.workload(kind)
    assert (workload.target is None) == bool(workload.unscaled) == bool(workload.unscaled_source)
    assert workload.claim in ("replica", "shared")
    assert workload.serves != workload.batched
    for misfit in workload.misfits:
        assert misfit.message
        assert misfit.source.endswith(".")


def test_what_a_job_does_not_use_is_not_in_its_values() -> None:
    loaded = spec.load_text(json.dumps(batch(FILES)), "values.yaml")
    assert not loaded.values["engine"].keys() & {"port", "apiKey"}
    assert not loaded.values.keys() & {"test", "monitoring"}
    assert "drainSeconds" not in loaded.values["lifecycle"]
