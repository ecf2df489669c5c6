"""Code points that look like a character and are another one, or have a shape on one site only.

Kangxi radicals and compatibility ideographs come from PDF and OCR; private use characters from a site's own font.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from cleanup.builtin import BUILT_IN
from cleanup.chars import is_han
from cleanup.detect.reading import Proposal, Reading

_RADICAL = BUILT_IN["radical-for-character"]
_COMPAT = BUILT_IN["compatibility-ideograph"]
_PRIVATE = BUILT_IN["private-use-character"]
_PRIVATE_FONT = BUILT_IN["private-use-font"]

# Radicals of the supplement that look like a whole simplified or traditional character. Unicode gives them no
# decomposition but names the character (EquivalentUnifiedIdeograph); out are those that are only parts (⺡ ⺮ ⻌).
_SUPPLEMENT: dict[str, str] = dict(
    zip(
        "⺎⺟⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
        "兀母民虎西见角贝车長长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    )
)
# U+2F00-2FD5 Kangxi radicals, U+F900-FAFF and U+2F800-2FA1F compatibility ideographs, private use of plane 0, 15, 16.
_GLYPH = re.compile(
    "["
    + "".join(_SUPPLEMENT)
    + "\u2f00-\u2fd5\uf900-\ufaff\ue000-\uf8ff\U0002f800-\U0002fa1f\U000f0000-\U0010fffd]+"
)
# The same without the planes above, for which `re` has no bitmap: asked first, with the planes asked on their own.
_PLANE_0 = re.compile("[" + "".join(_SUPPLEMENT) + "\u2f00-\u2fd5\uf900-\ufaff\ue000-\uf8ff]")
_ABOVE = re.compile("[\U0002f800-\U0002fa1f\U000f0000-\U0010fffd]")
# Who writes about these shows one on purpose.
_TOPIC = re.compile(
    "部首|偏旁|康熙|Unicode|unicode|UNICODE|码位|碼位|私用区|私有区|图标字体|字体图标|iconfont|字形|PUA"
)
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
# A mark against copying is one character or two, again and again; a font that hides text has a glyph for every
# character it hides, and deleting those would take words away. Farms of the bench have one.
_MARKS_MAX = 3


def propose(reading: Reading) -> list[Proposal]:
    """Look-alikes and the characters that they are; private use characters, deleted where they are marks."""
    text = reading.text
    if not (_PLANE_0.search(text) or _ABOVE.search(text)) or _TOPIC.search(reading.original):
        return []
    runs = [m for m in _GLYPH.finditer(text) if not reading.is_closed(*m.span())]
    private = {c for m in runs for c in m[0] if _is_private(c)}
    japanese = _KANA.search(text) is not None
    return [p for m in runs for p in _run(text, m, private, japanese)]


def _is_private(char: str) -> bool:
    return "\ue000" <= char <= "\uf8ff" or char >= "\U000f0000"


def _run(text: str, m: re.Match[str], private: set[str], japanese: bool) -> Iterator[Proposal]:
    start = m.start()
    at = start
    while at < m.end():
        char = text[at]
        stop = at + 1
        if _is_private(char):
            while stop < m.end() and _is_private(text[stop]):
                stop += 1
            if _beside_prose(text, at, stop):
                evidence = {"characters": len(private)}
                if len(private) > _MARKS_MAX:
                    yield Proposal.of(_PRIVATE_FONT, at, stop, None, evidence)
                else:
                    yield Proposal.of(_PRIVATE, at, stop, "", evidence)
        else:
            made = _SUPPLEMENT.get(char) or _meant(char)
            is_compat = not ("\u2e80" <= char <= "\u2fdf")
            if made and made != char and not (is_compat and japanese) and _beside_han(text, at, stop):
                found = _COMPAT if is_compat else _RADICAL
                yield Proposal.of(found, at, stop, made, {"code_point": f"U+{ord(char):04X}"})
        at = stop


def _meant(char: str) -> str:
    """The character that Unicode says it is: canonically for ideographs (so 﨑, which is one of its own, stays)."""
    return unicodedata.normalize("NFKC" if "\u2f00" <= char <= "\u2fd5" else "NFC", char)


def _beside_prose(text: str, start: int, end: int) -> bool:
    around = text[max(0, start - 2) : start] + text[end : end + 2]
    return any(is_han(c) or c.isalnum() for c in around) or not around.strip()


def _beside_han(text: str, start: int, end: int) -> bool:
    """Whether it stands in running text; one alone on its line or between signs is shown, not used."""
    return any(is_han(c) or _GLYPH.match(c) for c in text[max(0, start - 1) : start] + text[end : end + 1])
