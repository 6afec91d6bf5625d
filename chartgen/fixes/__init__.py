"""Fixes applied to text: the operations of a fix change plain data, and the text is changed just where the data differ.

`applied` does the first, `rewritten` the second. Nothing outside the nodes that differ is written anew, so comments,
order, quotes and indentation stay as they are; and the new text is read again, to see that it says what was meant and
nothing else.
"""

from chartgen.fixes.edits import same
from chartgen.fixes.operations import NotApplicable, applied, touched
from chartgen.fixes.rewriting import NotWritable, appended, rewritten

__all__ = ["NotApplicable", "NotWritable", "appended", "applied", "rewritten", "same", "touched"]
