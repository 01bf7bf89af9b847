"""The report as one HTML page that needs nothing but itself: no network, no script."""

from collections.abc import Iterable, Sequence
from html import escape

from eval.report import LABELS, Figure, Miss, Report

TILES = ("exact_match", "f1", "exact_match_when_answered", "recall@5")
KINDS = {
    "wrong": "Wrong answer",
    "refused": "Refused, though there is an answer",
    "invented": "Answered, though there is no answer",
    "not found": "Right article not retrieved",
    "error": "Internal error",
}
STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1c1f24; --quiet: #545b66;
  --line: #d5d9df; --tile: #f4f6f8; --mark: #1f5fa8; --bad: #a3251d; --good: #1d6b3c; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e9ecf0; --quiet: #a9b1bc;
  --line: #363c45; --tile: #1f242a; --mark: #7db4f0; --bad: #ff9d94; --good: #7fd6a0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font: 700 2rem/1.2 Georgia, serif; margin: 0 0 .25rem; }
h2 { font: 700 1.3rem/1.3 Georgia, serif; margin: 2.5rem 0 .75rem; }
p.about, small:not(.bad) { color: var(--quiet); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .75rem;
  margin: 1.5rem 0; padding: 0; list-style: none; }
.tile { display: flex; flex-direction: column; justify-content: space-between;
  background: var(--tile); border: 1px solid var(--line); border-radius: .5rem;
  padding: .9rem 1rem; }
