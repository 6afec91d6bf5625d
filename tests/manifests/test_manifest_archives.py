from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartgen.errors import InputError
from chartgen.manifests.archives import unpack


def member(name: str, content: bytes = b"x", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


CHART = member("c/Chart.yaml", b"name: c\n")


def packed(folder: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> Path:
    archive = folder / "chart.tgz"
    with tarfile.open(archive, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return archive


def unpacked(folder: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> Path:
    into = folder / "into"
    into.mkdir()
    return unpack(packed(folder, members), into)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_chart_is_unpacked(tmp_path: Path) -> None:
    folder = member("c/templates", b"", type=tarfile.DIRTYPE)
    template = member("./c/templates/a.yaml", b"a: 1\n", mode=0o777)
    chart = unpacked(tmp_path, [CHART, folder, template, member("c/é", b"")])
    assert chart == tmp_path / "into" / "c"
    assert files(chart) == {"Chart.yaml": b"name: c\n", "templates/a.yaml": b"a: 1\n", "é": b""}
    assert not (chart / "templates" / "a.yaml").stat().st_mode & 0o111


HOSTILE = {
    "parent": member("c/../../outside"),
    "absolute": member("/outside"),
    "only parent": member(".."),
    "backslash": member("c\\..\\..\\outside"),
    "drive": member("C:/outside"),
    "symbolic link": member("c/link", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "hard link": member("c/link", b"", type=tarfile.LNKTYPE, linkname="../../outside"),
    "device": member("c/device", b"", type=tarfile.CHRTYPE),
    "pipe": member("c/pipe", b"", type=tarfile.FIFOTYPE),
    "large file": member("c/large", b"\0" * (5 * 2**20 + 1)),
    "second top": member("d/Chart.yaml"),
    "file as folder": member("c/Chart.yaml/inside"),
    "long name": member("c/" + "x" * 300),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="was not unpacked") as caught:
        unpacked(tmp_path, [CHART, HOSTILE[name]])
    assert caught.value.remedy
    written = [path for path in tmp_path.rglob("*") if path != tmp_path / "into" and path.name != "chart.tgz"]
    assert all(path.is_relative_to(tmp_path / "into") and not path.is_symlink() for path in written)


def test_sparse_files_are_refused(tmp_path: Path) -> None:
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" * 18}
    sparse = member("c/sparse", b"x", pax_headers=headers)
    with pytest.raises(InputError, match="was not unpacked"):
        unpacked(tmp_path, [CHART, sparse])


def test_the_number_of_files_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="more than 10000 files"):
        unpacked(tmp_path, [CHART, *(member("c/a", b"") for _ in range(10_000))])


def test_the_size_in_all_is_bounded(tmp_path: Path) -> None:
    large = [member("c/same", b"\0" * (5 * 2**20)) for _ in range(21)]
    with pytest.raises(InputError, match="more than 100 MiB"):
        unpacked(tmp_path, [CHART, *large])


def test_a_header_cannot_ask_for_memory(tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@PaxHeader")
    header.type = tarfile.XHDTYPE
    header.size = 2**40
    archive = tmp_path / "chart.tgz"
    archive.write_bytes(gzip.compress(header.tobuf() + b"\0" * 4096))
    with pytest.raises(InputError, match="was not unpacked"):
        unpack(archive, tmp_path)


def test_an_archive_without_a_chart_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"one folder with a Chart\.yaml"):
        unpacked(tmp_path, [member("c/values.yaml")])


def test_a_missing_archive_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        unpack(tmp_path / "missing.tgz", tmp_path)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return packed(tmp_path_factory.mktemp("good"), [CHART, member("c/a", b"abc" * 500)]).read_bytes()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damage_is_an_input_error(data: st.DataObject, good: bytes, scratch: Path) -> None:
    plain = gzip.decompress(good)
    inside = data.draw(st.booleans())
    broken = bytearray(plain if inside else good)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, 1600 if inside else len(broken) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(broken)))
    content = bytes(broken[: cut if data.draw(st.booleans()) else None])
    (scratch / "chart.tgz").write_bytes(gzip.compress(content, 1) if inside else content)
    (scratch / "into").mkdir(exist_ok=True)
    try:
        chart = unpack(scratch / "chart.tgz", scratch / "into")
    except InputError:
        return
    assert chart.parent == scratch / "into"
    assert sorted(path.name for path in scratch.iterdir()) == ["chart.tgz", "into"]
