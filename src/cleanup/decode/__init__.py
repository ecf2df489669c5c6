"""Repairs that a channel makes likely: hypotheses, scored by the term-frequency model, in batches of texts."""
