"""The extended resources by which a container asks for GPUs."""

from __future__ import annotations

import re

DEVICES = re.compile(
    r"nvidia\.com/(gpu|gpu\.shared|mig-.+)|amd\.com/gpu|gpu\.intel\.com/.+|google\.com/tpu|aws\.amazon\.com/neuron.*"
    r"|habana\.ai/gaudi"
)
"""Resources of which one unit is one device, or one slice of it."""
