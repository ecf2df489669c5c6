"""The journey of one article, readable on one screen.

fold → furniture → page → noise → the rest, each stage skipping what the stages before it closed; the
proposals that may be applied are applied; then all of it again on the result. Where nothing is proposed
any more the channel of the source is asked, and what it repairs goes the same way, until that, too, is
silent. Everything is carried home to offsets of the text as it was read.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from cleanup import edits as ed
from cleanup.builtin import BUILT_IN
from cleanup.channel.items import ARTICLES_MIN, Channel
from cleanup.data import (
    FURNITURE_KINDS,
    RAW_KINDS,
    TIERS,
    Apply,
    Document,
    Edit,
    Outcome,
    Rule,
    Silence,
    Tier,
)
from cleanup.decode.calibrate import stated
from cleanup.decode.emptied import asked_once, emptied
from cleanup.decode.repair import Decoded, Repair
from cleanup.detect import contact, furniture, masks, mojibake, noise, repeats, rules, script, script_forms
from cleanup.detect.closed import Spans as Comments
from cleanup.detect.closed import closed_spans, comment_spans, emphasis_spans, merge, without
from cleanup.detect.reading import Proposal, Reading, Standing
from cleanup.detect.rules import Book
from cleanup.detect.script_plain import simplified
from cleanup.detect.share import spare_all_page
from cleanup.fold import View, fold
from cleanup.lexicon import Lexicon, shared
from cleanup.numbering import numbered
from cleanup.protect import Terms
from cleanup.recurrence import Recurrence
from cleanup.rules import RuleSet

if TYPE_CHECKING:
    # numpy and the model take a tenth of a second, and are needed where a channel is
    from cleanup.decode.decoder import Decoder
    from cleanup.decode.single.decoder import SingleDecoder
    from cleanup.lm.model import Model

Lang = Literal["zh", "en"]
Spans = tuple[tuple[int, int], ...]

# Passes until nothing changes. Real articles settle in two, and in two more where a channel repairs; one that has
# not after this many has met rules that undo each other, which is a bug in a rule and is reported with its id.
PASSES = 8
# Two findings so near each other are about one thing.
_BESIDE = 1
_LOST_OR_PUSHED_IN = frozenset({"dropped_char", "dropped_word", "spam_insertion"})
NO_TERMS = Terms()
_TAKES = {"none": (), "auto": ("auto",), "suggest": ("auto", "suggest")}


@dataclass(frozen=True, slots=True)
class Ask:
    """What the channel of a source is asked: a text, the spans of it that are closed, and the text as it was read
    with the edits that made the one of the other.
    """

    text: str
    closed: Spans
    original: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the way: the rules it obeys, the detectors it asks before them, the tiers of what it finds
    that is closed to later stages, and how it sees the text: folded; folded and in simplified script (`plain`);
    or as it is (`raw`), since folding hides what noise is.
    """

    name: str
    takes: Callable[[Rule], bool]
    detectors: tuple[Callable[[Reading], Sequence[Proposal]], ...] = ()
    closes: tuple[Tier, ...] = ()
    raw: bool = False
    plain: bool = False


STAGES: tuple[Stage, ...] = (
    # first, since a line of mojibake looks like page, and its private use and soft hyphens like noise
    Stage("mojibake", lambda rule: False, detectors=(mojibake.propose,), closes=TIERS, raw=True),
    Stage(
        "furniture",
        lambda rule: rule.kind in FURNITURE_KINDS,
        detectors=(repeats.propose,),
        # what is only suggested may be body after all, and stays open to repair
        closes=("auto",),
        plain=True,
    ),
    Stage("page", lambda rule: False, detectors=(furniture.propose,), closes=("auto",), plain=True),
    Stage(
        "noise",
        lambda rule: rule.kind in RAW_KINDS,
        detectors=(noise.propose, script.propose, script_forms.propose),
        raw=True,
    ),
    Stage(
        "rules",
        lambda rule: rule.kind not in FURNITURE_KINDS | RAW_KINDS,
        detectors=(masks.propose, contact.propose),
    ),
)


