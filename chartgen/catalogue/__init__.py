"""What chartgen knows about GPUs, models, providers and the engine, from the tables in `data/`.

Each figure stands there with its source; a figure without a verified source is left out, and is None here.
"""

from chartgen.catalogue.engine_versions import Engine, Quantization, Version, engine, parse_version
from chartgen.catalogue.gpus import Gpu, gpu, gpus
from chartgen.catalogue.models import ModelFacts, Shape, model, models, quantized_gib, quantized_versions
from chartgen.catalogue.providers import InstanceType, Labels, Provider, SpotWords, Taint, provider, providers

__all__ = [
    "Engine",
    "Gpu",
    "InstanceType",
    "Labels",
    "ModelFacts",
    "Provider",
    "Quantization",
    "Shape",
    "SpotWords",
    "Taint",
    "Version",
    "engine",
    "gpu",
    "gpus",
    "model",
    "models",
    "parse_version",
    "provider",
    "providers",
    "quantized_gib",
    "quantized_versions",
]
