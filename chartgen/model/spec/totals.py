"""What a release takes of a namespace's quotas."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked for at one time: `when` in words, empty if it is always so.

    `cpu`, `memory`, `ephemeral_storage` and `storage` are quantities, and "0" where nothing is asked for; `claims`
    counts PersistentVolumeClaims, `storage` is that of all of them together.
    """

    when: str
    pods: int
    gpu_resource: str
    gpus: int
    cpu: str
    memory: str
    ephemeral_storage: str
    claims: int
    storage: str

    def words(self) -> str:
        """`2 pods with 2 nvidia.com/gpu, 6 CPU, 48Gi memory; 2 claims of 64Gi in all`; what is 0 is left out."""
        asked = [f"{self.gpus} {self.gpu_resource}"] if self.gpus else []
        named = {"CPU": self.cpu, "memory": self.memory, "ephemeral storage": self.ephemeral_storage}
        asked += [f"{amount} {name}" for name, amount in named.items() if amount != "0"]
        parts = [_counted(self.pods, "pod") + (f" with {', '.join(asked)}" if asked else "")]
        claims = f"{_counted(self.claims, 'claim')} of {self.storage}{' in all' if self.claims > 1 else ''}"
        if not self.claims:
            return parts[0]
        return "; ".join([*parts, claims]) if self.pods else claims


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
