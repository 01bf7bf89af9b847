"""Answers as Markdown for the chat: pure functions, every foreign word escaped.

HTML tags stand on lines of their own with blank lines around them, so that what is between them
is still read as Markdown and its backslashes count.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.datatypes import Answer, Group, Quote, TimeMention
from qa.errors import PullquoteError
from ui.citing import citable, placed
from ui.cutting import Articles, Cutting, cut
from ui.words import (
    confidence_words,
    count,
    date_words,
    escape,
    percent,
    refusal_words,
    time_words,
    told_times,
)

_NEAREST = 5
_NAMED_OUTLETS = 4


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is in an archive: number of articles, outlets by name, first and last date (ISO)."""

    articles: int
    outlets: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None


def render_answer(answer: Answer, articles: Articles) -> str:
    """Render the record of one question.

    Only quotes that stand in their article, letter by letter, are shown. When the best one does
    not, no answer is given.

    :param answer: the record.
    :param articles: opens an article by id and revision.
    :returns: Markdown in which every foreign text is escaped.
    """
    cuttings = {
        index: cutting
        for index, quote in enumerate(answer.quotes)
        if (cutting := cut(quote, articles)) is not None
    }
    if answer.status == "answered" and 0 in cuttings:
        return _blocks(_read_as(answer), _answered(answer, cuttings, articles))
    return _blocks(_read_as(answer), _refused(answer, list(cuttings.values())))


def render_notice(message: str) -> str:
    """Render one sentence of the program's own, such as the text of an error.

    :param message: plain text.
    :returns: Markdown.
    """
    return _block("pq-notice", escape(message.strip()))


def render_holdings(holdings: Holdings) -> str:
    """Say in one line what is in the archive.

    :param holdings: what the store counts.
    :returns: Markdown, for instance "8 articles · 2 outlets · 4 November 2017 to 2 May 2019".
    """
    outlets = holdings.outlets
    named = ", ".join(outlets) if len(outlets) <= _NAMED_OUTLETS else count(len(outlets), "outlet")
    first, last = holdings.first, holdings.last
    dates = "" if first is None or last is None else _date_range(first, last)
    return " · ".join(
        escape(part) for part in (count(holdings.articles, "article"), named, dates) if part
    )


def render_no_archive(store: Path) -> str:
    """Say how to add articles.

    :param store: the folder that holds no articles yet.
    :returns: Markdown with the exact command lines.
    """
    folder = shlex.quote(str(store))
    fence = "~" * 3
    return _blocks(
        "## There are no articles here yet",
        "Give Pullquote a file or a folder of news articles, then start the chat again:",
        f"{fence}\npullquote index PATH --store {folder}\npullquote chat --store {folder}\n{fence}",
        "`PATH` is a text file, a JSONL file with one article a row, a SQuAD file, or a folder of "
        "such files. Everything stays on this machine.",
    )


def _answered(answer: Answer, cuttings: dict[int, Cutting], articles: Articles) -> str:
    """The pull quote, its passage and the fold with the others."""
    lead = cuttings[0]
    group = _group_of(answer, 0)
    sure = confidence_words(lead.quote.confidence).capitalize()
    sources = "" if group is None else _sources(group)
    return _blocks(
        _block("pq-lead", _span("pq-answer", lead.words), _meta(sure, sources)),
        _evidence(lead, articles),
        _others(answer, cuttings),
    )


def _refused(answer: Answer, nearest: Sequence[Cutting]) -> str:
    """The reason, and the nearest passages in a fold."""
    answered = answer.status == "answered"
    why = (
        "The words that were found do not match the stored article, so they are not shown."
        if answered
        else refusal_words(answer.reason)
    )
    shown = nearest[:_NEAREST]
    title = "The nearest passage" if len(shown) == 1 else f"The {len(shown)} nearest passages"
    cards = [
        _block("pq-card", _byline(item.quote), _candidate(item), _times(item.quote.times))
        for item in shown
    ]
    return _blocks(
        _block("pq-lead pq-none", _span("pq-answer", "No answer found"), escape(why)),
        _fold(title, cards) if shown else "",
    )


def _evidence(lead: Cutting, articles: Articles) -> str:
    """The passage of the best answer, with its headline and its copies."""
    shown = f"{_span('pq-rest', lead.before)}{_marked(lead)}{_span('pq-rest', lead.after)}"
    start = lead.quote.sentence_start - len(lead.before)
    passage = placed(shown, lead.quote.article_id, lead.quote.revision, start)
    copies = _copies(lead.quote, articles)
    return _block("pq-evidence", _byline(lead.quote), passage, _times(lead.quote.times), copies)


