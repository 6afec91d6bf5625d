"""Rules as ValidatingAdmissionPolicies, which the API server itself enforces.

Whether a rule can be one is computed: it is if all that decides it is written in the object, in functions that the API
server's CEL has too.
"""

from chartgen.lint.admission.policies import Exported, NotExportable, export

__all__ = ["Exported", "NotExportable", "export"]
