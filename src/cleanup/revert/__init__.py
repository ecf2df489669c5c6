"""Applied edits of a finished run taken back in its folder: `revert` does it, `Wanted` says which."""

from cleanup.revert.job import Taken, revert
from cleanup.revert.wanted import Wanted

__all__ = ["Taken", "Wanted", "revert"]
