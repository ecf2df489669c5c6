"""Pinyin glued in brackets behind single characters: 催(cuī)收, 業(yè)務(wù).

Converters and filters leave it behind everyday characters in the midst of words; an honest gloss stands behind a
rare character, and a child's text has it everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from msgspec.structs import replace

from cleanup.builtin import BUILT_IN
from cleanup.chars import is_han
from cleanup.data import TIER_CONFIDENCE
from cleanup.detect.reading import Proposal, Reading
from cleanup.detect.script_words import simplify_table

_GLUED = BUILT_IN["pinyin-glued"]

_VOWELS = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_SYLLABLE = re.compile(f"[(（]([a-z{_VOWELS}üɡɑ\u0300\u0301\u0304\u030c]{{1,8}})[)）]")
_TONED = re.compile(f"[{_VOWELS}\u0300\u0301\u0304\u030c]")
_TOPIC = re.compile(
    "拼音|读音|讀音|声调|聲調|多音字|注音|生字|组词|發音|发音|音节|韵母|韻母|普通话|汉语音|念作|读作|古音|方言"
)
# Different everyday characters with their reading glued on that make it damage and not a gloss. Characters of
# several readings do not count: 重(chóng)复, 行(háng)列 are what a teacher glosses.
_AUTO_FROM = 3
# A text for children has pinyin behind a third of its characters or more; converters glue it behind one in
# ten or fewer. One that glues it behind what it converted to traditional script glosses nothing else.
_SHARE_MAX = 0.25
_CONVERTED = 0.8


def propose(reading: Reading) -> list[Proposal]:
    """Brackets with the reading of the everyday character in front of them, in the midst of a text."""
    text = reading.text
    if not _SYLLABLE.search(text):
        return []
    found: list[Proposal] = []
    chars: set[str] = set()
    for m in _SYLLABLE.finditer(text):
        at = m.start()
        if at == 0 or not is_han(text[at - 1]) or reading.is_closed(*m.span()):
            continue
        char, syllable = text[at - 1], m[1]
        # without a tone it may be a label or a word: 图(a), 谷(gu)
        toned = _TONED.search(unicodedata.normalize("NFC", syllable))
        inside = m.end() < len(text) and is_han(text[m.end()])
        if not toned and (len(syllable) == 1 or not inside):
            continue
        if not _is_everyday(char) or not _is_reading(char, syllable):
            continue
        chars.add(char)
        found.append(Proposal.of(_GLUED, at, m.end(), "", {"char": char, "pinyin": syllable}))
    if not found:
        return []
    han = sum(1 for c in text if is_han(c))
    share = len(found) / max(han, 1)
    converted = sum(ord(p.evidence["char"]) in simplify_table() for p in found) >= _CONVERTED * len(found)
    if share > _SHARE_MAX and not converted:
        return []
    counted = {c for c in chars if len(_readings(c)[1]) == 1 or ord(c) in simplify_table()}
    certain = len(counted) >= _AUTO_FROM and not _TOPIC.search(reading.original)
    found = [replace(p, evidence={**p.evidence, "characters": len(chars)}) for p in found]
    if certain:
        return found
    return [replace(p, tier="suggest", confidence=TIER_CONFIDENCE["suggest"]) for p in found]


def _is_everyday(char: str) -> bool:
    """Whether it, or its simplified form, is of level 1 of GB 2312: the 3,755 characters in common use."""
    try:
        code = simplify_table().get(ord(char), char).encode("gb2312")
    except UnicodeEncodeError:
        return False
    return 0xB0 <= code[0] <= 0xD7


def _is_reading(char: str, syllable: str) -> bool:
    """Whether the syllable reads the character, tone included where it is written."""
    plain = syllable.replace("ɡ", "g").replace("ɑ", "a")
    toned, bare = _readings(char)
    plain = unicodedata.normalize("NFC", plain)
    return plain in toned or plain.replace("v", "ü") in bare


@lru_cache(maxsize=4096)
def _readings(char: str) -> tuple[frozenset[str], frozenset[str]]:
    import pypinyin

    toned = frozenset(pypinyin.pinyin(char, heteronym=True)[0])
    return toned, frozenset(_without_tone(s) for s in toned)


def _without_tone(syllable: str) -> str:
    marks = {"\u0300", "\u0301", "\u0304", "\u030c"}
    parts = unicodedata.normalize("NFD", syllable)
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in marks))
