"""The Helm templates of a chart, put together by Jinja from choices alone.

Every `*.j2` directly below a source folder becomes one file below `templates/`; names that start with an underscore
and files in sub-folders are parts of those. The sub-folder of a choice (`provider/`, `workload/`, `storage/`) holds
one file per value, found by its name; `kind` is what the catalogue knows of the workload kind. Any chart's sources may
use the parts of charts/vllm. A file whose text is empty for some choices is left out of the chart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache, lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from chartgen import resources
from chartgen.catalogue import workloads
from chartgen.model.spec import Choices

if TYPE_CHECKING:  # Jinja is imported when a chart is assembled, not when the command line starts
    from jinja2 import Environment
    from jinja2.environment import TemplateModule

_NINDENT = re.compile(r"\bnindent (\d+)")
_LENDER = "vllm"
_CONTRIBUTORS = (
    "_spot",
    "provider/{provider}",
    "storage/{backend}",
    "workload/{kind}",
    "exposure/{expose}/{controller}",
    "monitoring/{monitor}",
)
# What a part knows if whoever asks for it says nothing else: the pod that answers requests, not one that helps it, and
# no pool (with the spot policy mixed there are two, `on-demand` and `spot`).
_ORDINARY = {"role": "server", "pool": ""}


@lru_cache(maxsize=4096)
def templates(folder: str, choices: Choices) -> Mapping[str, str]:
    """The template files for `choices`, by their path inside the chart, from the sources in charts/`folder`."""
    source = resources.folder("charts") / folder
    assembler = _Assembler((source, resources.folder("charts") / _LENDER), choices)
    made = {path.name.removesuffix(".j2"): assembler.part(path.name) for path in _outputs(source)}
    return MappingProxyType({f"templates/{name}": f"{text}\n" for name, text in made.items() if text.strip()})


def _outputs(source: Path) -> list[Path]:
    return sorted(path for path in source.glob("*.j2") if not path.name.startswith("_"))


class _Assembler:
    """What a template can call besides its own macros: `part` and `slot`; and all that it can see: `choices`, `kind`
    and what its part was told.
    """

    def __init__(self, sources: tuple[Path, ...], choices: Choices) -> None:
        self._environment = _environment(sources)
        self._context: dict[str, Any] = {
            "choices": choices,
            "kind": workloads.workload(choices.kind),
            **_ORDINARY,
        }
        self._contributors = [
            f"{name}.yaml.j2"
            for name in (pattern.format(**asdict(choices)) for pattern in _CONTRIBUTORS)
            if any((source / f"{name}.yaml.j2").is_file() for source in sources)
        ]
        # A contributor says the same each time that it is told the same: its macros are read once for many slots.
        self._modules: dict[tuple[str, frozenset[tuple[str, str]]], TemplateModule] = {}

    def part(self, name: str, **told: str) -> str:
        """The text of the source file `name`, which sees what it is `told`, and so do the parts and slots in it."""
        text = self._environment.get_template(name).render(self._seen(told))
        return text.strip("\n") if name == "NOTES.txt.j2" else _dense(text)

    def slot(self, name: str, **told: str) -> str:
        """What each contributor's macro `name` says, in their fixed order; empty if none has that macro."""
        texts = (self._macro(contributor, name, told) for contributor in self._contributors)
        return "\n".join(text for text in texts if text)

    def _macro(self, contributor: str, name: str, told: Mapping[str, str]) -> str:
        key = (contributor, frozenset(told.items()))
        if key not in self._modules:
            self._modules[key] = self._environment.get_template(contributor).make_module(self._seen(told))
        macro = getattr(self._modules[key], name, None)
        return "" if macro is None else _dense(str(macro()))

    def _seen(self, told: Mapping[str, str]) -> dict[str, Any]:
        return {**self._context, **told, "part": partial(self.part, **told), "slot": partial(self.slot, **told)}


@cache
def _environment(sources: tuple[Path, ...]) -> Environment:
    """Shared, so that each source is compiled once.

    The delimiters never meet Helm's `{{ }}`; a misspelt name is an error, not an empty text.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(sources),
        undefined=StrictUndefined,
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["shift"] = _shift
    environment.filters["item"] = _item
    environment.filters["unwrap"] = _unwrap
    return environment


def _shift(text: str, columns: int) -> str:
    """Indent every line by `columns`, and every `nindent` in it, which counts from column 0, by as much."""
    moved = _NINDENT.sub(lambda found: f"nindent {int(found[1]) + columns}", _dense(text))
    return "\n".join(f"{' ' * columns}{line}" for line in moved.split("\n")) if moved else ""


def _item(text: str) -> str:
    """`text`, a mapping, as the one item of a list."""
    return "- " + _shift(text, 2).lstrip()


def _unwrap(text: str) -> str:
    """The members of a mapping's sections, without the keys of the sections themselves."""
    inner = "\n".join(line[2:] for line in text.split("\n") if line.startswith("  "))
    return _NINDENT.sub(lambda found: f"nindent {int(found[1]) - 2}", inner)


def _dense(text: str) -> str:
    """`text` without blank lines, which empty slots and macros leave behind."""
    return "\n".join(line for line in text.split("\n") if line.strip())
