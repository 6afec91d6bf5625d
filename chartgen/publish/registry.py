"""One repository of a registry: what is behind a tag, and putting blobs and a manifest there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import dxf
import requests
from dxf.exceptions import DXFError, DXFUnauthorizedError

from chartgen.errors import PublishError
from chartgen.publish import answers, credentials, tokens
from chartgen.publish.client import Client
from chartgen.publish.credentials import Credentials
from chartgen.publish.errand import Errand
from chartgen.publish.manifest import CHART, PROVENANCE, layer, sha256
from chartgen.publish.reference import Target

Tell = Callable[[str], None]
"""Says a line to the user."""

_Result = TypeVar("_Result")
_NOT_FOUND = 404
_SECONDS = 60
"""How long a registry may keep silent (ours: Helm's own client waits without end)."""

_MOST, _PIECE = 128 * 2**20, 2**16
"""Bytes: the most that is read of a blob (ours: Helm takes charts of 100 MiB), and what is read at a time."""

_FAILURES = (requests.RequestException, DXFError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What a request can end with: the client takes the form of a registry's answers on trust."""


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a registry, and what for. `retries` counts the further tries after an answer of 429 or 5xx."""

    plain_http: bool = False
    ca_file: Path | None = None
    credentials: Credentials | None = None
    retries: int = 4
    errand: Errand = Errand.PUSH


@dataclass(frozen=True, slots=True)
class Held:
    """What a tag stands for: the manifest's digest, that of the chart's archive (empty if it is no chart), and whether
    it is signed."""

    digest: str
    layer: str
    signed: bool


class Registry:
    """A repository of charts, used as a context manager. Every method raises PublishError."""

    def __init__(self, target: Target, name: str, access: Access, tell: Tell) -> None:
        self.target = target
        self.retries = access.retries
        self.tell = tell
        self._access = access
        self._client = Client(
            target.address,
            target.repository(name),
            auth=self._log_in,
            insecure=access.plain_http,
            tlsverify=str(access.ca_file) if access.ca_file else True,
            timeout=_SECONDS,
        )
        self._client.direct = target.loopback  # as Go, and so Helm, has it

    def __enter__(self) -> Self:
        self._client.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.__exit__(kind, error, trace)  # type: ignore[no-untyped-call]

    def resolve(self, tag: str) -> Held | None:
        """What is behind a tag now; None if there is no such tag."""
        return self.patiently(lambda: self.resolve_once(tag))

    def resolve_once(self, tag: str) -> Held | None:
        """As `resolve`, without a second try: raises what `patiently` takes."""
        try:
            text, answer = self._client.get_manifest_and_response(tag)
        except requests.HTTPError as error:
            if error.response is not None and error.response.status_code == _NOT_FOUND:
                return None
            raise
        digest = sha256(answer.content)
        told = answer.headers.get("Docker-Content-Digest", digest)
        if told.startswith("sha256:") and told != digest:
            raise ValueError(f"a manifest with another digest than {told}")
        held: dict[str, Any] = json.loads(text)
        return Held(told, layer(held, CHART), bool(layer(held, PROVENANCE)))

    def put_blob(self, data: bytes) -> None:
        """Send a blob, unless the repository has it."""
        # Bytes can be sent a second time, by a redirect or with a new token; a file would be at its end.
        whole, digest = cast("Iterable[bytes]", data), sha256(data)
        self.patiently(lambda: self._client.push_blob(data=whole, digest=digest))

    def put_manifest_once(self, tag: str, manifest: str) -> None:
        """Let `tag` stand for the manifest, without a second try: raises what `patiently` takes."""
        self._client.set_manifest(tag, manifest)

    def blob(self, digest: str) -> bytes:
        """A blob as the registry gives it out now; it has been checked against its digest.

        One above the limit is not read to its end.
        """
        return self.patiently(lambda: self._read(digest))

    def _read(self, digest: str) -> bytes:
        data = bytearray()
        with closing(self._client.open_blob(digest)) as answer:
            for piece in answer.iter_content(_PIECE):
                data += piece
                if len(data) > _MOST:
                    raise ValueError(f"a chart of more than {_MOST // 2**20} MiB")
        found = bytes(data)
        if sha256(found) != digest:
            raise ValueError(f"{sha256(found)} in place of {digest}")
        return found

    def patiently(self, request: Callable[[], _Result]) -> _Result:
        """The result of `request`, tried again with growing pauses where the registry is busy, with a word about it.

        Raises PublishError for everything else that a registry or the way there can answer.
        """
        tried = 0
        while True:
            try:
                return request()
            except (*_FAILURES, tokens.NoIdentityTokensError) as error:
                pause = answers.pause(error, tried)
                if pause is None or tried == self.retries:
                    raise self._told(error) from error
                tried += 1
                what = answers.reason(error)
                who = answers.who(error, self.target)
                self.tell(f"{who} {what}; trying again in {pause:g} s ({tried} of {self.retries})")
                answers.sleep(pause)

    @cached_property
    def _known(self) -> Credentials | None:
        """Asked for when the registry asks: a credential helper may want to be unlocked."""
        return self._access.credentials or credentials.stored(self.target.host, self._access.errand)

    def _told(self, error: Exception) -> PublishError:
        if isinstance(error, DXFUnauthorizedError):
            return answers.unauthorized(self.target, self._known, self._access.errand)
        if isinstance(error, tokens.NoIdentityTokensError):
            return answers.no_identity_tokens(self.target, self._access.errand)
        return answers.told(error, self.target, self._access.errand, plain_http=self._access.plain_http)

    def _log_in(self, _client: dxf.DXFBase, answer: requests.Response) -> None:
        """Called for a 401; who asks in a registry's place (a storage that an upload was sent on to) gets nothing."""
        if not self._client.at_home(answer.url):
            return
        asked = tokens.challenge(answer.headers.get("WWW-Authenticate", ""))
        if asked is not None:
            self._client.token = tokens.token(asked, self._known, self._client.ask)
        elif self._known is not None:
            self._client.authorize(tokens.basic(self._known))
