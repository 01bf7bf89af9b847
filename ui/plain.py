"""Records as plain lines for a terminal."""

from collections.abc import Iterator, Sequence

from qa.catalog import Summary
from qa.datatypes import Answer, Quote, TimeMention
from qa.indexing import IndexReport
from ui.words import (
    confidence_words,
    count,
    date_words,
    percent,
    refusal_words,
    time_words,
    told_times,
)

OTHERS = 5


def answer_lines(answer: Answer) -> Iterator[str]:
    """Write an answer or a refusal.

    :param answer: the record.
    :yields: lines without line ends.
    """
    yield from _time_lines(answer.times, "Read ")
    if answer.status == "unanswered":
        yield refusal_words(answer.reason)
        if answer.quotes:
            yield "Nearest passages:"
        for quote in answer.quotes:
            yield f"  {_in_sentence(quote)}"
            yield from _time_lines(quote.times, "    ")
            yield f"    {_byline(quote)}"
        return
    first = answer.quotes[0]
    yield f"{_one_line(first.answer)}  ({confidence_words(first.confidence)})"
    yield f"  {_in_sentence(first)}"
    yield from _time_lines(first.times, "    ")
    yield f"    {_byline(first)}"
    if first.copies:
        yield f"    the same text: {', '.join(first.copies)}"
    yield from _others(answer)


def _others(answer: Answer) -> Iterator[str]:
    """Write the other values, in order of date."""
    groups = [group for group in answer.groups if 0 not in group.quotes]
    if groups:
        yield "Also:"
    for group in groups[:OTHERS]:
        quote = answer.quotes[group.quotes[0]]
        yield f"  {_one_line(quote.answer)}  ({percent(quote.confidence)})  {_byline(quote)}"
    if len(groups) > OTHERS:
        yield f"  and {len(groups) - OTHERS} more (--json shows them)"


def _in_sentence(quote: Quote) -> str:
    low, high = quote.start - quote.sentence_start, quote.end - quote.sentence_start
    sentence = quote.sentence
    return _one_line(f"{sentence[:low]}[{sentence[low:high]}]{sentence[high:]}")


def _time_lines(times: Sequence[TimeMention], opening: str) -> Iterator[str]:
    """Write what expressions of time mean, in one line, if there are any to explain."""
    told = [f"“{_one_line(one.text)}” = {time_words(one.value)}" for one in told_times(times)]
    if told:
        yield opening + ", ".join(told)


def _byline(quote: Quote) -> str:
    place = f"{quote.article_id} {quote.start}-{quote.end}"
    parts = (quote.title, quote.source, date_words(quote.published), place)
    return " · ".join(_one_line(part) for part in parts if part)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def index_lines(report: IndexReport) -> Iterator[str]:
    """Write what an index run did.

    :param report: of the run.
    :yields: lines without line ends.
    """
    skipped = sum(not item.kept for item in report.skipped)
    yield (
        f"{count(report.added, 'article')} added, {report.changed} changed, "
        f"{report.unchanged} unchanged, {report.removed} removed, {skipped} skipped."
    )
    if report.copies:
        yield f"{count(report.copies, 'article')} carry a text that was there already."
    for renamed in report.renamed:
        yield f"id '{renamed.wish}' was taken: {renamed.origin} is '{renamed.given}'"
    for article_id in report.kept:
        yield f"'{article_id}' is kept: its file is there but could not be read"


def status_lines(summary: Summary) -> Iterator[str]:
    """Write the figures of a store.

    :param summary: of the store.
    :yields: lines without line ends.
    """
    yield f"articles     {summary.articles:,} ({summary.texts:,} different texts)"
    yield f"revisions    {summary.revisions:,}"
    yield f"passages     {summary.passages:,}"
    dates = f"{summary.first_date} to {summary.last_date}" if summary.first_date else "none"
    yield f"dates        {dates}; {summary.undated:,} undated"
    yield f"generation   {summary.generation}, published {summary.published_at or 'never'}"
    yield f"encoder      {summary.encoder or 'none'} ({summary.dims or 0} dims)"
    yield f"on disk      {summary.bytes_on_disk / 1e6:,.1f} MB"
    for source, articles in summary.sources[:10]:
        yield f"  {articles:>7,}  {source or '(no outlet given)'}"
    if len(summary.sources) > 10:
        yield f"  and {len(summary.sources) - 10} more outlets"
    for item in summary.skipped:
        yield f"skipped      {item.origin}: {item.reason}"
