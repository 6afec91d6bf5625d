"""Facts about the texts of a manifest that may be secrets."""

from __future__ import annotations

import json

import pytest
from facts_of import elements, values

LITERALS = """
apiVersion: v1
kind: Pod
metadata: {name: e}
spec:
  initContainers:
  - {name: i, image: i, command: [sh, -c, 'get --token=abc --header "$H" --key $(K)'], env: [{name: K, value: v}]}
  containers:
  - {name: c, image: i, args: [--a-b, x, -q, --c=$(K), --d]}
"""


def test_literals_are_what_is_spelt_out() -> None:
    found = [
        (each.pointer, *values(each, "literal.form", "literal.name", "literal.value"))
        for each in elements(LITERALS, "literal")
    ]
    assert found == [
        ("/spec/containers/0/args/1", "argument", "--a-b", "x"),
        ("/spec/initContainers/0/env/0/value", "variable", "K", "v"),
        ("/spec/initContainers/0/command/2", "argument", "--token", "abc"),
    ]


KEY = "bm90UmVhbGx5T25lTm90UmVhbGx5T25l"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a", [("", "a")]),
        (f"-----BEGIN PRIVATE KEY-----\n{KEY}\n", [("a private key", KEY)]),
        (f"-----BEGIN OPENSSH PRIVATE KEY-----\\r\\n{KEY}==", [("a private key", f"{KEY}==")]),
        ("-----BEGIN PRIVATE KEY-----\n" + "A" * 19, None),
        (f"-----BEGIN (?:[A-Z ]+)?PRIVATE KEY-----{KEY}", None),
        (f"AccountName=a;AccountKey={KEY}==;x=y", [("the AccountKey of a connection string", f"{KEY}==")]),
        (f"SharedAccessKeyName={KEY};sharedaccesskey={KEY}", [("the sharedaccesskey of a connection string", KEY)]),
        ("AccountKey=" + "a" * 19, None),
        (f"AccountName=devstoreaccount1;AccountKey={KEY}==;x=y", None),
        (f"AccountName=devstoreaccount12;AccountKey={KEY}", [("the AccountKey of a connection string", KEY)]),
        ("redis://:a-b.c@d:1/0", [("the password of redis://d", "a-b.c")]),
        ("jdbc:postgresql://$(USER):b@$(HOST)/c", [("the password of postgresql://", "b")]),
        (
            "a http://b:c@d e ftp://f:g@h http://b:c@d",
            [("the password of http://d", "c"), ("the password of ftp://h", "g")],
        ),
        ("http://a:$(B)@c", [("the password of http://c", "$(B)")]),
        ("http://a:80/b@c", None),
        ("http://a@b:80", None),
        ("docker://a/b:c@sha256:d", None),
        ("docker://b:c@sha256:d", None),
        (r"http://(\w+):(\w+)@(.+)", None),
    ],
)
def test_credentials_in_a_text(text: str, found: list[tuple[str, str]] | None) -> None:
    config = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"b": text}})
    told = [tuple(values(each, "literal.credential", "literal.value")) for each in elements(config, "literal")]
    assert told == (found or [("", text)])
