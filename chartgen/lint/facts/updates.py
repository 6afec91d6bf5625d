"""What an update of a Deployment asks for while old and new pods run side by side."""

from __future__ import annotations

from chartgen.lint.facts.gpu import is_share, pod_resources
from chartgen.lint.facts.registry import FactType, fact
from chartgen.lint.facts.rollouts import rollout_surge
from chartgen.lint.facts.spread import spread_gpus
from chartgen.lint.release import Subject


@fact("rollout.surgeGpus", FactType.STRING, on="pod")
def surge_gpus(subject: Subject) -> str:
    """The GPUs of the pods that a rolling update starts first (`2 GPUs`); without a number if it is not known.

    Other devices go by the name of their resource (`4 of google.com/tpu`).
    """
    surge, each, names = rollout_surge(subject), spread_gpus(subject), pod_resources(subject)
    if not names:
        return "devices of its resource claims"
    if any(map(is_share, names)):
        return "shares of GPUs"
    others = [name for name in names if "gpu" not in name and "mig-" not in name]
    if not surge or not each:
        return others[0] if others else "GPUs"
    total = surge * each
    return f"{total} of {others[0]}" if others else "1 GPU" if total == 1 else f"{total} GPUs"
