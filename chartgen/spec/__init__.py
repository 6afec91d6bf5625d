"""From a values file to the typed Spec, its figures and its canonical text."""

from chartgen.spec.backends import Backend, backends
from chartgen.spec.draft import SCHEMA_LINE, draft, plain
from chartgen.spec.load import Loaded, load, load_text
from chartgen.spec.overrides import override
from chartgen.spec.questions import Question, next_question
from chartgen.spec.schema import schema, schema_text

__all__ = [
    "SCHEMA_LINE",
    "Backend",
    "Loaded",
    "Question",
    "backends",
    "draft",
    "load",
    "load_text",
    "next_question",
    "override",
    "plain",
    "schema",
    "schema_text",
]
