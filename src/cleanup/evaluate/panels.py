"""The panels of the plots: one kind's precision over recall, or its share right over the confidence stated."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cleanup.evaluate.calibration import SMALL, Calibration
from cleanup.evaluate.curves import Point, at_tier, curve, thinned

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, QUIET, GRID, LINE = "#1f2328", "#565c66", "#e3e6ea", "#2459a8"
_TIERS = {"auto": "#1a7f4b", "suggest": "#b8590b"}
_DOT: dict[str, Any] = {"markersize": 4.2, "markeredgewidth": 1.0, "clip_on": False}
_BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
# More panels than this are no small multiples; the kinds with fewest changes are left out and named.
_PANELS = 16
# Reliability is drawn in log-odds, which the tiers are decided in; what lies outside is drawn at the edge.
_EDGES = 0.05, 0.998
_TICKS = (0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99)
_OF_TIER = {"zh": {"auto": "自动", "suggest": "建议"}, "en": {"auto": "auto", "suggest": "suggest"}}
_SAYS = {
    "zh": {
        "pr": "准确率与召回率(按置信度由高到低)",
        "pr.how": "横轴：召回率；纵轴：准确率。实心点：只应用自动一档；空心点：连同建议一档。",
        "rel": "置信度可靠性(对数几率刻度)",
        "rel.how": "横轴：声称的置信度；纵轴：实际正确的比例，竖线为威尔逊区间。点在虚线下方，是把握说大了。",
        "rel.bars": f"绿线、橙线：自动、建议两档各自的最低置信度。数字是处数；空心点不足 {SMALL} 处。",
        "all": "全部",
        "gold": "金标准 {n}",
        "edits": "{n} 处",
        "pr.out": "未画：{names}(没有金标准)",
        "rel.out": "未画：{names}(没有带修法的发现)",
        "out": "未画：{names}(数量少)",
        "pr.empty": "没有可画的：没有金标准。",
        "rel.empty": "没有可画的：没有带修法和置信度的发现。",
    },
    "en": {
        "pr": "Precision and recall as the confidence asked for falls",
        "pr.how": "Across: recall. Up: precision. Filled dot: tier auto alone. Open dot: auto and suggest.",
        "rel": "Reliability of stated confidence (scale of log-odds)",
        "rel.how": "Across: confidence stated. Up: share that is right, with Wilson's interval. Below the diagonal: over-confident.",
        "rel.bars": f"Green and orange: the least confidence of tiers auto and suggest. Numbers count changes; open dots have under {SMALL}.",
        "all": "all kinds",
        "gold": "gold {n}",
        "edits": "n {n}",
        "pr.out": "Not drawn, having no gold: {names}",
        "rel.out": "Not drawn, having no finding with a repair: {names}",
        "out": "Not drawn, being small: {names}",
        "pr.empty": "Nothing to draw: there is no gold.",
        "rel.empty": "Nothing to draw: no finding with a repair states a confidence.",
    },
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is drawn: which of the two plots, of what figures, and how kinds are called in which language."""

    plot: str
    draw: Callable[[Axes, Sheet, str], None]
    calibration: Calibration
    name: Callable[[str], str]
    lang: str

    def says(self, key: str, **values: object) -> str:
        return _SAYS[self.lang][key].format(**values)

    def gold(self, kind: str) -> int:
        return self.calibration.gold.get(kind, 0) if kind else sum(self.calibration.gold.values())

    def size(self, kind: str) -> int:
        """How much of a kind there is to draw."""
        return self.gold(kind) if self.plot == "pr" else self.calibration.of(kind).edits

    def panels(self) -> tuple[list[str], list[str]]:
        """The kinds that get a panel, "" for all of them first, and lines that name those that get none."""
        drawn = [k for k in self.calibration.kinds if self.size(k)]
        if not drawn:
            return [], [self.says(f"{self.plot}.empty")]
        small = sorted(drawn, key=lambda k: (-self.size(k), k))[_PANELS - 1 :]
        nothing = [k for k in self.calibration.kinds if k not in drawn]
        lines = [
            self.says(why, names=", ".join(map(shown, out[:8])) + ("…" if len(out) > 8 else ""))
            for why, out in ((f"{self.plot}.out", nothing), ("out", small))
            if out
        ]
        return ["", *(k for k in drawn if k not in small)], lines


