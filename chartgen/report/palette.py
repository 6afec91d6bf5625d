"""Colours of the text reports; without colour every method returns its text as it is."""

from __future__ import annotations

from dataclasses import dataclass

from chartgen.model.finding import Severity

_RED, _GREEN, _YELLOW, _BLUE, _MAGENTA, _CYAN = 31, 32, 33, 34, 35, 36
_OF_SEVERITY = {Severity.error: _RED, Severity.warning: _YELLOW, Severity.info: _CYAN}


@dataclass(frozen=True, slots=True)
class Palette:
    """`colour` is false where the text is for a file or a pipe."""

    colour: bool

    def severity(self, severity: Severity | None, text: str) -> str:
        """`None` is the colour of what could not be decided."""
        return self._paint(text, _OF_SEVERITY[severity] if severity else _MAGENTA)

    def strong(self, text: str) -> str:
        return self._paint(text, None)

    def frame(self, text: str) -> str:
        """Arrows, line numbers and bars."""
        return self._paint(text, _BLUE)

    def note(self, text: str) -> str:
        return self._paint(text, _CYAN)

    def added(self, text: str) -> str:
        return self._paint(text, _GREEN)

    def removed(self, text: str) -> str:
        return self._paint(text, _RED)

    def _paint(self, text: str, code: int | None) -> str:
        if not self.colour or not text:
            return text
        return f"\x1b[1;{code}m{text}\x1b[0m" if code else f"\x1b[1m{text}\x1b[0m"
