"""The next day's dump: what the run before knew, and whether the machines of its sources are still those it learned."""