def draw_curve(axes: Axes, sheet: Sheet, kind: str) -> None:
    """Precision over recall of one kind, and where the tiers stand."""
    # one scale for all panels: the lower half of precision is drawn where any curve ends in it
    floor = 0.5 if all(p.precision >= 0.5 for p in _ends(sheet)) else 0.0
    ticks = [floor + (1 - floor) * n / 5 for n in range(6)]
    axes.set(xlim=(0, 1.02), ylim=(floor, 1 + 0.03 * (1 - floor)))
    axes.set_xticks([n / 4 for n in range(5)], [_tick(n / 4) for n in range(5)])
    axes.set_yticks(ticks, [_tick(t) for t in ticks])
    edits = sheet.calibration.of(kind).edits
    _facts(axes, [sheet.says("edits", n=edits), sheet.says("gold", n=sheet.gold(kind))])
    points = thinned(curve(sheet.calibration, kind))
    recall, precision = [p.recall or 0.0 for p in points], [p.precision for p in points]
    axes.plot(recall, precision, color=LINE, linewidth=1.1, drawstyle="steps-pre", solid_capstyle="butt")
    lines = []
    for tier, colour in _TIERS.items():
        point = at_tier(sheet.calibration, kind, tier)
        if point is not None:
            face = colour if tier == "auto" else "white"
            at = [point.recall or 0.0], [max(point.precision, floor)]
            axes.plot(*at, "o", color=colour, markerfacecolor=face, zorder=4, **_DOT)
            lines.append((_tier_line(sheet, tier, point), colour))
    for n, (line, colour) in enumerate(reversed(lines)):
        text(axes, 0.04, 0.05 + 0.1 * n, line, color=colour, transform=axes.transAxes, bbox=_BEHIND)


def _ends(sheet: Sheet) -> list[Point]:
    """Where the curves of kinds with enough changes end."""
    each = [curve(sheet.calibration, k) for k in sheet.panels()[0]]
    return [points[-1] for points in each if points and points[-1].edits >= SMALL]


def _tier_line(sheet: Sheet, tier: str, point: Point) -> str:
    plus = "+" if tier == "suggest" else ""
    return f"{plus}{_OF_TIER[sheet.lang][tier]} {point.edits}: P {_share(point.precision)} R {_share(point.recall or 0)}"


def draw_reliability(axes: Axes, sheet: Sheet, kind: str) -> None:
    """The share that is right over the confidence stated, of one kind."""
    got = sheet.calibration.of(kind)
    held = [b for b in got.bins if b.edits]
    low = 0.4 if all((b.mean or 0) >= 0.4 for b in held) else _EDGES[0]
    across = [t for t in _TICKS if t > low]
    diagonal = [_odds(low), _odds(_EDGES[1])]
    axes.set(xlim=diagonal, ylim=(_odds(_EDGES[0]), _odds(_EDGES[1])))
    axes.set_xticks([_odds(t) for t in across], [_tick(t) for t in across])
    axes.set_yticks([_odds(t) for t in _TICKS], [_tick(t) for t in _TICKS])
    axes.plot(diagonal, diagonal, "--", color="#8a8f98", linewidth=0.7)
    _facts(axes, [sheet.says("edits", n=got.edits), f"ECE {_share(got.ece or 0)}"])
    for n, (tier, colour) in enumerate(_TIERS.items()):
        point = at_tier(sheet.calibration, kind, tier)
        if point is not None:
            axes.axvline(_odds(max(point.confidence, low)), color=colour, linewidth=0.8, zorder=1)
            label = f"{_OF_TIER[sheet.lang][tier]} ≥ {_tick(point.confidence)}"
            at = {"ha": "right", "transform": axes.transAxes, "bbox": _BEHIND}
            text(axes, 0.98, 0.14 - 0.1 * n, label, color=colour, **at)
    for b in held:
        x, y = _odds(max(b.mean or 0, low)), _odds(b.share or 0)
        axes.plot([x, x], [*map(_odds, b.interval)], color=LINE, linewidth=0.9, clip_on=False)
        face = LINE if b.edits >= SMALL else "white"
        axes.plot([x], [y], "o", color=LINE, markerfacecolor=face, zorder=4, **_DOT)
        # above the diagonal there is room on the left, below it on the right; none above the panel or beside it
        left = y >= x or x > diagonal[1] - 1
        up = -0.45 if y == diagonal[1] else 0.12
        side, ha = (-0.2, "right") if left else (0.2, "left")
        text(axes, x + side, y + up, str(b.edits), fontsize=6, color=QUIET, ha=ha)


# --- small things --------------------------------------------------------------------------------


def text(on: Figure | Axes, x: float, y: float, line: str, **more: Any) -> None:
    """Text by its baseline, whose place no font changes; a $ in it is a $."""
    on.text(x, y, line, va="baseline", parse_math=False, **more)


def _facts(axes: Axes, facts: Sequence[str]) -> None:
    text(axes, 0, 1.06, " · ".join(facts), color=QUIET, transform=axes.transAxes)


def _odds(share: float) -> float:
    """Log-odds of a share, drawn at the edge of the panel where it lies outside."""
    p = min(max(share, _EDGES[0]), _EDGES[1])
    return math.log(p / (1 - p))


def _tick(value: float) -> str:
    return f"{value:.3f}".rstrip("0").lstrip("0").rstrip(".") if 0 < value < 1 else f"{value:.0f}"


def _share(value: float) -> str:
    return f"{value:.3f}".lstrip("0") if value < 1 else "1"


def shown(name: str) -> str:
    """A name that may be anything, as far as a panel has room; what XML cannot hold is shown as such."""
    clean = "".join(c if c.isprintable() else "\ufffd" for c in name)
    return clean if len(clean) <= 34 else clean[:33] + "…"
