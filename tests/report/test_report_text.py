"""The text report, read as a user reads it."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from chartgen.model.finding import Finding, ObjectRef, Related, Severity
from chartgen.model.location import Location
from chartgen.model.manifest import Source
from chartgen.report.content import Report, RuleNote
from chartgen.report.formats import render

FILE = "deploy/vllm.yaml"
TEXT = """\
kind: PersistentVolumeClaim
metadata:
  name: models
spec:
  accessModes: [ReadWriteOnce]  # one node
---
kind: Deployment
metadata: {name: vllm, namespace: llm}
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: vllm
        image: vllm/vllm-openai:latest
      volumes:
      - {name: 'it''s # 模型', persistentVolumeClaim: {claimName: models}}
"""
DEPLOYMENT = ObjectRef("apps/v1", "Deployment", "llm", "vllm")
CLAIM = ObjectRef("v1", "PersistentVolumeClaim", "", "models")
AUTOSCALER = ObjectRef("autoscaling/v2", "HorizontalPodAutoscaler", "llm", "vllm")
SHARED = Finding(
    "rwo-shared-replicas",
    Severity.error,
    "claim models is ReadWriteOnce, mounted by vllm with up to 5 replicas",
    DEPLOYMENT,
    "/spec/template/spec/volumes/0",
    Location(FILE, 17, 9),
    (
        Related(Location(FILE, 5, 3), CLAIM, "/spec/accessModes", "the access modes"),
        Related(Location(FILE, 10, 3), DEPLOYMENT, "/spec/replicas", "the replicas"),
        Related(Location("hpa.yaml", 2, 1), AUTOSCALER, "/spec/maxReplicas", "the maximum"),
    ),
)
FLOATING = Finding(
    "image-tag-floating",
    Severity.warning,
    "container vllm runs the tag latest",
    DEPLOYMENT,
    "/spec/template/spec/containers/0/image",
    Location(FILE, 15, 9),
)
NOTES = (
    RuleNote("image-tag-floating", "A tag that moves", Severity.warning, "Name a version."),
    RuleNote(
        "rwo-shared-replicas",
        "Replicas share a ReadWriteOnce disk",
        Severity.error,
        "Use a StatefulSet with volumeClaimTemplates, so that each replica has its own disk, or a volume that "
        "many nodes can mount.",
    ),
)
SOURCES = (Source(FILE, TEXT), Source("hpa.yaml", "kind: HorizontalPodAutoscaler\nmaxReplicas: 5\n"))


def report(*findings: Finding, sources: tuple[Source, ...] = SOURCES) -> Report:
    return Report(findings, NOTES, sources, objects=3, kube_version="1.37")


def at(line: int, column: int, text: str, *, message: str = "m", file: str = "a.yaml") -> list[str]:
    """The report of one finding at a place in `text`."""
    finding = Finding("some-rule", Severity.info, message, DEPLOYMENT, "/x", Location(file, line, column))
    return render(Report((finding,), (), (Source(file, text),), objects=1), "text").split("\n")


def test_one_excerpt_shows_all_places_of_a_file_and_one_more_each_other_file() -> None:
    assert (
        render(report(SHARED, FLOATING), "text")
        == """\
error[rwo-shared-replicas]: claim models is ReadWriteOnce, mounted by vllm with up to 5 replicas
  --> deploy/vllm.yaml:17:9  Deployment vllm in namespace llm
   |
 5 |   accessModes: [ReadWriteOnce]  # one node
   |   ---------------------------- the access modes, PersistentVolumeClaim models
...
10 |   replicas: 3
   |   ----------- the replicas
...
17 |       - {name: 'it''s # 模型', persistentVolumeClaim: {claimName: models}}
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  ::: hpa.yaml:2:1  HorizontalPodAutoscaler vllm in namespace llm
   |
 2 | maxReplicas: 5
   | -------------- the maximum
   |
   = help: Use a StatefulSet with volumeClaimTemplates, so that each replica has its own disk, or a
           volume that many nodes can mount.

warning[image-tag-floating]: container vllm runs the tag latest
  --> deploy/vllm.yaml:15:9  Deployment vllm in namespace llm
   |
15 |         image: vllm/vllm-openai:latest
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: Name a version.

