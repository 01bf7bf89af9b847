"""A comparison for people: lines for a terminal, and one HTML page that stands alone."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from eval.compare import MEASURES, Comparison, Difference, Turned
from eval.markup import document, row, section, table

SHOWN = 10
NOTE = (
    "p: exact McNemar test, or sign-flip randomisation test where a measure is not right or wrong; "
    "Holm-corrected for the measures tested. Below 0.05 is significant."
)


def lines(comparison: Comparison) -> Iterator[str]:
    """Write a comparison for a terminal; the lists of questions are cut short.

    :param comparison: of two runs.
    :yields: lines without line ends.
    """
    yield f"Compared with {comparison.before}: {_pairing(comparison)}"
    for name, before, after in comparison.differing:
        yield f"  differs: {name} was {_value(before)}, is {_value(after)}"
    for difference in comparison.differences:
        yield (
            f"{MEASURES[difference.name]:<38}{difference.before:5.1f} to {difference.after:5.1f}"
            f"  {_signed(difference)}  {_verdict(difference)}"
        )
    for title, turned in (("Lost", comparison.lost), ("Won", comparison.won)):
        yield f"{title}: {len(turned)}"
        for question in turned[:SHOWN]:
            yield f"  {_line(question)}"
        if len(turned) > SHOWN:
            yield f"  and {len(turned) - SHOWN} more, in comparison.json and comparison.html"


def page(comparison: Comparison) -> str:
    """Lay a comparison out for people.

    :param comparison: of two runs; all its texts are escaped.
    :returns: a complete HTML document.
    """
    title = f"Compared with {escape(comparison.before)}"
    about = f"{escape(_pairing(comparison))}. {_judgement(comparison)}"
    sections = (
        f'<h1>{title}</h1><p class="about">{about}</p>',
        _measures(comparison.differences),
        _turned("Lost", comparison.lost),
        _turned("Won", comparison.won),
        _settings(comparison),
    )
    return document(title, sections)


def _pairing(comparison: Comparison) -> str:
    parts = [
        f"{comparison.paired} questions in both",
        f"{comparison.only_before} only in the older run",
        f"{comparison.only_after} only in this one",
    ]
    if comparison.edited:
        parts.append(f"{comparison.edited} of them asked or judged differently")
    return ", ".join(parts)


def _judgement(comparison: Comparison) -> str:
    if comparison.regression:
        return '<span class="bad">At least one measure fell significantly.</span>'
    return '<span class="good">No measure fell significantly.</span>'


def _signed(difference: Difference) -> str:
    return f"{difference.difference:+5.1f} ({difference.low:+.1f} to {difference.high:+.1f})"


def _verdict(difference: Difference) -> str:
    word = ("worse" if difference.regression else "better") if difference.significant else "even"
    return f"p = {difference.p_adjusted:.4f}, {word}"


def _value(value: Any) -> str:
    return "not given" if value is None else str(value)


def _given(answer: str | None) -> str:
    return "refused" if answer is None else answer


def _line(question: Turned) -> str:
    turned = f"{question.id}: {question.question} {_given(question.before)} -> "
    line = " ".join((turned + _given(question.after)).split())
    return line.encode(errors="backslashreplace").decode()


def _measures(differences: Sequence[Difference]) -> str:
    heads = ("Measure", "Before", "After", "Difference", "Holm p", "Questions")
    rows = [
        row(
            (
                MEASURES[d.name],
                f"{d.before:.1f}",
                f"{d.after:.1f}",
                _signed(d),
                _verdict(d),
                d.total,
            )
        )
        for d in differences
    ]
    return section("Measures", table(heads, rows, f"Percent, with its 95% interval. {NOTE}"))


def _turned(title: str, turned: Sequence[Turned]) -> str:
    rows = [
        row((f"{q.id}: {q.question}", _given(q.before), _given(q.after)), "text") for q in turned
    ]
    caption = "By exact match; by recall@5 where only the right articles are known."
    listed = table(("Question", "Before", "After"), rows, caption, "misses")
    return section(f"{title} ({len(rows)})", listed)


def _settings(comparison: Comparison) -> str:
    rows = [
        row((name, _value(before), _value(after)), "text")
        for name, before, after in comparison.differing
    ]
    listed = table(("Setting", "Before", "After"), rows, "What was not the same.", "texts")
    return section("Run differently", listed)
