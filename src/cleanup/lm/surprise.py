"""Whether the model knows this kind of text: how surprising an article is, and what that means.

A model that finds everything improbable finds every repair an improvement. Classical prose, verse, code and
lists of names are beyond it; there a repair needs other evidence, and without it the text stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleanup.lm.alphabet import BLANK, BORDER, UNKNOWN
from cleanup.lm.gains import Scored
from cleanup.lm.model import Model

# Above this many bits a Chinese character the model is out of its depth. Of articles of sources that were not counted
# the most surprising modern one has 7.7 bits undamaged (474 articles, eleven families) and 8.1 damaged (2 of 1,035 are
# above 8.0); of 80 in old prose 76 are above 8.0, 79 above 7.5 and 69 above 8.5.
BITS_OUT_OF_DEPTH = 8.0
# Fewer Chinese characters than this tell too little; a heading is not judged.
MIN_CHINESE = 40
# Less of the visible text than this being Chinese: code, tables, another language.
MIN_CHINESE_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Surprise:
    """An article as the model sees it.

    bits_per_character  of its Chinese characters, mean; 0 where there are none
    unseen_pairs        share of pairs of neighbouring Chinese characters that were never counted
    unknown             share of visible characters that are no symbols of the model
    chinese_share       share of visible characters that are Chinese
    chinese             how many Chinese characters there are
    """

    bits_per_character: float
    unseen_pairs: float
    unknown: float
    chinese_share: float
    chinese: int

    @property
    def out_of_depth(self) -> str:
        """Why the model should not judge the article, as a stable code, or "".

        `too-little-chinese`: less than a third of it, or none at all. `surprising`: text of a kind that was not
        counted. An article too short to tell counts as known.
        """
        return self.beyond(BITS_OUT_OF_DEPTH)

    def beyond(self, bits: float) -> str:
        """`out_of_depth` with another limit, in bits a character."""
        if self.chinese_share < MIN_CHINESE_SHARE:
            return "too-little-chinese"
        if self.chinese >= MIN_CHINESE and self.bits_per_character > bits:
            return "surprising"
        return ""


def surprise(model: Model, texts: Sequence[str]) -> list[Surprise]:
    """How surprising each text is, all of them scored at once."""
    return surprises(model, Scored.of(model, texts))


def surprises(model: Model, scored: Scored) -> list[Surprise]:
    """How surprising each of some scored texts is."""
    ids = scored.ids.astype(np.int64)
    bits = np.append(0.0, -np.diff(scored.upto) / np.log(2))[1:]
    han = model.alphabet.is_chinese[ids]
    pair = np.append(False, han[1:] & han[:-1])
    unseen = pair.copy()
    at = np.flatnonzero(pair)
    unseen[at] = ~model.bigrams.has(ids[at - 1], ids[at])
    visible = (ids != BORDER) & (ids != BLANK)
    columns = (bits * han, unseen, pair, ids == UNKNOWN, han, visible)
    sums = [np.concatenate([[0.0], np.cumsum(c, dtype=np.float64)]) for c in columns]
    out = []
    for a, b in zip(scored.starts[:-1].tolist(), (scored.starts[1:] - 1).tolist(), strict=True):
        nbits, nunseen, npair, nunknown, nhan, nvisible = (float(s[b] - s[a]) for s in sums)
        out.append(
            Surprise(
                bits_per_character=nbits / nhan if nhan else 0.0,
                unseen_pairs=nunseen / npair if npair else 0.0,
                unknown=nunknown / nvisible if nvisible else 0.0,
                chinese_share=nhan / nvisible if nvisible else 0.0,
                chinese=int(nhan),
            )
        )
    return out
