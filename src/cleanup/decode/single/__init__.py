"""Articles that come alone: a prior of what farms do in general, and what the article itself shows.

Its sentences stand for the articles of a source: a place is judged by itself, then by what the other places of the
article show of the same item, and of damage altogether. Nothing confirms itself.
"""
