"""`chartgen rules export`, as a user runs it."""

from __future__ import annotations

from pathlib import Path

import yaml
from conftest import RULES

AS = ("rules", "export", "--as", "validating-admission-policy")
OURS = (*AS, "--rules", RULES)


def test_policies_go_to_standard_output_and_reasons_to_standard_error(chartgen) -> None:
    done = chartgen(*OURS, "--select", "version-selected,scaled-twice")
    policy, binding = [each for each in yaml.safe_load_all(done.stdout) if each]
    assert policy["kind"] == "ValidatingAdmissionPolicy"
    assert binding["spec"] == {"policyName": "chartgen-version-selected", "validationActions": ["Deny"]}
    assert policy["metadata"]["name"] == binding["spec"]["policyName"]
    assert "scaled-twice is not exported: the fact replicas.autoscaled" in done.stderr
    assert "# scaled-twice is not exported" in done.stdout
    assert done.returncode == 0


def test_a_folder_gets_a_file_for_each_rule(chartgen, tmp_path: Path) -> None:
    chosen = "version-selected,image-moves"
    arguments = ("--action", "Warn", "--action", "Audit", "--namespace-selector", "team=llm", "-o", "policies")
    assert chartgen(*OURS, "--select", chosen, *arguments).stdout == ""
    files = sorted((tmp_path / "policies").iterdir())
    assert [each.name for each in files] == ["chartgen-image-moves.yaml", "chartgen-version-selected.yaml"]
    for file in files:
        _, binding = [each for each in yaml.safe_load_all(file.read_text()) if each]
        assert binding["spec"]["validationActions"] == ["Warn", "Audit"]
        assert binding["spec"]["matchResources"]["namespaceSelector"] == {"matchLabels": {"team": "llm"}}


def test_what_is_written_can_be_linted(chartgen, tmp_path: Path) -> None:
    chartgen(*AS, "-o", "all.yaml")
    done = chartgen("lint", "all.yaml", "--fail-on", "warning")
    assert done.returncode == 0, done.stdout


def test_the_bytes_are_the_same_each_time(chartgen) -> None:
    assert chartgen(*AS).stdout == chartgen(*AS).stdout


def test_nothing_that_can_be_exported_is_an_error(chartgen, tmp_path: Path) -> None:
    done = chartgen(*OURS, "--select", "scaled-twice", "-o", "policy.yaml")
    assert done.returncode == 2
    assert "replicas.autoscaled" in done.stderr
    assert not (tmp_path / "policy.yaml").exists()
    assert "there is no provider" in chartgen(*AS, "--provider", "moon").stderr
    assert "KEY=VALUE" in chartgen(*AS, "--namespace-selector", "team").stderr


def test_actions_are_those_that_the_api_server_takes(chartgen) -> None:
    twice = chartgen(*OURS, "--select", "image-moves", "--action", "Audit", "--action", "Deny", "--action", "Audit")
    assert twice.stdout.endswith("  validationActions:\n  - Audit\n  - Deny\n")
    both = chartgen(*OURS, "--select", "image-moves", "--action", "Warn", "--action", "Deny")
    assert (both.returncode, both.stdout) == (2, "")
    assert "Deny or Warn, and not both" in both.stderr
    assert chartgen("rules", "export").stderr.startswith(
        "error: Missing option '--as'. Choose from: validating-admission-policy\n"
    )
