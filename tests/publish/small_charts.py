"""A chart folder with one ConfigMap, which is what `helm create` would give, only smaller."""

from __future__ import annotations

from pathlib import Path

_TEMPLATE = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: greeting\ndata:\n  text: {{ .Values.text | quote }}\n"


def small_chart(into: Path, name: str = "greeting", *, version: str = "1.0.0", text: str = "hello") -> Path:
    folder = into / f"charts-{text}" / name
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: '1.10'\n")
    (folder / "values.yaml").write_text(f"text: {text}\n")
    (folder / "templates" / "configmap.yaml").write_text(_TEMPLATE)
    return folder