class Cleaner:
    """Cleans documents: a pure function of each document, the rules, the options, and of its source the lines that
    recur and the channel, where these are known.

    >>> Cleaner(rules).clean(Document("a", "主要的工作围")).text    # doctest: +SKIP
    '主要的工作范围'
    """

    def __init__(
        self,
        rules: RuleSet,
        *,
        apply: Apply = "auto",
        lang: Lang = "zh",
        lexicon: Callable[[], Lexicon] = shared,
        recurrence: Recurrence | None = None,
        channels: Sequence[Channel] = (),
        model: Callable[[], Model] | None = None,
        prior: Channel | None = None,
        protected: Terms = NO_TERMS,
    ) -> None:
        self.rules = rules
        self.recurrence = recurrence
        self.apply = apply
        self.lang = lang
        self.channels = {c.source: c for c in channels}
        self.prior = prior
        self.protected = protected
        self._lexicon = lexicon
        self.model = model or _shipped_model
        self._ready()

    def __getstate__(self) -> dict[str, Any]:
        """What it was made of: another process builds its books and decoders itself."""
        made = ("_by_stage", "_decoders", "_single")
        return {name: value for name, value in self.__dict__.items() if name not in made}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._ready()

    def _ready(self) -> None:
        self._by_stage = [Book([r for r in self.rules.rules if stage.takes(r)]) for stage in STAGES]
        # a folded text without a traditional character is the same in simplified script
        Book.together([b for b, s in zip(self._by_stage, STAGES, strict=True) if not s.raw and b.rules])
        self._decoders: dict[str, Decoder | None] = {}
        self._single: SingleDecoder | None = None

    def knowing(
        self, recurrence: Recurrence | None = None, channels: Sequence[Channel] | None = None
    ) -> Cleaner:
        """The same cleaner, told which lines recur over each source, or the channels of sources."""
        other = copy(self)
        other.recurrence = recurrence or self.recurrence
        if channels is not None:
            other.channels = {c.source: c for c in channels}
        return other

    def clean(self, document: Document) -> Outcome:
        """All findings of a document, and its text with those applied that the options allow."""
        return self.clean_many([document])[0]

    def clean_many(self, documents: Sequence[Document]) -> list[Outcome]:
        """`clean` of each document. Those of a source are decoded together, which is many times faster."""
        outcomes: list[Outcome | None] = [None] * len(documents)
        journeys = {i: self._journey(d) for i, d in enumerate(documents)}
        answers: dict[int, Decoded | None] = dict.fromkeys(journeys)
        while answers:
            asked: dict[str | None, list[tuple[int, Ask]]] = {}
            while answers:
                # all go step by step together: what a step asks of one text is at hand for the next
                going: dict[int, Decoded | None] = {}
                for i, answer in answers.items():
                    try:
                        ask = journeys[i].send(answer)
                    except StopIteration as done:
                        outcomes[i] = done.value
                        continue
                    if ask is None:
                        going[i] = None
                        continue
                    source = documents[i].source
                    # those without a channel know nothing of each other, and are decoded together, too
                    key = None if self._decoder(source) is None else source
                    asked.setdefault(key, []).append((i, ask))
                answers = going
            for of_source, questions in asked.items():
                # in the order of the documents, whichever came here first
                questions.sort(key=lambda q: q[0])
                decoded = self._decoded(of_source, [a for _, a in questions])
                answers |= {i: d for (i, _), d in zip(questions, decoded, strict=True)}
        return [o for o in outcomes if o is not None]

    def _decoded(self, source: str | None, asks: Sequence[Ask]) -> list[Decoded]:
        """What the channel of a source, or for None the prior, makes of some texts."""
        texts, closed = [a.text for a in asks], [a.closed for a in asks]
        decoder = None if source is None else self._decoder(source)
        if decoder is not None:
            return decoder.decode(texts, closed)
        from cleanup.decode.single.made import Made

        return self._alone().decode(texts, closed, [Made.by(a.original, a.edits) for a in asks])

    def _is_alone(self, source: str) -> bool:
        """Whether documents of a source are decoded by the prior: where no channel is known of it, or it had too few
        articles for one.
        """
        channel = self.channels.get(source)
        return self.prior is not None and (
            channel is None or (not channel.items and channel.articles < ARTICLES_MIN)
        )

    def _alone(self) -> SingleDecoder:
        if self._single is None:
            from cleanup.decode.single.decoder import SingleDecoder

            assert self.prior is not None
            self._single = SingleDecoder(self.model(), self.prior, self._lexicon)
        return self._single

    def _decoder(self, source: str) -> Decoder | None:
        """The decoder of a source's channel, or None where it has no channel, or an empty one."""
        if source not in self._decoders:
            channel = self.channels.get(source)
            decoder = None
            if channel is not None and any(i.status != "rejected" for i in channel.items):
                from cleanup.decode.decoder import Decoder

                decoder = Decoder(self.model(), channel, self._lexicon)
            self._decoders[source] = None if decoder is None or decoder.idle else decoder
        return self._decoders[source]

    def _journey(self, document: Document) -> Generator[Ask | None, Decoded | None, Outcome]:
        """The way of one document: rules and detectors until they propose nothing more, then the channel, and on.

        Yields None after each step, or what the channel is asked, and is sent the answer.
        """
        original = fold(document.text)
        standing = Standing(original.folded)
        passes = ed.Passes(document.text)
        seen: list[list[Proposal]] = []
        due: list[list[Proposal]] = []
        silent: set[str] = set()
        silences: tuple[Silence, ...] = ()
        alone = self._is_alone(document.source)
        decodes = alone or self._decoder(document.source) is not None
        while True:
            found, closed = yield from self._propose(document, passes.text, original, standing, silent)
            chosen = self._wanted(found)
            if not chosen and decodes:
                answer = yield Ask(passes.text, closed, document.text, tuple(passes.edits))
                if answer is not None:
                    silences = _silences_home(answer.silences, passes.edits)
                    repairs = _clear_of(found, answer.repairs) if alone else answer.repairs
                    if self.rules.off:
                        repairs = [r for r in repairs if r.rule not in self.rules.off]
                    found = _with_repairs(found, asked_once(repairs, _emptied(passes, due)))
                    chosen = self._wanted(found)
            seen.append(found)
            due.append(chosen)
            if not chosen or passes.count == PASSES:
                break
            passes.make([e for p in chosen if (e := p.edit) is not None])
        notes = _silence(silent)
        if not seen[0] and not seen[-1]:
            return Outcome(document, (), (), (), document.text, notes, silences)
        applied = [
            self._home(edit, [due[n][i] for n, i in made_of])
            for edit, made_of in zip(passes.edits, passes.made_of, strict=True)
        ]
        open_, skipped = self._unapplied(seen, passes.edits, applied)
        findings = numbered(
            document,
            [(p, True, "") for p in applied]
            + [(p, False, "") for p in open_]
            + [(p, False, why) for p, why in skipped],
            self.lang,
        )
        if due[-1]:
            # the pass that asked once more was only looked at
            notes += ("no fixed point: " + ", ".join(sorted({p.rule for p in due[-1]})),)
        return Outcome(
            document=document,
            findings=tuple(f for f, why in findings if not why),
            applied=tuple(f for f, _ in findings if f.applied),
            skipped=tuple((f, why) for f, why in findings if why),
            text=passes.text,
            notes=notes,
            silences=silences,
        )

    def _wanted(self, found: Sequence[Proposal]) -> list[Proposal]:
        """The proposals that the options allow to be applied and that can be made together, in order of place."""
        takes = _TAKES[self.apply]
        wanted = sorted(
            (p for p in found if p.tier in takes and p.replacement is not None),
            key=lambda p: (
                p.kind != "boilerplate",
                p.tier != "auto",
                -p.confidence,
                p.start - p.end,
                p.start,
                p.rule,
            ),
        )
        kept, _ = ed.select(wanted)
        return [wanted[k] for k in kept]

    def _propose(
        self, document: Document, text: str, original: View, standing: Standing, silent: set[str]
    ) -> Generator[None, Any, tuple[list[Proposal], Spans]]:
        """The proposals of all stages on one text, and what of it is closed in the end. Stops after each step."""
        title = str(document.meta.get("title") or "")
        markdown = document.meta.get("format") == "md"
        closed = closed_spans(text, markdown=markdown)
        if self.protected:
            closed = merge([*closed, *self.protected.places(text)])
        emphasis = emphasis_spans(text) if markdown else ()
        comments = Comments(comment_spans(text)) if markdown and "<!--" in text else None
        view = original if text == document.text else fold(text)
        recurring = self.recurrence.of(document.source) if self.recurrence else None
        found: list[Proposal] = []
        page: tuple[tuple[int, int], ...] = ()
        raw = View(text, len(text))
        plain = simplified(view)
        readings: dict[tuple[bool, bool], Reading] = {}
        for stage, book in zip(STAGES, self._by_stage, strict=True):
            key = stage.raw, stage.plain
            reading = readings.get(key)
            if reading is None:
                seen = raw if stage.raw else plain if stage.plain else view
                reading = readings[key] = Reading(
                    text,
                    seen,
                    original.folded,
                    title,
                    closed,
                    page,
                    recurring,
                    emphasis,
                    plain.folded,
                    standing,
                )
            new: list[Proposal] = []
            yield
            for ask in stage.detectors:
                new += ask(reading)
                yield
            if new and comments is not None:
                # furniture is asked of whole lines, and a line that is a comment is none that readers see
                new = [p for p in new if not _is_within(comments, text, p)]
            if new and self.rules.off:
                new = [p for p in new if p.rule not in self.rules.off]
            if book.rules:
                new += self._obey(book, reading, silent)
            if not new:
                continue
            found += new
            if stage.closes:
                closed = merge([*closed, *((p.start, p.end) for p in new if p.tier in stage.closes)])
                found, closed = spare_all_page(text, found, closed)
                page = merge([(p.start, p.end) for p in found if p.tier == "auto"])
                readings.clear()
        return found, closed

    def _obey(self, book: Book, reading: Reading, silent: set[str]) -> list[Proposal]:
        """The proposals of some rules; one that runs out of time is silent for the rest of the article."""
        while True:
            try:
                return rules.propose(book, reading, self._lexicon, silent)
            except rules.OutOfTime as late:
                silent.add(str(late))

    def _home(self, edit: Edit, parts: list[Proposal]) -> Proposal:
        """The proposal behind an edit of the original text; of several melted into one, the last."""
        last = parts[-1]
        evidence = dict(last.evidence)
        if len(parts) > 1:
            evidence["melted_from"] = [p.rule for p in parts]
            if items := [str(p.evidence["item"]) for p in parts[:-1] if "item" in p.evidence]:
                evidence["melted_items"] = items
        return replace(last, start=edit.start, end=edit.end, replacement=edit.replacement, evidence=evidence)

    def _unapplied(
        self, seen: list[list[Proposal]], made: Sequence[Edit], applied: list[Proposal]
    ) -> tuple[list[Proposal], list[tuple[Proposal, str]]]:
        """Proposals that still stand in the finished text, and those that lost to an edit made."""
        standing: dict[tuple[str, int, int, str | None], Proposal] = {}
        skipped: dict[tuple[str, int, int, str | None], tuple[Proposal, str]] = {}
        done = {(p.rule, p.start, p.end, p.replacement) for p in applied}
        way_home = ed.WayHome(made)
        winners = {(p.start, p.end): p for p in reversed(applied)}
        won = ed.Apart(winners)
        stands: ed.Apart | None = None
        for p_is_last, found in ((True, seen[-1]), (False, seen[0])):
            if not p_is_last:
                stands = ed.Apart(merge([(s, e) for _, s, e, _ in standing]))
            for p in found:
                span = way_home.span(p.start, p.end) if p_is_last else (p.start, p.end)
                if span is None:
                    continue
                if span != (p.start, p.end):
                    p = replace(p, start=span[0], end=span[1])
                key = (p.rule, p.start, p.end, p.replacement)
                if key in done or key in standing:
                    continue
                over = won.over(p.start, p.end)
                if over is not None:
                    winner = winners[over]
                    if winner.rule != p.rule and p.kind != "boilerplate":
                        skipped[key] = (p, winner.rule)
                elif p_is_last:
                    standing[key] = p
                elif (
                    stands is not None
                    and p.kind == "boilerplate"
                    and p.tier == "suggest"
                    and stands.over(p.start, p.end) is None
                ):
                    # it was page by its neighbours, which are gone; an editor is to see it all the same
                    standing[key] = p
                    stands.add(p.start, p.end)
        return list(standing.values()), list(skipped.values())


