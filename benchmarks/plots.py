"""Figures and tables of docs/model.md and docs/gate.md from what the other scripts measured.

    python benchmarks/plots.py --model src/cleanup/models/zh.lm --quality quality.json --gate gate.json --to docs/figures

Writes size.svg (bits a character against model size) and gate.svg (precision and recall by kind), and prints the
tables in Markdown; --model prints those of a model card. Needs matplotlib.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from cleanup.lm.model import Model
from gate import KINDS, TUNED, curve, recall_at

matplotlib.use("svg")
matplotlib.rcParams |= {
    "svg.hashsalt": "cleanup",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
PRECISIONS = (0.99, 0.97, 0.95, 0.90)
NAMES = {
    "000": "alone",
    "100": "stand-ins",
    "010": "pooled contexts",
    "001": "words",
    "111": "all three",
}


def f_half(points: list[tuple[float, float, float]]) -> float:
    return max((1.25 * p * r / (0.25 * p + r) for _, p, r in points if r), default=0.0)


def points(results: list[dict[str, Any]], kind: str) -> list[tuple[float, float, float]]:
    """One curve over the decisions of several sources together."""
    decisions = [(g, ok) for r in results for g, ok in r["decisions"].get(kind, [])]
    return curve(decisions, max(1, sum(r["gold"][kind] for r in results)))


def mean_recalls(results: list[dict[str, Any]], kind: str) -> list[float]:
    """Recall at each precision and the best F0.5, as means over sources that have the kind."""
    rows = []
    for r in results:
        if r["gold"][kind]:
            own = points([r], kind)
            rows.append([recall_at(own, p) for p in PRECISIONS] + [f_half(own)])
    return [float(x) for x in np.mean(rows, axis=0)] if rows else []


def gate_tables(results: list[dict[str, Any]]) -> None:
    by = defaultdict(list)
    for r in results:
        by[r["size"], r["variant"]].append(r)
    print(
        "| kind | model | evidence | "
        + " | ".join(f"R at P {p:.2f}" for p in PRECISIONS)
        + " | best F0.5 | pooled R at .95 |"
    )
    print("|---|---|---|" + "---:|" * (len(PRECISIONS) + 2))
    for kind in KINDS:
        for (size, variant), own in sorted(
            by.items(), key=lambda x: (x[0][1] != "000", x[0][1], float(x[0][0]) or 1e9)
        ):
            means = mean_recalls(own, kind)
            # evidence that does not speak about this kind needs no row
            if means and (variant == "000" or means != mean_recalls(by[size, "000"], kind)):
                pooled = recall_at(points(own, kind), 0.95)
                name = f"{size} MB" if size != "0" else "unpruned"
                print(
                    f"| {kind} | {name} | {NAMES[variant]} | "
                    + " | ".join(f"{m:.2f}" for m in means)
                    + f" | {pooled:.2f} |"
                )
    print("\n| source | " + " | ".join(KINDS) + " | |\n|---|" + "---:|" * len(KINDS) + "---|")
    for r in sorted(by["64", "001"], key=lambda r: (r["source"] not in TUNED, r["source"])):
        cells = []
        for kind in KINDS:
            own = points([r], kind)
            cells.append("/".join(f"{recall_at(own, p):.2f}" for p in (0.97, 0.9)) if r["gold"][kind] else "")
        print(
            f"| {r['source']} | "
            + " | ".join(cells)
            + f" | {'tuned' if r['source'] in TUNED else 'confirmed'} |"
        )


def gate_figure(results: list[dict[str, Any]], path: Path) -> None:
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots(1, len(KINDS), figsize=(15, 3.2), sharey=True)
    lines = [
        ("16", "000", "16 MB", "#9ecae1", "-"),
        ("64", "000", "64 MB", "#3182bd", "-"),
        ("0", "000", "unpruned", "#08306b", "-"),
        ("64", "100", "64 MB, stand-ins", "#e6550d", "--"),
        ("64", "010", "64 MB, pooled contexts", "#31a354", "--"),
        ("64", "001", "64 MB, words", "#756bb1", "--"),
    ]
    for ax, kind in zip(axes, KINDS, strict=True):
        for size, variant, label, colour, style in lines:
            own = [r for r in results if r["size"] == size and r["variant"] == variant]
            if own:
                c = points(own, kind)
                keep = np.unique(np.linspace(0, len(c) - 1, min(len(c), 400)).astype(int)) if c else []
                ax.plot(
                    [c[i][2] for i in keep], [c[i][1] for i in keep], style, color=colour, label=label, lw=1.4
                )
        ax.set_title(kind)
        ax.set_xlabel("recall")
        ax.set_xlim(0, 1)
        ax.set_ylim(0.5, 1.01)
        ax.grid(alpha=0.25)
    axes[0].set_ylabel("precision")
    axes[0].legend(fontsize=7, loc="lower left")
    fig.tight_layout()
    fig.savefig(path, metadata={"Date": None})


def size_figure(results: list[dict[str, Any]], path: Path) -> None:
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots(figsize=(7, 4.4))
    place = {"16": 0, "32": 1, "64": 2, "0": 3}
    by = defaultdict(dict)
    for r in results:
        by[r["source"]][r["size"]] = r["bits"]
    for source, bits in sorted(by.items(), key=lambda x: -x[1].get("64", 0)):
        sizes = sorted(bits, key=lambda s: place[s])
        ax.plot([place[s] for s in sizes], [bits[s] for s in sizes], "o-", ms=3, lw=1.2, label=source)
    ax.set_xticks(range(4), ["16 MB", "32 MB", "64 MB", "unpruned\n(≈ 500 MB)"])
    ax.set_ylabel("bits a Chinese character, source not counted")
    ax.legend(fontsize=7, bbox_to_anchor=(1.0, 1.0), loc="upper left")
    ax.grid(alpha=0.25)
    fig.tight_layout()
    fig.savefig(path, metadata={"Date": None})
    print(
        "| source | "
        + " | ".join(f"{s} MB" if s != "0" else "unpruned" for s in place)
        + " |\n|---|"
        + "---:|" * 4
    )
    for source, bits in sorted(by.items()):
        print(f"| {source} | " + " | ".join(f"{bits[s]:.3f}" if s in bits else "–" for s in place) + " |")
    means = {s: np.mean([b[s] for b in by.values() if s in b]) for s in place}
    print("| mean | " + " | ".join(f"{m:.3f}" for m in means.values()) + " |")


def gap_table(results: list[dict[str, Any]], size: str) -> None:
    columns = ("top1", "top5", "top20", "top100", "place", "place_and_fill")
    print(f"\n| source, {size} MB | sort | " + " | ".join(columns) + " |\n|---|---|" + "---:|" * len(columns))
    for sort in ("character", "word"):
        rows = [r for r in results if r["size"] == size and sort in r]
        for r in rows:
            print(f"| {r['source']} | {sort} | " + " | ".join(f"{r[sort][c]:.2f}" for c in columns) + " |")
        if rows:
            print(
                f"| mean | {sort} | "
                + " | ".join(f"{np.mean([r[sort][c] for r in rows]):.2f}" for c in columns)
                + " |"
            )


def model_tables(path: Path) -> None:
    """What the header of a model says, as the tables of its card."""
    model = Model.open(path)
    meta = model.meta
    print(f"digest {model.digest}\n")
    print("| order | counted | kept | D1 | D2 | D3+ |\n|---|---:|---:|---:|---:|---:|")
    for n in range(1, 6):
        discounts = [*(meta["discounts"].get(str(n), []) if n > 1 else []), "", "", ""][:3]
        cells = [f"{d:.3f}" if d != "" else "" for d in discounts]
        kept = meta["kept"].get(str(n), meta["symbols"])
        print(f"| {n} | {meta['counted'][str(n)]:,} | {kept:,} | " + " | ".join(cells) + " |")
    print(
        "\n| corpus | domain | characters | held out, bits | licence as stated | source |\n|---|---|---:|---:|---|---|"
    )
    for c in meta["corpora"]:
        bits = meta["held_out"]["by_corpus"].get(c["name"])
        told = "–" if bits is None else f"{bits:.2f}"
        print(
            f"| {c['name']} | {c['domain']} | {c['characters']:,} | {told} | {c['licence']} | {c['source']} |"
        )
    print()


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", type=Path)
    ap.add_argument("--quality", type=Path)
    ap.add_argument("--gate", type=Path)
    ap.add_argument("--to", type=Path, default=Path("docs/figures"))
    a = ap.parse_args()
    a.to.mkdir(parents=True, exist_ok=True)
    if a.model:
        model_tables(a.model)
    if a.quality:
        results = json.loads(a.quality.read_text("utf-8"))
        size_figure(results, a.to / "size.svg")
        for size in ("16", "64", "0"):
            gap_table(results, size)
        print("\n| source | articles | out of depth | 5 % | median | 95 % |\n|---|---:|---:|---:|---:|---:|")
        for r in results:
            if r["size"] == "64":
                q = np.quantile(r["article_bits"], (0.05, 0.5, 0.95))
                print(
                    f"| {r['source']} | {r['articles']} | {r['out_of_depth']} | "
                    + " | ".join(f"{x:.1f}" for x in q)
                    + " |"
                )
    if a.gate:
        results = json.loads(a.gate.read_text("utf-8"))
        gate_figure(results, a.to / "gate.svg")
        gate_tables(results)


if __name__ == "__main__":
    main()
