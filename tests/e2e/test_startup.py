"""Nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "jinja2",
    "jsonschema",
    "jsonschema_rs",
    "ruamel",
    "cel_expr_python",
    "helm_python",
    "yaml",
    "kubernetes_validate",
    "requests",
}


def imported(arguments: list[str], cwd: Path) -> set[str]:
    """The top-level modules that a run of chartgen imports."""
    script = (
        "import sys; sys.argv = ['chartgen', *sys.argv[1:]]\n"
        "from chartgen.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print('\\n'.join(sys.modules), file=sys.__stderr__)\n"
    )
    run = [sys.executable, "-c", script, *arguments]
    result = subprocess.run(run, cwd=cwd, capture_output=True, text=True, check=True)
    return {line.partition(".")[0] for line in result.stderr.splitlines()}


@pytest.mark.parametrize(
    "arguments",
    [["--version"], ["--help"], ["render", "--help"], ["lint", "--help"], ["publish", "--help"]],
    ids=" ".join,
)
def test_version_and_help_import_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    modules = imported(arguments, tmp_path)
    assert "chartgen" in modules
    assert modules & HEAVY == set()


def test_lint_of_manifests_needs_no_generator(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    assert imported(["lint", "a.yaml"], tmp_path) & {"jinja2", "jsonschema", "ruamel", "helm_python"} == set()
