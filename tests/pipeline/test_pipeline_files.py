"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chartgen.errors import UsageError
from chartgen.pipeline.files import write_text


def test_folders_are_made_and_older_text_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.json"
    for text in ("long text\n", "é\n"):
        write_text(path, text)
        assert path.read_bytes() == text.encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    target.write_text("old")
    link.symlink_to(target)
    write_text(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_what_is_no_regular_file_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_text(pipe, "text")
    assert os.read(reader, 10) == b"text"
    os.close(reader)


def test_a_file_that_cannot_be_written_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="was not written"):
        write_text(tmp_path / "file" / "below", "text")
    with pytest.raises(UsageError, match="was not written"):
        write_text(tmp_path, "text")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
