"""From a values file to the typed Spec, its figures and its canonical text."""

from chartgen.spec.backends import Backend, backends
from chartgen.spec.load import Loaded, load, load_text
from chartgen.spec.schema import schema, schema_text

__all__ = ["Backend", "Loaded", "backends", "load", "load_text", "schema", "schema_text"]
