"""Answers as Markdown for the chat: pure functions, every foreign word escaped."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qa.datatypes import Answer, Group, Reason
from ui.cards import Card, reference, render_cards
from ui.cutting import Articles, cut
from ui.markup import block, blocks, fold, meta, span, times_note
from ui.timeline import render_timeline
from ui.tries import tries
from ui.words import confidence_word, count, date_words, escape, refusal_words

_NEAREST = 5
_NAMED_OUTLETS = 4


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is in an archive: number of articles, outlets by name, first and last date (ISO)."""

    articles: int
    outlets: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None


def render_answer(answer: Answer, articles: Articles, key: str = "answer") -> str:
    """Render the record of one question.

    Only quotes that stand in their article, letter by letter, are shown. When the best one does
    not, no answer is given.

    :param answer: the record.
    :param articles: opens an article by id and revision.
    :param key: a name of the answer, of letters and digits, that no other on the page has.
    :returns: Markdown in which every foreign text is escaped.
    """
    cuttings = ((place, cut(quote, articles)) for place, quote in enumerate(answer.quotes))
    standing = [(place, cutting) for place, cutting in cuttings if cutting is not None]
    cards = {
        place: Card(cutting, key, place, number)
        for number, (place, cutting) in enumerate(standing, start=1)
    }
    if answer.status == "answered" and 0 in cards:
        return blocks(_read_as(answer), _answered(answer, cards, articles))
    return blocks(_read_as(answer), _refused(answer, cards, articles))


def render_notice(message: str) -> str:
    """Render one sentence of the program's own, such as the text of an error.

    :param message: plain text.
    :returns: Markdown.
    """
    return block("pq-notice", escape(message.strip()))


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


def render_no_archive(store: Path, own_page: str | None = None) -> str:
    """Say how to add articles.

    :param store: the folder that holds no articles yet.
    :param own_page: the path of the page where a browser adds its own; None where it may not.
    :returns: Markdown with the exact command lines.
    """
    folder = shlex.quote(str(store))
    fence = "~" * 3
    chat = f"pullquote chat --store {folder}\n" if own_page is None else ""
    again = "start the chat again" if own_page is None else "load this page again"
    add = f"[Add articles of your own]({own_page}): drop files or paste a text. Only you see them."
    return blocks(
        "## There are no articles here yet",
        add if own_page is not None else "",
        f"{'Or give' if own_page is not None else 'Give'} Pullquote a file or a folder of news "
        f"articles, then {again}:",
        f"{fence}\npullquote index PATH --store {folder}\n{chat}{fence}",
        "`PATH` is a text file, a JSONL file with one article a row, a SQuAD file, or a folder of "
        "such files. Everything stays on this machine.",
    )


def _answered(answer: Answer, cards: Mapping[int, Card], articles: Articles) -> str:
    """The pull quote, its evidence, the timeline, and the fold with the other cards."""
    lead, *others = cards.values()
    group = next((group for group in answer.groups if 0 in group.quotes), None)
    same = [cards[place] for place in (group.quotes if group else (0,)) if place in cards]
    return blocks(
        block(
            "pq-lead",
            span("pq-answer", lead.cutting.words) + " " + " ".join(map(reference, same)),
            meta(confidence_word(lead.cutting.quote.confidence).capitalize(), _sources(group)),
        ),
        render_cards([lead], articles),
        render_timeline(answer, cards, articles),
        _others(others, articles),
    )


def _others(cards: list[Card], articles: Articles) -> str:
    """The cards of the other quotes, in a fold."""
    if not cards:
        return ""
    return fold("pq-fold", count(len(cards), "more passage"), render_cards(cards, articles))


def _refused(answer: Answer, cards: Mapping[int, Card], articles: Articles) -> str:
    """The reason, what to try, and the nearest passages."""
    answered = answer.status == "answered"
    why = (
        "The words that were found do not match the stored article, so they are not shown."
        if answered
        else refusal_words(answer.reason)
    )
    nearest = list(cards.values())[:_NEAREST]
    title = "The nearest passage" if len(nearest) == 1 else f"The {len(nearest)} nearest passages"
    label = f'<span class="pq-label">{title}</span>'
    return blocks(
        block("pq-lead pq-none", span("pq-answer", "No answer found"), escape(why)),
        _tries("error" if answered else answer.reason, answer),
        block("pq-nearest", label, render_cards(nearest, articles, True)) if nearest else "",
    )


def _tries(reason: Reason | None, answer: Answer) -> str:
    """What to try, as a list."""
    rows = [block("pq-try", escape(one), tag="li") for one in tries(reason, answer.filters)]
    label = '<span class="pq-label">What to try</span>'
    return block("pq-tries", label, block("pq-list", *rows, tag="ul"))


def _read_as(answer: Answer) -> str:
    """The question as it was understood, when that differs, and what its times mean."""
    differs = answer.read_as != answer.question
    return blocks(meta(f"Read as: {answer.read_as}") if differs else "", times_note(answer.times))


def _sources(group: Group | None) -> str:
    """How many independent sources say so, when it is not just one."""
    if group is None or group.independent_sources < 2:
        return ""
    return count(group.independent_sources, "independent source")


def _date_range(first: str, last: str) -> str:
    return date_words(first) if first == last else f"{date_words(first)} to {date_words(last)}"
