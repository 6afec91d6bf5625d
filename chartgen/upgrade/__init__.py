"""What an upgrade does to the objects of a cluster, from the objects before and after; nothing is asked of a cluster.

`changes` compares two sides, `verdicts` says what is worth knowing about it. The fields that cannot change, and the
defaults that the API server fills in, are data of the catalogue.
"""

from chartgen.upgrade.objects import changes
from chartgen.upgrade.verdicts import verdicts

__all__ = ["changes", "verdicts"]
