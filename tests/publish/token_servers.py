"""A token server, as those of ghcr.io, Docker Hub and Azure: tokens by password (GET) and by identity token (POST)."""

from __future__ import annotations

import base64
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from registries import PASSWORD, USER

ISSUER, SERVICE, IDENTITY = "the issuer", "the service", "an identity token"


@dataclass
class TokenServer:
    """Where it is, who signs its tokens, and what it was asked: the method and the form of each request."""

    realm: str
    signer: trustme.LeafCert
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def token(self, scopes: str) -> str:
        """A token that the registry takes (distribution, spec/auth/jwt.md)."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": SERVICE, "sub": USER, "nbf": now - 60, "iat": now - 60, "exp": now + 600}
        access = [dict(zip(("type", "name", "actions"), scope.split(":"), strict=True)) for scope in scopes.split()]
        for each in access:
            each["actions"] = each["actions"].split(",")  # type: ignore[assignment]
        chain = [_der(pem.bytes()) for pem in self.signer.cert_chain_pems]
        header = {"typ": "JWT", "alg": "ES256", "x5c": chain}
        signed = f"{_encoded(header)}.{_encoded({**claims, 'jti': str(time.time_ns()), 'access': access})}"
        key = load_pem_private_key(self.signer.private_key_pem.bytes(), None)
        assert isinstance(key, EllipticCurvePrivateKey)
        r, s = decode_dss_signature(key.sign(signed.encode(), ECDSA(SHA256())))
        return f"{signed}.{_base64(r.to_bytes(32) + s.to_bytes(32))}"


@contextmanager
def token_server(authority: trustme.CA, *, identities: bool = True) -> Iterator[TokenServer]:
    """Without `identities` it knows no POST, as token servers without OAuth 2."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *_words: object) -> None:
            """Nothing: the tests look at what chartgen says."""

        def do_GET(self) -> None:
            form = {name: " ".join(values) for name, values in parse_qs(urlsplit(self.path).query).items()}
            running.asked.append(("GET", form))
            login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            self._answer(form, known=self.headers.get("Authorization") == f"Basic {login}")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            form = {name: " ".join(values) for name, values in parse_qs(body.decode()).items()}
            running.asked.append(("POST", form))
            if not identities:
                return self._say(404, {})
            whole = form.get("grant_type") == "refresh_token" and form.get("service") == SERVICE and form["client_id"]
            return self._answer(form, known=bool(whole) and form.get("refresh_token") == IDENTITY)

        def _answer(self, form: Mapping[str, str], *, known: bool) -> None:
            if not known:
                return self._say(401 if self.command == "GET" else 400, {"error": "invalid_grant"})
            name = "access_token" if self.command == "POST" else "token"
            return self._say(200, {name: running.token(form["scope"])})

        def _say(self, status: int, answer: Mapping[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    running = TokenServer(f"https://127.0.0.1:{server.server_port}/token", authority.issue_cert("issuer.example"))
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield running
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def _der(pem: bytes) -> str:
    return "".join(line for line in pem.decode().splitlines() if not line.startswith("-----"))


def _encoded(part: Mapping[str, Any]) -> str:
    return _base64(json.dumps(part).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
