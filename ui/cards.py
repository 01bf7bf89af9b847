"""Evidence cards: a quote in its sentence, numbered, with where it stands and how sure it is."""

from collections.abc import Callable
from dataclasses import dataclass

from qa.datatypes import Quote
from qa.errors import PullquoteError
from qa.ids import unqualified
from ui.citing import citable, placed
from ui.cutting import Articles, Cutting
from ui.markup import block, blocks, fold, meta, span, times_note
from ui.words import confidence_word, date_words, escape, percent


@dataclass(frozen=True, slots=True)
class Card:
    """A quote that stands, and where its card is: in the answer ``key``, at ``place`` among the
    quotes of the record. ``number`` counts the cards from 1."""

    cutting: Cutting
    key: str
    place: int
    number: int

    @property
    def name(self) -> str:
        """What the browser calls the quote: the server looks it up among its own messages."""
        return f"{self.key}-{self.place}"


def reference(card: Card) -> str:
    """Write the mark that leads to a card.

    :param card: the card.
    :returns: Markdown, for instance "[1]" with a link.
    """
    mark = escape(f"[{card.number}]")
    return f'<a class="pq-ref" href="#pq-{card.name}" title="To the evidence">{mark}</a>'


def render_card(card: Card, articles: Articles, candidate: bool = False) -> str:
    """Render a card.

    :param card: the quote.
    :param articles: opens an article by id and revision.
    :param candidate: whether it is only what came nearest: grey, and not marked.
    :returns: Markdown in which every foreign text is escaped.
    """
    cutting = card.cutting
    before, after = span("pq-rest", cutting.before), span("pq-rest", cutting.after)
    return block(
        f"pq-evidence pq-quote-{card.place}" + (" pq-faint" if candidate else ""),
        _headline(card),
        placed(
            f"{before if cutting.before else ''}{sentence(cutting, candidate)}"
            f"{after if cutting.after else ''}",
            cutting.quote.article_id,
            cutting.quote.revision,
            cutting.quote.sentence_start - len(cutting.before),
        ),
        times_note(cutting.quote.times),
        copies_line(cutting.quote, articles),
        _foot(card, candidate),
        more=f'id="pq-{card.name}" tabindex="-1"',
    )


def sentence(
    cutting: Cutting, candidate: bool = False, escaped: Callable[[str], str] = escape
) -> str:
    """Write a sentence with the words that answer in it bold and marked.

    :param cutting: the sentence.
    :param candidate: whether the words are only what came nearest.
    :param escaped: makes text inert where the sentence is put.
    :returns: one line.
    """
    words = escaped(cutting.words)
    marked = f"<strong><mark>{words}</mark></strong>"
    grey = f'<span class="pq-candidate">{words}</span>'
    return (
        f'<span class="pq-sentence">{escaped(cutting.opening)}{grey if candidate else marked}'
        f"{escaped(cutting.closing)}</span>"
    )


def byline(quote: Quote) -> str:
    """Name outlet and date.

    :param quote: the quote.
    :returns: Markdown of one line.
    """
    mine = "your article" if unqualified(quote.article_id)[1] else ""
    return meta(quote.source or "", date_words(quote.published), mine)


def copies_line(quote: Quote, articles: Articles) -> str:
    """List the other carriers of the same story.

    :param quote: the quote.
    :param articles: opens an article by id and revision.
    :returns: Markdown of one line; empty where there are none.
    """
    if not quote.copies:
        return ""
    return meta("Same story: " + "; ".join(_carrier(one, articles) for one in quote.copies))


def _carrier(article_id: str, articles: Articles) -> str:
    """Outlet and date of a copy; its id when it is gone."""
    try:
        article = articles(article_id, None)
    except PullquoteError:
        return article_id
    return f"{article.source or article.id}, {date_words(article.published)}"


def _headline(card: Card) -> str:
    quote = card.cutting.quote
    number = f'<span class="pq-number">{card.number}</span>'
    headline = span("pq-headline", quote.article_id if quote.title is None else quote.title)
    return f"{number} {headline}<br>{byline(quote)}{citable(quote)}"


def _foot(card: Card, candidate: bool) -> str:
    """The button that opens the article, and how sure the reader is."""
    word = "Not sure enough" if candidate else confidence_word(card.cutting.quote.confidence)
    share = percent(card.cutting.quote.confidence)
    told = f"{share}: of answers as sure as this one, about that share are right."
    button = f'<button type="button" class="pq-read" value="{card.name}">Read the article</button>'
    return block("pq-foot", button, fold("pq-sure", word.capitalize(), escape(told)))


def render_cards(cards: list[Card], articles: Articles, candidates: bool = False) -> str:
    """Render several cards under each other.

    :param cards: the quotes.
    :param articles: opens an article by id and revision.
    :param candidates: whether they are only what came nearest.
    :returns: Markdown.
    """
    return blocks(*(render_card(card, articles, candidates) for card in cards))