def _shipped_model() -> Model:
    from cleanup.lm.model import shipped_model

    return shipped_model()


def _clear_of(found: Sequence[Proposal], repairs: Sequence[Repair]) -> list[Repair]:
    """The repairs of the prior that no rule's suggestion stands beside, unless it is the same: where two explain what is
    wrong at a place, what nobody wrote a rule for is the weaker.
    """
    beside = [p for p in found if p.kind in _LOST_OR_PUSHED_IN and p.tier != "flag"]
    return [
        r
        for r in repairs
        if all(
            (p.start, p.end, p.replacement) == (r.start, r.end, r.replacement)
            or p.end + _BESIDE < r.start
            or r.end + _BESIDE < p.start
            for p in beside
        )
    ]


def _with_repairs(found: list[Proposal], repairs: Sequence[Repair]) -> list[Proposal]:
    """Proposals with those of a channel. Where a rule proposes the same edit, the surer of the two stays; a flag goes
    where the channel knows the repair.
    """
    repaired = {(r.start, r.end) for r in repairs if r.start < r.end}
    found = [p for p in found if p.tier != "flag" or (p.start, p.end) not in repaired]
    out = list(found)
    same = {(p.start, p.end, p.replacement): n for n, p in enumerate(found)}
    for r in repairs:
        built_in = BUILT_IN[r.rule]
        new = replace(
            Proposal.of(built_in, r.start, r.end, r.replacement, r.evidence),
            tier=r.tier,
            confidence=stated(r.rule, r.confidence),
        )
        n = same.get((r.start, r.end, r.replacement))
        if n is None:
            out.append(new)
        elif new.tier == "auto" and out[n].tier != "auto":
            out[n] = new
    return out


