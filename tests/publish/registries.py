"""Debian's docker-registry on loopback, for one test or several."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, Any
from urllib.error import HTTPError

import bcrypt
import pytest
import trustme

USER, PASSWORD = "ada", "correct horse"
_LISTENING = re.compile(r"listening on (?:127\.0\.0\.1|\[::1\]):(\d+)")


@dataclass(frozen=True)
class Running:
    """A registry at `host` (with its port). Of plain ones, what it holds can be asked for."""

    host: str
    folder: Path

    def at(self, path: str = "charts") -> str:
        return f"oci://{self.host}/{path}"

    def tags(self, repository: str) -> list[str]:
        try:
            with urllib.request.urlopen(f"http://{self.host}/v2/{repository}/tags/list") as answer:
                return sorted(json.load(answer)["tags"] or [])
        except HTTPError as error:
            with error:
                if error.code == 404:
                    return []
                raise

    def manifest(self, repository: str, tag: str) -> dict[str, Any]:
        """What is behind a tag."""
        request = urllib.request.Request(
            f"http://{self.host}/v2/{repository}/manifests/{tag}",
            headers={"Accept": "application/vnd.oci.image.manifest.v1+json"},
        )
        with urllib.request.urlopen(request) as answer:
            return dict(json.load(answer))

    def blob(self, repository: str, digest: str) -> bytes:
        with urllib.request.urlopen(f"http://{self.host}/v2/{repository}/blobs/{digest}") as answer:
            return bytes(answer.read())

    def layer(self, repository: str, tag: str) -> str:
        """The digest of the chart behind a tag."""
        return str(self.manifest(repository, tag)["layers"][0]["digest"])


def program() -> str:
    found = shutil.which("docker-registry")
    if found is None:
        pytest.fail("there is no docker-registry on PATH: install Debian's package of that name, or use tests/run")
    return found


@contextmanager
def registry(
    folder: Path,
    *,
    tls: trustme.LeafCert | None = None,
    login: bool = False,
    auth: str = "",
    within: Sequence[str] = (),
    address: str = "127.0.0.1",
) -> Iterator[Running]:
    """A registry that stores in memory; `auth` is its setting of that name.

    `within` is a command to run it by, and has it store in `folder`/data.
    """
    (folder / "data").mkdir(parents=True)
    settings = ["version: 0.1", "log: {level: info, accesslog: {disabled: true}}"]
    storage = f"filesystem: {{rootdirectory: {folder / 'data'}}}" if within else "inmemory: {}"
    settings.append(f"storage: {{{storage}}}")
    if login:
        users = folder / "htpasswd"
        users.write_bytes(USER.encode() + b":" + bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)) + b"\n")
        settings.append(f"auth: {{htpasswd: {{realm: charts, path: {users}}}}}")
    if auth:
        settings.append(f"auth: {auth}")
    settings += ["http:", f"  addr: '{address}:0'"]
    if tls:
        certificate, key = folder / "cert.pem", folder / "key.pem"
        certificate.write_bytes(b"".join(each.bytes() for each in tls.cert_chain_pems))
        tls.private_key_pem.write_to_path(str(key))
        settings.append(f"  tls: {{certificate: {certificate}, key: {key}}}")
    config = folder / "config.yml"
    config.write_text("\n".join(settings) + "\n")
    command = [*within, program(), "serve", str(config)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as done:
        assert done.stderr is not None
        port = _port(done.stderr)
        reader = Thread(target=done.stderr.read)
        reader.start()
        try:
            yield Running(f"{address}:{port}", folder)
        finally:
            done.terminate()
            reader.join()


def _port(log: IO[bytes]) -> str:
    told = []
    for line in log:
        told.append(line.decode())
        if found := _LISTENING.search(told[-1]):
            return found[1]
    pytest.fail(f"docker-registry did not start: {''.join(told)}")