def _others(answer: Answer, cuttings: dict[int, Cutting]) -> str:
    """Every value in order of date, in a fold; nothing when there is only the one quote."""
    groups = [_group_card(group, cuttings) for group in answer.groups]
    cards = [card for card in groups if card]
    others = sum(1 for group in answer.groups if 0 not in group.quotes and _has(group, cuttings))
    if others:
        return _fold(f"{count(others, 'other answer')}, in order of date", cards)
    same = len([index for group in answer.groups for index in group.quotes if index in cuttings])
    if same > 1:
        return _fold(f"{count(same - 1, 'more passage')} with this answer", cards)
    return ""


def _group_card(group: Group, cuttings: dict[int, Cutting]) -> str:
    """One value with all that say so; the quote shown above is not repeated."""
    standing = [index for index in group.quotes if index in cuttings]
    if not standing:
        return ""
    above = "shown above" if 0 in standing else ""
    head = (
        _span("pq-value", cuttings[standing[0]].words)
        + " "
        + _meta(date_words(group.first_published), _sources(group), above)
    )
    quotes = [
        _blocks(
            _byline(cuttings[i].quote, True), _marked(cuttings[i]), _times(cuttings[i].quote.times)
        )
        for i in standing
        if i
    ]
    return _block("pq-card", head, *quotes)


def _byline(quote: Quote, with_confidence: bool = False) -> str:
    """Headline, outlet and date."""
    sure = confidence_words(quote.confidence) if with_confidence else ""
    headline = quote.title if quote.title is not None else quote.article_id
    return (
        _span("pq-headline", headline)
        + "<br>"
        + _meta(quote.source or "", date_words(quote.published), sure)
        + citable(quote)
    )


def _copies(quote: Quote, articles: Articles) -> str:
    """The other carriers of the same story, in one line."""
    if not quote.copies:
        return ""
    return _meta("Same story: " + "; ".join(_carrier(one, articles) for one in quote.copies))


def _carrier(article_id: str, articles: Articles) -> str:
    """Outlet and date of a copy; its id when it is gone."""
    try:
        article = articles(article_id, None)
    except PullquoteError:
        return article_id
    return f"{article.source or article.id}, {date_words(article.published)}"


def _marked(cutting: Cutting) -> str:
    """The sentence, with the words that answer in bold and marked."""
    words = f"<strong><mark>{escape(cutting.words)}</mark></strong>"
    return _sentence(cutting, words)


def _candidate(cutting: Cutting) -> str:
    """The sentence of a refused candidate, the words underlined in grey."""
    sentence = _sentence(cutting, _span("pq-candidate", cutting.words))
    return f"{sentence} {_meta('confidence ' + percent(cutting.quote.confidence))}"


def _read_as(answer: Answer) -> str:
    """The question as it was understood, when that differs, and what its times mean."""
    differs = answer.read_as != answer.question
    return _blocks(_meta(f"Read as: {answer.read_as}") if differs else "", _times(answer.times))


def _times(times: Sequence[TimeMention]) -> str:
    """A small note beside a quote: what its expressions of time mean."""
    told = [f"“{one.text}” is {time_words(one.value)}" for one in told_times(times)]
    return _span("pq-times", " · ".join(told)) if told else ""


def _group_of(answer: Answer, index: int) -> Group | None:
    return next((group for group in answer.groups if index in group.quotes), None)


def _has(group: Group, cuttings: dict[int, Cutting]) -> bool:
    return any(index in cuttings for index in group.quotes)


def _sources(group: Group) -> str:
    """How many independent sources say so, when it is not just one."""
    if group.independent_sources < 2:
        return ""
    return count(group.independent_sources, "independent source")


def _date_range(first: str, last: str) -> str:
    return date_words(first) if first == last else f"{date_words(first)} to {date_words(last)}"


def _meta(*parts: str) -> str:
    return _span("pq-meta", " · ".join(part for part in parts if part))


def _span(css_class: str, text: str) -> str:
    return f'<span class="{css_class}">{escape(text)}</span>'


def _sentence(cutting: Cutting, words: str) -> str:
    quote = cutting.quote
    said = f"{escape(cutting.opening)}{words}{escape(cutting.closing)}"
    whole = f'<span class="pq-sentence">{said}</span>'
    return placed(whole, quote.article_id, quote.revision, quote.sentence_start)


def _block(css_class: str, *parts: str) -> str:
    return _blocks(f'<div class="{css_class}">', *parts, "</div>")


def _fold(title: str, cards: Sequence[str]) -> str:
    opening = f'<details class="pq-fold"><summary>{title}</summary>'
    return _blocks(opening, *cards, "</details>")


def _blocks(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
