"""The report as one HTML page that needs nothing but itself: no network, no script."""

from html import escape

from eval.markup import bar, document, row, section, table
from eval.misses import misses_by_cause
from eval.plots import plots
from eval.report import LABELS, Figure, Report

TILES = ("exact_match", "f1", "exact_match_when_answered", "recall@5")
NESTED = ("models", "filters", "state", "settings")


def page(report: Report) -> str:
    """Lay out a report for people.

    :param report: the report of a run; all its texts are escaped.
    :returns: a complete HTML document. What differs between two equal runs stands in ``#time``.
    """
    title = f"Evaluation of {escape(str(report.run.get('name') or 'a question set'))}"
    drawn = {plot.name: _drawing(plot.title, plot.svg, plot.name) for plot in plots(report)}
    time = drawn.pop("latency", "")
    sections = (
        _header(title, report),
        _tiles(report),
        section("What to mend", _in_grid("".join(drawn.values())), "plots"),
        section("Answers", _figures(report.scores)),
        section("Answered or refused", _decisions(report)),
        section("Confidence", _figures(report.abstention)),
        section("Retrieval", _figures(report.retrieval)),
        section("Parts of the set", _slices(report), "slices"),
        section("SQuAD 2.0", _official(report)),
        section(f"Misses ({report.misses_total})", misses_by_cause(report), "misses"),
        section("Rows left out", _skipped(report)),
        section("How it was run", _settings(report)),
        section("Time", _latency(report) + _in_grid(time), "time"),
    )
    return document(title, sections)


def _header(title: str, report: Report) -> str:
    mode = {
        "open": "Every question was asked of the whole archive.",
        "gold": "Every question was asked of its given paragraph.",
    }
    about = (
        f"Questions: {escape(report.spell_counts())}. {mode.get(str(report.run.get('mode')), '')}"
    )
    return f'<h1>{title}</h1>\n<p class="about">{about} {_verbatim(report)}</p>'


def _verbatim(report: Report) -> str:
    quotes, failures = report.verbatim["quotes"], report.verbatim["failures"]
    if failures:
        return f'<span class="bad">{failures} of {quotes} quotes are not verbatim.</span>'
    return f'<span class="good">All {quotes} quotes are verbatim.</span>'


def _tiles(report: Report) -> str:
    known = report.scores | report.retrieval
    tiles = [
        f'<li class="tile">{escape(LABELS[name])}<b>{known[name].value:.1f}%</b>'
        f"<small>{_range(known[name])}, of {known[name].total} questions</small></li>"
        for name in TILES
        if name in known
    ]
    return f'<ul class="tiles">{"".join(tiles)}</ul>' if tiles else ""


def _drawing(title: str, svg: str, name: str) -> str:
    caption = f"<figcaption>{escape(title)}</figcaption>"
    return f'<figure id="plot-{name}">{caption}{svg}</figure>'


def _in_grid(drawings: str) -> str:
    return f'<div class="plots">{drawings}</div>' if drawings else ""


def _range(figure: Figure) -> str:
    return f"{figure.low:.1f} to {figure.high:.1f}"


def _figures(figures: dict[str, Figure]) -> str:
    rows = [
        row((LABELS[name], f"{f.value:.1f}", _range(f), f.total), more=bar(f.value))
        for name, f in figures.items()
    ]
    heads = ("Measure", "Percent", "95% interval", "Questions", "")
    return table(heads, rows, "Percent of questions; an error counts as 0.")


def _decisions(report: Report) -> str:
    rows = [
        row((kind.capitalize(), cells["answered"], cells["refused"]))
        for kind, cells in report.decisions.items()
    ]
    return table(("Question", "Answered", "Refused"), rows, "Errors stand with the refused.")


def _slices(report: Report) -> str:
    heads = ("Part", "Questions", "Exact match", "F1", "Answered", "Recall@5")
    return "".join(
        table(heads, [_slice(part, figures) for part, figures in parts.items()], f"By {kind}.")
        for kind, parts in report.slices.items()
    )


def _slice(part: str, figures: dict[str, Figure]) -> str:
    named = ("exact_match", "f1", "coverage", "recall@5")
    told = [f"{figures[n].value:.1f}" if n in figures else "–" for n in named]
    exact = figures.get("exact_match")
    told[0] += "" if exact is None else f" ({_range(exact)})"
    return row((part, figures["coverage"].total, *told))


def _official(report: Report) -> str:
    if not report.counts["unanswerable"]:
        return ""
    rows = [
        row((name, "refuse all" if value is None else str(round(value, 4))))
        for name, value in report.squad_v2.items()
    ]
    caption = "By the rules of the official script; best: at the best single threshold."
    return table(("Measure", "Value"), rows, caption)


def _latency(report: Report) -> str:
    rows = [
        row((stage, *(f"{f.value:.1f} ({_range(f)})" for f in figures.values())))
        for stage, figures in report.latency_ms.items()
    ]
    asked, seconds = report.speed["asked"], report.speed["seconds"]
    caption = (
        f"Milliseconds for one question. {asked:.0f} questions took {seconds:.1f} s, "
        f"{report.speed['answers_per_second']:.1f} answers a second; "
        f"peak memory {report.peak_memory_mb:,.0f} MiB."
    )
    return table(("Stage", "p50", "p95"), rows, caption)


def _skipped(report: Report) -> str:
    rows = [row((skipped.origin, skipped.reason), "text") for skipped in report.skipped]
    return table(("Row", "Reason"), rows, "Not in any figure.", "texts")


def _settings(report: Report) -> str:
    run = dict(report.run)
    nested = {name: run.pop(name) for name in NESTED if run.get(name)}
    flat = [*run.items(), *(pair for part in nested.values() for pair in part.items())]
    rows = [row((name, value), "text") for name, value in flat if value not in (None, (), [], {})]
    return table(("Setting", "Value"), rows, "For the record.", "texts")
