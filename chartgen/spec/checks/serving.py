"""How the server is reached, named and fed with images and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chartgen.catalogue import engine_versions
from chartgen.model.spec import Derived, EngineImage, Spec, TestImage
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.derive.resolved import Resolved

# Tags that are moved from image to image, by the words and patterns of rule image-tag-floating.
_FLOATING = re.compile(r"(latest|main|master|nightly|dev|edge|stable(?!-diffusion)|head)([-._].*)?|.*[-._]latest")
_DATED = re.compile(r"[-._](\d{6,}|20\d\d[-._]\d\d[-._]\d\d|(sha|g)?[0-9a-f]{7,40})(?![^-._])", re.ASCII)
_RELEASED = re.compile(r"(?!latest)[a-z]+[-_]v?\d+([._-]|$)|(?!latest).*[-_](v\d+|\d+[.]\d+)[.]\d", re.ASCII)

_SECRET = re.compile(
    r"(^|_)(token|api_?key|secret|secret_?key|access_?key|private_?key|passw(or)?d|credentials?)$",
    re.ASCII | re.IGNORECASE,
)
_PLACEHOLDERS = frozenset(("", "empty", "none", "dummy", "changeme"))


def check(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    """Refuse an open door, a name that breaks the engine, a moving image and a secret in plain text."""
    yield from _name(derived)
    yield from _exposed(spec)
    yield from _images(spec)
    yield from _secrets(spec)
    yield from _gated(spec, derived, resolved)


def _name(derived: Derived) -> Iterator[Refusal]:
    if derived.name in engine_versions.engine().reserved_service_names:
        variable = derived.name.upper().replace("-", "_") + "_PORT"
        yield Refusal(
            "name",
            f"a Service called {derived.name} sets {variable} in every pod of its namespace that has service links, "
            "and the engine reads it as a port number",
            f"choose another name, such as {derived.name}-server",
        )


def _exposed(spec: Spec) -> Iterator[Refusal]:
    service = spec.networking.service
    kind = "" if service is None else service.type
    if kind in ("NodePort", "LoadBalancer") and spec.engine.api_key is None:
        yield Refusal(
            "networking.service.type",
            f"a {kind} Service is reached from outside the cluster, and the server asks for no key",
            "set engine.apiKey to a key of a Secret, or networking.service.type to ClusterIP",
        )


def _images(spec: Spec) -> Iterator[Refusal]:
    images: list[tuple[str, EngineImage | TestImage]] = [("engine.image.tag", spec.engine.image)]
    if spec.test is not None:
        images.append(("test.image.tag", spec.test.image))
    for key, image in images:
        tag, digest = image.tag, image.digest
        if digest is None and moves(tag):
            yield _floating(key, tag)
    for key, container in _containers(spec):
        reference = str(container.get("image", ""))
        tag = reference.rpartition("/")[2].partition(":")[2]
        if "@" not in reference and (not tag or moves(tag)):
            yield _floating(f"{key}.image", tag or "no tag")


def moves(tag: str) -> bool:
    """Whether a tag is given to one image after another; a day, a commit or a version in it says that it is not."""
    text = tag.lower()
    if not _FLOATING.fullmatch(text):
        return False
    return text.endswith("latest") or not (_DATED.search(text) or _RELEASED.match(text))


def _floating(key: str, tag: str) -> Refusal:
    return Refusal(
        key,
        f"{tag} is another image every week, so two pods of one release can differ",
        "name a version, or add a digest",
    )


def _secrets(spec: Spec) -> Iterator[Refusal]:
    for name, value in spec.engine.env.items():
        if isinstance(value, str) and _is_secret(name, value):
            yield Refusal(
                f"engine.env.{name}",
                f"{name} looks like a secret, and everybody who may read pods can read it here",
                f"put it into a Secret, and write engine.env.{name}: {{secretKeyRef: {{name: ..., key: ...}}}}",
            )
    for flag, given in spec.engine.args.items():
        if isinstance(given, str) and _is_secret(flag.replace("-", "_"), given):
            yield Refusal(
                f"engine.args.{flag}",
                f"--{flag} looks like a secret, and everybody who may read pods can read it here",
                "give it to the engine by a variable: engine.env with secretKeyRef",
            )
    for key, container in _containers(spec):
        env = container.get("env")
        for index, variable in enumerate(env if isinstance(env, list | tuple) else ()):
            if not isinstance(variable, Mapping):
                continue
            called, literal = variable.get("name"), variable.get("value")
            if isinstance(called, str) and isinstance(literal, str) and _is_secret(called, literal):
                yield Refusal(
                    f"{key}.env[{index}].value",
                    f"{called} looks like a secret, and everybody who may read pods can read it here",
                    "put it into a Secret, and use valueFrom.secretKeyRef",
                )


def _is_secret(name: str, value: str) -> bool:
    plain = value.strip().lower()
    if (
        plain in _PLACEHOLDERS
        or plain == name.lower()
        or (plain.startswith(("<", "$(")) and plain.endswith((">", ")")))
    ):
        return False
    return _SECRET.search(name) is not None


def _gated(spec: Spec, derived: Derived, resolved: Resolved) -> Iterator[Refusal]:
    model = resolved.model
    if model is None or not model.gated or spec.model.token is not None or derived.source != "hub":
        return
    yield Refusal(
        "model.token",
        f"{model.id} is gated: the hub asks for the token of an account that has accepted its licence",
        "set model.token to a key of a Secret, unless the claim already holds the model or a mirror serves it",
        fatal=False,
    )


def _containers(spec: Spec) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, containers in (
        ("extraContainers", spec.pod.extra_containers),
        ("initContainers", spec.pod.init_containers),
    ):
        for index, container in enumerate(containers):
            yield f"pod.{name}[{index}]", container
