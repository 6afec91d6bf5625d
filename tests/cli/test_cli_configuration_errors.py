"""What a configuration file may not say, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from configuring import WITH_RULES, configure, linted, repository
from conftest import RULES
from invocation import invoke


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return repository(tmp_path, monkeypatch)


def test_naming_and_leaving_out_exclude_each_other(folder: Path) -> None:
    configure(folder, {})
    for arguments in (
        ("--no-config", "--config", "../.chartgen.yaml"),
        ("--config", "../.chartgen.yaml", "--no-config"),
    ):
        result = linted(*arguments)
        assert (result.code, "exclude each other" in result.err) == (2, True)


def test_help_and_completion_need_no_valid_file(folder: Path) -> None:
    configure(folder, "lint: [")
    assert invoke("lint", "--help").code == 0
    assert invoke("schema", "config").code == 0
    assert invoke("--version").code == 0


@pytest.mark.parametrize(
    ("text", "place", "message", "remedy"),
    [
        ("lint:\n  fail-on: never\n", "2:3", "lint.fail-on is no key", "Did you mean failOn?"),
        ("lint:\n  failOn: fatal\n", "2:3", "lint.failOn is 'fatal', not one of error, warning", "schema config"),
        ("lint:\n  kubeVersion: 1.30\n", "2:3", "lint.kubeVersion must be a text", "quotes"),
        ("render:\n  force: 1\n", "2:3", "render.force must be true or false", "schema config"),
        ("lnt: {}\n", "1:1", "lnt is no key", "Did you mean lint?"),
        ("[]\n", "1:1", "the file must be a map", "schema config"),
        ("lint:\n  ignore: [storage,\n    nothing]\n", "3:5", "there is no rule nothing", "rules list"),
        ("lint:\n  rules:\n    a/b~c: {}\n", "3:5", "there is no rule a/b~c", "rules list"),
        ("lint:\n  ignorePaths:\n  - a\n  - '!'\n", "4:5", "lint.ignorePaths.1 is no pattern: !", ".gitignore"),
        ("lint:\n  ruleFolders: [nowhere]\n", "2:3", "does not exist", "command line"),
        ("lint:\n  rules:\n    node-fixd: {}\n", "3:5", "there is no rule node-fixd", "Did you mean node-fixed?"),
        ("lint:\n  rules:\n    storage: {}\n", "3:5", "lint.rules.storage is a group", "ignore"),
        (
            "lint:\n  rules:\n    node-fixed: {severity: bad}\n",
            "3:18",
            "'bad', not one of error, warning, info, off",
            "",
        ),
        (
            "lint:\n  rules:\n    grace-short:\n      params: {leastSeconds: '40'}\n",
            "4:16",
            "lint.rules.grace-short.params.leastSeconds must be a whole number",
            "The default is 30",
        ),
        (
            "lint:\n  rules:\n    grace-short:\n      params: {leastSecond: 40}\n",
            "4:16",
            "leastSecond is no parameter of the rule",
            "Did you mean leastSeconds?",
        ),
        (
            "lint:\n  podTemplates:\n  - {path: /a, kind: Widget}\n",
            "3:16",
            "Widget is not a kind known by its name",
            "example.com/Widget",
        ),
        ("lint:\n  external: [models]\n", "2:3", "models does not name an object", "PersistentVolumeClaim/models"),
        ("lint:\n  provider: azure\n", "2:3", "there is no provider azure", "aks"),
        ("lint:\n  kubeVersion: '9.9'\n", "2:3", "there are no schemas of Kubernetes 9.9", "1.37"),
        ("lint: {\n", "2:1", "the configuration cannot be read", "YAML"),
    ],
)
def test_what_is_wrong_has_its_place(folder: Path, text: str, place: str, message: str, remedy: str) -> None:
    configure(folder, text)
    result = linted()
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert remedy in " ".join(result.err.split())
    assert f"--> ../.chartgen.yaml:{place}\n" in result.err


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('# first\n[tool.chartgen.lint]\n\nfail-on = "never"\n', 4, 1),
        ('[tool.chartgen.lint]\nprovider = "aks"\nignore = [\n  "storage",\n  "nothing",\n]\n', 3, 1),
        ('[tool.chartgen]\n  lint.failOn = "fatal"\n', 2, 3),
        ("[tool.chartgen.lint]\n[tool.chartgen.lint.rules.node-fixd]\nlocked = true\n", 2, 1),
        ('[tool.chartgen.lint]\nnote = """\nfailOn = 1\n"""\n', 2, 1),
        ("[tool.chartgen.lint]\nfailOn =\n", 2, 9),
    ],
)
def test_toml_has_places_too(folder: Path, text: str, line: int, column: int) -> None:
    configure(folder, text, "pyproject.toml")
    result = linted()
    assert result.code == 2
    assert f"--> ../pyproject.toml:{line}:{column}\n" in result.err


def test_a_list_parameter_keeps_the_type_of_its_members(folder: Path) -> None:
    configure(folder, {"lint": WITH_RULES["lint"] | {"rules": {"replicas-few": {"params": {"names": [1]}}}}})
    result = linted()
    assert "params.names must be a list in which each member is a text" in result.err


def test_a_working_directory_that_is_gone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "gone").mkdir()
    monkeypatch.chdir(folder / "gone")
    (folder / "gone").rmdir()
    ours = ("lint", folder / "deploy" / "pod.yaml", "--rules", RULES)
    result = invoke(*ours)
    assert (result.code, "the working directory is gone" in result.err) == (2, True)
    assert invoke(*ours, "--no-config").code == 1


def test_the_line_in_a_table_below_others(folder: Path) -> None:
    others = "".join(f"[tool.other{number}]\nnames = [\n  'a',\n]\n" for number in range(20))
    configure(folder, f"{others}[tool.chartgen.lint]\nclosed = true\nfailOn = 'bad'\n", "pyproject.toml")
    assert "pyproject.toml:83:1" in linted().err


@pytest.mark.parametrize(
    "name",
    ["pvc/models", "v1/PersistentVolumeClaim/models", "PersistentVolumeClaim/llm/models", "Service/*", "Service/"],
)
def test_an_object_that_nothing_is_called_like_is_refused(name: str) -> None:
    result = linted("--external", name)
    assert (result.code, f"{name} does not name an object" in result.err) == (2, True)


@pytest.mark.parametrize("name", ["PersistentVolumeClaim/models", "apps/Deployment/router", " Service/a "])
def test_objects_are_named_with_or_without_their_group(name: str) -> None:
    assert linted("--external", name).code == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHARTGEN_LINT_FAIL_ON", "fatal"),
        ("CHARTGEN_LINT_VALUES", "nowhere.yaml"),
        ("CHARTGEN_LINT_PROVIDER", "azure"),
        ("CHARTGEN_LINT_BASELINE", "nowhere.json"),
        ("CHARTGEN_CONFIG", "nowhere.yaml"),
    ],
)
def test_an_error_names_the_variable_that_the_value_is_from(name: str, value: str) -> None:
    result = linted(env={name: value})
    assert (result.code, result.out) == (2, "")
    assert f"(the environment sets {name})" in result.err.replace("\n", " ")
    assert value in result.err


def test_a_baseline_that_is_not_there_has_the_line_that_names_it(folder: Path) -> None:
    configure(folder, "lint:\n  baseline: nowhere.json\n")
    assert "--> ../.chartgen.yaml:2:3\n" in linted().err


def test_what_only_the_option_itself_can_judge_has_its_line_too(folder: Path) -> None:
    configure(folder, "rules:\n  export:\n    form: validating-admission-policy\n    namespaces: [team]\n")
    result = invoke("rules", "export")
    assert (result.code, "KEY=VALUE" in result.err) == (2, True)
    assert "--> ../.chartgen.yaml:4:5\n" in result.err


def test_a_variable_is_named_once() -> None:
    arguments = ("rules", "export", "--as", "validating-admission-policy")
    result = invoke(*arguments, env={"CHARTGEN_RULES_EXPORT_ACTIONS": "Warn Deny"})
    assert result.err.count("CHARTGEN_RULES_EXPORT_ACTIONS") == 1
