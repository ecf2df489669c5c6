"""One source's sample in, its channel out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cleanup.channel.check import rounded
from cleanup.channel.items import Channel
from cleanup.data import Edit
from cleanup.decode.abstained import prose_of
from cleanup.decode.decoder import Decoder
from cleanup.decode.depth import Depth
from cleanup.decode.habits import Habits
from cleanup.decode.masks import find_masks
from cleanup.decode.phrases import Phrases
from cleanup.decode.repair import BITS
from cleanup.decode.texts import Texts
from cleanup.edits import apply
from cleanup.learn import ARTICLES_MIN
from cleanup.learn.commas import learn_commas
from cleanup.learn.inserts import learn_inserts
from cleanup.learn.masks import learn_masks
from cleanup.learn.spins import learn_spins
from cleanup.learn.strips import learn_strips
from cleanup.learn.swaps import learn_swaps
from cleanup.learn.words import learn_words
from cleanup.lexicon import Lexicon
from cleanup.lm.model import Model
from cleanup.lm.surprise import surprises

# Repairs are taken for made from here on, when learning goes on in the repaired texts.
SURE = 0.8
# Terms are kept that are needed in so many articles once everything is weighed together.
NEEDED = 2


@dataclass(frozen=True, slots=True)
class Source:
    """A source that was learned.

    texts  its articles as they were learned from, different from each other, in order
    found  of each article the items of which it shows damage: strips, insertions, masks and commas
    """

    channel: Channel
    texts: tuple[str, ...] = ()
    found: tuple[frozenset[str], ...] = ()


def learn_channel(
    source: str,
    texts: Sequence[str],
    model: Model,
    lexicon: Callable[[], Lexicon],
    *,
    surnames: bool = True,
) -> Channel:
    """The channel of a source from prepared texts of its articles, in an order that does not matter.

    surnames  whether characters that are surnames are thought likelier to be stripped
    """
    return learn_source(source, texts, model, lexicon, surnames=surnames).channel


def learn_source(
    source: str,
    texts: Sequence[str],
    model: Model,
    lexicon: Callable[[], Lexicon],
    *,
    surnames: bool = True,
) -> Source:
    """`learn_channel`, with what was learned from."""
    read = sorted(set(texts))
    scored = Texts.of(model, read)
    # lines that are no modern prose teach nothing but errors
    silences = Depth.of(scored).silences()
    prose = sorted({p for t, s in zip(read, silences, strict=True) if (p := prose_of(t, s)).strip()})
    if prose != read:
        scored = Texts.of(model, prose)
    strange = [s.beyond(BITS) for s in surprises(model, scored.scored)]
    known = [t for t, why in zip(prose, strange, strict=True) if not why]
    notes = []
    if len(known) < len(read):
        notes.append(f"articles the model does not know the kind of: {len(read) - len(known)}")
    size = sum(map(len, known))
    if len(known) < ARTICLES_MIN:
        notes.append(f"too few articles to learn from: {len(known)} of at least {ARTICLES_MIN}")
        return Source(Channel(source, (), len(known), size, model.digest, tuple(notes)))
    if known != prose:
        scored = Texts.of(model, known)
    phrases = Phrases.of(scored)
    pushed_in, rivals = learn_inserts(scored, phrases)
    stripped = learn_strips(scored, lexicon(), rivals, surnames=surnames)
    hidden = learn_masks(scored, find_masks(scored.texts))
    commas = learn_commas(scored)
    channel = rounded(
        Channel(
            source,
            (*stripped, *pushed_in, *hidden, *([commas] if commas else [])),
            len(known),
            size,
            model.digest,
            tuple(notes),
            _kept(phrases if pushed_in else None, Habits.of(scored) if commas else None),
        )
    )
    # a lost character looks much like a lost word, and what it leaves alone like a swapped one
    better, found = _decoded(scored, channel, lexicon)
    articles = Counter(name for names in found for name in names)
    channel = replace(
        channel,
        items=tuple(
            i for i in channel.items if i.kind != "insert" or i.text == "*" or articles[i.name] >= NEEDED
        ),
    )
    swapped = learn_swaps(better, lexicon(), [i.text for i in stripped if len(i.text) == 1])
    spun = learn_spins(better, lexicon())
    # what is masked or spun away is missing, too
    explained = {i.text for i in (*hidden, *spun)}
    words = [i for i in learn_words(better) if i.text not in explained]
    channel = rounded(replace(channel, items=(*channel.items, *swapped, *spun, *words)))
    listed = {i.name for i in channel.items}
    return Source(channel, scored.texts, tuple(names & listed for names in found))


def _kept(phrases: Phrases | None, habits: Habits | None) -> bytes:
    """What a channel keeps of a source's wording: its phrases where terms are pushed in, its commas where some are lost."""
    none = np.zeros(0, np.uint32)
    return Phrases(phrases.hashes if phrases else none).packed(habits.hashes if habits else none)


def restored(texts: Texts, channel: Channel, lexicon: Callable[[], Lexicon]) -> Texts:
    """The texts with what a channel is surest of repaired."""
    return _decoded(texts, channel, lexicon)[0]


def _decoded(
    texts: Texts, channel: Channel, lexicon: Callable[[], Lexicon]
) -> tuple[Texts, list[frozenset[str]]]:
    """The texts with what a channel is surest of repaired, and of each text the items that explain something in it.

    What a stripped character leaves, 措 是, looks like a term while terms are learned; weighed together with the
    character such a term explains nothing any more.
    """
    decoder = Decoder(texts.model, channel, lexicon)
    if decoder.idle:
        return texts, [frozenset()] * len(texts.texts)
    new = []
    found = []
    for text, decoded in zip(texts.texts, decoder.judge(texts), strict=True):
        sure = [
            Edit(r.start, r.end, r.replacement)
            for r in decoded.repairs
            # what is learned from these texts does not look across commas
            if r.confidence >= SURE and r.replacement is not None and r.rule != "channel-comma"
        ]
        new.append(apply(text, sure))
        found.append(frozenset(str(r.evidence["item"]) for r in decoded.repairs))
    return Texts.of(texts.model, new), found
