"""A values file rendered: spec, charts, and what Helm makes of them. Nothing is written but into a scratch folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chartgen import chart, helm, spec
from chartgen.helm import HelmEngine
from chartgen.model.chart import Chart, RenderedFile
from chartgen.model.manifest import Manifest
from chartgen.pipeline.charts import objects
from chartgen.spec import Loaded


@dataclass(frozen=True, slots=True)
class Built:
    """One chart and the objects that it renders to with its own values."""

    chart: Chart
    files: tuple[RenderedFile, ...]
    objects: tuple[Manifest, ...]


@dataclass(frozen=True, slots=True)
class Rendering:
    """The model's chart comes first, then the device plugin's if there is one; `helm` is what rendered them."""

    loaded: Loaded
    built: tuple[Built, ...]
    helm: HelmEngine

    @property
    def objects(self) -> tuple[Manifest, ...]:
        return tuple(item for each in self.built for item in each.objects)


def rendering(
    loaded: Loaded,
    scratch: Path,
    shown: Path,
    *,
    namespace: str = "default",
    kube_version: str | None = None,
    engine: str = "auto",
) -> Rendering:
    """Assemble the charts of a values file and render them with Helm under their own names.

    `shown` is the folder that locations in rendered text name. `kube_version` defaults to the file's own
    `cluster.kubernetesVersion`. Raises RenderError or HelmMissing.
    """
    engine_in_use = helm.engine(engine)
    charts = [chart.assemble(loaded.values, loaded.choices, loaded.text, spec.schema(), loaded.totals)]
    plugin = chart.device_plugin(loaded.values, loaded.choices)
    charts += [plugin] if plugin else []
    built = []
    for each in charts:
        files = engine_in_use.render(
            chart.write(each, scratch, force=False),
            release=each.name,
            namespace=namespace or "default",
            values=None,
            kube_version=kube_version or loaded.spec.cluster.kubernetes_version,
        )
        built.append(Built(each, tuple(files), tuple(objects(files, str(shown / each.name)))))
    return Rendering(loaded, tuple(built), engine_in_use)
