"""The options that sign packages, which `package` and `publish` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # nothing of it is needed to show the help
    from chartgen.pipeline.package import Signing

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_OPTIONS = (
    click.option("--sign/--no-sign", help="Make Helm provenance (<name>-<version>.tgz.prov) as well."),
    click.option("--key", metavar="NAME", help="The signer: a part of the name of one key in the keyring."),
    click.option(
        "--keyring", type=_FILE, metavar="FILE", help="The secret keys, as `gpg --export-secret-keys` writes them."
    ),
    click.option("--passphrase-file", type=_FILE, metavar="FILE", help="A file whose first line unlocks the key."),
)


def signing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --sign, --key, --keyring and --passphrase-file."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def signing(
    outcome: str, *, sign: bool, key: str | None, keyring: Path | None, passphrase_file: Path | None
) -> Signing | None:
    """What the options say, None without --sign. Raises UsageError, which begins with `outcome`, for half of them."""
    from chartgen.errors import UsageError
    from chartgen.pipeline.package import Signing

    if sign and key and keyring:
        return Signing(key, keyring, passphrase_file)
    if sign:
        raise UsageError(f"{outcome}: --sign needs --key and --keyring", remedy="give both")
    if key or keyring or passphrase_file:
        raise UsageError(f"{outcome}: --key, --keyring and --passphrase-file go with --sign", remedy="add it")
    return None
