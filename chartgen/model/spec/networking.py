"""How the server is reached, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Service:
    type: str
    port: int


@dataclass(frozen=True, slots=True)
class Ingress:
    """`tls` names a Secret; `controller` is as written, `auto` included. Empty where the chart has no Ingress."""

    host: str | None
    tls: str | None
    class_: str | None
    controller: str | None
    timeout_seconds: int | None
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gateway:
    """`namespace` is that of the release if None; a route attaches to all listeners if `listener` is None."""

    name: str | None
    namespace: str | None
    listener: str | None


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """`controller` is as written, `auto` included. Empty where the chart has no HTTPRoute."""

    host: str | None
    gateway: Gateway
    controller: str | None
    timeout_seconds: int | None


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """Who may connect beside the pods of the namespace: the pods of `namespaces`, and IPv4 ranges.

    `enabled` is None where there is no server.
    """

    enabled: bool | None
    namespaces: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Networking:
    """`service` is None where the pods serve nobody."""

    service: Service | None
    ingress: Ingress
    http_route: HttpRoute
    network_policy: NetworkPolicy