def _emptied(passes: ed.Passes, due: list[list[Proposal]]) -> set[int]:
    """Where terms stood that were taken out so far, in offsets of the text as it is now."""
    kinds = [[due[n][i].kind for n, i in made_of] for made_of in passes.made_of]
    return emptied(zip(passes.edits, ["spam_insertion" in k for k in kinds], strict=True))


def _silences_home(silences: Sequence[Silence], made: Sequence[Edit]) -> tuple[Silence, ...]:
    """Spans of a text that edits have made, in offsets of the original; one that begins or ends inside of what an edit
    wrote takes all of it.
    """
    way = ed.WayHome(made)

    def home(at: int, step: int) -> int:
        while (span := way.span(at, at)) is None:
            at += step
        return span[0]

    return tuple(Silence(home(s.start, -1), home(s.end, 1), s.reason) for s in silences)


def _is_within(comments: Comments, text: str, p: Proposal) -> bool:
    """Whether all that a proposal takes lies in some comments, blanks aside."""
    inside = [(max(a, p.start) - p.start, min(b, p.end) - p.start) for a, b in comments.over(p.start, p.end)]
    return bool(inside) and not without(text[p.start : p.end], inside).strip()


def _silence(silent: set[str]) -> tuple[str, ...]:
    return tuple(f"rule out of time: {rule}" for rule in sorted(silent))
