"""The model, the server that answers for it, and the GPUs that one replica needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SecretReference:
    """A key of a Secret in the namespace of the release; chartgen never holds the secret itself."""

    secret: str
    key: str


@dataclass(frozen=True, slots=True)
class SecretStore:
    """A store of the External Secrets Operator; `kind` is SecretStore where the file says nothing."""

    name: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where a secret text comes from; the keys that `provider` does not use are None."""

    provider: str
    secret: str | None
    key: str | None
    store: SecretStore | None
    remote_key: str | None
    remote_property: str | None
    refresh_interval: str | None
    class_: str | None


@dataclass(frozen=True, slots=True)
class TokenSource(SecretSource):
    """`file` is one of the files that a SecretProviderClass mounts."""

    file: str | None


@dataclass(frozen=True, slots=True)
class LoraAdapter:
    """`id` is a hub id or an absolute path on the volume; `rank` is 16 where the file says nothing."""

    name: str
    id: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class Model:
    """`id` is a hub id (`org/name`), an absolute path on the volume or an address in object storage (`s3://`, `gs://`).

    `max_length` is in tokens; `config` has figures of the model's config.json under their names there.
    """

    id: str
    config: Mapping[str, Any] | None
    revision: str | None
    served_name: str | None
    quantization: str | None
    dtype: str | None
    kv_cache_dtype: str | None
    max_length: int | None
    trust_remote_code: bool
    token: TokenSource | None
    lora: tuple[LoraAdapter, ...]


@dataclass(frozen=True, slots=True)
class EngineImage:
    registry: str
    repository: str
    tag: str
    digest: str | None
    pull_policy: str
    pull_secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Engine:
    """`gpu_memory_utilization` is a share of the GPU's memory, 0 to 1; `args` maps a flag without leading dashes.

    `port` is None where the pods serve nobody.
    """

    image: EngineImage
    gpu_memory_utilization: float | None
    port: int | None
    args: Mapping[str, str | int | float | bool]
    env: Mapping[str, str | SecretReference]
    api_key: SecretSource | None


@dataclass(frozen=True, slots=True)
class GpuSection:
    """`type` is a name of the catalogue, such as `nvidia-t4`; what `sharing` does not use is None."""

    type: str
    sharing: str
    mig_profile: str | None
    replicas_per_gpu: int | None
    resource: str | None


@dataclass(frozen=True, slots=True)
class Parallelism:
    """`nodes` is None, as good as 1, for a workload kind whose replicas cannot span nodes."""

    tensor: int
    pipeline: int
    nodes: int | None
