"""`chartgen publish` and what stands between it and the registry: proxies, storages, answers that are not right."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from commands import chartgen, refused
from proxies import Answer, proxy
from registries import PASSWORD, USER, Running, registry
from small_charts import small_chart

QUICK = ("--settle", "0", "--retries", "0", "--no-lint")
PLAIN = ("--plain-http", *QUICK)
LOGIN = ("--username", USER, "--password-stdin")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with registry(tmp_path_factory.mktemp("plain") / "registry") as running:
        yield running


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with registry(tmp_path_factory.mktemp("locked") / "registry", login=True) as running:
        yield running


@pytest.mark.parametrize("status", [201, 307])
def test_a_storage_of_another_host_sees_no_password(status: int, plain: Running, tmp_path: Path) -> None:
    """The registry names it as the address of an upload, or sends the upload on to it."""
    seen: list[str] = []
    login = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def storage(method: str, path: str, headers: Mapping[str, str]) -> None:
        seen.append(f"{method} {headers.get('Authorization', '')}")

    def guard(method: str, path: str, headers: Mapping[str, str]) -> Answer | None:
        if headers.get("Authorization") != login:
            return Answer(401, {"WWW-Authenticate": 'Basic realm="charts"'})
        if method == "PUT" and "/blobs/uploads/" in path and status == 307:
            return Answer(307, {"Location": f"http://localhost:{port}{path}"})
        return None

    def sent_on(method: str, path: str, headers: Mapping[str, str], said: dict[str, str]) -> None:
        if method == "POST" and status == 201:
            parts = urlsplit(said["Location"])
            said["Location"] = f"http://localhost:{port}{parts.path}?{parts.query}"

    with proxy(plain.host, guard=storage) as behind, proxy(plain.host, guard=guard, change=sent_on) as host:
        port = behind.rpartition(":")[2]
        to = (f"oci://{host}/storage{status}", *PLAIN, *LOGIN)
        done = chartgen("publish", small_chart(tmp_path), *to, stdin=PASSWORD)
    assert done.returncode == 0, done.stderr
    assert seen == ["PUT ", "PUT "]
    assert plain.tags(f"storage{status}/greeting") == ["1.0.0"]


def test_a_storage_cannot_ask_for_the_password(plain: Running, tmp_path: Path) -> None:
    seen: list[str] = []

    def storage(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        seen.append(headers.get("Authorization", ""))
        return Answer(401, {"WWW-Authenticate": 'Basic realm="mine"'})

    def sent_on(method: str, path: str, headers: Mapping[str, str], said: dict[str, str]) -> None:
        if method == "POST":
            said["Location"] = f"http://localhost:{port}{urlsplit(said['Location']).path}"

    with proxy(plain.host, guard=storage) as behind, proxy(plain.host, change=sent_on) as host:
        port = behind.rpartition(":")[2]
        done = chartgen("publish", small_chart(tmp_path), f"oci://{host}/asked", *PLAIN, *LOGIN, stdin=PASSWORD)
    refused(done, "does not take")
    assert seen == [""]


def test_a_password_is_shown_to_who_asks_for_it(plain: Running, tmp_path: Path) -> None:
    seen: list[str] = []

    def guard(method: str, path: str, headers: Mapping[str, str]) -> None:
        seen.append(headers.get("Authorization", ""))

    with proxy(plain.host, guard=guard) as host:
        done = chartgen("publish", small_chart(tmp_path), f"oci://{host}/open", *PLAIN, *LOGIN, stdin=PASSWORD)
    assert done.returncode == 0, done.stderr
    assert set(seen) == {""}


@pytest.mark.parametrize("password", ["zażółć gęślą", "a:b c", "\N{KEY}"])
def test_passwords_of_all_kinds(password: str, locked: Running, tmp_path: Path) -> None:
    command = ("publish", small_chart(tmp_path), locked.at("kinds"), *PLAIN, *LOGIN)
    wrong = chartgen(*command, stdin=f"{password}\r\n")
    refused(wrong, "does not take the user name or the password")
    assert not set(password.split()) & set(wrong.stderr.split())
    assert chartgen(*command, stdin=f"{PASSWORD}\r\n").returncode == 0


def test_this_machine_is_reached_without_a_proxy(plain: Running, tmp_path: Path) -> None:
    """As Helm does it."""
    lost = dict.fromkeys(("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:1")
    done = chartgen("publish", small_chart(tmp_path), plain.at("direct"), *PLAIN, env=lost)
    assert done.returncode == 0, done.stderr


def test_another_machine_is_reached_by_the_proxy(plain: Running, tmp_path: Path) -> None:
    seen: list[str] = []

    def forward(method: str, path: str, headers: Mapping[str, str]) -> None:
        seen.append(path)

    with proxy(plain.host, guard=forward) as host:
        given = {"http_proxy": f"http://ada:secret@{host}", "HTTP_PROXY": f"http://ada:secret@{host}", "NO_PROXY": ""}
        done = chartgen("publish", small_chart(tmp_path), "oci://charts.invalid/x", *PLAIN, env=given)
    assert seen[0].startswith("http://charts.invalid/v2/x/greeting/manifests/")
    assert "secret" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["docker.io", "index.docker.io", "registry-1.docker.io"])
def test_docker_hub_by_each_of_its_names(name: str, plain: Running, tmp_path: Path) -> None:
    """`docker login` stores it under an address of its own; Helm's manual names registry-1.docker.io."""
    seen: list[tuple[str, str]] = []
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"https://index.docker.io/v1/": {"auth": login}}}))

    def guard(method: str, path: str, headers: Mapping[str, str]) -> Answer:
        seen.append((urlsplit(path).netloc, headers.get("Authorization", "")))
        return Answer(403 if headers.get("Authorization") else 401, {"WWW-Authenticate": 'Basic realm="hub"'})

    with proxy(plain.host, guard=guard) as host:
        given = {"http_proxy": f"http://{host}", "NO_PROXY": "", "no_proxy": "", "DOCKER_CONFIG": str(tmp_path)}
        done = chartgen("publish", small_chart(tmp_path), f"oci://{name}/acme", *PLAIN, env=given)
    refused(done, f"{name} answers 403")
    assert seen == [("registry-1.docker.io", ""), ("registry-1.docker.io", f"Basic {login}")]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (503, b"", "answers 503"),
        (200, b"<h1>Welcome", "answers what is no answer"),
        (0, b"", "cannot be reached"),
    ],
    ids=["busy", "portal", "silent"],
)
def test_a_token_server_is_named_in_what_goes_wrong_with_it(
    status: int, body: bytes, said: str, plain: Running, tmp_path: Path
) -> None:
    """It need not have the registry's name. (Without a password it may be reached without TLS.)"""
    with proxy(plain.host, lambda method, path: Answer(status, {}, body)) as server:
        realm = f"localhost:{server.rpartition(':')[2] if status else 1}"
        asks = {"WWW-Authenticate": f'Bearer realm="http://{realm}/token"'}
        nobody = {"DOCKER_CONFIG": str(tmp_path), "HELM_REGISTRY_CONFIG": str(tmp_path / "none")}
        with proxy(plain.host, lambda method, path: Answer(401, asks)) as host:
            done = chartgen("publish", small_chart(tmp_path), f"oci://{host}/x", *PLAIN, env=nobody)
    refused(done, f"{realm} {said}")


