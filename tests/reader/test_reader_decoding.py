from __future__ import annotations

from pathlib import Path

import pytest

from chartgen import reader
from chartgen.errors import InputError


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b"a: \xff\n", (1, 4), "0xff"),
        ("é\nä: ".encode() + b"\xc3", (2, 4), "0xc3"),
        (b"a\xed\xa0\x80", (1, 2), "no UTF-8"),
        ("a: 1".encode("utf-16"), (1, 1), "UTF-16"),
        (b"a: 1\nb: \0", (2, 4), "NUL"),
    ],
)
def test_what_is_no_text_is_refused_at_its_place(data: bytes, place: tuple[int, int], words: str) -> None:
    with pytest.raises(InputError, match="cannot be read") as caught:
        reader.decode(data, "f.yaml")
    location = caught.value.location
    assert location is not None
    assert (location.file, location.line, location.column) == ("f.yaml", *place)
    assert words in caught.value.message


def test_a_byte_order_mark_is_stripped() -> None:
    assert reader.decode(b"\xef\xbb\xbfa: \xc3\xa9", "f") == "a: é"


def test_size_is_bounded() -> None:
    limits = reader.Limits(file_bytes=10)
    assert reader.decode(b"a" * 10, "f", limits=limits) == "a" * 10
    with pytest.raises(InputError, match="more than"):
        reader.decode(b"a" * 11, "f", limits=limits)


def test_a_file_is_read_and_named(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    assert reader.read(file) == "a: 1\r\n"
    file.write_bytes(b"\xff")
    with pytest.raises(InputError) as caught:
        reader.read(file, "shown.yaml")
    assert str(caught.value.location) == "shown.yaml:1:1"
    with pytest.raises(InputError, match="more than"):
        reader.read(file, limits=reader.Limits(file_bytes=0))


def test_what_cannot_be_opened_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        reader.read(tmp_path / "missing.yaml")
    with pytest.raises(InputError, match="directory"):
        reader.read(tmp_path)
