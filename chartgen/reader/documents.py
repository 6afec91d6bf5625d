"""Text to documents: JSON if it is JSON, else YAML."""

from __future__ import annotations

from chartgen.errors import InputError
from chartgen.reader.decoding import too_large
from chartgen.reader.document import Document
from chartgen.reader.json_documents import json_documents
from chartgen.reader.limits import LIMITS, Limits
from chartgen.reader.positions import position
from chartgen.reader.yaml_documents import yaml_documents


def parse(
    text: str, file: str, *, limits: Limits = LIMITS, drop_nulls: bool = True, single: bool = False
) -> list[Document]:
    """The documents of `text`, in order; an empty one has the value None, a text of comments alone has no document.

    Values are plain dict, list, str, int, float, bool and None, read as kubectl and Helm read them; whole numbers are
    int, integers beyond 64 bits float. `drop_nulls` leaves out map values that are null, as the API server treats them
    as unset (a null in a list stays). With `single` a second document that is not empty is refused, and the list has at
    most one member. Raises InputError with the location of the first thing that cannot be read: malformed YAML, a key
    written twice, NUL, an unknown or cyclic alias, `.inf`, or more than `limits` allow.
    """
    size = len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
    if size > limits.file_bytes:
        raise too_large(file, limits)
    documents = json_documents(text, file, limits, drop_nulls)
    if documents is None:
        documents = list(yaml_documents(text, file, limits, drop_nulls))
    if single:
        filled = [document for document in documents if document.value is not None]
        if len(filled) > 1:
            raise InputError(
                "the file holds more than one YAML document",
                remedy="Keep one document: remove the `---` line, or what follows it.",
                location=position(text, filled[1].start, file),
            )
        return filled or documents[:1]
    return documents