.tile b { display: block; font-size: 2.1rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
td small, th small { display: block; font-weight: 400; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; } td.number, th.number { text-align: right; white-space: nowrap; }
tr { break-inside: avoid; } .misses td, .misses th { width: 33%; }
.bar { width: 25%; }
.bar span { display: block; height: .7rem; margin-top: .4rem; background: var(--mark);
  border-radius: .2rem; print-color-adjust: exact; }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
@media (max-width: 38rem) { .bar { display: none; } }
@media print { :root { color-scheme: light; --paper: #ffffff; --ink: #000000; --quiet: #444444;
  --line: #bbbbbb; --tile: #ffffff; --mark: #1f5fa8; --bad: #a3251d; --good: #1d6b3c; }
  body { max-width: none; padding: 0; font-size: 10pt; } h2 { break-after: avoid; } }
"""


def page(report: Report) -> str:
    """Lay out a report for people.

    :param report: the report of a run; all its texts are escaped.
    :returns: a complete HTML document.
    """
    title = f"Evaluation of {escape(str(report.run.get('name') or 'a question set'))}"
    sections = (
        _header(title, report),
        _tiles(report),
        _figures("Answers", report.scores),
        _decisions(report),
        _figures("Retrieval", report.retrieval),
        _official(report),
        _latency(report),
        _misses(report),
        _skipped(report),
        _settings(report),
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(filter(None, sections))
        + "\n</main>\n</body>\n</html>"
    )


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


def _range(figure: Figure) -> str:
    return f"{figure.low:.1f} to {figure.high:.1f}"


def _figures(title: str, figures: dict[str, Figure]) -> str:
    rows = [
        f'<tr><th scope="row">{escape(LABELS[name])}</th>'
        f'<td class="number">{figure.value:.1f}</td><td class="number">{_range(figure)}</td>'
        f'<td class="number">{figure.total}</td><td class="bar" aria-hidden="true">'
        f'<span style="width:{figure.value:.1f}%"></span></td></tr>'
        for name, figure in figures.items()
    ]
    heads = ("Measure", "Percent", "95% interval", "Questions", "")
    return _section(title, _table(heads, rows, "Percent of questions; an error counts as 0."), rows)


def _decisions(report: Report) -> str:
    rows = [
        _row((row.capitalize(), cells["answered"], cells["refused"]))
        for row, cells in report.decisions.items()
    ]
    heads = ("Question", "Answered", "Refused")
    return _section(
        "Answered or refused", _table(heads, rows, "Errors stand with the refused."), rows
    )


def _official(report: Report) -> str:
    if not report.counts["unanswerable"]:
        return ""
    rows = [
        _row((name, "refuse all" if value is None else str(round(value, 4))))
        for name, value in report.squad_v2.items()
    ]
    caption = "By the rules of the official script; best: at the best single threshold."
    return _section("SQuAD 2.0", _table(("Measure", "Value"), rows, caption), rows)


def _latency(report: Report) -> str:
    rows = [
        _row((stage, f"{times['p50']:.1f}", f"{times['p95']:.1f}"))
        for stage, times in report.latency_ms.items()
    ]
    caption = (
        f"Milliseconds for one question. The whole run took {report.speed['seconds']:.1f} s, "
        f"{report.speed['answers_per_second']:.1f} answers a second; "
        f"peak memory {report.peak_memory_mb:,.0f} MiB."
    )
    return _section("Time", _table(("Stage", "p50", "p95"), rows, caption), rows)


def _misses(report: Report) -> str:
    kinds = "; ".join(f"{KINDS[kind]}: {count}" for kind, count in report.miss_counts.items())
    hidden = report.misses_total - len(report.misses)
    more = f"<p>{hidden} more are in rows.jsonl.</p>" if hidden else ""
    heads = ("Question", "Expected", "Given")
    rows = [_miss(miss) for miss in report.misses]
    body = _table(heads, rows, f"{kinds}.", "misses") if rows else '<p class="good">None.</p>'
    return f"<section><h2>Misses ({report.misses_total})</h2>{body}{more}</section>"


def _miss(miss: Miss) -> str:
    """One row: what was asked, what was wanted and from where, what came and from where."""
    given = "nothing" if miss.given is None else miss.given
    place = " ".join(filter(None, (miss.where, miss.sentence)))
    sure = "" if miss.given is None else f"<small>confidence {miss.confidence:.2f}</small>"
    return (
        f'<tr><th scope="row">{escape(miss.question)}'
        f'<small class="bad">{escape(KINDS[miss.kind])}</small>'
        f"<small>{escape(miss.id)}</small></th>"
        f"<td>{escape(' / '.join(miss.gold)) or 'no answer'}"
        f"<small>{escape(', '.join(miss.gold_articles))}</small></td>"
        f"<td>{escape(given)}{sure}<small>{escape(place)}</small></td></tr>"
    )


def _skipped(report: Report) -> str:
    rows = [_row((skipped.origin, skipped.reason), "text") for skipped in report.skipped]
    return _section(
        "Rows left out", _table(("Row", "Reason"), rows, "Not in any figure.", "texts"), rows
    )


def _settings(report: Report) -> str:
    run = dict(report.run)
    nested = {name: run.pop(name) for name in ("models", "filters", "settings") if name in run}
    flat = [*run.items(), *(pair for part in nested.values() for pair in part.items())]
    rows = [_row((name, value), "text") for name, value in flat if value not in (None, (), [])]
    return _section(
        "How it was run", _table(("Setting", "Value"), rows, "For the record.", "texts"), rows
    )


def _section(title: str, body: str, rows: Sequence[str]) -> str:
    return f"<section><h2>{title}</h2>{body}</section>" if rows else ""


def _table(heads: Sequence[str], rows: Iterable[str], caption: str, kind: str = "numbers") -> str:
    """A table whose first column names the row; an empty heading stands over a drawing."""
    after = ' class="number"' if kind == "numbers" else ""
    cells = [f'<th scope="col"{after}>{name}</th>' if name else "<td></td>" for name in heads[1:]]
    return (
        f'<table class="{kind}"><caption>{escape(caption)}</caption><thead><tr>'
        f'<th scope="col">{heads[0]}</th>{"".join(cells)}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _row(cells: Iterable[object], kind: str = "number") -> str:
    first, *rest = (escape(str(cell)) for cell in cells)
    listed = "".join(f'<td class="{kind}">{cell}</td>' for cell in rest)
    return f'<tr><th scope="row">{first}</th>{listed}</tr>'
