"""`chartgen publish` where a token server says who may push, and what `helm registry login` has stored."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import helm_python
import pytest
import trustme
from commands import chartgen, refused
from registries import PASSWORD, USER, Running, registry
from small_charts import small_chart
from token_servers import IDENTITY, ISSUER, SERVICE, TokenServer, token_server

QUICK = ("--settle", "0", "--retries", "0", "--no-lint")
AZURE = "00000000-0000-0000-0000-000000000000"
"""The user name that `az acr login` stores beside an identity token."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def nobody(tmp_path: Path) -> dict[str, str]:
    """Neither Docker nor Helm has any credentials."""
    (tmp_path / "docker").mkdir()
    return {"DOCKER_CONFIG": str(tmp_path / "docker"), "HELM_REGISTRY_CONFIG": str(tmp_path / "registry.json")}


@contextmanager
def asking(tokens: TokenServer, authority: trustme.CA, folder: Path, *, plain_http: bool = False) -> Iterator[Running]:
    """A registry that takes the tokens of a server."""
    folder.mkdir()
    bundle = folder / "bundle.pem"
    authority.cert_pem.write_to_path(str(bundle))
    auth = f"{{token: {{realm: '{tokens.realm}', service: {SERVICE}, issuer: {ISSUER}, rootcertbundle: {bundle}}}}}"
    tls = None if plain_http else authority.issue_cert("127.0.0.1")
    with registry(folder / "registry", tls=tls, auth=auth) as running:
        yield running


