"""Commas between clauses that a source's machine has lost, and how they are told from those its authors left out.

The model knows where general text has a comma. The source's own articles know where its authors put one: most of
them survive, and the same two or three characters stand in front of or behind one elsewhere, or stand there without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleanup.channel.items import Item
from cleanup.decode.habits import COMMA, CONTEXTS, Habits, clause_ends
from cleanup.decode.judge import F64, judge
from cleanup.decode.repair import Repair, evidence_of, tier_of
from cleanup.decode.substitutes import gain_of
from cleanup.decode.texts import I64, Texts
from cleanup.lm.alphabet import BORDER, DIGIT, LETTER
from cleanup.lm.gains import parts_of_changes

# What a clause may begin and end with besides characters, digits and letters.
_OPENS, _CLOSES = "“‘《（", "”’》）%"
# A gap is looked at where the bigrams of a comma cost at most so many nats more than what stands there, which a quarter of
# all gaps do and 94 in 100 of those that lost one; and judged where the comma loses no more than a nat.
_ROUGH, _LEAST = -6.0, -1.0
# Shorter clauses are not made: in front of a comma that was lost 1 in 100 have one character, behind it none.
_SHORTEST = 2
# Lengths beyond which a clause is as long.
_LONG = 60
# Longer clauses lost more than commas one by one, if they are clauses at all: nothing is put into them. Of 1,055 commas
# that three farms lost none was in one; 2 were in clauses of more than 80.
_ENDLESS = 100
# Commas are suggested from this confidence on. With .5, as for other damage, a fifth more of those lost are found and
# 73 in 100 are right instead of 79; the F0.5 of all damage of three farms is .786 with it and .788 with this.
LIKELY = 0.6
# A comma so near another repair waits: what it would be judged by is about to change.
NEAR = 4
# Where all speaks for a comma one author in twelve has left it out himself: of places with probability above .98 nine
# in ten were lost. So no confidence is higher than this.
SUREST = 0.92
# The share of commas that is taken to be lost where an editor wrote the item, which is what sites that spin lose; and the
# shares that are believed.
_USUAL, _RATES = 0.29, (0.03, 0.5)
# Nats beyond which it does not matter how far one sign is ahead of another.
_CLIP = 8.0

EVIDENCE = (
    "odds",
    "article_commas",
    "here",
    "here_from_-4",
    "behind",
    "behind_to_4",
    "left",
    "right",
    "left_and_right",
    "left_tens",
    "right_tens",
    "after_comma",
    "line_start",
    "over_stop",
    "over_list",
    "over_de",
    *CONTEXTS,
)


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps where a comma may have been lost, in order, arrays of shape (n,).

    at            positions: the comma would stand in front of the symbol there
    here, behind  what the model gains by it, in its two parts
    """

    at: I64
    here: npt.NDArray[np.float32]
    behind: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.at)

    @property
    def gain(self) -> npt.NDArray[np.float32]:
        return self.here + self.behind


@dataclass(frozen=True, slots=True)
class Lost:
    """A comma that was lost: `replacement` goes before offset `start` of text number `text`, and `end` is `start`.

    confidence   probability that one was lost there
    gain         nats that the model gains by it
    left, right  lengths of what it parts, in characters
    """

    text: int
    start: int
    end: int
    replacement: str
    confidence: float
    gain: float
    left: int
    right: int


def lost_commas(texts: Texts, item: Item, habits: Habits) -> list[Lost]:
    """The commas of a source that lost some by `item`, from confidence LIKELY on, in order of place.

    Of each clause the likeliest alone: where two were lost the other is asked again when it stands.
    """
    found = gaps(texts)
    if not len(found):
        return []
    rate = min(max(item.rate or _USUAL, _RATES[0]), _RATES[1])
    p = SUREST * judge("comma", EVIDENCE).probability(evidence(texts, found, habits, rate))
    last, next_ = _clauses(texts, found.at)
    likely = np.flatnonzero((p >= LIKELY) & (next_ - last - 1 <= _ENDLESS))
    likely = likely[np.lexsort((-p[likely], last[likely]))]
    likely = likely[np.append(True, last[likely][1:] != last[likely][:-1])[: len(likely)]]
    out = []
    for row in np.sort(likely).tolist():
        position = int(found.at[row])
        number, a = texts.offset(position)
        lengths = position - int(last[row]) - 1, int(next_[row]) - position
        out.append(Lost(number, a, a, item.text, float(p[row]), float(found.gain[row]), *lengths))
    return out


