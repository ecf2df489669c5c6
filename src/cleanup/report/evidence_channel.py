"""What a source's channel says for a repair, in plain words: the item with its counts, and what the sentence gains.

An editor is to be able to check it: the sentences name the item as commands do, and count as channel files count.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from cleanup.report.words import Words, likelier

Tell = Callable[[Mapping[str, Any], Words], str]

# Nothing is told to be surer than this.
_SUREST = 0.999


def _item(e: Mapping[str, Any], words: Words) -> str:
    """The item by its name, who stands for it, and what the sample has of it."""
    name = str(e["item"])
    if e["status"] == "approved":
        who = words("channel.approved")
    elif e["status"] == "learned":
        who = words("channel.learned", sure=_percent(e["sure"], words))
    else:
        raise ValueError("neither learned nor approved")
    item = words("channel.item", name=name, who=who)
    found, surviving, articles = (_count(e[k]) for k in ("found", "surviving", "articles"))
    if not found and not surviving:
        # an editor wrote it, without a sample
        return item
    kind, form = _parts(name)
    if "slot" in form:
        form["slot"] = words.of("slot", form["slot"])
    # that a term stands nowhere else is no news
    none = "" if "slot" in form else words("channel.left.none")
    left = words(f"channel.left.{kind}", n=surviving) if surviving else none
    said = words(f"channel.{kind}", n=found, **form)
    return item + words(
        "channel.sample", said=said, articles=words("channel.articles", n=articles), left=left
    )


def _prior(e: Mapping[str, Any], words: Words) -> str:
    """The item of the prior by its name, and what the article alone shows of it."""
    if e["status"] != "prior":
        raise ValueError("not of the prior")
    name = str(e["item"])
    kind, form = _parts(name)
    form.pop("slot", None)
    n, stands, rest = (_count(e[k]) for k in ("elsewhere", "stands", "rest"))
    said = words(f"channel.prior.{kind}", n=n, stands=stands, rest=rest, **form)
    return words("channel.prior", name=name, said=said)


def _parts(name: str) -> tuple[str, dict[str, str]]:
    """The kind of an item and its parts, from its name. ValueError for one that is none."""
    kind, _, rest = name.partition(":")
    if kind in ("strip", "commas") and rest:
        return kind, {"text": rest}
    if kind == "insert":
        slot, colon, text = rest.partition(":")
        if colon and text:
            return ("slot", {"slot": slot}) if text == "*" else (kind, {"slot": slot, "text": text})
    if kind == "mask":
        costume, arrow, text = rest.partition("→")
        if arrow:
            return (kind, {"text": text, "becomes": costume}) if text else ("costume", {"becomes": costume})
    if kind in ("swap", "spin"):
        text, arrow, becomes = rest.partition("→")
        if arrow:
            return kind, {"text": text, "becomes": becomes}
    raise ValueError(f"not the name of an item: {name}")


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a count")
    return value


def _percent(value: Any, words: Words) -> str:
    p = float(value)
    if not 0 <= p <= 1:
        raise ValueError("not a probability")
    return words("over", share=f"{_SUREST:.1%}") if p > _SUREST else f"{p:.1%}"


def _how(nats: Any, words: Words) -> str:
    return likelier(float(nats) / math.log(10), words)


def _rival(e: Mapping[str, Any], words: Words) -> str:
    """What else could stand there, and how far it is behind."""
    rival, behind = e["runner_up"], e["runner_up_behind"]
    if rival is not None and not isinstance(rival, str):
        raise TypeError("not a text")
    if rival is None:
        return words("evidence.runner_up_unnamed", how=_how(-float(behind), words))
    text = words("quoted", text=rival) if rival else words("nothing")
    if behind is None:
        return words("evidence.runner_up_alone", text=text)
    return words("evidence.runner_up", text=text, how=_how(-float(behind), words))


def _whole(e: Mapping[str, Any], words: Words) -> str:
    whole = e["words"]
    if not isinstance(whole, (list, tuple)) or not whole:
        raise TypeError("not a list of words")
    return words(
        "evidence.words_after", after=words("join").join(words("quoted", text=str(w)) for w in whole)
    )


def _clause(e: Mapping[str, Any], words: Words) -> str:
    """How long the clause is in which a comma is missing, on both sides."""
    before, after = e["clause"]
    return words("evidence.clause", n=_count(before) + _count(after), before=before, after=after)


def _alternatives(e: Mapping[str, Any], words: Words) -> str:
    """All that may have stood there, each with its share."""
    shares = e["alternatives"]
    if not isinstance(shares, (list, tuple)) or not shares:
        raise TypeError("not a list of alternatives")
    told = [
        words("evidence.alternative", text=words("quoted", text=str(text)), share=f"{_share(share):.0%}")
        for text, share in shares
    ]
    return words("evidence.alternatives", listed=words("join").join(told))


def _share(value: Any) -> float:
    share = float(value)
    if not 0 <= share <= 1:
        raise ValueError("not a share")
    return share


TELL: tuple[tuple[tuple[str, ...], Tell], ...] = (
    (("item", "status", "elsewhere", "stands", "rest"), _prior),
    (("item", "status", "found", "articles", "surviving", "sure"), _item),
    (("words",), _whole),
    (("clause",), _clause),
    (("gain",), lambda e, words: words("evidence.gain", how=_how(e["gain"], words))),
    (("gain_behind",), lambda e, words: words("evidence.gain_behind", how=_how(e["gain_behind"], words))),
    (("runner_up", "runner_up_behind"), _rival),
    (("alternatives",), _alternatives),
    (
        ("posterior",),
        lambda e, words: words("evidence.posterior", share=_percent(e["posterior"], words)),
    ),
    (
        ("article_bits",),
        lambda e, words: words("evidence.article_bits", bits=f"{float(e['article_bits']):.1f}"),
    ),
    (
        ("melted_items",),
        lambda e, words: words(
            "evidence.melted_items", listed=words("join").join(map(str, e["melted_items"]))
        ),
    ),
)
