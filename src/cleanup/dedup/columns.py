"""The prints of all articles of a dump, in columns."""

from __future__ import annotations

from array import array
from typing import IO, TYPE_CHECKING

from cleanup.dedup.compare import PERMUTATIONS, Print

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Articles:
    """Prints of all articles in columns: 60 bytes each beside the signatures and names, which are on disk."""

    def __init__(self, signatures: IO[bytes], names: IO[bytes]) -> None:
        self._signatures = signatures
        self._names = names
        self.file = array("i")
        self.record = array("q")
        self.text = array("Q")
        self.body = array("Q")
        self.chars = array("q")
        self.furniture = array("q")
        self.signed = array("b")
        self._name_end = array("q", [0])

    def __len__(self) -> int:
        return len(self.file)

    def add(self, file: int, record: int, article: str, made: Print) -> None:
        self.file.append(file)
        self.record.append(record)
        self.text.append(made.text)
        self.body.append(made.body)
        self.chars.append(made.chars)
        self.furniture.append(made.furniture)
        self.signed.append(bool(made.signature))
        array("I", made.signature or [0] * PERMUTATIONS).tofile(self._signatures)
        name = article.encode(errors="surrogatepass")
        self._names.write(name)
        self._name_end.append(self._name_end[-1] + len(name))

    def name(self, i: int) -> str:
        self._names.seek(self._name_end[i])
        return self._names.read(self._name_end[i + 1] - self._name_end[i]).decode(errors="surrogatepass")

    def signatures(self) -> NDArray[np.uint32]:
        """The signatures, a row an article, mapped from disk."""
        import numpy as np

        self._signatures.flush()
        return np.memmap(self._signatures, dtype=np.uint32, mode="r", shape=(len(self), PERMUTATIONS))
