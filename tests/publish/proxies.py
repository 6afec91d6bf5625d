"""A small HTTP proxy before a registry, which answers, delays or cuts off what a test names."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True)
class Answer:
    """What the proxy says itself, in place of the registry."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Cut:
    """Send a part of the body to the registry, call `wait`, and break both connections."""

    wait: Callable[[], object]


Hook = Callable[[str, str], Answer | Cut | None]
"""Called with the method and the path of a request; None lets it through."""

Guard = Callable[[str, str, Mapping[str, str]], Answer | None]
"""Called with the headers too, before the hook."""

Change = Callable[[str, str, Mapping[str, str], dict[str, str]], None]
"""Called with the method, the path and the headers of a request, and the headers of its answer, to change those."""

_OURS = {"transfer-encoding", "connection", "content-length"}


@contextmanager
def proxy(
    upstream: str,
    hook: Hook = lambda method, path: None,
    *,
    guard: Guard | None = None,
    change: Change = lambda method, path, headers, said: None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[str]:
    """The host and port of a proxy before `upstream`."""

    class Handler(_Handler):
        pass

    Handler.change = staticmethod(change)
    Handler.upstream, Handler.hook, Handler.guard = upstream, staticmethod(hook), staticmethod(guard or _open)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def _open(_method: str, _path: str, _headers: Mapping[str, str]) -> None:
    """Everybody may come in."""


class _Handler(BaseHTTPRequestHandler):
    upstream: str
    hook: Hook
    guard: Guard
    change: Change
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *_words: object) -> None:
        """Nothing: the tests look at what chartgen says."""

    def handle(self) -> None:
        with suppress(ConnectionError):  # of who has heard enough
            super().handle()

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = dict(self.headers.items())
        match self.guard(self.command, self.path, headers) or self.hook(self.command, self.path):
            case Answer() as said:
                self._say(said.status, said.headers, said.body)
            case Cut(wait=wait):
                self._cut(body, wait)
            case _:
                self._forward(body)

    def _forward(self, body: bytes) -> None:
        connection = http.client.HTTPConnection(self.upstream)
        try:
            connection.request(self.command, self.path, body=body, headers=dict(self.headers.items()))
            answer = connection.getresponse()
            said = dict(answer.getheaders())
            self.change(self.command, self.path, dict(self.headers.items()), said)
            self._say(answer.status, said, answer.read())
        finally:
            connection.close()

    def _cut(self, body: bytes, wait: Callable[[], object]) -> None:
        connection = http.client.HTTPConnection(self.upstream)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            connection.send(body[: len(body) // 2])
            wait()
        finally:
            connection.close()
            self.close_connection = True

    def _say(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _OURS:
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _pass  # noqa: N815 - the names that http.server looks for
