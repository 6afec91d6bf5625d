"""Findings for the tests of the formats: plain ones, and such as somebody would write who wants to do harm."""

from __future__ import annotations

from hypothesis import strategies as st

from chartgen.model.finding import Finding, ObjectRef, Related, Severity
from chartgen.model.location import Location
from chartgen.model.manifest import Source
from chartgen.report.content import Report, RuleNote

DEPLOYMENT = ObjectRef("apps/v1", "Deployment", "llm", "vllm")
CLAIM = ObjectRef("v1", "PersistentVolumeClaim", "", "models")
TEXT = "kind: Deployment\nspec:\n  replicas: 3  # 模型\n"
SHARED = Finding(
    "rwo-shared-replicas",
    Severity.error,
    "claim models is ReadWriteOnce, mounted by 3 replicas",
    DEPLOYMENT,
    "/spec/replicas",
    Location("deploy/vllm.yaml", 3, 3),
    (Related(Location("deploy/claim.yaml", 5, 3), CLAIM, "/spec/accessModes", "the access modes"),),
)
FLOATING = Finding("image-tag-floating", Severity.warning, "tag latest", DEPLOYMENT, "/x", Location("b.yaml", 7, 9))
NOTED = Finding("container-port-mismatch", Severity.info, "port 80", DEPLOYMENT, "/p", Location("b.yaml", 8, 1))
UNKNOWN = Finding(
    "shm-missing", Severity.error, "not decided: x", DEPLOYMENT, "/y", Location("b.yaml", 9, 1), unknown=True
)
RENDERED = Finding(
    "image-tag-floating",
    Severity.error,
    "tag main",
    DEPLOYMENT,
    "/x",
    Location("chart/templates/app.yaml", 42, 9),
    (Related(Location("chart/templates/claim.yaml", 12, 1), CLAIM, "/spec", "the claim"),),
    rendered=True,
)
UNREADABLE = Finding("yaml-invalid", Severity.error, "a tab", ObjectRef("", "", "", ""), "", Location("c.yaml", 2, 1))
ALL = (SHARED, FLOATING, NOTED, UNKNOWN, RENDERED, UNREADABLE)
NOTES = (
    RuleNote(
        "image-tag-floating",
        "Image tag that moves",
        Severity.warning,
        "Name a release,\nor keep `strategy: Recreate`.",
        ("https://kubernetes.io/docs/concepts/containers/images/", "the manual of <vllm>"),
        "A tag moves.\nAnd moves.\n\nSo <it> does.",
    ),
    RuleNote("rwo-shared-replicas", "Replicas share a disk", Severity.error, "Give each its own."),
)
SOURCES = (Source("deploy/vllm.yaml", TEXT), Source("clean.yaml", "kind: Service\n"))

# Text and file names out of which each format could be broken.
EVIL = (
    "x\n::error::injected",
    "a|b `c` \\| \\",
    "<img src=x onerror=alert(1)><!-- --></details>",
    "![a](https://evil.example/a.png) [b](javascript:alert(1))",
    "@everyone #1 GH-1 www.evil.example https://evil.example mailto:a@evil.example",
    "100%0A::warning file=a,line=1::x",
    "\x00\x1b[31mred\x07\x85\u2028\u202e\ufffe\ufdd0 \ud800\udcff",
    "]]> &amp; &#10; \" ' <failure/>",
    "[text](1) {0} {1} {{x}} [x\\](http://e.example)",
    "a,b:c;d=e f?g#h%41",
)


def report(*findings: Finding, sources: tuple[Source, ...] = SOURCES) -> Report:
    return Report(findings, NOTES, sources, 3, "1.37", {"keda.sh/v1alpha1 ScaledObject": 1})


def nasty(text: str, file: str) -> Finding:
    """A finding with this text in every place that an input can fill."""
    where = ObjectRef("v1", f"Kind{text}", text, text)
    related = (Related(Location(file, 2, 2), where, f"/{text}", text),)
    return Finding("some-rule", Severity.error, text, where, f"/{text}", Location(file, 3, 4), related)


TEXTS = st.one_of(
    st.sampled_from(EVIL), st.text(max_size=60), st.text("<>&|`\\[](){}*_#@:%!~\n\r\t ./wHG-1a", max_size=40)
)
FILES = TEXTS.filter(lambda text: text != "")
