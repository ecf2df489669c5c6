"""Which words a source hides behind which sign.

A farm masks one word or a few, always the same ones, and those words are then nowhere else in its texts. So a
word is learned for a costume where it explains many different slots far better than any word would, where few
words explain most of the slots, and where the source does not write it. Four things keep false words out:

- words that the source does write stand for election beside the absent ones: they cannot be what is masked, so
  what they explain is explained by something else, and is lost to the others;
- a word must be better than its kind: where a mixture of the absent words that behave like it does as well, the
  masks hide a class (names, numbers) and no word;
- a word that is hardly ever written elsewhere must explain much more, since the model's opinion of it rests on a
  few occurrences and it fits by accident;
- what is learned must explain half of the slots, with four words at most.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cleanup.channel.items import Item
from cleanup.decode.masks import Place, by_costume
from cleanup.decode.slots import Slots
from cleanup.decode.texts import Texts
from cleanup.learn.election import Ballot, Election, sample, too_rare
from cleanup.learn.mixture import Mixture, explained, grow, margin, shares_of

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

# Nats over cost at which a word is as likely right as wrong, and how many make it e times likelier. Of words with 8
# to 20 nats on simulated sources 11 of 17 were right, above 20 all of 122. Beside a word that is proven, the fewer.
_EVEN, _STEP = 12.0, 4.0
_EVEN_BESIDE, _PROVEN = 9.0, 0.9
# Of words that are learned beside another on simulated sources, 5 of the 14 false ones lie between .5 and .6.
_LEAST_SURE = 0.6
# Masks, and different pairs of neighbours, below which nothing is learned; and the share of slots and the number
# of words that the learned ones must explain and not exceed.
_LEAST = 3
_HALF = 0.5
_MOST_WORDS = 4
# What words that are not believed may explain before it casts doubt on those beside them: a tenth is picked up by
# chance in sources whose words are all learned.
_STRAY = 0.1
_EXAMPLES = 5


def learn_masks(texts: Texts, masks: Sequence[Place]) -> list[Item]:
    """The words behind the masks of a source, by costume and the commonest first; none where nothing recurs.

    masks  (number of a text, start, end), as `find_masks` gives them
    """
    groups = {c: p for c, p in by_costume(texts.texts, masks).items() if len(p) >= _LEAST}
    lengths: dict[str, set[int]] = {}
    for costume in groups:
        lengths.setdefault(costume[0], set()).add(len(costume))
    items: list[Item] = []
    for costume, places in sorted(groups.items()):
        told = len(costume) if len(lengths[costume[0]]) > 1 else 0
        items += _words_behind(texts, places, told)
    return items


def _words_behind(texts: Texts, places: list[Place], told: int) -> list[Item]:
    """The items of one costume; told is how long its words are, 0 where the sign does not tell."""
    slots = Slots.around(texts, places)
    asked = sample(slots)
    if len(asked) < _LEAST:
        return []
    ballot = Ballot.of(texts, slots.take(asked), len(places), told)
    absent, present = ballot.likely(ballot.weight)
    absent = np.union1d(absent, ballot.hidden(ballot.weight))
    e = ballot.elect(np.concatenate([absent, present]))
    first = grow(e.fits, ballot.weight, e.worth, e.excludes)
    proven = _learned(ballot, e, first, dict.fromkeys(first.chosen, _EVEN))
    if not proven or max(proven.values()) < _PROVEN:
        return []
    # where a word is proven the other masks hide absent words, too: these are looked for in the slots that are
    # left, without the present ones to compete with, and have less to show
    left = ballot.weight * (1 - explained(e.fits, first, list(proven)))
    numbers = e.numbers[list(proven)]
    beside = np.union1d(ballot.likely(left)[0], ballot.hidden(left))
    e = ballot.elect(np.union1d(np.searchsorted(ballot.numbers, numbers), beside))
    begin = np.searchsorted(e.numbers, numbers).tolist()
    second = grow(e.fits, ballot.weight, e.worth, e.excludes, begin=begin)
    sure = _learned(ballot, e, second, {j: _EVEN if j in begin else _EVEN_BESIDE for j in second.chosen})
    share = dict(zip(second.chosen, second.shares.tolist(), strict=True))
    if sum(share[j] for j in sure) < _HALF or len(sure) > _MOST_WORDS:
        return []
    # masks that are explained by a word which is not believed hide another one, and it fits where this one does
    doubt = {j: s * (1 - sure[j]) if j in sure else max(0.0, s - _STRAY) for j, s in share.items()}
    beside_it = {j: sum(d for k, d in doubt.items() if k != j) for j in sure}
    likeliest = _likeliest(slots, asked, ballot.likeliest)
    return _items(texts, places, slots, likeliest, e, {j: s * (1 - beside_it[j]) for j, s in sure.items()})


def _likeliest(slots: Slots, asked: I64, known: tuple[I64, F64]) -> tuple[I64, F64]:
    """The likeliest words of all slots, those of some being known."""
    others = np.setdiff1d(np.arange(len(slots)), asked)
    order = np.argsort(np.concatenate([asked, others]))
    best, score = (
        np.concatenate(both)[order] for both in zip(known, slots.take(others).likeliest(), strict=True)
    )
    return best, score


def _learned(ballot: Ballot, e: Election, mixture: Mixture, even: dict[int, float]) -> dict[int, float]:
    """The absent words of a mixture that are likely right, and how sure that is."""
    sure = {
        j: _sure(ballot, e, mixture, j, share * ballot.masks, even[j])
        for share, j in zip(mixture.shares.tolist(), mixture.chosen, strict=True)
        if e.absent[j]
    }
    return {j: s for j, s in sure.items() if s >= _LEAST_SURE}


def _sure(ballot: Ballot, e: Election, mixture: Mixture, word: int, found: float, even: float) -> float:
    """The probability that a chosen word is right; 0 where its kind does as well."""
    nats = margin(e.fits, ballot.weight, e.worth, mixture, word)
    nats -= float(too_rare(found, e.expected[word]))
    if nats <= 0 or _kind_does_as_well(ballot, e, mixture, word):
        return 0.0
    return float(1 / (1 + np.exp((even - nats) / _STEP)))


def _kind_does_as_well(ballot: Ballot, e: Election, mixture: Mixture, word: int) -> bool:
    words, name = ballot.slots.model.words, e.names[word]
    kind = {
        n: s.similarity
        for s in words.stand_ins(name)
        if s.word not in name
        and name not in s.word
        and (n := words.number(s.word)) is not None
        and ballot.is_absent(n)
    }
    if not kind:
        return False
    shares = np.array(list(kind.values()))
    theirs = ballot.slots.fits(np.array(list(kind), np.int64), ballot.likeliest)
    fits = e.fits.copy()
    fits[:, word] = np.logaddexp.reduce(theirs + np.log(shares / shares.sum()), axis=1)
    return shares_of(fits, ballot.weight, mixture.chosen).nats >= mixture.nats


def _items(
    texts: Texts,
    places: list[Place],
    slots: Slots,
    likeliest: tuple[I64, F64],
    e: Election,
    sure: dict[int, float],
) -> list[Item]:
    """The items of the words that were learned, counted over all places."""
    chosen = list(sure)
    fits = slots.fits(e.numbers[chosen], likeliest)
    times = np.bincount(slots.of, minlength=len(slots)).astype(np.float64)
    shares = shares_of(fits, times, range(len(chosen))).shares
    with np.errstate(divide="ignore"):
        whole = np.concatenate(
            [np.log(np.full((len(fits), 1), max(0.0, 1 - shares.sum()))), fits + np.log(shares)], axis=1
        )
    winner = whole.argmax(1)[slots.of] - 1
    spans = [texts.texts[n][a:b] for n, a, b in places]
    becomes = max(sorted(set(spans)), key=spans.count)
    items = []
    for k, j in enumerate(chosen):
        own = np.flatnonzero(winner == k).tolist()
        items.append(
            Item(
                "mask",
                e.names[j],
                becomes,
                rate=float(shares[k]),
                found=len(own),
                surviving=int(e.surviving[j]),
                articles=len({places[i][0] for i in own}),
                contexts=len({slots.windows[slots.of[i], 2:6].tobytes() for i in own}),
                expected=float(e.expected[j]),
                sure=sure[j],
                examples=_examples(texts, [places[i] for i in own], e.names[j]),
            )
        )
    return sorted((i for i in items if i.contexts >= _LEAST), key=lambda i: (-i.found, i.text))


def _examples(texts: Texts, places: list[Place], word: str) -> tuple[str, ...]:
    """A few places from different articles, the same ones in any order of articles."""
    first: dict[int, str] = {}
    for number, start, end in places:
        begin = int(texts.scored.starts[number])
        first.setdefault(number, texts.marked(begin + start, begin + end, word))
    return tuple(sorted(set(first.values()))[:_EXAMPLES])
