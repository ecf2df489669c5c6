"""Where the time of cleaning goes, stage by stage, beside jieba.lcut of the same text.

    python benchmarks/where_time_goes.py TEXTS.jsonl… [--channels FOLDER] [--every 1] [--rounds 5] [--plain]

Cleans the articles in groups, as a run does that learns nothing: with the prior, or with the channels of a folder that
`cleanup learn` or `cleanup run` wrote. jieba.lcut of the same texts takes turns with it in the same process; figures are
medians of the rounds, by the clock of the process, so that what else the machine does is not counted. Then one round
more with a timer around each stage: nanoseconds a character of the article as it was read, without what stages inside it
took, and how often it was called. --plain does without the compiled kernel.
"""

from __future__ import annotations

import argparse
import importlib
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cleanup.channel.files import read_channel
from cleanup.channel.prior import shipped_prior
from cleanup.data import Document
from cleanup.flow import TOGETHER
from cleanup.lm import kernel
from cleanup.pipeline import Cleaner
from cleanup.verify import load_verified
from speed import read, warm_jieba

# What is timed: what a stage is called, and the function that it is.
STAGES = {
    "rules and detectors": "cleanup.pipeline:Cleaner._propose",
    "the prior: the rest": "cleanup.decode.single.decoder:SingleDecoder.decode",
    "a channel: the rest": "cleanup.decode.decoder:Decoder.decode",
    "scoring texts": "cleanup.lm.gains:Scored.of",
    "out of depth": "cleanup.decode.depth:Depth.of",
    "terms after 的": "cleanup.decode.single.decoder:SingleDecoder._terms",
    "glance": "cleanup.decode.single.chars:Gaps.glance",
    "characters in gaps": "cleanup.decode.single.chars:Gaps.insertions",
    "words around": "cleanup.decode.strips:words_around",
    "items and places of an article": "cleanup.decode.single.decoder:_pool",
    "masks found": "cleanup.decode.single.decoder:find_masks",
    "words behind masks": "cleanup.decode.single.masked:guesses",
    "terms of a channel": "cleanup.decode.decoder:Decoder._insertions",
    "characters of a channel": "cleanup.decode.decoder:Decoder._restored",
    "rivals of them": "cleanup.decode.veto:Characters.rivals",
    "joint search": "cleanup.decode.joint:settle",
    "scoring hypotheses": "cleanup.lm.gains:parts_of_changes",
}


class Timers:
    """Time and calls of functions, without what others that are timed take inside them."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._inside: list[float] = []

    def around(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **more: Any) -> Any:
            start = time.process_time()
            self._inside.append(0.0)
            try:
                return work(*args, **more)
            finally:
                took = time.process_time() - start
                self.spent[name] += took - self._inside.pop()
                self.calls[name] += 1
                if self._inside:
                    self._inside[-1] += took

        return timed

    def patches(self) -> list[Any]:
        """What puts a timer around each stage, wherever its name is known."""
        out = []
        for name, where in STAGES.items():
            module, _, path = where.partition(":")
            owner: Any = importlib.import_module(module)
            *parents, last = path.split(".")
            for parent in parents:
                owner = getattr(owner, parent)
            function = owner.__dict__[last]
            if isinstance(function, classmethod):
                timed: Any = classmethod(self.around(name, function.__func__))
            else:
                timed = self.around(name, function)
            owners = [owner] if parents else [m for m in _ours() if m.__dict__.get(last) is function]
            out += [mock.patch.object(o, last, timed) for o in owners]
        return out


def _ours() -> list[Any]:
    return [m for name, m in list(sys.modules.items()) if name.startswith("cleanup") and m is not None]


def cleaned(cleaner: Cleaner, documents: Sequence[Document]) -> None:
    for lo in range(0, len(documents), TOGETHER):
        cleaner.clean_many(documents[lo : lo + TOGETHER])


def forget(cleaner: Cleaner) -> Cleaner:
    """The same cleaner, as if it had met no text."""
    from cleanup.decode.places import _words_of

    _words_of.cache_clear()
    if cleaner._single is not None:
        cleaner._single._behind.clear()
    return cleaner


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--channels", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take each so many-th article")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    if options.plain:
        os.environ[kernel.SWITCH] = "off"
    channels = [read_channel(p) for p in sorted(options.channels.glob("*.toml"))] if options.channels else []
    cleaner = Cleaner(load_verified(), prior=shipped_prior(), channels=channels)
    tokenizer = warm_jieba()
    for path in options.texts:
        texts = list(zip(read([path], "text"), read([path], "source"), strict=True))[:: options.every]
        documents = [Document(str(n), text, source) for n, (text, source) in enumerate(texts)]
        chars = sum(len(t) for t, _ in texts)
        cleaned(cleaner, documents)
        ours, theirs = [], []
        for _ in range(options.rounds):
            forget(cleaner)
            start = time.process_time()
            cleaned(cleaner, documents)
            ours.append(time.process_time() - start)
            start = time.process_time()
            for text, _ in texts:
                tokenizer.lcut(text)
            theirs.append(time.process_time() - start)
        own, jieba = statistics.median(ours), statistics.median(theirs)
        fast = cleaner.model().kernel is not None
        print(
            f"{path.name}: {len(documents)} articles, {chars:,} characters; {own / chars * 1e9:.0f} ns a character, "
            f"jieba.lcut {jieba / chars * 1e9:.0f}: x{jieba / own:.2f} ({'compiled' if fast else 'numpy alone'})"
        )
        timers = Timers()
        with ExitStack() as stack:
            for patch in timers.patches():
                stack.enter_context(patch)
            start = time.process_time()
            cleaned(forget(cleaner), documents)
            whole = time.process_time() - start
        timers.spent["passes, findings"] = whole - sum(timers.spent.values())
        for name, spent in timers.spent.most_common():
            print(
                f"    {name:32}{spent / chars * 1e9:8.0f} ns a character {spent / whole:6.1%} {timers.calls[name]:7} calls"
            )


if __name__ == "__main__":
    main()
