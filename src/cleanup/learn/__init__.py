"""A dump in, a channel per source out."""

from cleanup.channel.items import ARTICLES_MIN as ARTICLES_MIN
