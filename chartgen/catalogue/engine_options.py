"""The command-line options of each minor version of an engine, as its published packages define them.

data/flags/<engine>/<minor>.toml is written by tools/engine_flags.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from chartgen.catalogue.engine_versions import Version, parse_version
from chartgen.catalogue.tables import names, table

_RELEASE = re.compile(
    r"v?(\d{1,4}\.\d{1,4}\.\d{1,4})(?:\.post\d)?(?:-(?:cu\d+|rocm[\d.]*|ubuntu\d+|x86_64|amd64|aarch64|arm64|cpu))*",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """`flags` are all spellings, `--no-...` included. `newest` is the last release that the table was made of."""

    flags: frozenset[str]
    newest: Version

    def accepts(self, flag: str) -> bool:
        """Whether Python's argparse takes the flag: as it is, shortened, or short with its value attached (`-n2`).

        A flag that is short for several is refused at the start; that is not told here.
        """
        if flag in self.flags or any(each.startswith(flag) for each in self.flags):
            return True
        return not flag.startswith("--") and flag[:2] in self.flags


def release(tag: str) -> Version | None:
    """The released version that an image tag names (`v0.33.0-cu129`); None for candidates, nightlies and the like."""
    match = _RELEASE.fullmatch(tag)
    return parse_version(match[1]) if match else None


@cache
def engine_options(engine: str, version: Version) -> EngineOptions | None:
    """The options of an engine's released version; None if there is no table, or only one of older releases."""
    folder = f"flags/{engine}"
    minor = f"{version[0]}.{version[1]}"
    if minor not in names(folder):
        return None
    data = table(f"{folder}/{minor}")
    releases = [parse_version(row["version"]) for row in data["package"]]
    newest = max(each for each in releases if each is not None)
    switches = data["options"]["switches"]
    negated = (f"--no-{name.removeprefix('--')}" for name in switches)
    return EngineOptions(frozenset([*data["options"]["plain"], *switches, *negated]), newest)