def missed(
    texts: Texts, items: Sequence[Item], habits: Habits, repairs: Sequence[Sequence[Repair]]
) -> list[Repair]:
    """The commas to put back by the commas item of a channel, if it has one; the last pass of decoding.

    repairs  for each text what is repaired otherwise: next to that a comma waits until it is made, or decided on
    """
    beside = [{k for r in made for k in range(r.start - NEAR, r.end + NEAR + 1)} for made in repairs]
    out = []
    for item in items[:1]:
        for c in lost_commas(texts, item, habits):
            tier = tier_of(item, c.confidence, c.gain)
            if tier is None or c.start in beside[c.text]:
                continue
            told = {**evidence_of(item), "gain": round(c.gain, 2), "clause": [c.left, c.right]}
            p = round(c.confidence, 4)
            out.append(Repair(c.text, c.start, c.end, c.replacement, "channel-comma", tier, p, told))
    return out


def gaps(texts: Texts) -> Gaps:
    """The gaps of some texts that are worth a look, by cheap questions before dear ones."""
    model, ids, chinese = texts.model, texts.ids, texts.chinese()
    encode = model.alphabet.encode
    comma = int(encode(COMMA)[0])
    word = chinese | (ids == DIGIT) | (ids == LETTER)
    left, right = word | np.isin(ids, encode(_CLOSES)), word | np.isin(ids, encode(_OPENS))
    ok = np.zeros(len(ids), bool)
    ok[1:] = left[:-1] & right[1:] & (chinese[:-1] | chinese[1:])
    before, after = model.bigram_log_probs(None, comma), model.bigram_log_probs(comma, None)
    ok[1:] &= before[ids[:-1]] + after[ids[1:]] - np.diff(texts.scored.upto)[1:] >= _ROUGH
    ends = clause_ends(texts)
    for k in range(1, _SHORTEST + 1):
        ok[k:] &= ~ends[:-k]
        ok[: len(ids) - k + 1] &= ~ends[k - 1 :]
    at = np.flatnonzero(ok).astype(np.int64)
    here, behind = parts_of_changes(model, texts.scored, at, at, np.full((len(at), 1), comma, np.uint16))
    keep = here + behind >= _LEAST
    return Gaps(at[keep], here[keep], behind[keep])


def evidence(texts: Texts, found: Gaps, habits: Habits, rate: float) -> F64:
    """What speaks for a lost comma at each gap, shape (n, len(EVIDENCE)).

    rate  the share of its commas that the source has lost
    """
    ids, at, gain = texts.ids, found.at, found.gain
    commas = ids == texts.model.alphabet.encode(COMMA)[0]
    last, next_ = _clauses(texts, at)
    left, right = np.minimum(at - last - 1, _LONG), np.minimum(next_ - at, _LONG)
    over = [np.clip(gain - gain_of(texts, at, 0, sign), -_CLIP, _CLIP) for sign in "。、的"]
    number = len(texts.texts)
    many = np.bincount(texts.article[commas], minlength=number) + 1
    size = np.bincount(texts.article[texts.chinese()], minlength=number) + 20
    return np.column_stack(
        [
            np.full(len(at), np.log(rate / (1 - rate))),
            np.log(many / size)[texts.article[at]],
            found.here,
            np.maximum(found.here, -4),
            found.behind,
            np.minimum(found.behind, 4),
            np.log1p(left),
            np.log1p(right),
            np.log1p(left + right),
            left / 10,
            right / 10,
            commas[last],
            ids[last] == BORDER,
            *over,
            habits.levels(texts, at, at),
        ]
    ).astype(np.float64)


def _clauses(texts: Texts, at: I64) -> tuple[I64, I64]:
    """The positions that end the clause before each gap, and its own."""
    ends = np.flatnonzero(clause_ends(texts))
    behind_it = np.searchsorted(ends, at)
    return ends[behind_it - 1], ends[behind_it]
