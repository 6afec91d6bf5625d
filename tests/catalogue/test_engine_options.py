"""The tables of vLLM's options, and of the API versions that Kubernetes dropped."""

from __future__ import annotations

import re

import pytest

from chartgen.catalogue.apis import removed_apis
from chartgen.catalogue.engine_options import engine_options, release
from chartgen.catalogue.engine_versions import parse_version
from chartgen.catalogue.tables import names, table
from chartgen.manifests.bundle import bundle, versions

MINORS = names("flags/vllm")


@pytest.mark.parametrize("minor", MINORS)
def test_a_table_names_its_packages_and_holds_only_flags(minor: str) -> None:
    data = table(f"flags/vllm/{minor}")
    assert all(row["version"].startswith(f"{minor}.") for row in data["package"])
    assert all(re.fullmatch("[0-9a-f]{64}", row["sha256"]) for row in data["package"])
    plain, switches = data["options"]["plain"], data["options"]["switches"]
    assert plain == sorted(set(plain))
    assert switches == sorted(set(switches))
    assert not set(plain) & set(switches)
    assert all(re.fullmatch("-[A-Za-z][a-z-]*|--[a-z0-9][a-z0-9-]*", flag) for flag in (*plain, *switches))


@pytest.mark.parametrize("minor", MINORS)
def test_what_every_release_of_vllm_has(minor: str) -> None:
    found = engine_options("vllm", parse_version(f"{minor}.0") or (0, 0, 0))
    assert found is not None
    every = [
        "--model",
        "--port",
        "--host",
        "--api-key",
        "--max-model-len",
        "--served-model-name",
        "--tensor-parallel-size",
    ]
    every += [
        "--gpu-memory-utilization",
        "--trust-remote-code",
        "--enforce-eager",
        "--enable-lora",
        "--config",
        "-tp",
        "-pp",
    ]
    assert {flag for flag in every if not found.accepts(flag)} == set()
    assert not found.accepts("--max-modle-len")


@pytest.mark.parametrize(
    ("flag", "first", "last"),
    [
        # Release notes of vLLM 0.12.0, 0.17.0 and 0.18.0.
        ("--guided-decoding-backend", "0.8", "0.11"),
        ("--disable-log-requests", "0.8", "0.16"),
        ("--shutdown-timeout", "0.18", "0.33"),
    ],
)
def test_options_come_and_go(flag: str, first: str, last: str) -> None:
    def number(minor: str) -> int:
        return int(minor.split(".")[1])

    having = {minor for minor in MINORS if _accepts(minor, flag)}
    assert having == {minor for minor in MINORS if number(first) <= number(minor) <= number(last)}


def _accepts(minor: str, flag: str) -> bool:
    found = engine_options("vllm", parse_version(f"{minor}.0") or (0, 0, 0))
    return found is not None and found.accepts(flag)


def test_spellings() -> None:
    found = engine_options("vllm", (0, 33, 0))
    assert found is not None
    accepted = ["--no-enable-prefix-caching", "--served-model-n", "-n2", "-tp", "-asc", "-h"]
    assert [flag for flag in accepted if not found.accepts(flag)] == []
    refused = ["--no-max-model-len", "--num-scheduler-steps", "-x", "-tpx"]
    assert [flag for flag in refused if found.accepts(flag)] == []


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("v0.33.0", (0, 33, 0)),
        ("0.8.5.post1", (0, 8, 5)),
        ("v0.11.0-cu129-ubuntu2404", (0, 11, 0)),
        ("v0.11.0-x86_64", (0, 11, 0)),
        ("v0.11.0rc1", None),
        ("v0.11.0-rc1", None),
        ("v0.11", None),
        ("latest", None),
        ("nightly-3f2a", None),
        ("", None),
    ],
)
def test_a_tag_is_a_release_or_not(tag: str, version: tuple[int, int, int] | None) -> None:
    assert release(tag) == version


def test_no_table_is_no_verdict() -> None:
    assert engine_options("vllm", (0, 1, 0)) is None
    assert engine_options("sglang", (0, 33, 0)) is None


def test_removed_apis_agree_with_the_schemas() -> None:
    checked = 0
    for (api_version, kind), row in removed_apis().items():
        for version in versions():
            number = tuple(int(part) for part in version.split("."))
            if number >= row.removed:
                assert bundle(version).schema(api_version, kind) is None, (api_version, kind, version)
                checked += 1
            if row.instead is not None and row.since is not None:
                served = bundle(version).schema(row.instead, kind) is not None
                assert served == (number >= row.since), (row.instead, kind, version)
    assert checked > 300


def test_an_api_that_is_removed_was_served_before() -> None:
    for (api_version, kind), row in removed_apis().items():
        before = f"{row.removed[0]}.{row.removed[1] - 1}"
        if before in versions():
            assert bundle(before).schema(api_version, kind) is not None, (api_version, kind)
