"""Rules as data, facts in Python, and the engine that puts them together.

`load` reads rules, `releases` makes a release of manifests, `run` says what the rules find; `examples.check` tests a
rule.
"""

from chartgen.lint.assembly import releases
from chartgen.lint.engine import run
from chartgen.lint.rulefiles import load

__all__ = ["load", "releases", "run"]
