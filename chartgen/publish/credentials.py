"""Who to be at a registry: what the command line said, else Docker's credential store, else Helm's."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from docker import auth, errors
from docker.credentials import errors as store_errors

from chartgen.errors import PublishError
from chartgen.publish.errand import Errand
from chartgen.publish.reference import DOCKER_HUB

_BROKEN = (errors.DockerException, store_errors.StoreError, OSError, ValueError, LookupError, TypeError, AttributeError)
"""The library takes the form of the files, and of what helpers answer, on trust."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """With `identity`, the password is an identity token: good for a token server, and for nobody else."""

    username: str
    password: str = field(repr=False)
    identity: bool = False
    stored: bool = False


def stored(host: str, errand: Errand) -> Credentials | None:
    """What `docker login`, a credential helper or `helm registry login` holds for `host`; None if there is nothing.

    Docker's store is DOCKER_CONFIG or ~/.docker/config.json with its `auths`, `credHelpers` and `credsStore`; Helm's is
    a file of the same form. Raises PublishError where Docker's does not answer and Helm's holds nothing.
    """
    try:
        return _held(None, host) or _helms(host)
    except _BROKEN as error:
        with suppress(*_BROKEN):
            if found := _helms(host):
                return found
        raise PublishError(
            f"{errand.value}: Docker's credential store does not answer for {host}: {error.__cause__ or error}",
            remedy=f"log in again with `docker login`{errand.or_password}",
        ) from None


def _helms(host: str) -> Credentials | None:
    file = _helms_file()
    return _held(file, host) if file.is_file() else None


def _held(file: Path | None, host: str) -> Credentials | None:
    """What Docker's store, or `file`, holds for `host`."""
    with warnings.catch_warnings(action="ignore"):  # of what the error says again
        store = auth.load_config(config_path=str(file) if file else None)
        found = store.resolve_authconfig(None) if host in DOCKER_HUB else None
        words = {key.lower(): value for key, value in (found or store.resolve_authconfig(host) or {}).items()}
    if token := words.get("identitytoken"):
        return Credentials("", str(token), identity=True, stored=True)
    username, password = words.get("username"), words.get("password")
    return Credentials(username, password, stored=True) if username and password else None


def _helms_file() -> Path:
    """As Helm finds it (Helm 4, pkg/cli/environment.go and pkg/helmpath): an empty variable is as good as none."""
    if given := os.environ.get("HELM_REGISTRY_CONFIG"):
        return Path(given)
    if home := os.environ.get("HELM_CONFIG_HOME"):
        return Path(home, "registry", "config.json")
    usual = {"darwin": "~/Library/Preferences", "win32": os.environ.get("APPDATA", "")}.get(sys.platform, "~/.config")
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser(usual)  # noqa: PTH111 - raises nothing
    return Path(home, "helm", "registry", "config.json")
