from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from chartgen import manifests
from chartgen.errors import InputError
from chartgen.manifests import ChartArchive, ChartFolder, ManifestFile


def write(path: Path, text: str = "a: 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def pack(archive: Path, content: Path, name: str) -> Path:
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(content, name)
    return archive


def found(path: Path, below: Path) -> list[tuple[str, str]]:
    return [(type(item).__name__, item.path.relative_to(below).as_posix()) for item in manifests.discover(path)]


def test_a_folder_is_walked_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/z.yml", "a/y.json", "c.YAML", "notes.md", "a.yaml", "values.txt"):
        write(tmp_path / name)
    assert found(tmp_path, tmp_path) == [
        ("ManifestFile", "a/y.json"),
        ("ManifestFile", "a/z.yml"),
        ("ManifestFile", "a.yaml"),
        ("ManifestFile", "b.yaml"),
        ("ManifestFile", "c.YAML"),
    ]


def test_hidden_names_node_modules_and_links_to_folders_are_passed_over(tmp_path: Path) -> None:
    for name in (".git/a.yaml", ".hidden.yaml", "node_modules/x/a.yaml", "real/a.yaml"):
        write(tmp_path / name)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "link.yaml").symlink_to(tmp_path / "real" / "a.yaml")
    (tmp_path / "broken.yaml").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe.yaml")
    assert found(tmp_path, tmp_path) == [("ManifestFile", "link.yaml"), ("ManifestFile", "real/a.yaml")]


def test_what_go_vendored_is_passed_over_and_no_other_vendor_folder(tmp_path: Path) -> None:
    for name in ("vendor/modules.txt", "vendor/k8s.io/pod.yaml", "deploy/vendor/pod.yaml"):
        write(tmp_path / name)
    assert found(tmp_path, tmp_path) == [("ManifestFile", "deploy/vendor/pod.yaml")]


def test_a_chart_is_one_thing_wherever_it_lies(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "chart" / "Chart.yaml")
    write(tmp_path / "deep" / "chart" / "templates" / "a.yaml")
    write(tmp_path / "deep" / "chart" / "charts" / "sub" / "Chart.yaml")
    chart = tmp_path / "deep" / "chart"
    assert found(tmp_path, tmp_path) == [("ChartFolder", "deep/chart")]
    assert list(manifests.discover(chart)) == [ChartFolder(chart)]
    assert list(manifests.discover(chart / "Chart.yaml")) == [ChartFolder(chart)]


def test_a_part_of_a_chart_stands_for_the_chart(tmp_path: Path) -> None:
    for name in ("Chart.yaml", "values.yaml", "values-prod.yml", "templates/x/_a.tpl", "ci/a-values.yaml", "b.yaml"):
        write(tmp_path / name)
    for name in ("Chart.yaml", "values.yaml", "values-prod.yml", "templates/x/_a.tpl", "ci/a-values.yaml"):
        assert list(manifests.discover(tmp_path / name)) == [ChartFolder(tmp_path)], name
    assert list(manifests.discover(tmp_path / "b.yaml")) == [ManifestFile(tmp_path / "b.yaml")]
    for name in ("templates", "templates/x", "ci"):
        assert list(manifests.discover(tmp_path / name)) == [ChartFolder(tmp_path)], name
    other = write(tmp_path / "ci" / "other" / "Chart.yaml").parent
    assert list(manifests.discover(other)) == [ChartFolder(other)]
    beside = write(tmp_path / "values" / "a.yaml")
    assert list(manifests.discover(beside.parent)) == [ManifestFile(beside)]
    sub = tmp_path / "charts" / "sub"
    template = write(sub / "templates" / "a.yaml")
    assert list(manifests.discover(template)) == [ManifestFile(template)]
    write(sub / "Chart.yaml")
    assert list(manifests.discover(template)) == [ChartFolder(sub)]


def test_archives_in_folders_count_only_if_they_hold_a_chart(tmp_path: Path) -> None:
    write(tmp_path / "c" / "Chart.yaml")
    write(tmp_path / "d" / "data.txt")
    folder = tmp_path / "all"
    folder.mkdir()
    chart = pack(folder / "chart-1.tgz", tmp_path / "c", "c")
    data = pack(folder / "data.tgz", tmp_path / "d", "d")
    pack(folder / "flat.tar.gz", tmp_path / "c" / "Chart.yaml", "Chart.yaml")
    (folder / "junk.tgz").write_bytes(b"\x1f\x8bjunk")
    (folder / "empty.tgz").write_bytes(b"")
    assert list(manifests.discover(folder)) == [ChartArchive(chart)]
    assert list(manifests.discover(data)) == [ChartArchive(data)]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    assert list(manifests.discover(write(tmp_path / ".odd"))) == [ManifestFile(tmp_path / ".odd")]


def test_what_does_not_exist_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        list(manifests.discover(tmp_path / "missing"))


@pytest.mark.parametrize(
    ("inside", "path", "chart"),
    [
        ("templates", ".", ".."),
        ("templates", "a.yaml", ".."),
        ("templates/deep", "../a.yaml", "../.."),
        ("ci", ".", ".."),
        (".", "templates/a.yaml", "."),
        ("files", ".", None),
    ],
)
def test_a_part_of_a_chart_stands_for_it_from_inside_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str, path: str, chart: str | None
) -> None:
    for name in ("Chart.yaml", "templates/a.yaml", "templates/deep/b.yaml", "ci/a-values.yaml", "files/c.yaml"):
        write(tmp_path / name)
    monkeypatch.chdir(tmp_path / inside)
    wanted = ChartFolder(Path(chart)) if chart else ManifestFile(Path("c.yaml"))
    assert list(manifests.discover(Path(path))) == [wanted]
