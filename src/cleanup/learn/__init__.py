"""A dump in, a channel per source out."""

# With fewer articles of a source nothing is learned: what one article says twice is no habit of a source.
ARTICLES_MIN = 10
