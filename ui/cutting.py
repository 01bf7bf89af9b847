"""A quote cut out of the text of its article, checked letter by letter."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from qa.datatypes import Article, Quote
from qa.errors import PullquoteError
from qa.passages import sentences

Articles = Callable[[str, int | None], Article]
"""Opens an article by id and revision (None: the newest); raises InputError for unknown ones."""

_NEAR = 1_200  # characters in which the sentence beside another one is looked for

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cutting:
    """A sentence between its neighbours in five pieces, all taken from the article's own text.

    ``opening + words + closing`` is the sentence, ``words`` the answer; ``before`` and ``after``
    are the sentences beside it, with the space between.
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
    if not stands(quote, text):
        _log.error("A quote does not match the text of article %r", quote.article_id)
        return None
    return Cutting(
        quote,
        before=text[_start_of_sentence_before(text, quote.sentence_start) : quote.sentence_start],
        opening=text[quote.sentence_start : quote.start],
        words=text[quote.start : quote.end],
        closing=text[quote.end : quote.sentence_end],
        after=text[quote.sentence_end : _end_of_sentence_after(text, quote.sentence_end)],
    )


def stands(quote: Quote, text: str) -> bool:
    """Tell whether an article says what a quote claims.

    :param quote: a quote of any origin.
    :param text: that of its article.
    :returns: whether the text says it at the offsets, letter by letter.
    """
    return (
        0 <= quote.sentence_start <= quote.start < quote.end <= quote.sentence_end <= len(text)
        and text[quote.start : quote.end] == quote.answer
        and text[quote.sentence_start : quote.sentence_end] == quote.sentence
    )


def _start_of_sentence_before(text: str, end: int) -> int:
    low = max(0, end - _NEAR)
    found = sentences(text[low:end])
    return low + found[-1][0] if found else end


def _end_of_sentence_after(text: str, start: int) -> int:
    found = sentences(text[start : start + _NEAR])
    return start + found[0][1] if found else start
