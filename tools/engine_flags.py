"""Writes the tables of vLLM's options, chartgen/catalogue/data/flags/vllm/<minor>.toml, from the published packages.

    python tools/engine_flags.py 0.33.0
    python tools/engine_flags.py 0.20.0 0.20.1 0.20.2

The releases named belong to one minor version, whose table holds the options that any of them has. Each wheel is
downloaded by pip, and its sources are read and never run: what `make_arg_parser` adds, the fields of the server's own
arguments, and the fields of the configurations that tell which options are switches.
"""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = "vllm"
ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "chartgen" / "catalogue" / "data" / "flags" / PACKAGE
_ENGINE = "vllm/engine/arg_utils.py"
_FRONTEND = re.compile(r"vllm/entrypoints/[a-z]+/cli_args\.py")
_COMMAND = ("vllm/entrypoints/cli/serve.py", "vllm/scripts.py")
_CONFIGURATIONS = re.compile(r"vllm/config(\.py|/.+\.py)")
_SWITCH_ACTIONS = ("BooleanOptionalAction",)
_ARGPARSE = ("--help", "-h")
_DEEPEST = 4


class NotRead(Exception):
    """The sources hold an option that this script does not understand."""


@dataclass(slots=True)
class Options:
    """`flags` are all spellings; `switches` those long ones that also exist as `--no-...`."""

    flags: set[str] = field(default_factory=lambda: set(_ARGPARSE))
    switches: set[str] = field(default_factory=set)

    def add(self, names: Iterable[str], *, switch: bool) -> None:
        names = set(names)
        self.flags |= names
        if switch:
            self.switches |= {name for name in names if name.startswith("--")}


@dataclass(slots=True)
class Sources:
    """The parsed modules of one package.

    `fields` holds the annotation of each field, by class; `aliases` what the names of types stand for.
    """

    modules: dict[str, ast.Module]
    fields: dict[str, dict[str, ast.expr]]
    aliases: dict[str, ast.expr]

    def functions(self, file: str, names: Iterable[str]) -> Iterator[ast.FunctionDef]:
        wanted = set(names)
        for node in ast.walk(self.modules[file]):
            if isinstance(node, ast.FunctionDef) and node.name in wanted:
                yield node


def main(releases: list[str]) -> None:
    minors = {".".join(release.split(".")[:2]) for release in releases}
    if len(minors) != 1:
        raise SystemExit("nothing was written: name the releases of one minor version, such as 0.20.0 0.20.1")
    options, packages = Options(), []
    for release in releases:
        with tempfile.TemporaryDirectory() as folder:
            wheel = download(release, Path(folder))
            packages.append((release, wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest()))
            found = read(wheel)
        options.flags |= found.flags
        options.switches |= found.switches
    TABLES.mkdir(parents=True, exist_ok=True)
    file = TABLES / f"{minors.pop()}.toml"
    file.write_text(written(packages, options), encoding="utf-8")
    print(f"{file.relative_to(ROOT)}: {len(options.flags)} options, {len(options.switches)} of them switches")


def download(release: str, folder: Path) -> Path:
    """The wheel of a release."""
    command = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--dest", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", *command, f"{PACKAGE}=={release}"], check=True)
    return next(folder.glob("*.whl"))


def read(wheel: Path) -> Options:
    """The options of `vllm serve` in a wheel."""
    sources = parsed(wheel)
    options = Options()
    frontend = next(file for file in sources.modules if _FRONTEND.fullmatch(file))
    command = next(file for file in _COMMAND if file in sources.modules)
    for function in sources.functions(_ENGINE, {"add_cli_args"}):
        collect(function, sources, options)
    for function in sources.functions(frontend, {"add_cli_args", "make_arg_parser"}):
        collect(function, sources, options)
    for function in sources.functions(command, {"subparser_init", "main"}):
        collect(function, sources, options)
    if not {"--model", "--port", "--tensor-parallel-size", "-tp"} <= options.flags:
        raise NotRead(f"{wheel.name}: the options that every release has were not found")
    return options


