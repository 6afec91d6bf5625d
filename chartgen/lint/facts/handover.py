"""What a container starts that may in turn start a server, out of our sight."""

from __future__ import annotations

from chartgen.lint.facts.arguments import Program
from chartgen.lint.facts.servers import SERVERS

_SCRIPTS = (".sh", ".py", ".bash")
_READERS = frozenset({".", "alias", "eval", "source"})
_SPEAKERS = frozenset({"", "echo", "grep", "pgrep", "pkill", "printf"})
_INTERPRETERS = frozenset({"python", "python2", "python3", "sh", "bash", "dash", "ash", "zsh", "ksh"})


def hands_over(program: Program) -> bool:
    """Whether the program is given the command line of a server, which it may start: `su -c "vllm serve"`, torchrun."""
    if program.entrypoint or program.name in _SPEAKERS:
        return False
    given = " ".join(word.text for word in program.words[1:])
    commands = (" ".join(start) for server in SERVERS for start in server.programs if len(start) > 1)
    return any(each in given for each in (*commands, *(name for server in SERVERS for name in server.modules)))


def opaque(program: Program) -> bool:
    """Whether the program may start a server out of our sight: a script of its own, or something unknown."""
    if not program.words or not program.words[0].known:
        return True
    name = program.name
    if name in _INTERPRETERS or name in _READERS or name.rstrip("0123456789.") in _INTERPRETERS:
        return True
    return name.endswith(_SCRIPTS) or program.words[0].text.startswith(("/", "./"))
