"""What a script's words come to: a real shell is the judge, and what only a run can tell is unknown."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartgen.lint.facts.shell import commands
from chartgen.lint.facts.words import Variables, Word

SCRIPTS = [
    "show a 'b c' \"d e\" f\\ g",
    "show --a='{\"k\": [1, 2]}' --b=\"x 'y' z\" --c=p\"q\"'r'",
    'X=1; Y=\'2 3\'; show $X $Y "$Y" \'$X\' \\$X "\\$X" ${X}y "cost $"',
    "X='a  b'; show pre$X/post \"pre$X/post\"",
    "show one \\\n  two # three\nshow four#five",
    "show a; show b && show c || show d\nshow e & wait; show f",
    "show a >/dev/null b 2>&1; show c | cat; show d",
    'show "$@" x; show $1 "$2" $0',
    'show x"$1"y',
    "X=1 && show $X",
    'show ${UNSET:-8000} "${UNSET:-a b}" ${UNSET-c}',
    "X=; show ${X:-d}; show ${X-e}",
    "if true; then show in; fi; for i in 1 2; do :; done; show out",
    "{ show braces; }; (show parens)",
    "case a in a) show case;; esac; show after",
    "X=1; export Y=$X$X Z=3; show $Y $Z",
    "show \"a\nb\" 'c\nd'",
    "show ''  \"\" end",
    'show "a\\\nb" c\\\nd',
    "show x~ a=b -- -x",
    "X='a  b'; Y=$X; show \"$Y\"; X=1 show $X; Z=a\\ b; show $Z",
    "cat <<E >/dev/null; show first\nshow no $X\nE\nshow second",
    "cat <<-'E' >/dev/null\n\tshow no\n\tE\nshow yes",
    "show out>&2 2>/dev/null; show {} {a} '{1,2}' \"*\" \\~",
]


@pytest.mark.skipif(not shutil.which("sh"), reason="needs a shell to compare with")
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_shell_reads_the_same_words(script: str) -> None:
    prelude = "show() { for word; do printf '%s\\0' \"$word\"; done; printf '\\1'; }\n"
    run = ["sh", "-c", f"cd / && {{ :; }}\n{prelude}{script}\nwait", "zero", "one", "two words"]
    real = subprocess.run(run, capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"})
    shown = [each.split("\0")[:-1] for each in real.stdout.split("\1")[:-1]]
    parameters = [Word("zero"), Word("one"), Word("two words")]
    read = [
        command.words[1:] for command in commands(script, Variables(), parameters) if command.words[0].text == "show"
    ]
    assert all(word.known for words in read for word in words)
    told = [[word.text for word in words] for words in read]
    if "|" in script or "&" in script:
        assert sorted(each for each in told if each in shown) == sorted(shown)
    else:
        assert told == shown


@pytest.mark.parametrize(
    ("script", "text", "many"),
    [
        ("show $(nvidia-smi -L | wc -l)", "", True),
        ("show `date`", "", True),
        ('show "$(echo ")")"', "", False),
        ("show --tp=$X", "--tp=", False),
        ("show $X", "", True),
        ('show "$X"', "", False),
        ("[ -n $Y ] && X=2; show $X", "", True),
        ("if a; then X=2; fi; show $X", "", True),
        ("X=1; . /env; show $X", "", True),
        ("X=1; read X; show $X", "", True),
        ("X=$(date); show $X", "", True),
        ("X=1; X+=2; show $X", "", True),
        ("set -- a b; show $1", "", True),
        ("set -e a b; show $1", "", True),
        ("show {1,2}", "", True),
        ('show --c={"a":1,"b":2}', "--c=", True),
        ("show ~/m", "", False),
        ("show /models/*", "/models/", True),
        ("X='*'; show $X", "", True),
        ("show ${X:=1} >/dev/null; show $X", "", True),
        ("X=1 | cat; show $X", "", True),
        ("true | X=1; show $X", "", True),
        ("X=1 & show $X", "", True),
        ("X=1; f() { show $X; }; X=2; f", "", True),
        ("X='a b'; function f { X=$X$X; }; f; show $X", "", True),
        ("X=1; for i in 1 2; do show $X; X=2; done", "", True),
        ("IFS=,; X=a,b; show $X", "", True),
        ("A=(1 2); show ${A[@]}", "", True),
        ("X=1 Y=$X; show $Y", "", True),
        ("X='a b'; export Y=$X; show $Y", "", True),
        ("declare -i X=1+1; show $X", "", True),
        ("show <(date) after", "", False),
        ('show "$*"', "", False),
        ("X=1; ((X++)); show $X", "", True),
        ("X=1; : $((X = 5)); show $X", "", True),
        ("show /models/[ab]", "/models/", True),
        ("f() { show $1; }", "", True),
        ("show ${X%.*}", "", True),
    ],
)
def test_what_only_a_run_can_tell_is_unknown(script: str, text: str, many: bool) -> None:
    shown = [each for each in commands(script, Variables(), [Word("sh")]) if each.words[0].text == "show"]
    word = shown[-1].words[1]
    assert (word.known, word.text, word.many) == (False, text, many)


@given(st.text(alphabet="ab '\"\\$(){}`;|&<>#\n=1@*-", max_size=60))
def test_no_script_is_too_odd(script: str) -> None:
    for command in commands(script, Variables(), [Word("sh"), Word("x")]):
        assert command.words
