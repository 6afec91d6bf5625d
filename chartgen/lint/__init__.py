"""Rules as data, facts in Python, and the engine that puts them together.

`load` reads rules, `chosen` takes some of them, `names` is what they are called; `releases` makes a release of
manifests, `run` says what the rules find; `examples.check` tests a rule.
"""

from chartgen.lint.assembly import releases
from chartgen.lint.engine import run
from chartgen.lint.naming import Names, chosen, names
from chartgen.lint.program import Program
from chartgen.lint.rulefiles import load

__all__ = ["Names", "Program", "chosen", "load", "names", "releases", "run"]
