"""A run beyond one machine: Ray Data or Spark read, spread, repeat what failed and write; the work is that of a local run."""

from cleanup.engines.job import ENGINES, run

__all__ = ["ENGINES", "run"]
