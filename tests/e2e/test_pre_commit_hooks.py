"""The hooks, run by pre-commit itself: this checkout is the hooks' repository, a small repository uses them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, RULES

HOOKS = ("chartgen-lint", "chartgen-lint-chart", "chartgen-values")
BAD = """\
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
        image: vllm/vllm-openai:latest
"""
NOT_FOR_KUBERNETES = "services: {web: {image: nginx}}\n"
FILES = {
    "deploy/app.yaml": BAD,
    "deploy/kustomization.yaml": "resources: [app.yaml]\n",
    "deploy/values.yaml": "port: 80\n",
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "charts/web/templates/app.yaml": "{{- if .Values.enabled }}\n" + BAD + "{{- end }}\n",
    "charts/web/values.yaml": "enabled: true\n",
    "charts/web/README.md": "# web\n",
    "chartgen.yaml": "model: {id: org/model}\ngpu: {type: nvidia-t5}\ncluster: {provider: generic}\n",
    ".chartgen.yaml": "lint: {ruleFolders: [policies]}\n",
    "policies/testing/image-moves.yaml": (RULES / "testing" / "image-moves.yaml").read_text(),
    "docker-compose.yaml": NOT_FOR_KUBERNETES,
    "templates/page.html": "<p>{{ page }}</p>\n",
}

Commit = Callable[..., subprocess.CompletedProcess[str]]


def git(folder: Path, *arguments: str) -> str:
    settings = ("user.name=a", "user.email=a@example.com", "commit.gpgsign=false", "core.hooksPath=/dev/null")
    options = [word for setting in settings for word in ("-c", setting)]
    done = subprocess.run(["git", *options, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def commit_all(folder: Path) -> str:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "all")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository with this checkout as it is now, committed or not, and its commit."""
    folder = tmp_path_factory.mktemp("hooks")
    names = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in names:
        if name and (ROOT / name).is_file() and not name.startswith("tests/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder, commit_all(folder)


@pytest.fixture(scope="module")
def run(hooks: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Commit:
    """Run a hook on all files of a repository that holds FILES."""
    user = tmp_path_factory.mktemp("user")
    for name, text in FILES.items():
        (user / name).parent.mkdir(parents=True, exist_ok=True)
        (user / name).write_text(text)
    listed = "".join(f"  - id: {hook}\n" for hook in HOOKS)
    configuration = f"repos:\n- repo: {hooks[0]}\n  rev: {hooks[1]}\n  hooks:\n{listed}"
    (user / ".pre-commit-config.yaml").write_text(configuration)
    commit_all(user)
    home = tmp_path_factory.mktemp("home")

    def run(hook: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTHON"))}
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--color=never", hook, *(arguments or ("--all-files",))],
            cwd=user,
            capture_output=True,
            text=True,
            env={**inherited, "PRE_COMMIT_HOME": str(home), "NO_COLOR": "1"},
            check=False,
        )

    return run


def test_the_hooks_are_well_formed(hooks: tuple[Path, str]) -> None:
    manifest = hooks[0] / ".pre-commit-hooks.yaml"
    arguments = [sys.executable, "-m", "pre_commit", "validate-manifest", str(manifest)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_manifests_are_linted_and_nothing_else_is_taken_for_one(run: Commit) -> None:
    done = run("chartgen-lint")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[image-moves]" in done.stdout
    assert "deploy/app.yaml:11:9" in done.stdout
    assert "in 1 object\n" in done.stdout
    assert "yaml-invalid" not in done.stdout
    assert "schema-invalid" not in done.stdout


def test_a_chart_is_linted_once_whatever_part_of_it_changed(run: Commit) -> None:
    for arguments in ((), ("--files", "charts/web/templates/app.yaml"), ("--files", "charts/web/values.yaml")):
        done = run("chartgen-lint-chart", *arguments)
        assert done.returncode == 1, done.stdout + done.stderr
        assert done.stdout.count("error[image-moves]") == 1
        assert "--> charts/web/templates/app.yaml" in done.stdout
        assert "in 1 object\n" in done.stdout
    done = run("chartgen-lint-chart", "--files", "charts/web/README.md", "templates/page.html", "deploy/values.yaml")
    assert (done.returncode, "Skipped" in done.stdout) == (0, True)


def test_values_files_are_checked(run: Commit) -> None:
    done = run("chartgen-values")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "chartgen.yaml:2:7" in done.stdout
    assert "nvidia-t5" in done.stdout
