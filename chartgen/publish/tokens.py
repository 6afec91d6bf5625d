"""Tokens for a registry that sends its users to a token server.

A password is shown to the server by GET (distribution, spec/auth/token.md), an identity token by POST (spec/auth/
oauth.md): what `docker login` stores where the server gives it one, and `az acr login` always.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass

import requests
from dxf.exceptions import DXFUnauthorizedError
from requests.utils import parse_dict_header

from chartgen.publish.credentials import Credentials

_CLIENT = "chartgen"
_REFUSED = {400, 401}
"""RFC 6749, 5.2 has 400 for a token that has expired; many servers answer 401."""

_NO_POST = {404, 405}
"""Of a token server without OAuth 2 (spec/auth/oauth.md)."""


class NoIdentityTokensError(Exception):
    """The registry wants a password, and an identity token is what there is."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the 401 of a registry names."""

    realm: str
    service: str
    scopes: tuple[str, ...]


def challenge(header: str) -> Challenge | None:
    """Read WWW-Authenticate; None where the registry asks for the password itself (Basic)."""
    found = re.search(r"\bbearer\s+(.*)", header, re.IGNORECASE | re.DOTALL)
    if found is None:
        return None
    words = parse_dict_header(found[1])  # type: ignore[no-untyped-call]
    return Challenge(words["realm"] or "", words.get("service") or "", tuple((words.get("scope") or "").split()))


def basic(known: Credentials) -> str:
    """The Authorization header of a password. Raises NoIdentityTokensError for an identity token."""
    if known.identity:
        raise NoIdentityTokensError
    return f"Basic {base64.b64encode(f'{known.username}:{known.password}'.encode()).decode()}"


def token(asked: Challenge, known: Credentials | None, ask: Callable[..., requests.Response]) -> str:
    """A token for what the registry asked; without credentials, one for everybody. `ask` is `requests.request`.

    Raises DXFUnauthorizedError where the server does not take the credentials, NoIdentityTokensError, and what
    `requests` raises. Credentials go to the server by TLS only, whatever the realm says.
    """
    realm = re.sub(r"^http:", "https:", asked.realm, flags=re.IGNORECASE) if known else asked.realm
    if known and known.identity:
        answer = ask("POST", realm, data=_form(asked, known), allow_redirects=False)
        if answer.status_code in _NO_POST:
            raise NoIdentityTokensError
    else:
        query = [("service", asked.service)] if asked.service else []
        query += [("scope", scope) for scope in asked.scopes]
        headers = {"Authorization": basic(known)} if known else {}
        answer = ask("GET", realm, params=query, headers=headers)
    if answer.status_code in _REFUSED:
        raise DXFUnauthorizedError
    answer.raise_for_status()
    try:
        given = answer.json()
        return str(given.get("access_token") or given["token"])
    except (ValueError, LookupError, AttributeError):
        raise requests.exceptions.InvalidJSONError("no token", request=answer.request) from None


def _form(asked: Challenge, known: Credentials) -> dict[str, str]:
    return {
        "grant_type": "refresh_token",
        "service": asked.service,
        "scope": " ".join(asked.scopes),
        "client_id": _CLIENT,
        "refresh_token": known.password,
    }
