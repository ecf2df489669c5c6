"""The file of a model: what is written is read, and nothing else is taken for it."""

import errno
import json
import os
import struct
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cleanup.errors import ModelError
from cleanup.lm import container
from cleanup.lm.model import Model
from lm_fixtures import toy_path, within

ARRAYS = {
    "long": np.arange(5000, dtype=np.uint64),
    "empty": np.zeros((0, 12), np.uint32),
    "matrix": np.arange(12, dtype=np.float32).reshape(3, 4),
    "byte": np.array([7], np.uint8),
}
META = {"name": "试", "n": 3, "fuse": {"3": [1, 2, 3]}}
SMALL = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.lm"
    container.write(path, META, ARRAYS)
    return path


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    return toy_path(tmp_path_factory)


def begin_of(data):
    """Where the arrays of a model file begin, by the description of the format."""
    return -(-(20 + struct.unpack_from("<I", data, 12)[0]) // 64) * 64


def refused(path, opening=Model.open):
    """The error of opening a file; it has the path and both languages."""
    with pytest.raises(ModelError) as e:
        opening(path)
    assert str(path) in str(e.value)
    assert e.value.zh
    assert e.value.en
    assert e.value.exit_code == 3
    return str(e.value)


# ---- what is written is read


def test_arrays_and_meta_come_back(path):
    file = container.read(path)
    assert file.meta == META
    assert set(file.arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert file.arrays[name].dtype == array.dtype
        assert np.array_equal(file.arrays[name], array)
        assert file.arrays[name].shape == array.shape
    file.verify()


@SMALL
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(str.isprintable),
        hnp.arrays(
            st.sampled_from([np.uint8, np.uint16, np.uint32, np.uint64, np.float32]),
            hnp.array_shapes(max_dims=2, min_side=0, max_side=40),
        ),
        max_size=5,
    )
)
def test_any_arrays_come_back(tmp_path, arrays):
    path = tmp_path / "a.lm"
    size = container.write(path, {}, arrays)
    assert size == path.stat().st_size
    file = container.read(path)
    assert set(file.arrays) == set(arrays)
    for name, array in arrays.items():
        assert np.array_equal(file.arrays[name], array, equal_nan=array.dtype.kind == "f")
    file.verify()


def test_numbers_are_little_endian_whatever_they_were(tmp_path):
    path = tmp_path / "a.lm"
    container.write(path, {}, {"a": np.array([1, 258], ">u4")})
    data = path.read_bytes()
    assert data[begin_of(data) :][:8] == bytes([1, 0, 0, 0, 2, 1, 0, 0])
    assert container.read(path).arrays["a"].tolist() == [1, 258]


def test_every_array_is_aligned(path):
    data = path.read_bytes()
    header = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    for name, array in ARRAYS.items():
        at = begin_of(data) + header["sections"][name]["offset"]
        assert at % 64 == 0
        assert data[at : at + array.nbytes] == array.tobytes()


def test_arrays_are_mapped_read_only(path):
    array = container.read(path).arrays["long"]
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_the_digest_tells_contents_apart(tmp_path, path):
    same, other, third = tmp_path / "same", tmp_path / "other", tmp_path / "third"
    container.write(same, META, ARRAYS)
    container.write(other, META, ARRAYS | {"byte": np.array([8], np.uint8)})
    container.write(third, META | {"n": 4}, ARRAYS)
    assert same.read_bytes() == path.read_bytes()
    digests = [container.read(p).digest for p in (path, same, other, third)]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


# ---- what is no model file


def test_a_file_cut_anywhere_is_refused(path):
    data = path.read_bytes()
    cuts = {*range(80), *range(0, len(data), 997), begin_of(data) - 1, begin_of(data), len(data) - 1}
    for n in sorted(cuts):
        path.write_bytes(data[:n])
        refused(path)


