"""The house itself: no file is too long to read."""

from __future__ import annotations

from pathlib import Path

import pytest

LONGEST = 350


@pytest.mark.parametrize("folder", ["chartgen", "tests"])
def test_no_module_is_too_long(root: Path, folder: str) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (root / folder).rglob("*.py")}
    assert len(lengths) > 30
    assert {str(path.relative_to(root)): lines for path, lines in lengths.items() if lines > LONGEST} == {}
