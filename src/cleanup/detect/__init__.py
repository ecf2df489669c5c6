"""Stages: a reading of the article in, proposals out. None of them changes text."""