def parsed(wheel: Path) -> Sources:
    modules: dict[str, ast.Module] = {}
    fields: dict[str, dict[str, ast.expr]] = {}
    aliases: dict[str, ast.expr] = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            wanted = name in (_ENGINE, *_COMMAND) or _FRONTEND.fullmatch(name) or _CONFIGURATIONS.fullmatch(name)
            if wanted:
                modules[name] = ast.parse(archive.read(name))
    for node in (each for module in modules.values() for each in ast.walk(module)):
        if isinstance(node, ast.ClassDef):
            fields.setdefault(node.name, {}).update(fields_of(node))
            aliases.setdefault(node.name, ast.Constant("a class"))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            aliases.setdefault(node.targets[0].id, node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            aliases.setdefault(node.target.id, node.value)
    return Sources(modules, fields, aliases)


def fields_of(node: ast.ClassDef) -> dict[str, ast.expr]:
    """The fields that a class declares itself."""
    return {
        each.target.id: each.annotation
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }


def collect(function: ast.FunctionDef, sources: Sources, options: Options) -> None:
    """What one function adds to the parser, call by call."""
    classes, names = tables(function)
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add_argument":
            literal = [each.value for each in call.args if isinstance(each, ast.Constant)]
            if len(literal) == len(call.args):
                flags = [name for name in literal if isinstance(name, str) and name.startswith("-")]
                options.add(flags, switch=is_switch(call, classes, names, sources))
            else:
                by_loop(call, function, sources, options)


def tables(function: ast.FunctionDef) -> tuple[dict[str, str], dict[str, ast.expr]]:
    """The variables that hold the arguments of a configuration's fields (by class), and every other variable."""
    classes: dict[str, str] = {}
    names: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
            names[name] = value
            if isinstance(value, ast.Call) and ast.unparse(value.func) == "get_kwargs":
                classes[name] = ast.unparse(value.args[0])
    return classes, names


def is_switch(call: ast.Call, classes: dict[str, str], names: dict[str, ast.expr], sources: Sources) -> bool:
    """Whether the option also exists as `--no-...`. What cannot be told counts as one, so that nothing is refused."""
    for keyword in call.keywords:
        if keyword.arg == "action":
            return ast.unparse(keyword.value).endswith(_SWITCH_ACTIONS)
    for keyword in call.keywords:
        if keyword.arg is None:
            return unpacked(keyword.value, classes, names, sources)
    return False


def unpacked(value: ast.expr, classes: dict[str, str], names: dict[str, ast.expr], sources: Sources) -> bool:
    """The same for `**kwargs["field"]`, however it is wrapped."""
    if isinstance(value, ast.Name) and value.id in names and value.id not in classes:
        value = names[value.id]
    for node in ast.walk(value):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            base = node.value
            name = base.id if isinstance(base, ast.Name) else ""
            if isinstance(base, ast.Call) and ast.unparse(base.func) == "get_kwargs":
                owner = ast.unparse(base.args[0])
            else:
                owner = classes.get(name, "")
            annotation = sources.fields.get(owner, {}).get(str(node.slice.value))
            return annotation is None or may_be_boolean(annotation, sources)
    return True


def may_be_boolean(annotation: ast.expr, sources: Sources, depth: int = 0) -> bool:
    """Whether a type holds bool, aliases looked up."""
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    if "bool" in names:
        return True
    found = (sources.aliases[name] for name in names if name in sources.aliases)
    return depth < _DEEPEST and any(may_be_boolean(each, sources, depth + 1) for each in found)


def by_loop(call: ast.Call, function: ast.FunctionDef, sources: Sources, options: Options) -> None:
    """A loop that adds one option for each name of a list, or for each field of the server's own arguments."""
    loop = next(each for each in ast.walk(function) if isinstance(each, ast.For) and call in ast.walk(each))
    listed = [each.value for each in ast.walk(loop.iter) if isinstance(each, ast.Constant)]
    flags = [name for name in listed if isinstance(name, str) and name.startswith("-")]
    if flags:
        options.add(flags, switch=False)
        return
    if ".replace('_', '-')" not in ast.unparse(call):
        raise NotRead(f"this option has no name of its own: {ast.unparse(call)}")
    for owner in ("BaseFrontendArgs", "FrontendArgs"):
        for name, annotation in sources.fields.get(owner, {}).items():
            if "ClassVar" not in ast.unparse(annotation):
                options.add([f"--{name.replace('_', '-')}"], switch=may_be_boolean(annotation, sources))


def written(packages: list[tuple[str, str, str]], options: Options) -> str:
    lines = ["# Options of `vllm serve`, written by tools/engine_flags.py from the definitions in these packages.", ""]
    for release, name, digest in sorted(packages):
        lines += ["[[package]]", f'version = "{release}"', f'file = "{name}"', f'sha256 = "{digest}"', ""]
    lines += ["[options]", *array("plain", options.flags - options.switches)]
    lines += ["# Each of these also exists as --no-...", *array("switches", options.switches)]
    return "\n".join(lines) + "\n"


def array(name: str, values: Iterable[str]) -> list[str]:
    return [f"{name} = [", *(f'  "{value}",' for value in sorted(values)), "]"]


if __name__ == "__main__":
    main(sys.argv[1:])
