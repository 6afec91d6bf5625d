"""The providers' tables: what nodes give to pods, how GPU and spot nodes are told apart, and what is not known."""

from __future__ import annotations

import pytest

from chartgen.catalogue import gpus, providers

NAMES = providers.providers()


def known(name: str) -> gpus.Gpu:
    found = gpus.gpu(name)
    assert found is not None
    return found


def test_the_providers() -> None:
    assert NAMES == ("ack", "aks", "eks", "generic", "gke")


@pytest.mark.parametrize(
    ("provider", "instance", "gpus", "cpu", "memory"),
    [
        # 25 % of 4 GiB, 20 % of 4, 10 % of 8: 2662 MiB, and 100 for evictions.
        ("gke", "g2-standard-4", 1, 4000 - 80, 16 * 1024 - 2662 - 100 - 1),
        # 2662 MiB of the first 16 GiB, 6 % of the next 112, 2 % of the other 552.
        ("gke", "a2-highgpu-8g", 8, 96000 - 310, 680 * 1024 - 2662 - 6881 - 11305 - 100),
        ("eks", "g5.xlarge", 1, 3920, 14162),
        ("eks", "p4de.24xlarge", 8, 95690, 1082712),
        ("ack", "ecs.gn7i-c8g1.2xlarge", 1, 7800, 30 * 1024 - 2540 - 819 - 860 - 100 - 1),
    ],
)
def test_what_pods_may_request(provider: str, instance: str, gpus: int, cpu: int, memory: int) -> None:
    found = providers.provider(provider)
    (row,) = [row for row in found.instance_types if row.name == instance]
    assert row.gpus == gpus
    given, mib = found.allocatable(row)
    assert mib is not None
    assert (given, pytest.approx(mib, abs=1)) == (cpu, memory)


@pytest.mark.parametrize("name", NAMES)
def test_a_node_never_gives_more_than_it_has(name: str) -> None:
    provider = providers.provider(name)
    for instance in provider.instance_types:
        cpu, memory = provider.allocatable(instance)
        assert 0.8 * instance.vcpu * 1000 < cpu <= instance.vcpu * 1000
        if memory is not None and instance.memory_gib is not None:
            assert 0.75 * instance.memory_gib * 1024 < memory < instance.memory_gib * 1024


@pytest.mark.parametrize("name", NAMES)
def test_a_gpu_that_is_offered_is_found_by_a_label(name: str) -> None:
    provider = providers.provider(name)
    for gpu in gpus.gpus():
        if provider.offers(gpu):
            assert provider.labels_gpu(gpu) or gpu.vendor != "nvidia"
    types = {gpu.name for gpu in gpus.gpus()} | {gpu.vendor for gpu in gpus.gpus()}
    assert set(provider.labels.gpu_values) <= types


@pytest.mark.parametrize(
    ("provider", "gpu", "products"),
    [
        ("gke", "nvidia-a100-40gb", ("nvidia-tesla-a100",)),
        ("gke", "nvidia-a100-80gb", ("nvidia-a100-80gb",)),
        ("gke", "nvidia-h100-80gb", ("nvidia-h100-80gb", "nvidia-h100-mega-80gb")),
        ("gke", "nvidia-a10g", ()),
        ("ack", "nvidia-a10", ("NVIDIA-A10",)),
        ("ack", "nvidia-l20", ("NVIDIA-L20",)),
        ("aks", "nvidia-t4", ()),
        ("eks", "nvidia-t4", ()),
        ("generic", "nvidia-t4", ("Tesla-T4",)),
    ],
)
def test_what_a_gpu_is_called_in_labels(provider: str, gpu: str, products: tuple[str, ...]) -> None:
    assert providers.provider(provider).products(known(gpu)) == products


def test_a_gpu_without_a_known_machine_is_offered_by_its_label() -> None:
    gke = providers.provider("gke")
    assert gke.instances("nvidia-t4") == ()
    assert gke.offers(known("nvidia-t4"))
    assert not gke.offers(known("nvidia-l40s"))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "generic"])
def test_a_notice_leaves_time_to_hear_of_it(name: str) -> None:
    spot = providers.provider(name).spot
    assert spot is not None
    assert 10 <= spot.safe_seconds < spot.notice_seconds


def test_who_runs_the_device_plugin() -> None:
    assert [name for name in NAMES if providers.provider(name).manages_device_plugin] == ["ack", "gke"]
