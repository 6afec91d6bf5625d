"""Which server the image of a container may hold, as far as its name and what the container is given tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chartgen.catalogue.devices import DEVICES
from chartgen.lint.facts.servers import NOT_SERVERS, SERVERS, SIMULATORS, Server
from chartgen.lint.release import as_map, as_text, maps


def image_name(image: Any) -> str:
    """`vllm-openai` of `registry:5000/vllm/vllm-openai:v1@sha256:...`."""
    name = as_text(image).partition("@")[0].rsplit("/", 1)[-1]
    return name.partition(":")[0].lower()


def simulates(name: str) -> bool:
    """Whether an image of this name answers like a server and holds no model."""
    return not SIMULATORS.isdisjoint(_parts(name))


def server_in(image: Any) -> Server | None:
    """The server whose own image this is, or one that was built around it."""
    name = image_name(image)
    own = next((each for each in SERVERS if name in each.images or as_text(image).startswith(each.repositories)), None)
    if own or not NOT_SERVERS.isdisjoint(_parts(name)):
        return own
    return next((server for server in SERVERS if server.word in name), None)


def vouched(container: Mapping[str, Any], server: Server) -> bool:
    """Whether more than a part of the image's name tells of the server: arguments, a variable that it reads, a GPU.

    Images of what speaks to a server (`rag-vllm-openai`) have its name, too. The images of
    `Server.repositories` hold further programs, which their arguments name.
    """
    image = container.get("image")
    if server.repositories and container.get("args"):
        return False
    resources = as_map(container.get("resources"))
    asked = {*as_map(resources.get("limits")), *as_map(resources.get("requests"))}
    given = {as_text(each.get("name")) for _, each in maps(container.get("env"))}
    return bool(
        image_name(image) in (*server.images, server.word)
        or as_text(image).startswith(server.repositories)
        or container.get("args")
        or resources.get("claims")
        or not given.isdisjoint(server.environment.values())
        or any(map(DEVICES.fullmatch, asked))
    )


def _parts(name: str) -> set[str]:
    return set(name.replace("_", "-").replace(".", "-").split("-"))
