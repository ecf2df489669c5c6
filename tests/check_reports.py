"""Reports of checks, built by hand: what the formats are tried on."""

from __future__ import annotations

from cleanup.check.nouns import Alarm, Report, Stale, Told, Unused
from cleanup.check.places import Places
from cleanup.data import Finding
from cleanup.dumps.record import Reject

TEXT = "晚上去公园散步。\r\n湖边𠮷的树很多，更高的是银杏。\n\n点这里看更多\n再走一段就到家。\n"


def alarm(
    text: str,
    start: int,
    end: int,
    replacement: str | None,
    *,
    file: str = "docs/a.md",
    rule: str = "superlative-swap",
    kind: str = "superlative_swap",
    tier: str = "auto",
    level: str = "error",
    exact: bool = True,
    first: int = 1,
    confidence: float = 0.99,
    evidence: dict | None = None,
    message: str = "“最”换成了“更”",
    **more: object,
) -> Alarm:
    """An alarm for text[start:end], at the places that the check gives it."""
    spot = Places(text, first, exact=exact)(start, end)
    finding = Finding(
        id=f"{rule}-{start}",
        article=file,
        source="",
        file=file,
        record=1,
        start=start,
        end=end,
        observed=text[start:end],
        replacement=replacement,
        kind=kind,  # type: ignore[arg-type]
        rule=rule,
        tier=tier,  # type: ignore[arg-type]
        confidence=confidence,
        applied=False,
        evidence=evidence or {},
        message=message,
        line=spot.start.line,
        column=spot.start.column,
    )
    name = f"{file}-{rule}-{start}-{end}"
    return Alarm(finding, level, *spot[:2], exact, *spot[2:], fingerprint=name, **more)  # type: ignore[arg-type]


def at(piece: str) -> tuple[int, int]:
    """Where a piece stands in `TEXT`."""
    start = TEXT.index(piece)
    return start, start + len(piece)


SWAP = alarm(TEXT, *at("更高"), "最高", evidence={"survivors": 0, "topic": ["树"]})
INSERTION = alarm(
    TEXT,
    *[at("树很")[0]] * 2,
    "大",
    rule="prior-insert",
    kind="dropped_char",
    tier="suggest",
    level="warning",
    confidence=0.8,
    message="少了一个字",
)
LINES = alarm(TEXT, *at("\n点这里看更多\n"), "", rule="page-line", kind="boilerplate", message="页面上的一行")
FLAG = alarm(
    TEXT, *at("一段"), None, rule="garbled", kind="mojibake", tier="flag", level="warning", message="乱码"
)
RECORD = alarm(TEXT, *at("更高"), "最高", file="dump 1%.jsonl", exact=False, first=7)
KNOWN = alarm(TEXT, *at("湖边"), "湖畔", rule="spun", kind="spin_synonym", known=True)
IN_FILE = alarm(TEXT, *at("公园"), "花园", suppressed="docs/a.md:1", why_suppressed="地名")
IN_CONFIG = alarm(TEXT, *at("散步"), "漫步", suppressed="cleanup.toml:8")
REJECT = Reject(
    "docs/坏.txt", 0, "binary", "含有 NUL 字节，不是文本文件", "holds a NUL byte: not a text file"
)
BAD_LINE = Reject("dump 1%.jsonl", 3, "not_json", "不是合法的 JSON", "not valid JSON")

RULES = {
    "superlative-swap": Told(
        "superlative-swap",
        "superlative_swap",
        "auto",
        "replace",
        {"zh": "“最”换成了“更”", "en": "最 was swapped for 更"},
        "Nothing is compared in the sentence.",
    ),
    "page-line": Told(
        "page-line",
        "boilerplate",
        "auto",
        "delete",
        {"zh": "页面上的一行", "en": "a line of the page"},
        "Its shape says so.",
    ),
}

EMPTY = Report((), files=2, articles=2, characters=90, versions={"cleanup": "1.2.3"}, digest="d1", root="/r/")
FULL = Report(
    (IN_FILE, IN_CONFIG, KNOWN, INSERTION, SWAP, LINES, FLAG, RECORD),
    rejects=(REJECT, BAD_LINE),
    notes=(("docs/a.md", "规则 slow 超时"),),
    stale=(Stale("old-1", "docs/gone.md", "superlative-swap", "更大\n"),),
    unused=(Unused("docs/b.md:4", "cleanup-disable-line spun"), Unused("cleanup.toml", "protected.txt")),
    fixed={"docs/c.md": 2},
    files=4,
    articles=6,
    characters=1_234,
    below=3,
    rules=RULES,
    versions={"cleanup": "1.2.3", "rules": "abc"},
    digest="d1",
    command="cleanup check docs --min-tier flag",
    root="/srv/文 稿/",
    baseline="baseline.json",
)
