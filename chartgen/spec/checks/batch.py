"""The files of a Job: that they are there, that pods do not write the same one, and that answers outlive the pod."""

from __future__ import annotations

from collections.abc import Iterator

from chartgen.model.spec import Derived, Spec
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved

INDEX = "{index}"
_WEB = ("http://", "https://")
_VOLUME = "/models"
_MADE = {"replica": "release", "shared": "release", "pod": "pod", "none": "pod"}
"""With what a volume begins to exist, and is empty, by the `claim` of its backend."""


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse a batch whose requests are unknown, done twice or answered into nothing."""
    if not resolved.workload.batched:
        return
    yield from _named(spec)
    yield from _shared(spec)
    if spec.batch.input is not None:
        yield from _there(spec, resolved, spec.batch.input)
    if spec.batch.output is not None:
        yield from _kept(spec, derived, resolved, spec.batch.output)


def _named(spec: Spec) -> Iterator[Refusal]:
    for key, value, what in (
        ("input", spec.batch.input, "the file of requests"),
        ("output", spec.batch.output, "the file for the answers"),
    ):
        if value is None:
            example = "requests" if key == "input" else "answers"
            yield Refusal(
                f"batch.{key}",
                f"a Job needs {what}",
                f"set batch.{key} to a path or an address, such as {_VOLUME}/batch/{example}.jsonl",
            )


def _shared(spec: Spec) -> Iterator[Refusal]:
    pods = spec.batch.parallelism or 1
    for key, value in (("input", spec.batch.input), ("output", spec.batch.output)):
        if pods > 1 and value is not None and INDEX not in value:
            does = "work off the same requests" if key == "input" else "write the same file"
            yield Refusal(
                f"batch.{key}",
                f"{pods} pods would {does}",
                f"give each pod a file of its own with {INDEX} in batch.{key}, or set batch.parallelism to 1",
            )


def _there(spec: Spec, resolved: Resolved, requests: str) -> Iterator[Refusal]:
    """A volume that holds nothing when the pods start, unless something of the user's fills it or lies over it."""
    made = _MADE.get(resolved.backend.claim)
    filled = any(key in spec.storage.rest for key in ("volume", "snapshot"))
    fetched = any(
        mount.get("name") == "model" for each in spec.pod.init_containers for mount in each.get("volumeMounts", ())
    )
    if made is None or filled or fetched or not requests.startswith(f"{_VOLUME}/"):
        return
    if any(requests.startswith(f"{mount.get('mountPath')}/") for mount in spec.pod.extra_volume_mounts):
        return
    own = "storage.volume to a volume that holds them, or " if "volume" in resolved.backend.properties else ""
    yield Refusal(
        "batch.input",
        f"the volume at {_VOLUME} is made with the {made}, so at first it has no requests and every pod fails",
        f"set {own}storage.backend to existing-claim or a bucket with them, or batch.input to a web address",
    )


def _kept(spec: Spec, derived: Derived, resolved: Resolved, output: str) -> Iterator[Refusal]:
    """A path must lie on a volume: the model volume if it can take files, or one of the user's mounts."""
    mounts = [str(mount.get("mountPath", "")) for mount in spec.pod.extra_volume_mounts if not mount.get("readOnly")]
    if output.startswith(_WEB) or any(output.startswith(f"{mount}/") for mount in mounts):
        return
    if not output.startswith(f"{_VOLUME}/"):
        yield Refusal(
            "batch.output",
            f"no volume that can be written to is mounted above {output}, so the answers would go with the container",
            "mount one with pod.extraVolumes and pod.extraVolumeMounts, or give a web address that takes PUT",
        )
    elif not derived.keeps_output:
        yield _lost(derived, resolved)


def _lost(derived: Derived, resolved: Resolved) -> Refusal:
    """Why the model volume takes no answers: for the model that is on it, for itself, or for its short life."""
    backend = resolved.backend
    mount = "with pod.extraVolumes and pod.extraVolumeMounts, or give a web address that takes PUT"
    if derived.source == "volume" and not backend.read_only and backend.claim in ("shared", "existing"):
        same = "claim" if backend.claim == "shared" or "claim" in backend.properties else "volume"
        return Refusal(
            "batch.output",
            f"the volume at {_VOLUME} is mounted read-only, since model.id is a folder on it",
            f"mount the same {same} a second time, writable, {mount}",
        )
    why = "is read-only, and takes no answers" if backend.read_only else "goes with the pod, and the answers with it"
    return Refusal(
        "batch.output",
        f"the volume at {_VOLUME} {why}",
        f"choose a storage.backend with a claim, mount a volume {mount}",
    )
