"""The words of a command line, and the variables that they are expanded with, as far as a manifest tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Word:
    """One argument of a command.

    If `known` is false, `text` is the part before the first thing that cannot be known, and with `many` the word may
    turn out to be none or several. `literal` says that no variable took part. `place` is the JSON pointer, in the
    container, of the text that the word stands in.
    """

    text: str
    known: bool = True
    literal: bool = True
    many: bool = False
    place: str = ""


UNKNOWN = Word("", known=False, literal=False)


@dataclass(frozen=True, slots=True)
class Variables:
    """Variables of a shell or a container.

    `closed` says that a name which is not listed can only come from the image: good enough to believe in the default
    of `${PORT:-8000}`, not to take `$PORT` for empty.
    """

    values: Mapping[str, Word] = field(default_factory=dict)
    closed: bool = True

    def get(self, name: str, default: Word = UNKNOWN) -> Word:
        """The value; of a name that is not listed the default, if the variables are closed, else an unknown word."""
        return self.values.get(name) or (default if self.closed else UNKNOWN)

    def set(self, values: Mapping[str, Word]) -> Variables:
        return replace(self, values={**self.values, **values}) if values else self


@dataclass(slots=True)
class Scope:
    """What a script sees where the lexer stands: variables, `$0` `$1` ..., and the place of its text.

    Inside braces, loops and functions (`depth` above 0) the numbered parameters may be another list.
    """

    variables: Variables
    parameters: tuple[Word, ...] = ()
    place: str = ""
    depth: int = 0

    def parameter(self, index: int) -> Word | None:
        if self.depth > 0:
            return UNKNOWN
        return self.parameters[index] if index < len(self.parameters) else None
