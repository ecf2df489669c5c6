"""Samples are written once, in marked/: `[damaged→repaired]`, with a letter for the kind where it is
not plain. This makes raw/, fixed/ and gold.jsonl from them: python samples/build.py
"""

import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
MARK = re.compile(r"\[([^\[\]→]*)→(\?|[^\[\]→|]*?)(?:\|?([bcgmnsx]))?\]")
LETTER = {
    "b": "boilerplate",
    "c": "contact_insertion",
    "g": "mojibake",
    "m": "mask",
    "n": "noise",
    "s": "spam_insertion",
    "x": "script_mix",
}


def kind(observed: str, repair: str, letter: str) -> str:
    """The gold type of an edit: told by its letter, or plain from the edit itself."""
    if letter:
        return LETTER[letter]
    if observed:
        return "superlative_swap" if repair == "最" else "dropped_word"
    return "dropped_char" if len(repair) == 1 else "dropped_word"


def parse(marked: str) -> tuple[str, str, list[dict[str, object]]]:
    """The damaged text, the repaired one, and the gold edits between them."""
    raw, fixed, edits, at = "", "", [], 0
    for m in MARK.finditer(marked):
        raw += marked[at : m.start()]
        fixed += marked[at : m.start()]
        observed, repair, letter = m[1], m[2], m[3] or ""
        if repair == "?":  # something is gone and nobody can say what: the ideal repair drops the trace
            repair, letter = "", ""
        edits.append(
            {
                "start": len(raw),
                "end": len(raw) + len(observed),
                "replacement": repair,
                "type": kind(observed, repair, letter),
            }
        )
        raw += observed
        fixed += repair
        at = m.end()
    return raw + marked[at:], fixed + marked[at:], edits


def main() -> None:
    gold = []
    for path in sorted((HERE / "marked").glob("*.txt")):
        raw, fixed, edits = parse(path.read_text("utf-8"))
        (HERE / "raw" / path.name).write_text(raw, "utf-8")
        (HERE / "fixed" / path.name).write_text(fixed, "utf-8")
        gold.append({"id": path.stem, "source": "samples", "text": raw, "edits": edits})
    for line in (HERE / "honest.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        gold.append({"id": record["id"], "source": "honest", "text": record["text"], "edits": []})
    (HERE / "raw" / "honest.jsonl").write_bytes((HERE / "honest.jsonl").read_bytes())
    with (HERE / "gold.jsonl").open("w", encoding="utf-8") as f:
        f.writelines(json.dumps(g, ensure_ascii=False) + "\n" for g in gold)


if __name__ == "__main__":
    main()
