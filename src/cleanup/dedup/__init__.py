"""Near-identical articles of a dump: what is compared, how it is grouped, what is written."""