@pytest.mark.parametrize(
    "manifest",
    ["[]", '"text"', "3", '{"layers": [3, null]}', '{"layers": {"a": 1}}', "[" * 100_000, "<html>"],
    ids=["list", "text", "number", "layers", "map", "deep", "html"],
)
def test_a_manifest_that_is_none(manifest: str, plain: Running, tmp_path: Path) -> None:
    def hook(method: str, path: str) -> Answer | None:
        return Answer(200, {}, manifest.encode()) if "/manifests/" in path else None

    with proxy(plain.host, hook) as host:
        refused(chartgen("publish", small_chart(tmp_path), f"oci://{host}/none", *PLAIN))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"WWW-Authenticate": "Bearer"},
        {"WWW-Authenticate": 'Bearer realm=""'},
        {"WWW-Authenticate": "Negotiate"},
        {"WWW-Authenticate": 'Bearer realm="ftp://x/y"'},
        {"WWW-Authenticate": 'Bearer realm="http://127.0.0.1:1/token"'},
    ],
)
def test_a_login_that_is_none(headers: dict[str, str], plain: Running, tmp_path: Path) -> None:
    with proxy(plain.host, lambda method, path: Answer(401, headers)) as host:
        for login in ((), LOGIN):
            refused(
                chartgen(
                    "publish",
                    small_chart(tmp_path, text=str(len(login))),
                    f"oci://{host}/x",
                    *PLAIN,
                    *login,
                    stdin=PASSWORD,
                )
            )


@pytest.mark.parametrize("told", ["", "sha256:0123"])
def test_the_digest_that_a_registry_tells(told: str, plain: Running, tmp_path: Path) -> None:
    def change(method: str, path: str, headers: Mapping[str, str], said: dict[str, str]) -> None:
        if method == "GET" and "/manifests/" in path:
            said.pop("Docker-Content-Digest", None)
            said.update({"Docker-Content-Digest": told} if told else {})

    chart = small_chart(tmp_path)
    with proxy(plain.host, change=change) as host:
        done = chartgen("publish", chart, f"oci://{host}/told{told[:6]}".rstrip(":"), *PLAIN, "--format", "json")
    if told == "sha256:0123":
        assert (done.returncode, done.stdout) == (6, "")
        assert "another digest" in done.stderr
    else:
        assert done.returncode == 0, done.stderr
        again = chartgen("publish", chart, plain.at(f"told{told[:6]}".rstrip(":")), *PLAIN, "--format", "json")
        assert json.loads(again.stdout)["charts"][0]["digest"] == json.loads(done.stdout)["charts"][0]["digest"]


def test_what_is_no_certificate(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate\n")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    with proxy("127.0.0.1:1", tls=tls) as host:
        done = chartgen("publish", small_chart(tmp_path), f"oci://{host}/x", *QUICK, "--ca-file", tmp_path / "ca.pem")
    refused(done, "the file of --ca-file holds no certificate")
