"""Files elsewhere (s3://, gs://, https://, memory:// …), through fsspec. What reaches a store is the user's to install."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cleanup.errors import InputError

# A single letter is the drive of a path, and one slash of two is what a path makes of an address.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/(/?)")
_FILE = re.compile(r"file:/{1,3}", re.IGNORECASE)
# Addresses of the web, in which ? begins what is no part of the name.
_QUERY = re.compile(r"https?://", re.IGNORECASE)
# Bytes read at a time: a request for each small part would take its time.
_BLOCK = 1 << 22


def url_of(named: str | Path) -> str:
    """The address that a user means by a name, or "" where it is one of a file here."""
    text = str(named)
    found = _URL.match(text)
    if found is None or found[1].lower() == "file" or Path(text).exists():
        return ""
    return text if found[2] else f"{found[1]}://{text[found.end() :]}"


def local_of(named: str | Path) -> Path:
    """The path that a user means by a name that is no address elsewhere: file:///x is /x."""
    text = str(named)
    found = _FILE.match(text)
    return Path("/" + text[found.end() :]) if found and not Path(text).exists() else Path(named)


def name_in(url: str) -> str:
    """An address without what is no part of its name."""
    return re.split("[?#]", url, maxsplit=1)[0] if _QUERY.match(url) else url


def open_url(url: str) -> io.BufferedReader:
    """The bytes of a file as they are stored, seekable where the store is. Raises OSError."""
    try:
        fs, path = _fs(url)
        return io.BufferedReader(_Stream(fs.open(path, "rb", block_size=_BLOCK)), 1 << 17)
    except OSError:
        raise
    except Exception as e:
        raise OSError(f"{type(e).__name__}: {e}") from e


def stamp_of(url: str) -> str:
    """What tells whether a file is still what it was: the store's own tag or time. Raises InputError."""
    with _told(url):
        fs, path = _fs(url)
        fs.invalidate_cache()
        return str(fs.ukey(path))


class _Stream(io.RawIOBase):
    """A stream of a store, whose errors are OSErrors: stores raise all sorts."""

    def __init__(self, f: Any) -> None:
        self._f = f

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._f.seekable())

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return int(self._f.seek(offset, whence))

    def tell(self) -> int:
        return int(self._f.tell())

    def readinto(self, buffer: Any, /) -> int:
        try:
            data = self._f.read(len(buffer))
        except OSError:
            raise
        except Exception as e:
            raise OSError(f"{type(e).__name__}: {e}") from e
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._f.close()
        super().close()


def files_at(url: str) -> tuple[str, list[tuple[str, int]]]:
    """The folder that names under an address are relative to, and its files, each with its size, in the order of
    their names: one file, all of a folder, or what fits a pattern. Raises InputError.
    """
    from fsspec.core import has_magic

    with _told(url):
        fs, path = _fs(url)
        if not _QUERY.match(url) and has_magic(path):
            found = fs.glob(path, detail=True)
            top = path[: re.search(r"[*?\[]", path).start()].rpartition("/")[0]  # type: ignore[union-attr]
        elif fs.isfile(path):
            found = {path: fs.info(path)}
            top = path.rpartition("/")[0]
        else:
            found = fs.find(path, detail=True)
            top = path.rstrip("/")
        files = sorted(
            (fs.unstrip_protocol(name), int(info.get("size") or 0))
            for name, info in found.items()
            if info.get("type", "file") == "file" and not _hidden(name[len(top) :])
        )
        return str(fs.unstrip_protocol(top)).rstrip("/"), files


def put(folder: Path, url: str) -> None:
    """Copy the files of a folder to an address, one by one in the order of their names. Raises InputError."""
    with _told(url):
        fs, path = _fs(url)
        base = path.rstrip("/")
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            if _hidden(f"/{file.relative_to(folder).as_posix()}"):
                continue
            to = f"{base}/{file.relative_to(folder).as_posix()}"
            fs.makedirs(to.rpartition("/")[0], exist_ok=True)
            fs.put_file(str(file), to)


def _hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def _fs(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    fs, path = url_to_fs(url)
    return fs, str(path)


@contextmanager
def _told(url: str) -> Iterator[None]:
    """What a store says, as errors of ours."""
    try:
        yield
    except OSError as e:
        why = e.strerror or str(e) or type(e).__name__
        if isinstance(e, FileNotFoundError):
            raise InputError("没有这个文件或文件夹", "no such file or folder", where=url) from e
        raise InputError(f"读写不了：{why}", f"cannot be read or written: {why}", where=url) from e
    except ImportError as e:
        # the module that a backend is, or asks for, is called as its package is
        missing = e.__cause__ if isinstance(e.__cause__, ImportError) else e
        package = (missing.name or "").partition(".")[0]
        how = f": pip install {package}" if package else f": {e}"
        raise InputError(f"需要先安装 {package or '别的包'}{how}", f"needs a package{how}", where=url) from e
    except Exception as e:
        why = f"{type(e).__name__}: {e}"
        raise InputError(f"读写不了：{why}", f"cannot be read or written: {why}", where=url) from e
