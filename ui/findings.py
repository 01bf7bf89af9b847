"""How an evaluation went, as Markdown: pure functions, every foreign word escaped."""

from collections.abc import Iterable, Sequence

from eval.page import TILES
from eval.report import CAUSE_LABELS, LABELS, Figure, Miss, Report
from ui.kept_runs import Kept
from ui.linking import chat_link
from ui.running import Pace
from ui.words import count, date_words, escape

MOST_MISSES = 100
MOST_WORDS = 300


def render_pace(pace: Pace) -> str:
    """Show how far a run is. There is nothing but numbers in it.

    :param pace: the figures.
    :returns: HTML.
    """
    if not pace.total:
        return '<p class="pq-pace">Reading the questions …</p>'
    told = [f"{pace.done:,} of {pace.total:,} questions"]
    if pace.left_s is not None:
        told += [f"{pace.rate:.1f} a second", f"{_duration(pace.left_s)} to go"]
    if pace.done == pace.total:
        told = [told[0], "working out the figures …"]
    return (
        f'<p class="pq-pace"><progress max="{pace.total}" value="{pace.done}" '
        f'aria-label="Questions answered"></progress>{" · ".join(told)}</p>'
    )


def render_runs(runs: Sequence[Kept], answered: Sequence[int], under_way: int | None) -> str:
    """List the runs of a browser.

    :param runs: newest first.
    :param answered: how many questions each has answered.
    :param under_way: the number of the one that is under way.
    :returns: Markdown.
    """
    if not runs:
        return "None yet."
    return "\n".join(
        f"- [{_safe(kept.name)}](#pq-run-{kept.number})<br>{_meta(_fate(kept, done, under_way))}"
        f"{_choices(kept, under_way)}"
        for kept, done in zip(runs, answered, strict=True)
    )


def render_report(report: Report, name: str) -> str:
    """Write the figures of a run.

    :param report: the report.
    :param name: of its question set.
    :returns: Markdown.
    """
    figures = report.scores | report.retrieval | report.abstention
    tiles = "".join(
        f'<div class="pq-tile"><b>{figures[one].value:.1f}%</b><span>{LABELS[one]}</span>'
        f"<small>{_range(figures[one])}, of {figures[one].total:,}</small></div>"
        for one in TILES
        if one in figures
    )
    rows = [
        f"| {escape(LABELS[one])} | {figure.value:.1f} | {_range(figure)} | {figure.total:,} |"
        for one, figure in figures.items()
    ]
    quoted = report.verbatim
    told = (
        f"{escape(report.spell_counts())} questions. "
        f"{quoted['quotes'] - quoted['failures']:,} of {quoted['quotes']:,} quotes are verbatim."
    )
    table = _table(("Measure", "Percent", "95% interval", "Questions"), rows, ":-|-:|-:|-:")
    return _blocks(
        f"## {_safe(name)}", told, f'<div class="pq-tiles">{tiles}</div>' if tiles else "", table
    )


def render_misses(report: Report) -> str:
    """List the misses of a run by cause; each leads to the chat with its question in the box.

    :param report: the report.
    :returns: Markdown.
    """
    causes = [
        f"| {escape(CAUSE_LABELS[cause])} | {n:,} |" for cause, n in report.causes.items() if n
    ]
    if not causes:
        return "### Misses\n\nNone."
    shown = report.misses[:MOST_MISSES]
    hidden = report.misses_total - len(shown)
    return _blocks(
        f"### Misses ({report.misses_total:,})",
        _table(("Cause", "Questions"), causes, ":-|-:"),
        "A question leads to the chat, where it waits in the box.",
        "\n".join(map(_miss, shown)),
        f"And {hidden:,} more, in the report." if hidden else "",
    )


def render_left_out(report: Report) -> str:
    """Name the rows of the set that could not be used.

    :param report: the report.
    :returns: Markdown; empty where all could.
    """
    if not report.skipped:
        return ""
    rows = [f"| {_safe(one.origin)} | {_safe(one.reason)} |" for one in report.skipped]
    return _blocks("### Rows left out", _table(("Row", "Reason"), rows, ":-|:-"))


def _miss(miss: Miss) -> str:
    wanted = " / ".join(miss.gold) or "no answer"
    given = "nothing" if miss.given is None else f"{miss.given} (confidence {miss.confidence:.2f})"
    cause = CAUSE_LABELS.get(str(miss.explanation.get("cause")), "")
    question = _plain(miss.question)
    link = chat_link(question)
    head = _safe(question) if link is None else f"[{_safe(question)}]({link})"
    return (
        f"- {head}<br>Expected: {_safe(wanted)}<br>Given: {_safe(given)}<br>"
        f"{_meta(' · '.join(part for part in (cause, miss.where) if part))}"
    )


def _fate(kept: Kept, done: int, under_way: int | None) -> str:
    parts = [f"{date_words(kept.started_at[:10])}, {kept.started_at[11:16]} UTC"]
    if kept.number == under_way:
        parts.append("under way")
    elif kept.finished:
        parts.append(count(kept.total, "question"))
        if kept.exact_match is not None:
            parts.append(f"exact match {kept.exact_match:.1f}%")
    elif kept.error is not None:
        parts.append("failed")
    else:
        parts.append(f"stopped after {count(done, 'question')}")
    return " · ".join(parts)


def _choices(kept: Kept, under_way: int | None) -> str:
    if kept.number == under_way:
        return ""
    can_go_on = not kept.finished and kept.error is None
    go_on = f" · [Go on](#pq-resume-{kept.number})" if can_go_on else ""
    return f"{go_on} · [Remove](#pq-drop-{kept.number})"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _range(figure: Figure) -> str:
    return f"{figure.low:.1f} to {figure.high:.1f}"


def _table(heads: Iterable[str], rows: Sequence[str], rule: str) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", f"|{rule}|", *rows])


def _plain(text: str) -> str:
    """Text that can be sent: a half of a surrogate pair cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _safe(text: str) -> str:
    """Foreign text in a table or a list, cut where it is very long."""
    text = _plain(text)
    return escape(text if len(text) <= MOST_WORDS else text[: MOST_WORDS - 1] + "…")


def _meta(text: str) -> str:
    return f'<span class="pq-meta">{escape(_plain(text))}</span>'


def _blocks(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
