"""The lines of an article with what tells page from body: cues, prose, place, neighbours, recurrence."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from cleanup.detect.cues import ABOUT_PAGE, CUES, LEGAL_POINTS, LEGAL_WORD, Cue
from cleanup.detect.hints import LEGAL_HINT, SIGNS, families, has_hint, has_sentence_hint
from cleanup.detect.prose import AGAINST, HEADING, PARAGRAPH, is_prose, prose_points, reads_on
from cleanup.detect.rows import is_row
from cleanup.detect.runs import RUN_MAX, is_link_run
from cleanup.recurrence import LINE_MAX, SourceLines

# A longer line is a paragraph, or links run together, which `glued` looks for. Disclaimers of the
# bench have up to 33 characters and invented ones 63; real ones run to two hundred.
SCORED_MAX = 300
# These shapes stand between paragraphs, too, so the middle of an article does not speak against them.
_ANYWHERE = {
    "button",
    "image",
    "gate",
    "gate-call",
    "script",
    "end",
    "pages",
    "neighbours",
    "bare-buttons",
    "row",
    "licence",
    "copyright",
    "share",
}
# These are written in sentences, so being a sentence speaks less against them.
_IN_SENTENCES = {
    "reprint",
    "more",
    "closing",
    "tip",
    "manners",
    "handset",
    "legal",
    "subscribe",
    "scaffold",
    "gate",
    "gate-call",
    "serial",
    "script",
    "call",
    "own-sheet",
}
# These name another article, whose title may read like prose.
_NAMES_A_TITLE = {"neighbours", "stamped-title", "link-run"}
_STOPS = frozenset("。!?")
_SENTENCE_CUES = tuple(
    c
    for c in CUES
    if c.name
    in _IN_SENTENCES
    | {"client", "comment", "licence", "copyright", "image", "contact", "arrow", "share", "button"}
    or c.name in ("role", "two-roles", "date-and-role")
)
# A byline of fields is shorter than this; beyond it, what reads like prose is a first paragraph with its byline.
_FIELDS_MAX = 80
# A paragraph goes only if it is full of what it goes for, a legal word in every so many characters. News of lawsuits
# in the corpora has one in 90.
_LEGAL_EVERY = 40


@dataclass(slots=True)
class Line:
    """A line of the folded text, with the newline that ends it; `text` without blanks around it.

    place  head (before the first prose), tail (after the last), middle, or bare (an article without prose)
    known  an earlier stage found it to be page
    why    points by cue
    recurs in how many articles of how many the line stands; `common`: exactly so, and in many
    """

    start: int
    end: int
    text: str
    known: bool = False
    prose: bool = False
    place: str = "middle"
    why: dict[str, float] = field(default_factory=dict)
    recurs: tuple[int, int] | None = None
    common: bool = False

    @property
    def points(self) -> float:
        return sum(self.why.values())

    @property
    def base(self) -> float:
        """Points of the line itself, wherever it stands."""
        return sum(v for k, v in self.why.items() if k not in ("place", "neighbours of page"))


def is_hinted(text: str) -> bool:
    """The cheap question: whether a line can have any cue at all."""
    n = len(text)
    if n < 2:
        return False
    if n > SCORED_MAX:
        return n <= RUN_MAX and is_link_run(text)
    if not reads_on(text):
        if n > _FIELDS_MAX and not SIGNS.search(text):
            return LEGAL_HINT.search(text) is not None
        return has_hint(text) or SIGNS.search(text) is not None
    if n > PARAGRAPH and not LEGAL_HINT.search(text):
        return False
    return has_sentence_hint(text)


@lru_cache(maxsize=4096)
def _tried(here: frozenset[str], sentence: bool) -> tuple[Cue, ...]:
    """The cues that can fire where these families have a hint."""
    return tuple(c for c in (_SENTENCE_CUES if sentence else CUES) if not here.isdisjoint(c.families))


def score(text: str) -> dict[str, float]:
    """Points of a line by itself, by name of cue: what speaks for page above 0, for article below."""
    return dict(_scored(text))


# A page says the same lines under every article, and is asked again after each repair.
@lru_cache(maxsize=4096)
def _scored(text: str) -> dict[str, float]:
    if is_link_run(text):
        return {"link-run": 6.0}
    here = families(text)
    why = {c.name: c.points for c in _tried(here, reads_on(text)) if c.pattern.search(text)}
    if here and is_row(text):
        why["row"] = 4.5
    hits = [m[0][:2] for m in LEGAL_WORD.finditer(text)] if "legal" in here else []
    if hits:
        about = ABOUT_PAGE.search(text) is not None
        points = LEGAL_POINTS[min(len(set(hits)), len(LEGAL_POINTS) - 1)]
        if len(text) > PARAGRAPH and len(hits) * _LEGAL_EVERY < len(text):
            points /= 2
        why["legal"] = points + (1.5 if about else -1.0)
    if not why:
        return why
    if len(why) > 2:
        # shapes overlap: a byline is a stamp, a role and a counter at once; the third and later count half
        for name in sorted(why, key=lambda k: -why[k])[2:]:
            if why[name] > 0:
                why[name] /= 2
    why |= {c.name: c.points for c in AGAINST if c.pattern.search(text)}
    against = prose_points(text)
    best = max(why, key=lambda k: why[k])
    if len(text) > _FIELDS_MAX and against >= 2.5 and best not in _NAMES_A_TITLE | {"legal"}:
        return {}  # a paragraph with something stuck to it
    if best in _NAMES_A_TITLE:
        against /= 3
    elif best in _IN_SENTENCES and (best == "legal" or _STOPS.isdisjoint(text[:-1])):
        against /= 3 if len(text) <= 150 else 2
    if against:
        why["prose"] = -against
    return why


def is_mixed(text: str, why: dict[str, float]) -> bool:
    """Whether a line begins with body, so that only what is stuck to it may go."""
    stop = min((i for c in "。!?" if (i := text.find(c, 0, -1)) >= 0), default=-1)
    if stop < 0 or not _NAMES_A_TITLE.isdisjoint(why):
        return False
    first = text[: stop + 1]
    return is_prose(first) and sum(v for v in score(first).values() if v > 0) < 1.5


def set_places(lines: list[Line]) -> None:
    """Head, tail, middle: seen from the lines that are prose and not page."""
    prose = [i for i, line in enumerate(lines) if line.prose]
    if not prose:
        for line in lines:
            line.place = "bare"
        return
    first, last = prose[0], prose[-1]
    for i, line in enumerate(lines):
        line.place = "head" if i < first else "tail" if i > last else "middle"


# Points for recurring, with the articles and the share of the source from which they are given. Without any cue the
# first row alone reaches `AUTO`, at the head and the tail, and only for what is no sentence, heading or signature.
# On articles made of the 40 clean corpora, 40 and 400 a source, no line went by recurring.
_RECURS = ((3.5, 20, 0.7), (3.0, 10, 0.4), (2.0, 6, 0.15), (1.0, 0, 0.0))
# Shorter lines recur by chance: 你好, 谢谢, 答案.
_RECURS_MIN = 4

# A head is shorter than a tail, and the title and the lead stand in it.
_PLACE_POINTS = {"head": 0.75, "tail": 1.25, "bare": 0.0, "middle": -1.5}


def add_place(line: Line) -> None:
    """What the place says, where the line itself says something."""
    points = _PLACE_POINTS[line.place]
    if line.place == "middle" and _ANYWHERE & line.why.keys():
        points = 0.0
    if points:
        line.why["place"] = points


def add_recurrence(line: Line, seen: SourceLines, counted: str) -> None:
    """What the source says: in how many of its articles the line stands, exactly or by template; `counted` is the
    line as it was counted.
    """
    if len(line.text) > LINE_MAX or len(line.text) < _RECURS_MIN:
        return
    exact = seen.exact(counted)
    docs = exact or seen.like(counted)
    if not docs:
        return
    share = docs / seen.articles
    points = next(p for p, least, of in _RECURS if docs >= least and share >= of)
    line.recurs = (docs, seen.articles)
    line.common = bool(exact) and points >= 3
    if not line.why:
        # no cue has spoken: what signs a letter, heads a section or reads like prose is not page for recurring
        line.why |= {c.name: c.points for c in (*AGAINST, HEADING) if c.pattern.search(line.text)}
        against = prose_points(line.text)
        if against:
            line.why["prose"] = -against
    line.why["recurs"] = points if exact else points / 2
