"""Line drawings of measurements, one panel for each quantity, as SVG files: equal measurements give
equal bytes."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 4.2, 2.9  # inches, of one panel
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.size": 9,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#d5d9df",
}


@dataclass(frozen=True, slots=True)
class Panel:
    """One quantity over another. ``lines`` maps a name to its points (x, y)."""

    title: str
    lines: Mapping[str, Sequence[tuple[float, float]]]
    x: str
    logarithmic: bool = False


def draw(panels: Sequence[Panel], path: Path) -> None:
    """Draw panels side by side, two in a row, and write them.

    :param panels: what to draw; one at least.
    :param path: the SVG file.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    plain: Any = {k: v for k, v in matplotlib.rcParamsDefault.items() if k != "backend"}
    with matplotlib.rc_context(plain | STYLE | {"svg.hashsalt": path.name}):
        figure = Figure(figsize=(WIDTH * columns, HEIGHT * rows), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _fill(axes, panel)
        for axes in list(grid.flat)[len(panels) :]:
            axes.set_axis_off()
        path.parent.mkdir(parents=True, exist_ok=True)
        FigureCanvasSVG(figure)
        empty = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(path, format="svg", metadata=empty)


def _fill(axes: Any, panel: Panel) -> None:
    for name, points in panel.lines.items():
        axes.plot(*zip(*sorted(points), strict=True), marker="o", markersize=4, label=name)
    axes.set_title(panel.title, fontsize=10, loc="left")
    axes.set_xlabel(panel.x)
    if panel.logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    else:
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    if len(panel.lines) > 1:
        axes.legend(frameon=False, fontsize=8)
