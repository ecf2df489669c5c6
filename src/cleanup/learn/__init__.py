"""A dump in, a channel per source out."""
