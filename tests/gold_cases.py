"""Small gold articles and findings about them, drawn by hypothesis in an alphabet that makes runs and touching likely."""

from hypothesis import strategies as st


def finding_record(article, start, end, replacement, kind="dropped_char", *, applied=True):
    return {
        "article": article,
        "start": start,
        "end": end,
        "replacement": replacement,
        "kind": kind,
        "applied": applied,
    }


LETTERS = st.text(alphabet="甲乙丙 \n", max_size=3)


@st.composite
def gold_articles(draw, name):
    """A small article with gold edits that do not overlap, in an alphabet that makes runs likely."""
    text = draw(st.text(alphabet="甲乙丙 \n", min_size=1, max_size=18))
    edits, at = [], 0
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(at, len(text)))
        end = draw(st.integers(start, min(len(text), start + 7)))
        replacement, kind = (
            draw(LETTERS),
            draw(st.sampled_from(("mask", "dropped_char", "boilerplate", "noise"))),
        )
        if kind == "boilerplate":
            replacement = ""
        if text[start:end] != replacement:
            edit = {"start": start, "end": end, "replacement": replacement, "type": kind}
            if kind == "noise":
                edit["optional"] = True
            if draw(st.booleans()):
                edit["alternatives"] = draw(st.lists(LETTERS, max_size=2))
            edits.append(edit)
            at = end
    return {
        "id": name,
        "source": draw(st.sampled_from(("一", "二"))),
        "text": text,
        "edits": draw(st.permutations(edits)),
    }


@st.composite
def evaluations(draw):
    gold = [draw(gold_articles(f"a{i}")) for i in range(draw(st.integers(1, 3)))]
    findings = []
    for _ in range(draw(st.integers(0, 9))):
        article = draw(st.sampled_from(gold))
        edits = article["edits"]
        if edits and draw(st.booleans()):
            base = draw(st.sampled_from(edits))
            start, end, new = base["start"], base["end"], base["replacement"]
            start, end = start + draw(st.integers(-1, 1)), end + draw(st.integers(-1, 1))
        else:
            start = draw(st.integers(-1, 19))
            end, new = (
                start + draw(st.integers(-1, 8)),
                draw(st.none() | st.text(alphabet="甲乙丙 \n", max_size=9)),
            )
        kind = draw(st.sampled_from(("mask", "boilerplate")))
        findings.append(
            finding_record(article["id"], start, end, new, kind, applied=draw(st.integers(0, 4)) > 0)
        )
    return gold, findings
