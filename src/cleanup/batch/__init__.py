"""Many documents: a run over a dump, from its files to the folder it writes."""

from cleanup.batch.job import run
from cleanup.batch.options import MANY, Options, Result, Used
from cleanup.batch.stopping import stop_requests
from cleanup.batch.work import reject_line
from cleanup.flow import Watch

__all__ = ["MANY", "Options", "Result", "Used", "Watch", "reject_line", "run", "stop_requests"]
