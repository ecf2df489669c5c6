"""What may stand behind the masks of one article: a word that fits, that fits the other masks, and stands nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cleanup.decode.judge import F64
from cleanup.decode.masks import Place, worn
from cleanup.decode.slots import Slots
from cleanup.decode.texts import Texts

EVIDENCE = ("odds", "odds_to_2", "several", "several_odds", "runner_up_odds")
# A farm masks a word or two: how much of the masks of an article is explained by the words of the others.
_SHARED = 0.6
# Words of a mask that are compared with those of the others: its likeliest.
_LOOK = 32
# Surroundings of masks whose words are kept. An article is decoded again after each repair, mostly made elsewhere.
_KEPT = 1024
# Masks of an article that are each compared with all others; of more, with all together less their own share.
_SEVERAL = 256


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest word behind a mask, its share among all words, and the next."""

    place: Place
    word: str
    share: float
    runner_up: str
    runner_up_share: float
    masks: int


# The likeliest words of a slot, surest first: number, share among all words, share in all texts, the word.
Ranked = list[tuple[int, float, float, str]]


def ranked(slots: Slots, known: dict[bytes, Ranked]) -> list[Ranked]:
    """The words of each slot. What is known of its surroundings is not asked again: it depends on them alone."""
    keys = [w.tobytes() for w in slots.windows]
    new = np.array([i for i, key in enumerate(keys) if key not in known], np.int64)
    if len(known) + len(new) > _KEPT:
        known.clear()
        new = np.arange(len(keys))
    if len(new):
        best, score = Slots(slots.model, slots.windows[new], new).likeliest()
        words = slots.model.words
        share = np.exp(score - np.logaddexp.reduce(score, axis=1)[:, None])
        for row, i in enumerate(new.tolist()):
            some = np.argsort(-share[row], kind="stable")[:_LOOK]
            numbers = best[row][some].tolist()
            usual = np.exp(words.log_probs[best[row][some]]).tolist()
            known[keys[i]] = list(
                zip(numbers, share[row][some].tolist(), usual, map(words.word, numbers), strict=True)
            )
    return [known[key] for key in keys]


def guesses(texts: Texts, masks: Sequence[Place], known: dict[bytes, Ranked] | None = None) -> list[Guess]:
    """A word for each mask, in the order of the masks; those of an article and a costume are judged together.

    A filter leaves none of what it masks, so what stands in the article is behind no mask of it.
    known  of one model, what `ranked` has found and goes on to fill
    """
    if not masks:
        return []
    slots = Slots.around(texts, masks)
    likeliest = ranked(slots, {} if known is None else known)
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for k, (number, a, b) in enumerate(masks):
        groups[number, worn(texts.texts[number][a:b])].append(k)
    out: dict[int, Guess] = {}
    for (number, _), own in groups.items():
        several = [[w for w in likeliest[slots.of[k]] if not texts.holds(number, w[3])] for k in own]
        shares = [{w: p for w, p, _, _ in fits} for fits in several]
        everywhere: dict[int, float] = {}
        if len(own) > _SEVERAL:
            for fits in shares:
                for w, p in fits.items():
                    everywhere[w] = everywhere.get(w, 0.0) + p
        for at, k in enumerate(own):
            if everywhere:
                elsewhere = {w: everywhere[w] - p for w, p in shares[at].items()}
            else:
                others = shares[:at] + shares[at + 1 :]
                elsewhere = {w: sum([o[w] for o in others if w in o]) for w in shares[at]}
            guess = _guess(masks[k], several[at], len(own) - 1, elsewhere)
            if guess is not None:
                out[k] = guess
    return [out[k] for k in sorted(out)]


def _guess(place: Place, fits: Ranked, others: int, elsewhere: dict[int, float]) -> Guess | None:
    """The likeliest word of a mask.

    others     how many other masks are judged with it;  elsewhere  the sum of the shares that they give to each word
    """
    if not fits:
        return None
    shared = _SHARED if others else 0.0
    scored: list[tuple[float, int, str]] = []
    for w, p, usual, word in fits:
        beside = elsewhere[w] / max(1, others)
        scored.append((-(p * ((1 - shared) + shared * beside / usual)), w, word))
    whole = -sum([score for score, _, _ in scored])
    scored.sort()
    best, after = scored[0], scored[1] if len(scored) > 1 else (0.0, -1, "")
    return Guess(place, best[2], -best[0] / whole, after[2], -after[0] / whole, others + 1)


def evidence(found: Sequence[Guess]) -> F64:
    """Evidence of each guess, shape (n, len(EVIDENCE))."""
    share = np.clip([g.share for g in found], 1e-4, 1 - 1e-4)
    after = np.clip([g.runner_up_share for g in found], 1e-4, 1 - 1e-4)
    odds, runner_up = np.log(share / (1 - share)), np.log(after / (1 - after))
    several = np.log(np.array([g.masks for g in found], np.float64))
    return np.column_stack([odds, np.minimum(odds, 2.0), several, several * odds, runner_up]).astype(
        np.float64
    )
