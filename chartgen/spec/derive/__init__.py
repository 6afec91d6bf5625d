"""The figures that chartgen computes from a values file, one module per concern.

- `resolved`: what the names in the file mean: GPU, model, provider, backend, engine version, workload kind
- `names`: chart name and version
- `fit`: GPU memory and the longest context
- `clocks`: how long a pod may take to start and to stop
- `host`: CPU, memory, shared memory, disk and instance types
- `totals`: what all of it takes of quotas

Every figure is total: a values file that the schema accepts always has one, however senseless; refusing it is the
task of `chartgen.spec.checks`.
"""

from chartgen.spec.derive.derived import derive
from chartgen.spec.derive.totals import totals

__all__ = ["derive", "totals"]
