"""Reads YAML and JSON as kubectl and Helm do, within limits, and finds the place of every value again."""

from chartgen.reader.comments import Comment, comments
from chartgen.reader.decoding import decode, read
from chartgen.reader.document import Document
from chartgen.reader.documents import parse
from chartgen.reader.limits import LIMITS, Limits
from chartgen.reader.locating import locate, locate_in
from chartgen.reader.plain import plain_is_string
from chartgen.reader.positions import position
from chartgen.reader.scalars import key as map_key
from chartgen.reader.scalars import scalar

__all__ = [
    "LIMITS",
    "Comment",
    "Document",
    "Limits",
    "comments",
    "decode",
    "locate",
    "locate_in",
    "map_key",
    "parse",
    "plain_is_string",
    "position",
    "read",
    "scalar",
]
