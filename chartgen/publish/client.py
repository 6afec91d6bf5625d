"""The client of the library, with a say of ours in who is told what."""

from __future__ import annotations

from typing import Any, Self, cast
from urllib.parse import urlsplit

import dxf
import requests

import chartgen


class Client(dxf.DXF):
    """A repository over one session. With `direct`, no proxy of the environment is used."""

    direct: bool = False

    def __enter__(self) -> Self:
        super().__enter__()
        self.session.headers["User-Agent"] = f"chartgen/{chartgen.__version__}"
        # Also keeps out ~/.netrc, whose password a session without an `auth` of its own would send.
        self.session.auth = self._at_home_only
        return self

    @property
    def session(self) -> requests.Session:
        return cast("requests.Session", self._sessions[0])

    def ask(self, method: str, url: str, **request: Any) -> requests.Response:
        """A request to another server on the way, trusted and timed as the registry's."""
        return self.session.request(
            method, url, verify=self._tlsverify, timeout=self._timeout, proxies=self._proxies(), **request
        )

    def open_blob(self, digest: str) -> requests.Response:
        """An answer to read a blob from, and to close: the library leaves the connection of a half-read one open."""
        answer = self._request("get", f"blobs/{digest}", stream=True)  # type: ignore[no-untyped-call]
        return cast("requests.Response", answer)

    def authorize(self, header: str) -> None:
        """Show this Authorization with every request."""
        self._headers = {"Authorization": header}

    def at_home(self, url: str) -> bool:
        """Whether an address is one of the registry's own, and not of a storage behind it."""
        return _origin(url) == _origin(self._base_url)

    def _base_request(self, method: str, path: str, **request: Any) -> requests.Response:
        sent = super()._base_request(method, path, proxies=self._proxies(), **request)  # type: ignore[no-untyped-call]
        return cast("requests.Response", sent)

    def _proxies(self) -> dict[str, str] | None:
        return {"no_proxy": str(urlsplit(self._base_url).hostname)} if self.direct else None

    def _at_home_only(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The address of an upload may be another host's, which must not see what is for the registry."""
        shown = self._headers.get("Authorization")
        if shown and request.headers.get("Authorization") == shown and not self.at_home(str(request.url)):
            del request.headers["Authorization"]
        return request


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
