"""When articles differ: a small timeline, one row per value, with who said it and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.datatypes import Answer, Group, Quote
from qa.errors import PullquoteError
from ui.cards import Card, reference
from ui.cutting import Articles
from ui.markup import block, meta, span
from ui.words import count, date_words

_NAMED = 6  # outlets of one story that are named; the others are counted


@dataclass(frozen=True, slots=True)
class Told:
    """One story in which a value stands: who had it first, when, and who carried it too."""

    outlet: str
    published: str | None
    carriers: tuple[str, ...] = ()


def render_timeline(answer: Answer, cards: Mapping[int, Card], articles: Articles) -> str:
    """Render the values of an answer in the order of the record: by date, undated last.

    :param answer: the record.
    :param cards: the quotes that stand, by their place in the record.
    :param articles: opens an article by id and revision.
    :returns: Markdown in which every foreign text is escaped; empty where all that stands says
        the same.
    """
    groups = [group for group in answer.groups if any(place in cards for place in group.quotes)]
    if len(groups) < 2:
        return ""
    rows = [_row(group, cards, articles) for group in groups]
    title = f'<span class="pq-label">Articles differ: {count(len(rows), "answer")} by date</span>'
    return block("pq-timeline", title, block("pq-rows", *rows, tag="ol"))


def _row(group: Group, cards: Mapping[int, Card], articles: Articles) -> str:
    """One value: its date, the words, the marks, and who said so."""
    told = [cards[place] for place in group.quotes if place in cards]
    shown = 0 in group.quotes
    value = span("pq-value", told[0].cutting.words)
    marks = " ".join(reference(card) for card in told)
    stories = tell([card.cutting.quote for card in told], articles)
    who = [_words(story, group.first_published) for story in stories]
    return block(
        "pq-row pq-shown" if shown else "pq-row",
        f"{span('pq-when', date_words(group.first_published))} {value} {marks}<br>"
        + meta("; ".join(who), "shown above" if shown else ""),
        tag="li",
    )


def tell(quotes: Sequence[Quote], articles: Articles) -> list[Told]:
    """Fold quotes of one wire story into one, and list their outlets.

    :param quotes: those of one value.
    :param articles: opens an article by id and revision.
    :returns: the stories by date, undated last; of each the earliest carrier first.
    """
    stories: dict[str, list[Quote]] = {}
    for quote in sorted(quotes, key=lambda one: (one.published is None, one.published or "")):
        stories.setdefault(quote.story or quote.article_id, []).append(quote)
    return [_told(story, articles) for story in stories.values()]


def _told(story: Sequence[Quote], articles: Articles) -> Told:
    first, *later = story
    known = {first.article_id}
    carriers = [_outlet(one) for one in later]
    known.update(one.article_id for one in later)
    for copy in dict.fromkeys(copy for quote in story for copy in quote.copies):
        if copy not in known:
            carriers.append(_outlet_of(copy, articles))
    own = _outlet(first)
    others = tuple(name for name in dict.fromkeys(carriers) if name != own)
    return Told(own, first.published, others)


def _words(told: Told, shown_date: str | None) -> str:
    """Name the outlets; the date only where the row does not give it already."""
    when = "" if told.published == shown_date else f", {date_words(told.published)}"
    if not told.carriers:
        return f"{told.outlet}{when}"
    named, left = told.carriers[:_NAMED], len(told.carriers[_NAMED:])
    names = ", ".join(named) + (f" and {left} more" if left else "")
    return f"{told.outlet}{when} (the same story: {names})"


def _outlet(quote: Quote) -> str:
    return quote.source or quote.title or quote.article_id


def _outlet_of(article_id: str, articles: Articles) -> str:
    try:
        article = articles(article_id, None)
    except PullquoteError:
        return article_id
    return article.source or article.title or article.id
