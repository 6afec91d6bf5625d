"""Cross-field checks: what the schema cannot say, since it needs the catalogue or arithmetic.

One module per concern. `refusals.toml` holds the refusals between choices as data: what neither it nor a module names
must be accepted. Each check takes the typed file, its derived block and what its names mean, and yields refusals.
"""

from chartgen.spec.checks.all_checks import check
from chartgen.spec.checks.refusal import Refusal
from chartgen.spec.checks.table import Row, refused, rows

__all__ = ["Refusal", "Row", "check", "refused", "rows"]
