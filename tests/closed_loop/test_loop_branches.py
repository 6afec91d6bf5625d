"""The templates of the walk: every text rendered by Helm, every branch taken and not taken."""

from __future__ import annotations

import pytest
from loop_branches import marked
from loop_coverage import Coverage, cover
from loop_plan import plan

MOST = 40

# Branches that no accepted file takes, by what their conditions ask: guards behind a refusal of the values file, which
# stay for values that come from elsewhere, and limits that a longer search would reach.
_GUARDS = (
    "if $.Values.derived.gpuProducts",  # no label for the GPU and no pool: the values file is refused
    "if $.Values.derived.instanceTypes",
    "with $.Values.derived.gpuProducts",
    "with $.Values.derived.instanceTypes",
    "semverCompare",
)


@pytest.fixture(scope="module")
def covered(tmp_path_factory: pytest.TempPathFactory) -> Coverage:
    return cover(plan(MOST).accepted, tmp_path_factory.mktemp("covered"))


def test_every_text_is_rendered(covered: Coverage) -> None:
    assert len(covered.texts) > 300
    assert covered.rendered == covered.texts


def test_every_branch_is_taken_and_not_taken(covered: Coverage) -> None:
    missing = [kin for kin in covered.missing if not any(guard in kin[1][-1] for guard in _GUARDS)]
    assert missing == []
    assert len(covered.arms) > 200


def test_marks_find_what_is_not_taken() -> None:
    text = (
        '{{- if $a }}x{{ else if eq .b "}}" }}y{{- end }}{{ range $c }}{{ with . }}z{{ end }}{{ end }}{{ fail "no" }}'
    )
    found = marked("file", text, 0)
    assert [arm.index for arm in found.arms.values()] == [0, 1, 2, 0, 1, 0, 1]
    assert found.text.count("\u241e") == 14
    assert "{{ print" in found.text
