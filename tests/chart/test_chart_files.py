"""What stands beside the templates: Chart.yaml, README.md, the schema; and how a chart gets to disk."""

from __future__ import annotations

import json
from pathlib import Path

import helm_python
import jsonschema
import pytest
from chart_making import AKS, loaded, made, written

from chartgen import chart, helm
from chartgen.errors import UsageError
from chartgen.model.chart import Chart

OURS = "annotations:\n  chartgen.dev/generated-by: chartgen 0\n"


def test_helm_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    assert helm.engine("embedded").lint(written(tmp_path, AKS, {"autoscaling": {"kind": "hpa"}})) == []


def test_chart_yaml_says_what_the_values_say(tmp_path: Path) -> None:
    about = {
        "version": "1.2.3-rc.1+build",
        "appVersion": "0.33",
        "description": "yes: \"no\" # 'x' \\ {{ y }} \u00fc \U0001f600",
        "home": "https://example.com/a?b=c#d",
        "maintainers": [{"name": "on", "email": "a@b.c", "url": "https://example.com"}, {"name": "1e3"}],
    }
    with helm_python.Chart.load(written(tmp_path, {"chart": about, "name": "no"})) as found:
        metadata = found.metadata
    assert metadata["name"] == "no"
    assert {key: metadata[key] for key in about} == about
    assert metadata["kubeVersion"] == ">=1.30.0-0"


def test_the_schema_is_draft_7_and_accepts_the_charts_own_values(tmp_path: Path) -> None:
    schema = json.loads(made(tmp_path, AKS).files["values.schema.json"])
    jsonschema.Draft7Validator.check_schema(schema)
    assert list(jsonschema.Draft7Validator(schema).iter_errors(loaded(tmp_path, AKS).values)) == []

    def keywords(node: object) -> set[str]:
        if isinstance(node, dict):
            return set(node).union(*(keywords(member) for member in node.values()))
        return set().union(*(keywords(member) for member in node)) if isinstance(node, list) else set()

    assert not {key for key in keywords(schema) if key.startswith("x-")}
    assert not {"$defs", "dependentRequired", "unevaluatedProperties", "prefixItems"} & keywords(schema)


def test_the_readme_names_every_key(tmp_path: Path) -> None:
    values = loaded(tmp_path, AKS).values
    readme = made(tmp_path, AKS, {"model": {"servedName": "a|b`c"}}).files["README.md"]

    def keys(node: dict[str, object], prefix: str = "") -> set[str]:
        found = set()
        for key, value in node.items():
            found |= keys(value, f"{prefix}{key}.") if isinstance(value, dict) and value else {f"{prefix}{key}"}
        return found

    sections = {key for key, value in values.items() if value == {}}
    for key in keys(values) - sections - {"workload.resources"}:
        assert f"| `{key}` |" in readme, key
    rows = [line for line in readme.splitlines() if line.startswith("| `")]
    assert all(line.replace("\\|", "").count("|") == 4 for line in rows)


def test_a_description_cannot_break_out_of_the_readme(tmp_path: Path) -> None:
    readme = made(tmp_path, {"chart": {"description": "<script>x</script> *a* [b](c) | `d` # e"}}).files["README.md"]
    assert "\n\\<script\\>x\\</script\\> \\*a\\* \\[b\\](c) \\| \\`d\\` \\# e\n" in readme


def test_a_chart_is_written_whole(tmp_path: Path) -> None:
    small = Chart("small", "0.1.0", {"Chart.yaml": OURS, "templates/a.yaml": "a: \u00fc\n"})
    folder = chart.write(small, tmp_path / "out")
    assert folder == tmp_path / "out" / "small"
    assert (folder / "templates" / "a.yaml").read_bytes() == "a: \u00fc\n".encode()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["small"]


def test_an_older_chart_is_replaced_as_a_whole(tmp_path: Path) -> None:
    chart.write(Chart("small", "0.1.0", {"Chart.yaml": OURS, "templates/old.yaml": "a: 1\n"}), tmp_path)
    folder = chart.write(Chart("small", "0.2.0", {"Chart.yaml": OURS}), tmp_path)
    assert [path.name for path in folder.iterdir()] == ["Chart.yaml"]


@pytest.mark.parametrize("metadata", [None, "apiVersion: v2\nname: small\n"])
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, metadata: str | None) -> None:
    foreign = tmp_path / "small"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("years of work")
    if metadata:
        (foreign / "Chart.yaml").write_text(metadata)
    small = Chart("small", "0.1.0", {"Chart.yaml": OURS})
    with pytest.raises(UsageError, match="chartgen did not make") as caught:
        chart.write(small, tmp_path)
    assert "--force" in caught.value.remedy
    assert (foreign / "thesis.txt").read_text() == "years of work"
    assert [path.name for path in chart.write(small, tmp_path, force=True).iterdir()] == ["Chart.yaml"]
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "Chart.yaml").write_text(OURS)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "small").symlink_to(elsewhere)
    with pytest.raises(UsageError):
        chart.write(Chart("small", "0.1.0", {"Chart.yaml": "x: 1\n"}), tmp_path / "out")
    assert (elsewhere / "Chart.yaml").read_text() == OURS


def test_a_chart_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    small = Chart("small", "0.1.0", {"Chart.yaml": OURS})
    chart.write(small, tmp_path)
    broken = Chart("small", "0.2.0", {"Chart.yaml": OURS, "Chart.yaml/below": "x"})
    with pytest.raises(UsageError, match="no chart was written"):
        chart.write(broken, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["small"]
    assert (tmp_path / "small" / "Chart.yaml").read_text() == OURS


def test_several_charts_are_written_all_or_none(tmp_path: Path) -> None:
    first, second = (Chart(name, "0.1.0", {"Chart.yaml": OURS}) for name in ("first", "second"))
    assert chart.write_all([first, second], tmp_path) == [tmp_path / "first", tmp_path / "second"]
    fresh = Chart("first", "0.2.0", {"Chart.yaml": OURS, "new": "x"})
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError):
        chart.write_all([fresh, Chart("foreign", "0.1.0", {"Chart.yaml": OURS})], tmp_path)
    assert not (tmp_path / "first" / "new").exists()


def test_a_failing_exchange_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = [Chart(name, "0.1.0", {"Chart.yaml": OURS}) for name in ("first", "second")]
    chart.write_all(old, tmp_path)
    rename = Path.rename

    def full(path: Path, target: Path) -> Path:
        if target == tmp_path / "second" and path.parent.name == "new":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(UsageError, match="No space left on device"):
        chart.write_all(
            [Chart(name, "0.2.0", {"Chart.yaml": OURS, "new": "x"}) for name in ("first", "second")], tmp_path
        )
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["Chart.yaml", "Chart.yaml", "first", "second"]


def test_a_target_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="no chart was written"):
        chart.write(Chart("small", "0.1.0", {"Chart.yaml": OURS}), tmp_path / "file")
