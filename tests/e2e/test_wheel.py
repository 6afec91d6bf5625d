"""The wheel, installed outside the checkout, renders an example with what it carries."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out), str(ROOT)]
    subprocess.run(build, check=True, stdin=subprocess.DEVNULL)
    (path,) = out.glob("*.whl")
    return path


def test_it_carries_the_packaged_folders(wheel: Path) -> None:
    carried = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("schemas", "rules", "charts", "examples"):
        expected = {
            f"chartgen/packaged/{path.relative_to(ROOT)}" for path in (ROOT / folder).rglob("*") if path.is_file()
        }
        assert expected
        assert expected <= carried


def test_it_renders_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True, stdin=subprocess.DEVNULL)
    env = {**os.environ, "PYTHONPATH": str(site), "NO_COLOR": "1"}

    def python(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    where = python("-c", "import chartgen, chartgen.resources as r; print(chartgen.__file__, r.folder('rules'))")
    assert where.stdout.count(str(site)) == 2, where.stdout + where.stderr
    example = site / "chartgen" / "packaged" / "examples" / "aks-spot-azure-disk.yaml"
    rendered = python("-m", "chartgen", "render", str(example), "-o", "out", "--manifests", "-")
    assert rendered.returncode == 0, rendered.stderr
    assert "kind: StatefulSet" in rendered.stdout
    assert (tmp_path / "out" / "vicuna" / "Chart.yaml").is_file()
