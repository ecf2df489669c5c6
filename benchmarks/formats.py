"""How fast each format is cut into pieces, read, and written again, beside json.loads of the same records.

    .venv/bin/python benchmarks/formats.py ../shared/bench/garbled.jsonl --mb 60
    .venv/bin/python benchmarks/formats.py ../shared/bench/garbled.jsonl --mb 400 --only a.parquet

The articles of a file are said again until there are so many megabytes of JSON Lines. Of each format, plain or packed:
megabytes of that text a second of CPU that the process which reads takes (`cut`), that a worker takes to read
(`read`) and to write every third record with another text (`write`), as times of json.loads, and the peak of memory,
each measured in a process of its own.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import multiprocessing
import tempfile
import time
from pathlib import Path
from typing import Any

from cleanup.compression import packed
from cleanup.dumps.formats import FORMATS, kind_of, same_kind
from cleanup.dumps.record import Fields, InputFile

NAMES = ("a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.csv", "a.csv.gz", "a.tsv", "a.parquet", "a.parquet.zst")


def made(rows: list[dict[str, Any]], kind: str) -> bytes:
    """Rows as the bytes of a file."""
    if kind == "jsonl":
        return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows).encode()
    if kind == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        to = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), to)
        return to.getvalue()
    f = io.StringIO(newline="")
    out = csv.DictWriter(f, rows[0], delimiter="\t" if kind == "tsv" else ",")
    out.writeheader()
    out.writerows(rows)
    return f.getvalue().encode()


def measured(path: Path, to: Path) -> tuple[float, float, float, int]:
    """Seconds of CPU to cut, read and write a file, and the peak of memory in MB."""
    kind, packing = kind_of(path.name)
    file = InputFile(path, path.name, kind, path.stat().st_size, packing=packing)
    form = FORMATS[kind]
    cut = read = write = 0.0
    pieces = form.pieces(file, fields=Fields(), encoding="auto")
    with same_kind(file, to, Fields()) as out:
        while True:
            start = time.process_time()
            piece = next(pieces, None)
            cut += time.process_time() - start
            if piece is None:
                break
            start = time.process_time()
            records = list(form.records(piece))
            read += time.process_time() - start
            start = time.process_time()
            for n, record in enumerate(records):
                new = record.document is not None and n % 3 == 0
                out.write(form.rewrite(record, record.document.text + "。")[0] if new else record.raw)
            write += time.process_time() - start
        start = time.process_time()
    write += time.process_time() - start
    return cut, read, write, peak_mb()


def peak_mb() -> int:
    """The peak of this process; getrusage would tell that of the one which started it, where that is more."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("--mb", type=int, default=60)
    parser.add_argument("--only", choices=NAMES)
    args = parser.parse_args()
    articles = [json.loads(line) for line in args.articles.read_text("utf-8").splitlines()]
    rows: list[dict[str, Any]] = []
    size = 0
    while size < args.mb * 1_000_000:
        for n, a in enumerate(articles):
            rows.append({"id": f"{len(rows)}", "source": f"站{n % 9}", "text": a["text"], "n": n})
            size += len(a["text"].encode())
    lines = made(rows, "jsonl").splitlines()
    mb = sum(map(len, lines)) / 1e6
    start = time.process_time()
    for line in lines:
        json.loads(line)
    loads = time.process_time() - start
    print(f"{len(rows):,} articles, {mb:.0f} MB; json.loads {mb / loads:.0f} MB/s")
    with tempfile.TemporaryDirectory() as folder:
        for name in (args.only,) if args.only else NAMES:
            kind, packing = kind_of(name)
            path = Path(folder, name)
            path.write_bytes(packed(made(rows, kind), packing))
            # a process of its own has a peak of its own
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                cut, read, write, peak = pool.apply(measured, (path, Path(folder, "out")))
            print(
                f"{name:15} cut ×{loads / cut:.2f} ({mb / cut:.0f} MB/s)  read ×{loads / read:.2f} "
                f"({mb / read:.0f} MB/s)  write ×{loads / write:.2f} ({mb / write:.0f} MB/s)  {peak} MB"
            )
            path.unlink()


if __name__ == "__main__":
    main()
