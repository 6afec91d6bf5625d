"""Nothing is imported before it is needed: of a run on one small file, imports are most of the time."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
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

BESIDE_MANIFESTS = {
    "the generator": "chartgen.spec chartgen.chart jinja2 jsonschema ruamel",
    "charts": """
        chartgen.helm chartgen.pipeline.chart_inputs chartgen.pipeline.charts chartgen.pipeline.explaining.tracing
        chartgen.pipeline.origin chartgen.pipeline.unsteady chartgen.pipeline.values_trees helm_python
        subprocess tempfile
    """,
    "archives": "chartgen.manifests.archives tarfile",
    "another version": "chartgen.model.change chartgen.pipeline.against chartgen.report.comparison chartgen.upgrade",
    "fixes to files": "chartgen.fixes chartgen.pipeline.files chartgen.pipeline.fixing chartgen.pipeline.patching",
    "baselines": "chartgen.pipeline.hiding.baseline",
    "ignored paths": "pathspec",
    "registries": "chartgen.publish docker dxf requests ssl",
    "what the generator knows": """
        chartgen.catalogue.configs chartgen.catalogue.gpus chartgen.catalogue.models chartgen.catalogue.providers
        chartgen.catalogue.upgrades chartgen.catalogue.workloads
    """,
    "other formats": """
        chartgen.report.diffs chartgen.report.formats.github chartgen.report.formats.gitlab chartgen.report.formats.json
        chartgen.report.formats.junit chartgen.report.formats.markdown chartgen.report.formats.sarif
    """,
    "messages of errors": "chartgen.report.problems",
    "completion": "click.shell_completion",
    "code whose data is enough": "kubernetes_validate",
}

SERVER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: vllm}
spec:
  selector: {matchLabels: {app: vllm}}
  template:
    metadata: {labels: {app: vllm}}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.33.0
          args: [--model, Qwen/Qwen3-8B]
          resources: {limits: {memory: 16Gi, nvidia.com/gpu: 1}}
"""


def imported(arguments: list[str], cwd: Path) -> set[str]:
    """The modules that a run of chartgen imports."""
    script = (
        "import sys; sys.argv = ['chartgen', *sys.argv[1:]]\n"
        "from chartgen.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print('\\n'.join(sys.modules), file=sys.__stderr__)\n"
    )
    run = [sys.executable, "-c", script, *arguments]
    result = subprocess.run(run, cwd=cwd, capture_output=True, text=True, check=True)
    return set(result.stderr.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [["--version"], ["--help"], ["render", "--help"], ["lint", "--help"], ["publish", "--help"]],
    ids=" ".join,
)
def test_version_and_help_import_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    modules = imported(arguments, tmp_path)
    assert "chartgen.cli.main" in modules
    assert modules & HEAVY == set()
    assert [name for name in modules if name.startswith(("chartgen.lint", "chartgen.model.finding"))] == []


@pytest.mark.parametrize("what", BESIDE_MANIFESTS)
def test_lint_of_a_manifest_imports_nothing_else(what: str, linted: set[str]) -> None:
    assert "chartgen.lint.engine" in linted
    assert linted & set(BESIDE_MANIFESTS[what].split()) == set()


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("linted")
    (folder / "server.yaml").write_text(SERVER)
    return imported(["lint", "server.yaml"], folder)


def test_what_is_not_imported_is_there() -> None:
    """The name of a module that was renamed would keep nothing away."""
    names = {name for names in BESIDE_MANIFESTS.values() for name in names.split()}
    assert {name for name in names if find_spec(name) is None} == set()
