"""A check of new content: what is damaged, what of it is new, and whether that lets it pass."""
