"""What chartgen knows about GPUs, models, providers, workload kinds and the engine, from the tables in `data/`.

Each figure stands there with its source; a figure without a verified source is left out, and is None here.
"""

from chartgen.catalogue.configs import ARCHITECTURES, QUANTIZATIONS, model_from_config
from chartgen.catalogue.engine_versions import Engine, Quantization, Version, engine, parse_version
from chartgen.catalogue.gpus import Gpu, gpu, gpus
from chartgen.catalogue.models import ModelFacts, Shape, model, models, quantized_gib, quantized_versions
from chartgen.catalogue.providers import InstanceType, Labels, Provider, SpotWords, Taint, provider, providers
from chartgen.catalogue.workloads import Misfit, ScaleTarget, WorkloadKind, workload, workloads

__all__ = [
    "ARCHITECTURES",
    "QUANTIZATIONS",
    "Engine",
    "Gpu",
    "InstanceType",
    "Labels",
    "Misfit",
    "ModelFacts",
    "Provider",
    "Quantization",
    "ScaleTarget",
    "Shape",
    "SpotWords",
    "Taint",
    "Version",
    "WorkloadKind",
    "engine",
    "gpu",
    "gpus",
    "model",
    "model_from_config",
    "models",
    "parse_version",
    "provider",
    "providers",
    "quantized_gib",
    "quantized_versions",
    "workload",
    "workloads",
]
