"""The configuration file: where it is found, what goes before it, and what it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from configuring import POD, WIDGET, WITH_RULES, configure, linted, repository, rules
from conftest import ROOT, RULES
from invocation import invoke

from chartgen.cli.main import cli


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return repository(tmp_path, monkeypatch)


def test_it_is_found_upwards_up_to_the_root_of_the_repository(folder: Path) -> None:
    assert linted().code == 1
    configure(folder, {"lint": {"failOn": "never"}})
    assert linted().code == 0
    configure(folder / "deploy", {"lint": {"failOn": "error"}})
    assert linted().code == 1
    (folder / "deploy" / ".chartgen.yaml").unlink()
    (folder / "deploy" / ".git").touch()  # a worktree or a submodule
    assert linted().code == 1


def test_pyproject_toml_counts_if_it_has_the_table(folder: Path) -> None:
    configure(folder / "deploy", '[project]\nname = "chartgen"\n', "pyproject.toml")
    file = configure(folder, '[tool.chartgen.lint]\nfailOn = "never"\n', "pyproject.toml")
    assert linted().code == 0
    configure(folder, {"lint": {"failOn": "error"}})
    assert linted().code == 1
    assert linted("--config", file).code == 0


def test_command_line_environment_and_file_in_this_order(folder: Path) -> None:
    configure(folder, {"lint": {"ignore": ["image-moves"]}})
    assert "image-moves" not in rules(linted())
    environment = {"CHARTGEN_LINT_IGNORE": "node-fixed"}
    assert "image-moves" in rules(linted(env=environment))
    assert "image-moves" not in rules(linted("--ignore", "image-moves", env=environment))


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(("--no-config",), {}), ((), {"CHARTGEN_NO_CONFIG": "1"}), ((), {"CHARTGEN_CONFIG": "x"})],
)
def test_it_can_be_left_out_or_named(folder: Path, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    configure(folder, "lint: [")
    configure(folder / "deploy", {"lint": {}}, "x")
    assert linted(*arguments, env=environment).code == 1


def test_leaving_out_and_naming_on_the_command_line_go_before_the_environment(folder: Path) -> None:
    configure(folder, "lint: [")
    configure(folder / "deploy", {"lint": {"failOn": "never"}}, "x")
    assert linted("--no-config", env={"CHARTGEN_CONFIG": "../.chartgen.yaml"}).code == 1
    assert linted("--config", "x", env={"CHARTGEN_NO_CONFIG": "1"}).code == 0
    both = linted(env={"CHARTGEN_NO_CONFIG": "1", "CHARTGEN_CONFIG": "x"})
    assert (both.code, "exclude each other" in both.err) == (2, True)


def test_the_command_line_undoes_a_flag(folder: Path) -> None:
    configure(folder, {"lint": {"fix": True, "unsafeFixes": True, "showUnknown": True}})
    pod = folder / "deploy" / "pod.yaml"
    before = pod.read_text()
    assert {each["unknown"] for each in json.loads(linted("--no-fix", "--no-show-unknown").out)["findings"]} == {False}
    assert pod.read_text() == before


def test_the_environment_names_options_by_their_keys(folder: Path) -> None:
    assert "nowhere" in invoke("lint", "pod.yaml", env={"CHARTGEN_LINT_RULE_FOLDERS": "nowhere"}).err
    assert rules(linted(env={"CHARTGEN_LINT_SELECT": "storage, image-moves"})) == ["image-moves"]


def test_every_option_of_every_command_is_a_key_with_description_and_example() -> None:
    schema = json.loads(invoke("schema", "config").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    from chartgen.cli.configuration import key

    def walk(group: Any, properties: dict[str, Any]) -> int:
        count = 0
        for name in group.list_commands(None):
            command = group.get_command(None, name)
            if hasattr(command, "list_commands"):
                count += walk(command, properties[name]["properties"])
                continue
            for option in command.params:
                if option.param_type_name == "option" and option.expose_value:
                    assert key(option) in properties[name]["properties"], (name, option.name)
                    assert not option.is_flag or option.secondary_opts, f"nothing undoes {name} {option.name}"
                    count += 1
        return count

    assert walk(cli, schema["properties"]) > 30

    def described(node: dict[str, Any]) -> None:
        for name, each in node.get("properties", {}).items():
            assert each.get("description"), name
            if "properties" not in each:
                assert each.get("examples"), name
            for example in each.get("examples", ()):
                jsonschema.Draft202012Validator({**each, "$defs": schema["$defs"]}).validate(example)
            assert (
                each.get("additionalProperties", False) is False
                or name == "params"
                or "$ref" in each["additionalProperties"]
            )
            described(each)

    described(schema)
    described({"properties": schema["$defs"]})


def test_severities_and_parameters(folder: Path) -> None:
    severities = {
        "image-moves": {"severity": "info"},
        "few-replicas": {"severity": "error", "params": {"least": 3, "names": ["b"]}},
    }
    configure(folder, {"lint": WITH_RULES["lint"] | {"rules": severities}})
    report = json.loads(invoke("lint", ".", "--rules", RULES, "--format", "json").out)
    found = {each["rule"]: (each["severity"], each["message"]) for each in report["findings"]}
    assert found["image-moves"][0] == "info"
    assert found["replicas-few"] == ("error", "fewer than 3")
    for off in ("off", "'off'"):
        configure(folder, f"lint: {{rules: {{image-moves: {{severity: {off}}}}}}}\n")
        assert "image-moves" not in rules(linted())


def test_user_rules_with_declared_kinds_are_linted_listed_explained_and_tested(folder: Path) -> None:
    without = invoke("rules", "test", "../policies")
    assert (without.code, "finds nothing" in without.out) == (5, True)
    configure(folder, WITH_RULES)
    assert invoke("rules", "test", "../policies").out == "1 rule sound, 4 examples run\n"
    assert "replicas-few" in invoke("rules", "list").out
    explained = invoke("rules", "explain", "few-replicas")
    assert explained.err == "note: rule few-replicas is called replicas-few now\n"
    assert explained.out.startswith("warning[replicas-few]: Few replicas\nmine, since 0.1.0")
    assert "formerly few-replicas" in explained.out
    assert invoke("lint", "widget.yaml").out.endswith("no findings in 1 object\n")
    chosen = invoke("lint", "widget.yaml", "--select", "few-replicas")
    assert "note: rule few-replicas is called replicas-few now" in chosen.err
    assert invoke("rules", "explain", "few-replicas", "--no-config").code == 2


def test_a_rule_folder_of_the_command_line_is_added(folder: Path) -> None:
    result = invoke("rules", "list", "--rules", "../policies", "--format", "json")
    row = next(row for row in json.loads(result.out) if row["name"] == "replicas-few")
    assert (row["profile"], row["aliases"]) == ("default", ["few-replicas"])


def test_ignored_paths_count_for_named_files_too(folder: Path) -> None:
    configure(folder, {"lint": {"ignorePaths": ["deploy/p*.yaml", "**/old/"]}})
    (folder / "deploy" / "old").mkdir()
    (folder / "deploy" / "old" / "pod.yaml").write_text(POD)
    assert json.loads(linted().out)["summary"]["objects"] == 0
    report = json.loads(invoke("lint", ".", "--format", "json").out)
    assert (report["summary"]["objects"], report["summary"]["skipped"]) == (1, 0)
    assert json.loads(linted("--no-config").out)["summary"]["objects"] == 1


def test_paths_are_relative_to_the_file(folder: Path) -> None:
    configure(folder, {"lint": {"baseline": "baseline.json", "output": "reports/a.json", "format": "json"}})
    ours = ("lint", "pod.yaml", "--rules", RULES)
    assert invoke(*ours, "--no-config", "--write-baseline", "../baseline.json").code == 0
    assert invoke(*ours).code == 0
    assert json.loads((folder / "reports" / "a.json").read_text())["summary"]["baselined"] > 0


def test_profiles(folder: Path) -> None:
    found = {name: set(rules(linted("--profile", name, "--closed"))) for name in ("min", "default", "strict")}
    assert found["min"] < found["default"] < found["strict"]
    listed = {row["name"]: row["profile"] for row in json.loads(invoke("rules", "list", "--format", "json").out)}
    assert {listed[rule] for rule in found["strict"] - found["default"]} == {"strict"}
    configure(folder, {"lint": {"profile": "strict"}})
    assert set(rules(linted("--closed"))) == found["strict"]


def test_render_knows_what_the_configuration_says_about_rules(folder: Path) -> None:
    unknown = {"ruleFolders": [str(RULES)], "rules": {"grace-short": {"params": {"nothing": 1}}}}
    configure(folder, {"lint": unknown, "render": {"output": "out"}})
    result = invoke("render", Path(__file__).parents[2] / "examples" / "generic-existing-claim.yaml")
    assert result.code == 2
    assert "lint.rules.grace-short.params.nothing" in result.err
    configure(folder, {"render": {"output": "out"}})
    assert invoke("render", Path(__file__).parents[2] / "examples" / "generic-existing-claim.yaml").code == 0
    assert [path.name for path in (folder / "out").iterdir()]


README = (ROOT / "README.md").read_text().partition("### Configure and suppress")[2]
EXAMPLE = yaml.safe_load(README.partition("```yaml\n")[2].partition("```")[0])


def test_the_example_of_the_readme_is_valid(folder: Path) -> None:
    configure(folder, {**EXAMPLE, "lint": {**EXAMPLE["lint"], "rules": {}}})
    assert linted().err == ""


# One test for each rule, named after it: a rule that is gone takes only its own with it.
@pytest.mark.parametrize("rule", EXAMPLE["lint"]["rules"])
def test_the_example_of_the_readme_sets_what_the_rule_has(folder: Path, rule: str) -> None:
    configure(folder, {"lint": {"rules": {rule: EXAMPLE["lint"]["rules"][rule]}}})
    assert linted().err == ""


def test_values_of_the_configuration_are_for_charts_and_hinder_nothing_else(folder: Path) -> None:
    configure(folder, {"lint": {"values": ["deploy/widget.yaml"], "failOn": "never"}})
    assert linted().code == 0
    result = linted("--values", "widget.yaml")
    assert (result.code, "--values is for charts" in result.err) == (2, True)


@pytest.mark.parametrize(("key", "asked", "written"), [("fix", "--diff", False), ("diff", "--fix", True)])
def test_of_fix_and_diff_the_command_line_chooses(folder: Path, key: str, asked: str, written: bool) -> None:
    configure(folder, {"lint": {key: True}})
    pod = folder / "deploy" / "pod.yaml"
    pod.write_text(POD.replace("spec:\n", "spec:\n  terminationGracePeriodSeconds: 5\n"))
    result = invoke("lint", "pod.yaml", "--rules", RULES, "--select", "grace-short", asked)
    assert ("+  terminationGracePeriodSeconds: 30" in result.out) is not written
    assert ("terminationGracePeriodSeconds: 30" in pod.read_text()) is written


def test_a_registry_is_no_path(folder: Path) -> None:
    """Nobody listens on the port that this names: the error is that of the registry, not that of a file."""
    configure(folder, {"lint": {"against": "oci://127.0.0.1:1/charts/web:1.0.0", "plainHttp": True}})
    result = linted()
    assert (result.code, "127.0.0.1:1 cannot be reached" in result.err) == (6, True)


@pytest.mark.parametrize(
    ("path", "told"),
    [("/spec/pod/template", False), ("/spec/*/template", False), ("/spec/pod", True), ("/spec/template", True)],
)
def test_a_pod_template_that_is_nowhere_is_told(folder: Path, path: str, told: bool) -> None:
    configure(folder, {"lint": {"podTemplates": [{"kind": "example.com/Widget", "path": path}]}})
    widget = folder / "deploy" / "widget.yaml"
    widget.write_text(WIDGET.replace("template: {}", "template: {spec: {}}"))
    notes = json.loads(invoke("lint", "widget.yaml", "--rules", RULES, "--format", "json").out)["notes"]
    assert [note for note in notes if path in note] == (
        [f"no example.com/Widget of the input has a pod template at {path}, "
         "where lint.podTemplates of the configuration says it is"] if told else []
    )  # fmt: skip
    assert not json.loads(linted().out)["notes"]
