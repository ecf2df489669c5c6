"""Which corpora are of one family with which sources of the bench: a model that is measured on a source must not
have counted its family. Five folds, so that five models do for fourteen farms; each leaves out more than it must.
"""

from __future__ import annotations

# fold → families of sources
FOLDS = {
    "fin": ("fincuge", "online"),
    "tech": ("lctt", "msdocs", "weekly"),
    "law": ("laws", "cail2019"),
    "soft": ("smilechat", "alpaca", "classical"),
    "news": ("xwlb", "xinwenlianbo"),
}
# fold → corpora that are not counted
LEFT_OUT = {
    "fin": ("fincuge", "online*", "chinese_nlp*"),
    "tech": ("lctt*", "msdocs*", "weekly*"),
    "law": ("laws*", "cail2019*", "lawbench"),
    "soft": ("smilechat*", "alpaca*", "classical*"),
    "news": ("xwlb*", "xinwenlianbo*"),
}


def family(source: str) -> str:
    """The family of a farm of the bench: xwlb-site0 → xwlb."""
    return source.rpartition("-")[0]
