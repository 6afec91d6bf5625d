"""`chartgen publish` and who may do it: TLS, passwords, tokens, and Docker's credential store."""

from __future__ import annotations

import base64
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import trustme
from commands import chartgen, refused, sha256
from proxies import Answer, proxy
from registries import PASSWORD, USER, Running, registry
from small_charts import small_chart

QUICK = ("--settle", "0", "--retries", "0", "--no-lint")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with registry(tmp_path_factory.mktemp("plain") / "registry") as running:
        yield running


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA) -> Iterator[Running]:
    """With TLS and a password."""
    leaf = authority.issue_cert("127.0.0.1")
    with registry(tmp_path_factory.mktemp("guarded") / "registry", tls=leaf, login=True) as running:
        yield running


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def nobody(tmp_path: Path) -> dict[str, str]:
    """Docker without any credentials."""
    (tmp_path / "docker").mkdir()
    return {"DOCKER_CONFIG": str(tmp_path / "docker")}


def test_with_tls_and_a_password(guarded: Running, ca_file: Path, tmp_path: Path, nobody: dict[str, str]) -> None:
    chart, login = small_chart(tmp_path), ("--username", USER, "--password-stdin")
    command = ("publish", chart, guarded.at(), "--ca-file", ca_file, *QUICK)
    refused(chartgen(*command, env=nobody), "wants a user name and a password", "docker login")
    refused(chartgen(*command, *login, stdin="wrong\n", env=nobody), "does not take the user name or the password")
    done = chartgen(*command, *login, "--verify", stdin=f"{PASSWORD}\n", env=nobody)
    assert done.returncode == 0, done.stderr
    assert f"--ca-file {ca_file}" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr
    pulling = (
        "import helm_python as helm, sys\n"
        "host, user, password, into, store = sys.argv[1:]\n"
        "with helm.RegistryClient(credentials_file=store) as client:\n"
        "    client.login(host, user, password)\n"
        "    client.pull(f'oci://{host}/charts/greeting', version='1.0.0', destination=into)\n"
    )
    subprocess.run(
        [sys.executable, "-c", pulling, guarded.host, USER, PASSWORD, str(tmp_path), str(tmp_path / "store.json")],
        env={**os.environ, "SSL_CERT_FILE": str(ca_file)},
        check=True,
    )
    pulled = sha256(tmp_path / "greeting-1.0.0.tgz")
    assert chartgen("package", chart, "-o", tmp_path / "packed").returncode == 0
    assert sha256(tmp_path / "packed" / "greeting-1.0.0.tgz") == pulled


def test_dockers_credential_store(guarded: Running, ca_file: Path, tmp_path: Path, nobody: dict[str, str]) -> None:
    command = ("publish", small_chart(tmp_path), guarded.at("stored"), "--ca-file", ca_file, *QUICK)
    config = Path(nobody["DOCKER_CONFIG"]) / "config.json"
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    config.write_text(json.dumps({"auths": {guarded.host: {"auth": login}}}))
    assert chartgen(*command, env=nobody).returncode == 0
    helper = tmp_path / "bin" / "docker-credential-vault"
    helper.parent.mkdir()
    answer = json.dumps({"ServerURL": guarded.host, "Username": USER, "Secret": PASSWORD})
    helper.write_text(f"#!/bin/sh\ncat > {tmp_path}/asked\necho '{answer}'\n")
    helper.chmod(0o755)
    config.write_text(json.dumps({"credHelpers": {guarded.host: "vault"}}))
    by_helper = chartgen(*command, env={**nobody, "PATH": f"{helper.parent}:{os.environ['PATH']}"})
    assert by_helper.returncode == 0, by_helper.stderr
    assert (tmp_path / "asked").read_text().strip() == guarded.host
    refused(chartgen(*command, env=nobody), "Docker's credential store does not answer")


def test_a_password_over_plain_http(tmp_path: Path, nobody: dict[str, str]) -> None:
    with registry(tmp_path / "registry", login=True) as running:
        command = ("publish", small_chart(tmp_path), running.at(), "--plain-http", *QUICK)
        refused(chartgen(*command, env=nobody), "wants", "--username")
        login = ("--username", USER, "--password-stdin")
        assert chartgen(*command, *login, stdin=PASSWORD, env=nobody).returncode == 0


def test_a_registry_that_gives_out_tokens(
    plain: Running, authority: trustme.CA, ca_file: Path, tmp_path: Path, nobody: dict[str, str]
) -> None:
    """As ghcr.io and most others: a token for reading is no token for writing (distribution, spec/auth/token.md)."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    login = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def guard(method: str, path: str, headers: Mapping[str, str]) -> Answer | None:
        given = headers.get("Authorization", "")
        if path.startswith("/token?"):
            scope = parse_qs(path.partition("?")[2])["scope"][0]
            said = json.dumps({"token": f"{scope} for {given == login}"}).encode()
            return Answer(200, {"Content-Type": "application/json"}, said)
        scope = f"repository:tokens/greeting:{'pull' if method in ('GET', 'HEAD') else 'pull,push'}"
        if given in (f"Bearer {scope} for True", "Bearer repository:tokens/greeting:pull,push for True"):
            return None
        challenge = f'Bearer realm="https://{headers["Host"]}/token",service="charts",scope="{scope}"'
        return Answer(401, {"WWW-Authenticate": challenge})

    with proxy(plain.host, guard=guard, tls=tls) as host:
        command = ("publish", small_chart(tmp_path), f"oci://{host}/tokens", "--ca-file", ca_file, *QUICK)
        refused(chartgen(*command, env=nobody), "wants a user name and a password")
        done = chartgen(*command, "--username", USER, "--password-stdin", "--verify", stdin=PASSWORD, env=nobody)
    assert done.returncode == 0, done.stderr
    assert plain.tags("tokens/greeting") == ["1.0.0"]


def test_an_unknown_authority(guarded: Running, tmp_path: Path) -> None:
    refused(
        chartgen("publish", small_chart(tmp_path), guarded.at(), *QUICK),
        "shows a certificate that is not trusted",
        "--ca-file",
    )
