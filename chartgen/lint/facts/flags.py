"""The flags that a server is given, against the options that its release has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from chartgen.catalogue.engine_options import EngineOptions, engine_options
from chartgen.lint.facts.basic import containers
from chartgen.lint.facts.engine import engine_at, started
from chartgen.lint.facts.registry import FactType, fact, iterator
from chartgen.lint.facts.serving import version
from chartgen.lint.facts.spelling import flag_pointers
from chartgen.lint.release import Release, Subject, at_pointer
from chartgen.model.manifest import Manifest

_ON = "flag"
_INSTALLERS = frozenset({"apt", "apt-get", "conda", "curl", "git", "mamba", "micromamba", "pip", "pip3", "uv", "wget"})
_OTHER_SERVER = "vllm.entrypoints.api_server"
_OPTIMIZATION = "-O"
_OUT_OF_SIGHT = ""


@iterator("flag")
def walk_flags(release: Release, manifest: Manifest) -> Iterator[Subject]:
    """Each flag that an inference server is given, where it stands; and an empty one if there may be others.

    Others may stand in a configuration file or in a variable.
    """
    for subject in containers(release, manifest):
        engine = engine_at(subject)[1]
        if engine is None:
            continue
        places = flag_pointers(subject)
        for flag in engine.options.flags:
            pointer = subject.pointer + places.get(flag, "")
            yield replace(subject, iterator="flag", element=flag, pointer=pointer, key=(subject.pointer, flag))
        if engine.options.open:
            yield replace(subject, iterator="flag", element="", key=(subject.pointer, _OUT_OF_SIGHT))


@fact("flag.name", FactType.STRING, on=_ON)
def flag_name(subject: Subject) -> str:
    """The flag, long ones with `-` for `_`."""
    return _key(subject)[1]


@fact("flag.version", FactType.STRING, on=_ON)
def flag_version(subject: Subject) -> str:
    """The server and its release (`vLLM 0.33.0`); empty if that is not known."""
    found = version(_container(subject))
    return "" if found is None else f"vLLM {'.'.join(map(str, found))}"


@fact("flag.known", FactType.BOOL, on=_ON)
def flag_known(subject: Subject) -> bool | None:
    """Whether this release of the server has the option.

    Unknown if there is no table of the release, if a plugin may add options, if the container installs something first,
    and for flags that are out of sight.
    """
    table, flag = _table(subject), _key(subject)[1]
    return None if table is None or flag == _OUT_OF_SIGHT else _exists(flag, table)


@fact("flag.meant", FactType.STRING, on=_ON)
def flag_meant(subject: Subject) -> str:
    """The option that is written most like an unknown one and does not say the opposite; empty if there is none."""
    table, flag = _table(subject), _key(subject)[1]
    if table is None or _exists(flag, table):
        return ""
    names = sorted(each for each in table.flags if _stem(each) != _stem(flag))
    close = get_close_matches(flag, names, n=1, cutoff=0.87)
    return close[0] if close and _negative(close[0]) == _negative(flag) else ""


def _key(subject: Subject) -> tuple[str, str]:
    return subject.key if isinstance(subject.key, tuple) else ("", "")


def _container(subject: Subject) -> Subject:
    """The container that the flag belongs to."""
    pointer = _key(subject)[0]
    container = at_pointer(subject.manifest.object, pointer)
    return replace(subject, iterator="container", element=container, pointer=pointer)


def _table(subject: Subject) -> EngineOptions | None:
    """The options of the release that the container of a flag runs; its flags share the answer."""
    key = ("flags", "table", id(subject.manifest), _key(subject)[0])
    return subject.release.once(key, lambda: _find_table(_container(subject)))


def _find_table(subject: Subject) -> EngineOptions | None:
    engine, release = engine_at(subject)[1], version(subject)
    if engine is None or release is None or engine.server.name != "vllm":
        return None
    if "VLLM_PLUGINS" in engine.variables.values or not engine.variables.closed:
        return None
    programs = started(subject)
    words = {word.text for program in programs for word in program.words}
    if _OTHER_SERVER in words or any(program.name in _INSTALLERS for program in programs):
        return None
    if any("pip" in {word.text for word in program.words[1:3]} for program in programs):
        return None
    table = engine_options(engine.server.name, release)
    return table if table is not None and release <= table.newest else None


def _exists(flag: str, table: EngineOptions) -> bool:
    name = flag.partition(".")[0]
    return name == "--" or name.startswith(_OPTIMIZATION) or table.accepts(name)


def _stem(flag: str) -> str:
    name = flag.removeprefix("--")
    for prefix in ("no-", "disable-", "enable-"):
        name = name.removeprefix(prefix)
    return name


def _negative(flag: str) -> bool:
    return flag.startswith(("--no-", "--disable-"))
