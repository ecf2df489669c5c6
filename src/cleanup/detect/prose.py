"""What speaks for a line being article: prose, lists, references, signatures, dialogue."""

from __future__ import annotations

import re

from cleanup.detect.cues import Cue, cue
from cleanup.detect.vocabulary import DATE

# Prose has these; titles and furniture have few.
FUNCTION = re.compile("[的了在是着过和与就都也把被让从对]")
AGAINST: tuple[Cue, ...] = (
    cue(
        "enumerated",
        -2,
        "",
        r"^(?!-\s*END)(?:第?[一二三四五六七八九十百零\d]+[章节条款编篇、.)]|[(\[][一二三四五六七八九十\d]{1,3}[)\]]|[①-⑳●•·*#>-]\s|[A-H][.、)])",
    ),
    cue(
        "reference",
        -3,
        "",
        r"^\[\d{1,3}\]|\[[JMDCNZP](?:/OL)?\]|《[^》]{2,40}》.{0,14}(?:\d{4}年|出版社|第\d+[期版卷页])|et al|doi|pp\.|论文集",
    ),
    cue(
        "dialogue",
        -2.5,
        "",
        r"^(?!.{0,4}(?:声明|提示|来源|编辑))(?:[甲乙丙丁问答QA]|[\u4e00-\u9fff]{1,4}) ?: ?[“\"]?.*[。!?…~”]$",
    ),
    cue("quoted", -1.5, "", r"^[“「『\"].*[”」』\"]$|[“「『][^”」』]{8,}[”」』]"),
    # Who signs a letter or an announcement, and formulas that close one.
    cue(
        "signature",
        -3,
        "",
        r"^(?:[\u4e00-\u9fff]{2,24}(?:人民政府|政府|委员会|办公[室厅]|局|厅|法院|检察院|公司|协会|学院|大学|医院|中心|党组|党委|部|社|院|所|会|处)|此致|敬礼|特此(?:公告|通知|说明|声明|证明|函告|函复|批复)|谨启|敬上|[\u4e00-\u9fff]{2,4} ?(?:敬上|谨上|顿首|谨启|启)|(?:代理)?(?:审 ?判 ?长|审 ?判 ?员|书 ?记 ?员|陪审员|法官助理)[ :].{0,12}|附件?[:\d].{0,40}|\(?完\)?|\(?全文完\)?|.{0,10}人: ?[\u4e00-\u9fff]{2,4})$",
    ),
    cue(
        "plain-date",
        -3,
        "",
        rf"^\(?(?:{DATE}|[二〇○零一二三四五六七八九十]{{4}}年[一二三四五六七八九十]{{1,3}}月[一二三四五六七八九十]{{1,3}}日)\)?$",
    ),
    cue(
        "dateline",
        -3,
        "",
        r"^.{0,16}(?:电|(?<!资)讯) ?[(:\s].{8,}|^(?:本报|新华社|据)[^。]{0,20}(?:电|讯|报道)",
    ),
)
# Asked where nothing but recurrence speaks: every article of an honest source may have the same sections.
HEADING = cue("heading", -2, "", r"^[【\[《#*].{1,16}[】\]》*]?$|^.{2,12}:$|^[\u4e00-\u9fff]{2,4}$")

SENTENCE_END = "。!?;…”」』"
_SIGNS = re.compile(r"[|©>»]|\d:\d\d")
# Beyond this many characters a line is a paragraph, perhaps with page stuck to it.
PARAGRAPH = 120


def reads_on(text: str) -> bool:
    """Whether a line has the look of a sentence: its end, or the commas of a long line without signs of a page."""
    return text[-1] in SENTENCE_END or (len(text) > 60 and "," in text and not _SIGNS.search(text))


def is_prose(text: str) -> bool:
    """Whether a line reads as a sentence or more of running text.

    A title may end in ? or !, so those count only in a line that is long or has a full stop inside.
    """
    n = len(text)
    if n < 10:
        return False
    if text[-1] in "。…”」;":
        return True
    if text[-1] in "!?":
        return n >= 40 or "。" in text or text.count(",") >= 2
    if "。" in text and n >= 25:
        return True
    return n >= 50 and ("," in text or len(FUNCTION.findall(text)) >= 4)


def prose_points(text: str) -> float:
    """How much a line reads like running text, 0 to 9 points."""
    ends = 1.0 if text[-1] in SENTENCE_END else 0.0
    stops = min(1.5, 0.75 * text[:-1].count("。"))
    commas = min(1.5, 0.5 * text.count(","))
    function = min(2.0, max(0.0, 0.5 * (len(FUNCTION.findall(text)) - 1)))
    length = 0.0 if len(text) <= 60 else 0.5 if len(text) <= PARAGRAPH else 3.0
    return ends + stops + commas + function + length
