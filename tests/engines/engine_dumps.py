"""Small dumps, and what runs wrote, for the tests of engines."""

import gzip
import json

from typer.testing import CliRunner

from cleanup.cli.app import app
from conftest import ROOT

BAD, GOOD = "双方的工作围不同。", "双方的工作范围不同。"
FARM = (ROOT / "samples" / "farm.jsonl").read_bytes().splitlines(keepends=True)


def cleanup(*args, code=0):
    result = CliRunner().invoke(app, [str(a) for a in args])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def written(out, name):
    """The lines of an output, of a local run or of an engine."""
    path = out / name
    files = sorted(path.rglob("part-*.jsonl")) if path.is_dir() else [path.with_name(f"{name}.jsonl")]
    return [line for f in files for line in f.read_bytes().splitlines()]


def told(out, name):
    """The same as objects in an order of their own, without lines, which rows of an engine have not."""
    found = [
        {k: v for k, v in json.loads(x).items() if k not in ("line", "record")} for x in written(out, name)
    ]
    return sorted(found, key=lambda d: json.dumps(d, sort_keys=True))


def cleaned_lines(out):
    """The lines of all cleaned files that say something, sorted; they end in newlines alone."""
    data = []
    for file in (out / "cleaned").rglob("*.jsonl*"):
        raw = file.read_bytes()
        data.append(gzip.decompress(raw) if file.suffix == ".gz" else raw)
    return sorted(line for part in data for line in part.split(b"\n") if line)


def summary(out):
    return json.loads((out / "summary.json").read_bytes())


def farm(folder):
    """A source that is worth learning in three shards, one of them packed, with bad lines among the good."""
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(b"".join(FARM[:20]))
    more = folder / "more"
    more.mkdir()
    (more / "b.jsonl.gz").write_bytes(gzip.compress(b"".join(FARM[20:33])))
    odd = [
        '{"id": "cut\n',
        "\n",
        '{"id": 3, "text": null}\n',
        json.dumps({"id": "u2028", "text": "一\u2028" + BAD}, ensure_ascii=False) + "\n",
        '{"n": 1.50,  "id": "spaced", "text": "' + BAD + '", "tail": []}\r\n',
    ]
    gbk = json.dumps({"id": "gbk", "text": GOOD * 3}, ensure_ascii=False).encode("gbk") + b"\n"
    (folder / "c.jsonl").write_bytes(b"".join(FARM[33:]) + "".join(odd).encode() + gbk)
    return folder
