"""The plots of a report, as SVG to stand in a page: equal reports give equal bytes.

Colours are those of the page, light or dark: matplotlib draws with placeholders that are exchanged
for the page's own names.
"""

import io
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from eval.report import CAUSE_LABELS, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 4.4  # inches; at 72 to an inch about the width of a telephone, so text keeps its size
ROW = 0.42
HEIGHT = 2.7
PLACE = (0.13, 0.17, 0.84, 0.8)  # of the axes in a plot that has scales
INK, QUIET, LINE, MARK, BAD = "#010101", "#020202", "#030303", "#040404", "#050505"
NAMES = {INK: "ink", QUIET: "quiet", LINE: "line", MARK: "mark", BAD: "bad"}
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": LINE,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": LINE,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "figure.facecolor": "none",
}
Draw = Callable[["Axes"], None]


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing: ``name`` for links, ``title`` above it, and ``svg`` with its text for those who do
    not see it."""

    name: str
    title: str
    svg: str


def plots(report: Report) -> list[Plot]:
    """Draw a report.

    :param report: the report of a run.
    :returns: one plot for each part that has something to show, in the order of the page.
    """
    made = (_causes, _oracle, _recall, _reliability, _risk, _latency)
    return [plot for draw in made if (plot := draw(report)) is not None]


def _causes(report: Report) -> Plot | None:
    counts = [(CAUSE_LABELS[cause], n) for cause, n in report.causes.items() if n]
    if not counts:
        return None
    told = "; ".join(f"{label}: {n}" for label, n in counts)
    rows = [(label, float(n), str(n)) for label, n in counts]
    return _plot("causes", "Misses by cause", f"{told}.", _bars(rows, BAD), ROW * len(rows))


def _oracle(report: Report) -> Plot | None:
    if not report.oracle:
        return None
    rows = [
        (
            "As it is" if place == 0 else f"… and the {step.stage} perfect",
            step.exact_match.value,
            f"{step.exact_match.value:.1f}%",
        )
        for place, step in enumerate(report.oracle)
    ]
    told = "; ".join(f"{label}: {value}" for label, _, value in rows)
    title = "Exact match if the last stages were perfect"
    return _plot("oracle", title, f"{told}.", _bars(rows, MARK, 100), ROW * len(rows))


def _recall(report: Report) -> Plot | None:
    curve = report.recall_curve
    if not curve:
        return None

    def draw(axes: "Axes") -> None:
        axes.plot(range(1, len(curve) + 1), curve, color=MARK, marker="o", markersize=3)
        axes.set(xlabel="first k articles", ylabel="recall, %", ylim=(0, 102), xlim=(0.5, 20.5))
        axes.set_xticks([1, 5, 10, 15, 20])

    told = ", ".join(f"{curve[k - 1]:.1f}% at {k}" for k in (1, 5, 10, 20))
    return _plot("recall", "Right article among the first k", f"Recall {told}.", draw)


def _reliability(report: Report) -> Plot | None:
    bins = report.reliability
    if not bins:
        return None

    def draw(axes: "Axes") -> None:
        most = max(b.total for b in bins)
        axes.plot([0, 1], [0, 1], color=QUIET, linestyle="--", linewidth=1)
        axes.plot([b.confidence for b in bins], [b.right for b in bins], color=MARK, linewidth=1)
        sizes = [10 + 90 * b.total / most for b in bins]
        axes.scatter([b.confidence for b in bins], [b.right for b in bins], sizes, color=MARK)
        axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))

    told = "; ".join(
        f"confidence {b.confidence:.2f}: {b.right:.2f} right of {b.total}" for b in bins
    )
    return _plot("reliability", "Confidence against what is right", f"{told}.", draw)


def _risk(report: Report) -> Plot | None:
    points = report.risk_coverage
    if not points:
        return None
    share, risk = (report.abstention.get(name) for name in ("coverage", "risk"))

    def draw(axes: "Axes") -> None:
        axes.plot([100 * p.coverage for p in points], [100 * p.risk for p in points], color=MARK)
        if share is not None and risk is not None:
            axes.scatter([share.value], [risk.value], 36, color=BAD, zorder=3)
        axes.set(xlabel="answered, %", ylabel="wrong among these, %", xlim=(0, 101), ylim=(0, None))

    told = "; ".join(
        f"{100 * p.risk:.1f}% wrong when {100 * p.coverage:.0f}% are answered"
        for p in _some(points)
    )
    here = (
        ""
        if share is None or risk is None
        else f" As run: {risk.value:.1f}% of {share.value:.1f}%."
    )
    return _plot("risk", "Wrong answers by share answered", f"{told}.{here}", draw)


def _latency(report: Report) -> Plot | None:
    edges, counts = report.latency_histogram["edges"], report.latency_histogram["counts"]
    if not counts:
        return None

    def draw(axes: "Axes") -> None:
        axes.stairs(counts, edges, fill=True, color=MARK)
        axes.set(xlabel="milliseconds of an answer", ylabel="questions")

    told = ", ".join(f"{n} {f.value:.0f} ms" for n, f in report.latency_ms["total"].items())
    return _plot("latency", "Time of an answer", f"{told}.", draw)


def _some(points: Sequence[Any]) -> list[Any]:
    """Four of them, evenly spread, the last included."""
    return [points[round(len(points) * part / 4) - 1] for part in (1, 2, 3, 4) if len(points) >= 4]


def _bars(rows: Sequence[tuple[str, float, str]], colour: str, most: float | None = None) -> Draw:
    """Bars from top to bottom, each below its label and before its value."""

    def draw(axes: "Axes") -> None:
        top = max(value for _, value, _ in rows) if most is None else most
        places = range(len(rows))
        axes.barh(places, [value for _, value, _ in rows], 0.36, color=colour)
        for place, (label, value, told) in enumerate(rows):
            axes.text(0, place - 0.3, label, va="bottom")
            axes.text(value + top / 60, place, told, va="center")
        axes.set(xlim=(0, 1.16 * top), ylim=(len(rows) - 0.6, -0.85))
        axes.set_axis_off()

    return draw


def _plot(name: str, title: str, told: str, draw: Draw, height: float = HEIGHT) -> Plot:
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    plain: Any = {k: v for k, v in matplotlib.rcParamsDefault.items() if k != "backend"}
    with matplotlib.rc_context(plain | STYLE | {"svg.hashsalt": name}):
        figure = Figure(figsize=(WIDTH, height))
        FigureCanvasSVG(figure)
        draw(figure.add_axes(PLACE if height == HEIGHT else (0.01, 0.01, 0.98, 0.98)))
        drawn = io.StringIO()
        empty = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(drawn, format="svg", metadata=empty)
    return Plot(name, title, _inline(drawn.getvalue(), name, f"{title}. {told}"))


def _inline(svg: str, name: str, alt: str) -> str:
    """Make a file a part of a page: no prologue, its own ids, the colours and fonts of the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|xlink:href="#)', rf"\g<1>{name}-", svg)
    for colour, variable in NAMES.items():
        svg = svg.replace(colour, f"var(--{variable})")
    svg = re.sub(r" ?font-family: [^;\"]*;?", "", svg)
    head = f'<svg role="img" aria-label="{escape(alt)}"'
    opening = re.sub(r' (width|height)="[^"]*"', "", svg[: svg.index(">")])
    return head + opening.removeprefix("<svg") + svg[svg.index(">") :].strip()
