"""The misses on the report page, by cause, each with what the stages offered."""

from collections.abc import Mapping
from html import escape
from typing import Any

from eval.markup import table
from eval.report import CAUSE_LABELS, Miss, Report

ADVICE = {
    "error": "The log tells what failed.",
    "article_not_retrieved": "Neither words nor meaning of the question led to a right article.",
    "passage_not_retrieved": "A right article was found by other passages than the one needed.",
    "not_read": "A greater --top-k or PULLQUOTE_ADAPTIVE_DEPTH would have read it.",
    "other_span_other_passage": "The reader, or the ranking, preferred another passage.",
    "other_span_same_passage": "The reader marked other words of a right passage, or none.",
    "refused": "A lower threshold would have let it through.",
    "answered_unanswerable": "A higher threshold would have held it back.",
    "surface_form": "Read these: a person would count some of them as right.",
}


def misses_by_cause(report: Report) -> str:
    """List the misses of a report.

    :param report: the report of a run.
    :returns: HTML: one part to unfold for each cause.
    """
    if not report.misses_total:
        return '<p class="good">None.</p>'
    return "".join(_of_cause(cause, n, report) for cause, n in report.causes.items() if n)


def _of_cause(cause: str, count: int, report: Report) -> str:
    misses = [miss for miss in report.misses if miss.explanation["cause"] == cause]
    body = table(("Question", "Expected", "Given"), [*map(_miss, misses)], ADVICE[cause], "misses")
    hidden = count - len(misses)
    more = f"<p>{hidden} more are in rows.jsonl.</p>" if hidden else ""
    label = escape(CAUSE_LABELS[cause])
    return f'<details id="{cause}"><summary>{label} ({count})</summary>{body}{more}</details>'


def _miss(miss: Miss) -> str:
    """One row: what was asked, what was wanted and from where, what came and from where."""
    given = "nothing" if miss.given is None else miss.given
    place = " ".join(filter(None, (miss.where, miss.sentence)))
    sure = "" if miss.given is None else f"<small>confidence {miss.confidence:.2f}</small>"
    why = miss.explanation
    return (
        f'<tr><th scope="row">{escape(miss.question)}<small>{escape(miss.id)}</small>'
        f"<small>{escape(_offered(why))}</small></th>"
        f"<td>{escape(' / '.join(miss.gold)) or 'no answer'}"
        f"<small>{escape(', '.join(miss.gold_articles))}</small>{_gold_passage(why)}</td>"
        f"<td>{escape(given)}{sure}<small>{escape(place)}</small></td></tr>"
    )


def _offered(why: Mapping[str, Any]) -> str:
    """Say what each stage handed on."""
    if not why["retrieved"]:
        return "Nothing was retrieved." if why["in_store"] is not None else ""
    told = [f"{why['retrieved']} passages retrieved, {why['read']} read"]
    for name, what in (("article_rank", "right article"), ("passage_rank", "right passage")):
        rank = why[name]
        told.append(f"{what}: {'not found' if rank is None else f'rank {rank}'}")
    if why["article_rank"] is None:
        told.append(f"first: {why['offered']}")
    if why["in_store"] is False:
        told.append("the store has none of the right articles")
    return "; ".join(told) + "."


def _gold_passage(why: Mapping[str, Any]) -> str:
    if why["passage"] is None:
        return ""
    return f"<small>{escape(why['passage'])} {escape(why['excerpt'] or '')}</small>"
