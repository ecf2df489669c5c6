"""The journey of one article, readable on one screen.

fold → furniture → page → noise → the rest, each stage skipping what the stages before it closed; the
proposals that may be applied are applied; then all of it again on the result, until nothing is
proposed any more. Everything is carried home to offsets of the text as it was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cleanup import edits as ed
from cleanup.data import (
    FURNITURE_KINDS,
    RAW_KINDS,
    TIERS,
    Apply,
    Document,
    Edit,
    Finding,
    LineMap,
    Outcome,
    Rule,
    Tier,
)
from cleanup.detect import contact, furniture, masks, mojibake, noise, repeats, rules, script, script_forms
from cleanup.detect.closed import closed_spans, emphasis_spans, merge
from cleanup.detect.reading import Proposal, Reading
from cleanup.detect.rules import Book
from cleanup.detect.script_plain import simplified
from cleanup.detect.share import spare_all_page
from cleanup.fold import View, fold
from cleanup.lexicon import Lexicon, shared
from cleanup.recurrence import Recurrence
from cleanup.rules import RuleSet

Lang = Literal["zh", "en"]

# Passes until nothing changes. Real articles settle in two; one that has not after this many has
# met rules that undo each other, which is a bug in a rule and is reported with its id.
PASSES = 6
# How much of the line around a finding goes into its id: enough to tell places apart, little
# enough that an edit elsewhere in the line leaves the id alone.
_AROUND = 12

_TAKES = {"none": (), "auto": ("auto",), "suggest": ("auto", "suggest")}


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
    """Cleans one document at a time: a pure function of the document, the rules, the options, and the lines
    that recur over its source where a dump was counted.

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
    ) -> None:
        self.rules = rules
        self.recurrence = recurrence
        self.apply = apply
        self.lang = lang
        self._lexicon = lexicon
        self._by_stage = [Book([r for r in rules.rules if stage.takes(r)]) for stage in STAGES]

    def knowing(self, recurrence: Recurrence) -> Cleaner:
        """The same cleaner, told which lines recur over each source."""
        return Cleaner(
            self.rules, apply=self.apply, lang=self.lang, lexicon=self._lexicon, recurrence=recurrence
        )

    def clean(self, document: Document) -> Outcome:
        """All findings of a document, and its text with those applied that the options allow."""
        original = fold(document.text)
        seen: list[list[Proposal]] = []
        due: list[list[Proposal]] = []
        silent: set[str] = set()

        def propose(text: str, n: int) -> Sequence[Edit]:
            found = self._propose(document, text, original, silent)
            seen.append(found)
            wanted = sorted(
                (p for p in found if p.tier in _TAKES[self.apply] and p.edit is not None),
                key=lambda p: (
                    p.kind != "boilerplate",
                    p.tier != "auto",
                    -p.confidence,
                    p.start - p.end,
                    p.start,
                    p.rule,
                ),
            )
            kept, _ = ed.select([p.edit for p in wanted if p.edit is not None])
            due.append([wanted[k] for k in kept])
            return [e for p in due[-1] if (e := p.edit) is not None]

        point = ed.fixed_point(document.text, propose, bound=PASSES)
        if not seen[0]:
            return Outcome(document, (), (), (), document.text, _silence(silent))
        applied = [
            self._home(edit, [due[n][i] for n, i in made_of])
            for edit, made_of in zip(point.edits, point.made_of, strict=True)
        ]
        standing, skipped = self._unapplied(seen, point.edits, applied)
        findings = _number(
            document,
            [(p, True, "") for p in applied]
            + [(p, False, "") for p in standing]
            + [(p, False, why) for p, why in skipped],
            self.lang,
        )
        notes = _silence(silent)
        if not point.settled:
            # the pass that asked once more was only looked at
            notes += ("no fixed point: " + ", ".join(sorted({p.rule for p in due[-1]})),)
        return Outcome(
            document=document,
            findings=tuple(f for f, why in findings if not why),
            applied=tuple(f for f, _ in findings if f.applied),
            skipped=tuple((f, why) for f, why in findings if why),
            text=point.text,
            notes=notes,
        )

    def _propose(self, document: Document, text: str, original: View, silent: set[str]) -> list[Proposal]:
        """The proposals of all stages on one text."""
        title = str(document.meta.get("title") or "")
        markdown = document.meta.get("format") == "md"
        closed = closed_spans(text, markdown=markdown)
        emphasis = emphasis_spans(text) if markdown else ()
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
                    text, seen, original.folded, title, closed, page, recurring, emphasis
                )
            new: list[Proposal] = []
            for ask in stage.detectors:
                new += ask(reading)
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
        return found

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


def _silence(silent: set[str]) -> tuple[str, ...]:
    return tuple(f"rule out of time: {rule}" for rule in sorted(silent))


def _number(
    document: Document, proposals: list[tuple[Proposal, bool, str]], lang: Lang
) -> list[tuple[Finding, str]]:
    """Findings in order of place, each with its id, and why it was skipped or ""."""
    text = document.text
    lines = LineMap(document)
    out = []
    used: dict[str, int] = {}
    for p, is_applied, why in sorted(proposals, key=lambda x: (x[0].start, x[0].end, x[0].rule)):
        observed = text[p.start : p.end]
        left, right = text[max(0, p.start - _AROUND) : p.start], text[p.end : p.end + _AROUND]
        around = (left.rpartition("\n")[2], observed, right.partition("\n")[0])
        digest = hashlib.blake2b(
            "\0".join((p.rule, document.article, *around)).encode(errors="surrogatepass"), digest_size=8
        )
        name = digest.hexdigest()
        used[name] = used.get(name, 0) + 1
        line, column = lines(p.start)
        finding = Finding(
            id=name if used[name] == 1 else f"{name}-{used[name]}",
            article=document.article,
            source=document.source,
            file=document.file,
            record=document.record,
            start=p.start,
            end=p.end,
            observed=observed,
            replacement=p.replacement,
            kind=p.kind,
            rule=p.rule,
            tier=p.tier,
            confidence=p.confidence,
            applied=is_applied,
            evidence=p.evidence,
            message=p.message[lang],
            line=line,
            column=column,
        )
        out.append((finding, why))
    return out
