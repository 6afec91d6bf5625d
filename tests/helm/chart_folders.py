"""Small charts and a stand-in for the `helm` binary, written down in a test."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

# Answers the part of helm's command line that chartgen uses, as helm does: reports on stderr, exit code 1 on failure,
# one file per template below --output-dir with a source comment on top.
_HELM = """\
#!{python}
import argparse, json, pathlib, sys
import helm_python as helm

def values_of(path):
    return helm.values_from_yaml(pathlib.Path(path).read_text()) if path else None

parser = argparse.ArgumentParser()
commands = parser.add_subparsers(dest="command")
version = commands.add_parser("version")
version.add_argument("--template")
template = commands.add_parser("template")
template.add_argument("release")
template.add_argument("chart")
for option in ("--namespace", "--values", "--kube-version", "--output-dir"):
    template.add_argument(option)
show = commands.add_parser("show")
show.add_argument("what")
show.add_argument("chart")
package = commands.add_parser("package")
package.add_argument("chart")
for option in ("--destination", "--version", "--app-version"):
    package.add_argument(option)
lint = commands.add_parser("lint")
lint.add_argument("chart")
asked = parser.parse_args()
try:
    if asked.command == "version":
        print("v4.0.0", end="")
    elif asked.command == "show":
        print((pathlib.Path(asked.chart) / "values.yaml").read_text())
    elif asked.command == "package":
        given = {{"version": asked.version, "app_version": asked.app_version}}
        print("Successfully packaged chart and saved it to:", helm.package(
            asked.chart, destination=asked.destination, **given))
    elif asked.command == "lint":
        report = helm.lint(asked.chart)
        for message in report["messages"]:
            level = ["UNKNOWN", "INFO", "WARNING", "ERROR"][message["severity"]]
            print("[%s] %s: %s" % (level, message["path"], message["error"]))
        sys.exit(bool(report["errors"]))
    else:
        helm.validate_release_name(asked.release)
        with helm.Chart.load(asked.chart) as chart:
            from helm_python import _native
            options = {{"name": asked.release, "namespace": asked.namespace or "default"}}
            if asked.kube_version:
                options["kube_version"] = asked.kube_version
            given = values_of(asked.values)
            rendered = json.loads(_native.call_string(
                "helm_render", chart._raw(), None if given is None else json.dumps(given), json.dumps(options)))
        for name, text in rendered.items():
            if not text.strip() or name.endswith("NOTES.txt"):
                continue
            whole = "---\\n# Source: " + name + "\\n" + text.strip("\\n") + "\\n"
            if asked.output_dir:
                path = pathlib.Path(asked.output_dir) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(whole)
                print("wrote " + str(path))
            else:
                print(whole)
except helm.HelmError as error:
    print("Error: " + str(error), file=sys.stderr)
    sys.exit(1)
"""


def folder(path: Path, files: Mapping[str, str]) -> Path:
    """A chart folder with these files, and a Chart.yaml if there is none among them."""
    metadata = {"Chart.yaml": f"apiVersion: v2\nname: {path.name}\nversion: 0.1.0\n"}
    for name, text in {**metadata, **files}.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return path


def stand_in(folder_of_binaries: Path) -> Path:
    """A folder for PATH with an executable called `helm`."""
    folder_of_binaries.mkdir(parents=True)
    binary = folder_of_binaries / "helm"
    binary.write_text(_HELM.format(python=sys.executable), encoding="utf-8")
    binary.chmod(0o755)
    return folder_of_binaries
