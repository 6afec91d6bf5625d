"""The JSON schemas that chartgen comes with, as they are printed."""

from __future__ import annotations

from chartgen import resources


def text(name: str) -> str:
    """The schema of `values` (with storage backends and GPU names filled in), `rule`, `report` ... as JSON text.

    That of `config` is the part that commands and their options do not say.
    """
    if name == "values":
        from chartgen import spec  # noqa: PLC0415 - the others need no generator

        return spec.schema_text()
    return (resources.folder("schemas") / f"{name}.schema.json").read_text(encoding="utf-8")
