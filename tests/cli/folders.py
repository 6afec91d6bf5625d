"""A Deployment, what goes with it, and what is found in the folders that hold them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conftest import RULES
from invocation import invoke

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "nginx:1.29"}]
"""
MOVING = DEPLOYMENT.replace("nginx:1.29", "nginx:latest")
AUTOSCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  maxReplicas: 3
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
"""
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n"
PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n"


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def found(*arguments: str) -> list[tuple[str, str]]:
    """(rule, file) of each finding about objects that are to be seen together."""
    ours = ("--rules", RULES, "--select", "scaled-twice,image-moves,schema-invalid")
    result = invoke("lint", *arguments, *ours, "--format", "json")
    report: dict[str, Any] = json.loads(result.out)
    return [(each["rule"], each["location"]["file"]) for each in report["findings"]]
