"""The catalogue's tables are whole, and agree with the arithmetic of their own figures."""

from __future__ import annotations

import pytest

from chartgen.catalogue import engine_versions, gpus, models, providers

# Models whose feed-forward block has two matrices instead of three.
TWO_MATRICES = ("tiiuae/falcon-7b", "tiiuae/falcon-40b")
MIXTURES = ("Mixtral", "A3B", "A22B", "gpt-oss", "DeepSeek-V3", "DeepSeek-R1", "Llama-4")

DENSE = [
    facts
    for facts in models.models()
    if facts.shape.intermediate is not None
    and facts.shape.kv_heads
    and not any(part in facts.id.replace("DeepSeek-R1-Distill", "") for part in MIXTURES)
]


def test_the_gpus_of_the_values_file_are_there() -> None:
    names = {gpu.name for gpu in gpus.gpus()}
    assert {
        "nvidia-t4",
        "nvidia-v100-32gb",
        "nvidia-a10",
        "nvidia-a10g",
        "nvidia-l4",
        "nvidia-l40s",
        "nvidia-a100-40gb",
        "nvidia-a100-80gb",
        "nvidia-h100-80gb",
        "nvidia-h100-nvl",
        "nvidia-h200",
        "nvidia-b200",
        "nvidia-gb200",
        "nvidia-rtx-pro-6000",
        "amd-mi300x",
    } <= names


@pytest.mark.parametrize("gpu", gpus.gpus(), ids=lambda gpu: gpu.name)
def test_a_gpu_is_consistent(gpu: gpus.Gpu) -> None:
    assert gpu.name.startswith(f"{gpu.vendor}-")
    if gpu.usable_gib is not None:
        # A driver keeps a part of the memory; GB are 7 % smaller than GiB, so the figure is near the nominal one.
        assert 0.85 * gpu.nominal_gb < gpu.usable_gib < gpu.nominal_gb
    if gpu.capability is not None:
        assert gpu.bfloat16 == (gpu.capability >= engine_versions.engine().bfloat16_capability)


@pytest.mark.parametrize("gpu", [gpu for gpu in gpus.gpus() if gpu.mig], ids=lambda gpu: gpu.name)
def test_a_slice_is_a_part_of_its_gpu(gpu: gpus.Gpu) -> None:
    assert gpu.vendor == "nvidia"
    assert gpu.capability is not None
    assert gpu.capability >= (8, 0)
    for profile, usable in gpu.mig.items():
        memory = int(profile.partition(".")[2].removesuffix("gb"))
        assert memory <= gpu.nominal_gb
        assert usable == 0 or 0.9 * memory < usable < memory


def test_an_unverified_figure_is_absent() -> None:
    assert gpus.gpu("nvidia-gb200") is not None
    for name in ("nvidia-gb200", "nvidia-rtx-pro-6000", "nvidia-v100-16gb"):
        gpu = gpus.gpu(name)
        assert gpu is not None
        assert gpu.usable_gib is None


def test_an_unknown_name_is_none() -> None:
    assert gpus.gpu("nvidia-t400") is None
    assert models.model("org/unknown") is None
    with pytest.raises(KeyError):
        providers.provider("gopher")


@pytest.mark.parametrize("facts", DENSE, ids=lambda facts: facts.id)
def test_parameters_follow_from_the_shape(facts: models.ModelFacts) -> None:
    shape = facts.shape
    assert shape.intermediate is not None
    attention = 2 * shape.hidden * shape.head_size * (shape.heads + shape.kv_heads)
    matrices = 2 if facts.id.removesuffix("-instruct") in TWO_MATRICES else 3
    layer = attention + matrices * shape.hidden * shape.intermediate
    assert (shape.layers * layer + shape.embeddings) / 1e9 == pytest.approx(facts.parameters, rel=0.002)


@pytest.mark.parametrize(
    "facts",
    [facts for facts in models.models() if facts.quantization is None and "gemma-3" not in facts.id],
    ids=lambda facts: facts.id,
)
def test_unquantised_weights_take_two_bytes(facts: models.ModelFacts) -> None:
    assert facts.weights_gib == pytest.approx(facts.parameters * 2e9 / 2**30, abs=0.01, rel=0.001)


def test_quantised_size_agrees_with_a_measured_checkpoint() -> None:
    facts = models.model("Qwen/Qwen3-8B-AWQ")
    assert facts is not None
    assert not facts.weights_computed
    assert models.quantized_gib(facts.parameters, facts.shape, 4, 128) == pytest.approx(facts.weights_gib, abs=0.01)


def test_the_awq_checkpoint_of_vicuna_is_computed() -> None:
    (facts,) = models.quantized_versions("lmsys/vicuna-7b-v1.5")
    assert facts.id == "TheBloke/vicuna-7B-v1.5-AWQ"
    assert facts.weights_computed
    assert facts.quantization == "awq"
    assert 3.4 < facts.weights_gib < 3.8


def test_a_quantised_checkpoint_names_a_known_model() -> None:
    for facts in models.models():
        if facts.quantized_from is not None:
            assert models.model(facts.quantized_from) is not None


@pytest.mark.parametrize("name", providers.providers())
def test_a_provider_has_known_gpus(name: str) -> None:
    provider = providers.provider(name)
    assert provider.title
    assert provider.tolerations
    for instance in provider.instance_types:
        assert gpus.gpu(instance.gpu) is not None
        assert instance.gpus >= 1
    assert len({instance.name for instance in provider.instance_types}) == len(provider.instance_types)


def test_aks_nodes() -> None:
    aks = providers.provider("aks")
    smallest = aks.instances("nvidia-t4")[0]
    assert (smallest.name, smallest.vcpu, smallest.memory_gib) == ("Standard_NC4as_T4_v3", 4, 28)
    cpu, memory = aks.allocatable(smallest)
    # 140 millicores of four; 250 pods x 20 MB + 50 MB and 100 MiB of 28 GiB.
    assert cpu == 3860
    assert memory == 28 * 1024 - 4916 - 1
    assert aks.spot is not None
    assert aks.spot.labels == (
        ("kubernetes.azure.com/priority", ("spot",)),
        ("kubernetes.azure.com/scalesetpriority", ("spot",)),
    )
    assert aks.spot.taint == providers.Taint("kubernetes.azure.com/scalesetpriority", "spot", "NoSchedule")
    assert (aks.spot.notice_seconds, aks.spot.safe_seconds) == (30, 15)


def test_a_generic_cluster_has_no_spot_label() -> None:
    assert providers.provider("generic").spot is None


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("v0.33.0", (0, 33, 0)),
        ("0.19.1", (0, 19, 1)),
        ("v0.33.0-cu129", (0, 33, 0)),
        ("v0.9", (0, 9, 0)),
        ("latest", None),
        ("v1", None),
        ("20240101", None),
        ("v0.33.0.1\n", None),
        ("", None),
    ],
)
def test_version_of_a_tag(tag: str, version: engine_versions.Version | None) -> None:
    assert engine_versions.parse_version(tag) == version


def test_engine_by_version() -> None:
    engine = engine_versions.engine()
    assert engine.gpu_memory_utilization((0, 19, 1)) == 0.9
    assert engine.gpu_memory_utilization((0, 20, 0)) == 0.92
    assert engine.gpu_memory_utilization(None) == 0.9
    assert not engine.drains((0, 17, 1))
    assert engine.drains((0, 18, 1))
    old, new = engine.floor((0, 19, 1)), engine.floor((0, 33, 0))
    assert old is not None
    assert new is not None
    assert (old.capability, new.capability, new.last_before) == ((7, 0), (7, 5), "0.19.1")
