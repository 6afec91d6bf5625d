"""What was found, as text for people and as data for machines. Every format takes a Report and returns a text."""

from chartgen.report.content import Report, RuleNote
from chartgen.report.formats import names, render

__all__ = ["Report", "RuleNote", "names", "render"]
