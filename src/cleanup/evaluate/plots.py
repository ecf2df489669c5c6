"""Precision-recall and reliability by kind, as SVG: small multiples that a page or a diff can hold.

The bytes depend on the figures and the version of matplotlib alone: no date, no machine's fonts or settings. Text is
text, and names the fonts that it may be shown in; the background is white, so that it reads on a dark page, too.
"""

from __future__ import annotations

import math
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleanup.errors import UsageError
from cleanup.evaluate.calibration import Calibration
from cleanup.evaluate.panels import GRID, INK, QUIET, Sheet, draw_curve, draw_reliability, shown, text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Layout is measured in the font that comes with matplotlib; viewers take the first of these that has the character.
_MEASURED = re.compile(r"font-family: 'DejaVu Sans'(?:; )?")
_FONTS = (
    "'Helvetica Neue', Arial, 'DejaVu Sans', 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', "
    "'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', sans-serif"
)
_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "cleanup",
    "font.family": ["DejaVu Sans"],
    "font.size": 7.0,
    "axes.linewidth": 0.6,
    "axes.edgecolor": "#8a8f98",
    "xtick.color": "#565c66",
    "ytick.color": "#565c66",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
}
_HEADS = {"pr": ("pr", "pr.how"), "rel": ("rel", "rel.how", "rel.bars")}
_COLUMNS = 4
_PANEL = 2.45, 2.25  # inches


def ready(folder: Path) -> None:
    """Make the folder; UsageError where plots could not be drawn, or not written there."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as e:
        raise UsageError(
            "--plots 需要 matplotlib：pip install 'cleanup[plots]'",
            "--plots needs matplotlib: pip install 'cleanup[plots]'",
        ) from e
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except (FileExistsError, NotADirectoryError) as e:
        raise UsageError(
            "--plots 要的是文件夹，这里是文件",
            "--plots needs a folder, and this is a file",
            where=str(folder),
        ) from e
    except OSError as e:
        raise UsageError(
            f"不能在这里写图：{e.strerror}", f"plots cannot be written here: {e.strerror}", where=str(folder)
        ) from e


def write(
    folder: Path, calibration: Calibration, *, lang: str = "en", name: Callable[[str], str] = str
) -> list[Path]:
    """Draw precision-recall.svg and reliability.svg in the folder, each whole or not at all; gives their paths.

    name  what a kind is called beside its identifier
    Raises UsageError as `ready` does.
    """
    ready(folder)
    out = []
    for file, sheet in (
        ("precision-recall.svg", Sheet("pr", draw_curve, calibration, name, lang)),
        ("reliability.svg", Sheet("rel", draw_reliability, calibration, name, lang)),
    ):
        with plain_matplotlib():
            out.append(save(folder, file, _drawn(sheet), lang))
    return out


def save(folder: Path, file: str, figure: Figure, lang: str) -> Path:
    """A figure as an SVG file of the folder, whole or not at all; gives its path. UsageError where it cannot be written."""
    path = folder / file
    partial = folder / f".{file}.partial"
    try:
        partial.write_text(_svg(figure, lang), encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as e:
        raise UsageError(
            f"不能写图：{e.strerror}", f"the plot cannot be written: {e.strerror}", where=str(path)
        ) from e
    finally:
        partial.unlink(missing_ok=True)
    return path


def _drawn(sheet: Sheet) -> Figure:
    """A sheet of panels, one for each kind."""
    kinds, left_out = sheet.panels()
    from matplotlib.figure import Figure

    columns = min(_COLUMNS, max(len(kinds), 1))
    heads = _HEADS[sheet.plot]
    head, foot = 0.34 + 0.17 * len(heads), 0.1 + 0.17 * len(left_out)
    width = max(_PANEL[0] * columns, 6.4)
    height = _PANEL[1] * math.ceil(len(kinds) / columns) + head + foot
    figure = Figure(figsize=(width, height), facecolor="white")
    for n, key in enumerate(heads):
        size, ink = (7.5, QUIET) if n else (10, INK)
        up = 1 - (0.29 + 0.17 * n) / height
        text(figure, 0.2 / width, up, sheet.says(key), fontsize=size, color=ink)
    for n, line in enumerate(reversed(left_out)):
        text(figure, 0.2 / width, (0.1 + 0.17 * n) / height, line, fontsize=7.5, color=QUIET)
    for n, kind in enumerate(kinds):
        row, column = divmod(n, columns)
        left, low = column * _PANEL[0] + 0.42, height - head - (row + 1) * _PANEL[1] + 0.3
        box = (left / width, low / height, (_PANEL[0] - 0.6) / width, (_PANEL[1] - 0.82) / height)
        axes = figure.add_axes(box)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color=GRID, linewidth=0.5)
        axes.set_axisbelow(True)
        known = sheet.name(kind)
        title = sheet.says("all") if not kind else kind if known == kind else f"{known} {kind}"
        text(axes, 0, 1.18, shown(title), fontsize=8, color=INK, transform=axes.transAxes)
        sheet.draw(axes, sheet, kind)
    return figure


def _svg(figure: Figure, lang: str) -> str:
    """A figure as the text of an SVG file."""
    stream = StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    svg = _MEASURED.sub("", stream.getvalue())
    return svg.replace("<svg ", f'<svg xml:lang="{lang}" style="font-family: {_FONTS}" ', 1)


@contextmanager
def plain_matplotlib() -> Iterator[None]:
    """Matplotlib as it comes, whatever the user's settings; silent about characters its own font lacks."""
    from matplotlib import style

    with style.context(["default", _SETTINGS]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield
