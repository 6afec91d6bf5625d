"""LoRA adapters in the engine's arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import pytest
from chart_making import MODEL, engine, objects, written


def arguments(folder: Path, *adapters: dict[str, Any]) -> list[str]:
    args: list[str] = engine(objects(folder, {"model": {"lora": list(adapters)}}))["args"]
    return [arg for arg in args if "lora" in arg or "=org/" in arg or "=/models/" in arg]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("adapters"))


def test_without_adapters_nothing_is_said_of_them(folder: Path) -> None:
    assert arguments(folder) == []


@pytest.mark.parametrize(
    ("ranks", "reserved"),
    [([None], 16), ([1, 3], 8), ([8], 8), ([None, 9], 16), ([17, 4], 32), ([129], 256), ([256], 256)],
)
def test_each_adapter_is_named_and_has_room(folder: Path, ranks: list[int | None], reserved: int) -> None:
    adapters = [
        {"name": f"a{index}", "id": f"org/a{index}", **({} if rank is None else {"rank": rank})}
        for index, rank in enumerate(ranks)
    ]
    assert arguments(folder, *adapters) == [
        "--enable-lora",
        f"--max-loras={len(ranks)}",
        f"--max-lora-rank={reserved}",
        "--lora-modules",
        *(f"a{index}=org/a{index}" for index in range(len(ranks))),
    ]


def test_the_next_word_is_a_flag_again(tmp_path: Path) -> None:
    folder = written(tmp_path, {"engine": {"args": {"max-num-seqs": 8}}})
    found = engine(objects(folder, {"model": {"lora": [{"name": "a", "id": "org/a"}]}}))["args"]
    assert found[0] == MODEL
    assert found[found.index("a=org/a") + 1].startswith("--")


def test_names_are_checked_at_install(folder: Path) -> None:
    for name in ("a", MODEL):
        with pytest.raises(helm_python.HelmError, match=r"model\.lora"):
            arguments(folder, {"name": "a", "id": "org/a"}, {"name": name, "id": "org/b"})


def test_a_hub_id_is_refused_at_install_where_the_engine_is_offline(tmp_path: Path) -> None:
    claim = {"model": {"id": "/models/m"}, "storage": {"backend": "existing-claim", "claim": "models"}}
    folder = written(tmp_path, claim)
    assert arguments(folder, {"name": "a", "id": "/models/a"})[-1] == "a=/models/a"
    with pytest.raises(helm_python.HelmError, match=r"org/a is no folder"):
        arguments(folder, {"name": "a", "id": "org/a"})