found 1 error and 1 warning in 3 objects
for the reason behind a rule: chartgen rules explain rwo-shared-replicas
"""
    )


def test_the_remedy_of_a_rule_is_told_once() -> None:
    assert render(report(FLOATING, FLOATING), "text").count("Name a version.") == 1


def test_what_helm_rendered_is_marked_and_excerpted_from_its_own_text() -> None:
    finding = Finding("r", Severity.info, "m", CLAIM, "/x", Location("chart/templates/a.yaml", 1, 1), rendered=True)
    sources = (
        Source("chart/templates/a.yaml", "{{ if .Values.x }}"),
        Source("chart/templates/a.yaml", "from: helm", rendered=True),
    )
    lines = render(report(finding, sources=sources), "text").splitlines()
    assert lines[1] == " --> chart/templates/a.yaml:1:1  PersistentVolumeClaim models (rendered)"
    assert lines[3] == "1 | from: helm"


def test_what_was_not_decided_is_shown_as_such_and_counted_nowhere() -> None:
    unknown = Finding("r", Severity.error, "not decided: claim", CLAIM, "/x", Location(FILE, 1, 1), unknown=True)
    text = render(report(unknown), "text")
    assert text.startswith("unknown[r]: not decided: claim\n")
    assert text.endswith("\nno findings in 3 objects\n")


def test_clean_and_empty_reports_say_so() -> None:
    assert render(report(), "text") == "no findings in 3 objects\n"
    assert render(Report((), (), (), objects=0), "text") == "no Kubernetes objects found\n"


def test_kinds_without_a_schema_are_named() -> None:
    text = render(Report((), (), (), 2, "1.37", {"keda.sh/v1alpha1 ScaledObject": 2}), "text")
    note = "no schema to check 2 keda.sh/v1alpha1 ScaledObject against; --crds takes definitions"
    assert text == f"note: {note}\nno findings in 2 objects\n"


def test_files_that_were_passed_over_are_counted() -> None:
    text = render(Report((), (), (), 2, skipped=1), "text")
    assert text.startswith("note: 1 file without a Kubernetes object: it was passed over\n")


def test_a_place_without_text_is_named_without_excerpt() -> None:
    assert render(report(FLOATING, sources=()), "text").splitlines()[1:3] == [
        "  --> deploy/vllm.yaml:15:9  Deployment vllm in namespace llm",
        "   |",
    ]


def test_a_single_line_between_two_places_is_shown_rather_than_left_out() -> None:
    related = (Related(Location("a", 3, 1), DEPLOYMENT, "/y", ""),)
    finding = Finding("r", Severity.info, "m", DEPLOYMENT, "/x", Location("a", 1, 1), related)
    lines = render(report(finding, sources=(Source("a", "one: 1\ntwo: 2\nthree: 3"),)), "text").splitlines()
    assert lines[2:9] == ["  |", "1 | one: 1", "  | ^^^^^^", "2 | two: 2", "3 | three: 3", "  | --------", ""]


def test_the_underline_stands_below_wide_characters_and_tabs() -> None:
    lines = at(1, 5, "模型: x")
    assert lines[3:5] == ["1 | 模型: x", f"  | {' ' * 6}^"]
    lines = at(1, 2, '\t"a": 1,')
    assert lines[3:5] == ['1 |     "a": 1,', f"  | {' ' * 4}^^^^^^"]


def test_a_long_line_is_cut_around_its_place() -> None:
    text = "[" + ", ".join(f'"item-{number:04}"' for number in range(500)) + "]"
    column = text.index('"item-0250"') + 1
    lines = at(1, column, text)
    assert len(lines[3]) <= 130
    start = lines[4].index("^")
    assert lines[3][start : start + lines[4].count("^")] == '"item-0250"'
    assert lines[3][4] == lines[3][-1] == "…"


def test_nothing_in_an_input_reaches_the_terminal_as_a_command() -> None:
    text = "\n".join(at(1, 1, "a: \x1b[2J\u202ex\x9b0m", message="evil \x1b]0;x\x07\nsecond", file="b\x1b[0m.yaml"))
    assert not [c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs"}]
    assert "␛[2J\ufffdx\ufffd0m" in text
    assert "evil ␛]0;x␇␊second" in text


def test_colour_changes_nothing_but_colour() -> None:
    plain, coloured = render(report(SHARED, FLOATING), "text"), render(report(SHARED, FLOATING), "text", colour=True)
    assert "\x1b[1;31merror[rwo-shared-replicas]\x1b[0m" in coloured
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@given(text=st.text(max_size=200), line=st.integers(1, 9), column=st.integers(1, 300))
def test_any_text_and_any_place_can_be_shown(text: str, line: int, column: int) -> None:
    lines = at(line, column, text)
    assert lines[0] == "info[some-rule]: m"
    drawn = [shown for shown in lines if "^" in shown and shown.lstrip().startswith("|")]
    assert len(drawn) == (1 if line <= len(text.split("\n")) else 0) or "^" in text