@pytest.fixture(scope="module")
def tokens(authority: trustme.CA) -> Iterator[TokenServer]:
    with token_server(authority) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(tokens: TokenServer, authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with asking(tokens, authority, tmp_path_factory.mktemp("guarded") / "tokens") as running:
        yield running


def stored(config: str, **content: object) -> None:
    """Write Docker's configuration."""
    (Path(config) / "config.json").write_text(json.dumps(content))


def auth(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def test_a_password(guarded: Running, ca_file: Path, tmp_path: Path, nobody: dict[str, str]) -> None:
    command = ("publish", small_chart(tmp_path), guarded.at("password"), "--ca-file", ca_file, *QUICK)
    login = ("--username", USER, "--password-stdin")
    refused(chartgen(*command, env=nobody), "wants a user name and a password", "helm registry login")
    wrong = chartgen(*command, *login, stdin="wrong horse", env=nobody)
    refused(wrong, "does not take the user name or the password", "check --username")
    assert "wrong horse" not in wrong.stderr
    done = chartgen(*command, *login, "--verify", stdin=PASSWORD, env=nobody)
    assert done.returncode == 0, done.stderr
    again = chartgen(*command, *login, stdin=PASSWORD, env=nobody)
    assert "nothing to push" in again.stdout


def test_an_identity_token(
    guarded: Running, tokens: TokenServer, ca_file: Path, tmp_path: Path, nobody: dict[str, str]
) -> None:
    """As `az acr login` leaves it: a user without a password, and the token."""
    command = ("publish", small_chart(tmp_path), guarded.at("identity"), "--ca-file", ca_file, *QUICK)
    entry = {"auth": auth(AZURE, ""), "identitytoken": IDENTITY}
    stored(nobody["DOCKER_CONFIG"], auths={guarded.host: entry})
    tokens.asked.clear()
    done = chartgen(*command, "--verify", env=nobody)
    assert done.returncode == 0, done.stderr
    assert IDENTITY not in done.stdout + done.stderr
    assert {method for method, _ in tokens.asked} == {"POST"}
    assert all(form["refresh_token"] == IDENTITY and form["client_id"] == "chartgen" for _, form in tokens.asked)
    asked = [form["scope"].rpartition(":") for _, form in tokens.asked]
    assert {repository for repository, _, _ in asked} == {"repository:identity/greeting"}
    # The registry names the actions in any order: it keeps them in a map of Go.
    assert {"pull", "push"} in [{*actions.split(",")} for _, _, actions in asked]
    stored(nobody["DOCKER_CONFIG"], auths={guarded.host: {**entry, "identitytoken": "an old token"}})
    expired = chartgen(*command, env=nobody)
    refused(expired, "does not take the identity token", f"docker login {guarded.host}")
    assert "an old token" not in expired.stderr


def test_an_identity_token_of_a_credential_helper(
    guarded: Running, ca_file: Path, tmp_path: Path, nobody: dict[str, str]
) -> None:
    helper = tmp_path / "bin" / "docker-credential-vault"
    helper.parent.mkdir()
    answer = json.dumps({"ServerURL": guarded.host, "Username": "<token>", "Secret": IDENTITY})
    helper.write_text(f"#!/bin/sh\ncat > /dev/null\necho '{answer}'\n")
    helper.chmod(0o755)
    stored(nobody["DOCKER_CONFIG"], credHelpers={guarded.host: "vault"})
    command = ("publish", small_chart(tmp_path), guarded.at("helper"), "--ca-file", ca_file, *QUICK)
    done = chartgen(*command, env={**nobody, "PATH": f"{helper.parent}:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stderr


def test_a_token_server_without_identity_tokens(
    authority: trustme.CA, ca_file: Path, tmp_path: Path, nobody: dict[str, str]
) -> None:
    chart, trust = small_chart(tmp_path), ("--ca-file", ca_file, *QUICK)
    with token_server(authority, identities=False) as old, asking(old, authority, tmp_path / "old") as running:
        stored(nobody["DOCKER_CONFIG"], auths={running.host: {"identitytoken": IDENTITY}})
        refused(chartgen("publish", chart, running.at(), *trust, env=nobody), "takes no identity token", "--username")
    with registry(tmp_path / "basic", tls=authority.issue_cert("127.0.0.1"), login=True) as running:
        stored(nobody["DOCKER_CONFIG"], auths={running.host: {"identitytoken": IDENTITY}})
        refused(chartgen("publish", chart, running.at(), *trust, env=nobody), "takes no identity token", "--username")


def test_tokens_without_tls(
    tokens: TokenServer, authority: trustme.CA, ca_file: Path, tmp_path: Path, nobody: dict[str, str]
) -> None:
    """The registry speaks plain HTTP, its token server does not."""
    with asking(tokens, authority, tmp_path / "plain", plain_http=True) as running:
        command = ("publish", small_chart(tmp_path), running.at(), "--plain-http", "--ca-file", ca_file, *QUICK)
        done = chartgen(*command, "--username", USER, "--password-stdin", stdin=PASSWORD, env=nobody)
    assert done.returncode == 0, done.stderr


def test_what_helm_has_stored(guarded: Running, ca_file: Path, tmp_path: Path, nobody: dict[str, str]) -> None:
    command = ("publish", small_chart(tmp_path), guarded.at("helm"), "--ca-file", ca_file, *QUICK)
    by_helm = {"auths": {guarded.host: {"auth": auth(USER, PASSWORD)}}}
    Path(nobody["HELM_REGISTRY_CONFIG"]).write_text(json.dumps(by_helm))
    done = chartgen(*command, env=nobody)
    assert done.returncode == 0, done.stderr
    stored(nobody["DOCKER_CONFIG"], credsStore="lost")
    assert chartgen(*command, env=nobody).returncode == 0
    stored(nobody["DOCKER_CONFIG"], auths={guarded.host: {"auth": auth(USER, "another")}})
    refused(chartgen(*command, env=nobody), "does not take the user name or the password")


@pytest.mark.parametrize(
    "place",
    [
        ("HELM_REGISTRY_CONFIG", ""),
        ("HELM_CONFIG_HOME", "registry/config.json"),
        ("XDG_CONFIG_HOME", "helm/registry/config.json"),
        ("HOME", ".config/helm/registry/config.json"),
    ],
)
def test_where_helm_stores(
    place: tuple[str, str], guarded: Running, ca_file: Path, tmp_path: Path, nobody: dict[str, str]
) -> None:
    """Helm, told by the same variable, finds what chartgen found."""
    variable, file = place
    path = tmp_path / "home" / (file or "mine.json")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"auths": {guarded.host: {"auth": auth(USER, PASSWORD)}}}))
    order = ["HELM_REGISTRY_CONFIG", "HELM_CONFIG_HOME", "XDG_CONFIG_HOME", "HOME"]
    given = dict.fromkeys(order[: order.index(variable)], "")
    given[variable] = str(tmp_path / "home" if file else path)
    command = ("publish", small_chart(tmp_path), guarded.at("where"), "--ca-file", ca_file, *QUICK)
    done = chartgen(*command, env={**nobody, **given})
    assert done.returncode == 0, done.stderr


def test_what_helms_own_login_writes(tmp_path: Path, nobody: dict[str, str]) -> None:
    with registry(tmp_path / "registry", login=True) as running:
        with helm_python.RegistryClient(plain_http=True, credentials_file=nobody["HELM_REGISTRY_CONFIG"]) as client:
            client.login(running.host, USER, PASSWORD, plain_http=True)
        done = chartgen("publish", small_chart(tmp_path), running.at(), "--plain-http", *QUICK, env=nobody)
        assert done.returncode == 0, done.stderr
