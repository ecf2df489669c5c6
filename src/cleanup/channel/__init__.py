"""What a source's machine does to its articles: the items of a channel, and the files that editors read."""