def test_a_built_model_cut_anywhere_is_refused(toy, tmp_path):
    data = toy.read_bytes()
    path = tmp_path / "cut.lm"
    for n in [0, 7, 19, 20, 500, begin_of(data), *range(1000, len(data), len(data) // 25), len(data) - 1]:
        path.write_bytes(data[:n])
        refused(path)


def test_a_file_with_something_behind_it_is_refused(path):
    path.write_bytes(path.read_bytes() + b"\0")
    assert "not whole" in refused(path)


def test_any_changed_byte_of_the_header_is_refused_at_opening(path):
    data = path.read_bytes()
    for at in range(20 + struct.unpack_from("<I", data, 12)[0]):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
        refused(path)


def test_a_changed_byte_of_an_array_is_found_by_verifying(path):
    data = path.read_bytes()
    header = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    for name, array in ARRAYS.items():
        at = begin_of(data) + header["sections"][name]["offset"]
        for i in {0, array.nbytes // 2, array.nbytes - 1} if array.nbytes else ():
            path.write_bytes(data[: at + i] + bytes([data[at + i] ^ 4]) + data[at + i + 1 :])
            file = container.read(path)
            assert f"section {name} " in refused(path, lambda p, file=file: file.verify())


def test_another_version_says_so_and_what_to_do(path):
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, 8, 99)
    path.write_bytes(data)
    message = refused(path)
    assert "99" in message
    assert "cleanup lm build" in message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 4096,
        b"CLEANLM",
        b"CLEANLM\n",
        b"CLEANLM\n\x01\0\0\0\xff\xff\xff\xff\0\0\0\0",
        b"CLEANLM\n\x01\0\0\0\0\0\0\0\0\0\0\0",
        b"CLEANLM\n\x01\0\0\0\x02\0\0\0" + struct.pack("<I", zlib.crc32(b"{}")) + b"{}",
        "木匠在茶馆修理木船。\n".encode() * 9,
        b"PK\x03\x04" + b"x" * 99,
    ],
)
def test_other_files_are_refused(tmp_path, data):
    path = tmp_path / "other.lm"
    path.write_bytes(data)
    refused(path)


@SMALL
@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(tmp_path, data):
    path = tmp_path / "other.lm"
    for prefix in (b"", container.MAGIC, container.MAGIC + struct.pack("<I", container.VERSION)):
        path.write_bytes(prefix + data)
        refused(path)


def test_missing_files_and_folders_are_refused(tmp_path):
    assert "cannot be opened" in refused(tmp_path / "missing.lm")
    assert "cannot be opened" in refused(tmp_path)
    assert "cannot be opened" in refused(tmp_path / "missing" / "a.lm")


def test_a_path_through_a_file_is_refused(path):
    refused(path / "a.lm")


def test_a_path_too_long_is_refused(tmp_path):
    refused(tmp_path / ("长" * 200))


def test_a_link_to_itself_is_refused(tmp_path):
    (tmp_path / "round.lm").symlink_to("round.lm")
    refused(tmp_path / "round.lm")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_refused(path):
    path.chmod(0)
    refused(path)


def test_a_file_without_a_section_of_a_model_is_refused(path):
    assert "lacks" in refused(path)


def test_a_built_model_is_whole(toy):
    container.read(toy).verify()
    with within(10, "opening a model"):
        assert Model.open(str(toy)).digest == Model.open(toy).digest


# ---- a disk that is full


class Full:
    """A file that takes some bytes and then no more."""

    def __init__(self, file, room):
        self.file, self.room = file, room

    def write(self, data):
        n = memoryview(data).nbytes
        if n > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= n
        return self.file.write(data)

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.file.close()


@pytest.mark.parametrize("room", [0, 100, 1000, 39_000])
def test_a_full_disk_leaves_the_old_file_and_nothing_half(path, room, monkeypatch):
    old = path.read_bytes()
    opened = Path.open
    monkeypatch.setattr(
        Path,
        "open",
        lambda self, mode="r", *a, **k: (
            Full(opened(self, mode, *a, **k), room) if "w" in mode else opened(self, mode, *a, **k)
        ),
    )
    with pytest.raises(OSError, match="No space left"):
        container.write(path, META, ARRAYS | {"more": np.zeros(9, np.uint8)})
    monkeypatch.undo()
    assert path.read_bytes() == old
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("failing", ["fsync", "replace", "truncate"])
def test_a_failure_at_the_end_leaves_the_old_file_and_nothing_half(path, failing, monkeypatch):
    old = path.read_bytes()

    def fail(*args):
        raise KeyboardInterrupt if failing == "replace" else OSError(errno.EIO, "I/O error")

    if failing == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    elif failing == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    else:
        opened = Path.open

        def opening(self, mode="r", *args, **kwargs):
            file = opened(self, mode, *args, **kwargs)
            if "w" in mode:
                file = Full(file, 1 << 30)
                file.truncate = fail
            return file

        monkeypatch.setattr(Path, "open", opening)
    with pytest.raises((OSError, KeyboardInterrupt)):
        container.write(path, META, {})
    monkeypatch.undo()
    assert path.read_bytes() == old
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_real_limit_on_file_size_leaves_the_old_file_and_nothing_half(path):
    resource = pytest.importorskip("resource", reason="limits on file size are a matter of Unix")
    assert resource.RLIMIT_FSIZE is not None
    old = path.read_bytes()
    script = """
        import resource, sys
        from pathlib import Path
        import numpy as np
        from cleanup.lm import container
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            container.write(Path(sys.argv[1]), {}, {"a": np.zeros(50_000, np.uint32)})
        except OSError as e:
            print("OSError", e.errno)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(path)], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["OSError", str(errno.EFBIG)], done.stderr
    assert path.read_bytes() == old
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(OSError):
        container.write(tmp_path / "missing" / "a.lm", META, ARRAYS)
