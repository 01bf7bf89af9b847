"""A quote cut out of the text of its article, checked letter by letter."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from qa.datatypes import Article, Quote
from qa.errors import PullquoteError

Articles = Callable[[str, int | None], Article]
"""Opens an article by id and revision (None: the newest); raises InputError for unknown ones."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cutting:
    """A passage in five neighbouring pieces, all taken from the article's own text.

    ``opening + words + closing`` is the sentence, ``words`` the answer; ``before`` and ``after``
    are the rest of the passage.
    """

    quote: Quote
    before: str
    opening: str
    words: str
    closing: str
    after: str


def cut(quote: Quote, articles: Articles) -> Cutting | None:
    """Cut a quote out of its article.

    :param quote: a quote of any origin; nothing in it is trusted.
    :param articles: opens the article.
    :returns: the pieces, or None when the article is gone or does not say at these offsets what
        the quote claims: such a quote is never shown.
    """
    try:
        text = articles(quote.article_id, quote.revision).text
    except PullquoteError:
        _log.exception("A quoted article could not be opened")
        return None
    if not _stands(quote, text):
        _log.error("A quote does not match the text of article %r", quote.article_id)
        return None
    return Cutting(
        quote,
        before=text[max(0, quote.passage_start) : quote.sentence_start],
        opening=text[quote.sentence_start : quote.start],
        words=text[quote.start : quote.end],
        closing=text[quote.end : quote.sentence_end],
        after=text[quote.sentence_end : max(quote.sentence_end, quote.passage_end)],
    )


def _stands(quote: Quote, text: str) -> bool:
    """Whether the text says, at the offsets, what the quote says."""
    return (
        0 <= quote.sentence_start <= quote.start < quote.end <= quote.sentence_end <= len(text)
        and text[quote.start : quote.end] == quote.answer
        and text[quote.sentence_start : quote.sentence_end] == quote.sentence
    )
