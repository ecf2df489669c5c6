"""A dump in, the channel of each of its sources out: count and sample, freeze, prepare, learn.

Every step is a pure function of the one before, so the order of files and the number of workers change nothing.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cleanup.channel.decisions import merge_decisions
from cleanup.channel.files import channel_file_name, phrases_file, read_channel, write_channel
from cleanup.channel.items import Channel
from cleanup.data import Document
from cleanup.detect.closed import closed_spans
from cleanup.dumps.record import Fields, InputFile, Reject, unreadable
from cleanup.dumps.walk import read
from cleanup.errors import ChannelError, CleanupError
from cleanup.learn import ARTICLES_MIN
from cleanup.learn.prepare import preparer
from cleanup.learn.sample import Sampled, TextSample
from cleanup.lexicon import Lexicon, shared
from cleanup.recurrence import LineCounts, Recurrence
from cleanup.rules import RuleSet
from cleanup.sampling import text_hash

if TYPE_CHECKING:
    from cleanup.lm.model import Model

# How the note begins that a channel has where its articles seem to be of two machines.
SEVERAL = "may be several sources in one"


@dataclass(slots=True)
class Survey:
    """What reading a dump once gives. `lines` and `texts` are None where they were not asked for."""

    lines: LineCounts | None = field(default_factory=LineCounts)
    texts: TextSample | None = field(default_factory=TextSample)
    articles: int = 0

    @classmethod
    def asked(cls, *, lines: bool, texts: bool) -> Survey:
        """One that counts lines, samples texts, or both."""
        return cls(LineCounts() if lines else None, TextSample() if texts else None)

    def like(self) -> Survey:
        """An empty one that is asked the same."""
        return self.asked(lines=self.lines is not None, texts=self.texts is not None)

    def add(self, document: Document, beside: Survey | None = None, *, sampled: bool = True) -> None:
        """Count an article, and sample it unless told otherwise.

        beside  another survey, which is given the article, too; what it has no use for is not kept here either
        """
        self.articles += 1
        name = text_hash(document.text)
        if self.lines is not None:
            self.lines.add(document.source, document.text, name, None if beside is None else beside.lines)
        if self.texts is not None and sampled:
            self.texts.add(document, name, None if beside is None else beside.texts)

    def merge(self, other: Survey) -> None:
        """Take in what another part of the dump gave, in any order."""
        self.articles += other.articles
        if self.lines is not None and other.lines is not None:
            self.lines.merge([other.lines])
        if self.texts is not None and other.texts is not None:
            self.texts.merge(other.texts)

    def read(
        self,
        files: Sequence[InputFile],
        fields: Fields,
        encoding: str,
        *,
        stop: Sequence[int] = (),
        advance: Callable[[int], None] = lambda size: None,
        reject: Callable[[Reject], None] = lambda reject: None,
    ) -> None:
        """Count and sample the articles of some files, until `stop` holds something.

        What cannot be read is told to `reject`, and costs nothing else.
        """
        for file in files:
            try:
                for record in read(file, fields, encoding):
                    if stop:
                        return
                    if record.reject is not None:
                        reject(record.reject)
                    if record.document is not None:
                        self.add(record.document)
                    advance(len(record.raw))
            except OSError as e:
                reject(unreadable(file.name, e))

    def recurrence(self) -> Recurrence | None:
        """The lines that recur, frozen."""
        return None if self.lines is None else self.lines.freeze()


class Learned(NamedTuple):
    """What one source came to: its channel, None where learning was stopped, and the traceback of a fault, or ""."""

    channel: Channel | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Learner:
    """How channels are learned: with which rules and recurring lines articles are prepared, and by which model.

    It pickles where `model` and `lexicon` do (functions of a module, `partial(opened, path)`), so sources can be sent to
    other processes: `learn_one` is a pure function of a source's sample, and so are its two halves.

    surnames  whether characters that are surnames are thought likelier to be stripped
    """

    rules: RuleSet
    recurrence: Recurrence | None
    model: Callable[[], Model]
    lexicon: Callable[[], Lexicon] = shared
    surnames: bool = True

    def channels(
        self,
        sources: Mapping[str, Sequence[Sampled]],
        *,
        stop: Sequence[int] = (),
        begin: Callable[[int, int, str], None] = lambda n, of, source: None,
        fault: Callable[[str, str], None] = lambda source, trace: None,
    ) -> Iterator[Channel]:
        """The channel of each source, in the order of their names, until `stop` holds something.

        begin  is called before each source with its number, from 1, how many there are, and its name
        fault  is called with a source and a traceback where learning failed, which costs that source its channel
        """
        for n, source in enumerate(sorted(sources), 1):
            if stop:
                return
            begin(n, len(sources), source)
            learned = self.learn_one(source, sources[source], stop)
            if learned.fault:
                fault(source, learned.fault)
            if learned.channel is not None:
                yield learned.channel

    def learn_one(self, source: str, sampled: Sequence[Sampled], stop: Sequence[int] = ()) -> Learned:
        """The channel of one source. A fault of the program costs it what it would have learned, and is told.

        Raises CleanupError where the model cannot be opened.
        """
        try:
            if len(sampled) < ARTICLES_MIN:
                note = f"too few articles to learn from: {len(sampled)} of at least {ARTICLES_MIN}"
                return Learned(Channel(source, articles=len(sampled), notes=(note,)))
            texts = self.prepared(source, sampled, stop)
            return Learned(None if stop else self.learn_prepared(source, texts))
        except CleanupError:
            raise
        except Exception:
            nothing = Channel(source, notes=("a fault of the program: nothing was learned",))
            return Learned(nothing, traceback.format_exc())

    def prepared(self, source: str, sampled: Sequence[Sampled], stop: Sequence[int] = ()) -> list[str]:
        """Articles as learning reads them, in order; fewer where `stop` came between. Any part of a sample will do."""
        prepare = preparer(self.rules, self.recurrence)
        texts = []
        for one in sampled:
            if stop:
                break
            text, _ = prepare(one.document(source))
            texts.append(prose(text, markdown=one.markdown))
        return texts

    def learn_prepared(self, source: str, texts: Sequence[str]) -> Channel:
        """The channel of a source from its prepared articles, in an order that does not matter."""
        # numpy and the model take a tenth of a second, and are needed where there is something to learn from
        from cleanup.learn.mixed import mixed
        from cleanup.learn.source import learn_source

        learned = learn_source(source, texts, self.model(), self.lexicon, surnames=self.surnames)
        why = mixed(learned.texts, learned.found, self.model(), self.lexicon)
        note = f"{SEVERAL}: {why}; give each a source field or a folder of its own"
        channel = learned.channel
        return replace(channel, notes=(*channel.notes, note)) if why else channel


def prose(text: str, *, markdown: bool) -> str:
    """A text without its code, front matter and addresses. One on a single line leaves a letter where it stood:
    what is around it must neither meet nor seem to end there.
    """
    kept, at = [], 0
    for start, end in closed_spans(text, markdown=markdown):
        kept += [text[at:start], "\n" if "\n" in text[start:end] else "x"]
        at = end
    return "".join(kept) + text[at:]


def tells(channel: Channel) -> bool:
    """Whether a channel is worth a file: its source has enough articles, or an editor decided about it."""
    return channel.articles >= ARTICLES_MIN or bool(channel.items)


@dataclass(frozen=True, slots=True)
class Before:
    """The channels that lie in a folder before it is written to, by source, each with its file."""

    folder: Path
    channels: Mapping[str, tuple[Path, Channel]] = field(default_factory=dict)

    @staticmethod
    def of(folder: Path) -> Before:
        """Those of a folder, which need not exist. Raises ChannelError where a file does not load."""
        found: dict[str, tuple[Path, Channel]] = {}
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
            if path.name.startswith("."):
                continue
            channel = read_channel(path)
            if (other := found.get(channel.source)) is not None:
                raise ChannelError(
                    f"与 {other[0]} 说的是同一个来源 {channel.source!r}；只留一个",
                    f"is about the same source as {other[0]}, {channel.source!r}; keep one",
                    where=str(path),
                )
            found[channel.source] = path, channel
        return Before(folder, found)

    def merged(self, channel: Channel) -> Channel:
        """A channel learned anew with what an editor decided about the one that was there."""
        old = self.channels.get(channel.source)
        return channel if old is None else merge_decisions(old[1], channel)

    def file(self, source: str) -> Path:
        """Where the channel of a source lies, or is to lie."""
        at = self.channels.get(source)
        return self.folder / channel_file_name(source) if at is None else at[0]

    def write(self, channels: Collection[Channel]) -> list[Path]:
        """Write a file for each channel that has something to tell, with the comments of editors kept.

        Returns the files. Raises ChannelError where one cannot be written.
        """
        files = []
        for channel in channels:
            if not tells(channel):
                continue
            files.append(self.file(channel.source))
            write_channel(files[-1], channel)
        return files

    def prune(self, written: Collection[Path]) -> None:
        """Take away the files that were not written again, unless an editor decided something in them."""
        for file, channel in self.channels.values():
            if file not in written and all(i.status == "learned" for i in channel.items):
                file.unlink(missing_ok=True)
                phrases_file(file).unlink(missing_ok=True)
