"""A quote with its citation, as it is copied; and where shown words stand in their article.

Both travel in the page as classes and hidden text, which the page's sanitizer leaves alone.
"""

from qa.datatypes import Quote
from ui.words import date_words, escape


def citation(quote: Quote) -> str:
    """Cite a quote in one line.

    :param quote: the quote.
    :returns: for instance ``“The sentence.” — Headline, Harbour Wire, 27 April 2019
        (harbour-talks, 42–58)``.
    """
    headline = quote.title if quote.title is not None else quote.article_id
    named = (headline, quote.source, date_words(quote.published))
    parts = ", ".join(_one_line(part) for part in named if part)
    place = f"{_one_line(quote.article_id)}, {quote.start}–{quote.end}"
    later = f", revision {quote.revision}" if quote.revision > 1 else ""
    return f"“{_one_line(quote.sentence)}” — {parts} ({place}{later})"


def citable(quote: Quote) -> str:
    """Put the citation of a quote beside it.

    :param quote: a quote that stands in its article.
    :returns: Markdown that shows nothing; the script of the page makes a button of it.
    """
    return f'<span class="pq-cite">{escape(citation(quote))}</span>'


def placed(markdown: str, article_id: str, revision: int, start: int) -> str:
    """Tell where shown words stand, so that a selection in them can be found in the article.

    :param markdown: text of the article without a gap, escaped.
    :param article_id: the article.
    :param revision: its revision.
    :param start: the offset of the first of the words in its text.
    :returns: Markdown.
    """
    name = article_id.encode("utf-8", "ignore").hex()
    return f'<span class="pq-place pq-place--{revision}-{start}-{name}">{markdown}</span>'


def _one_line(text: str) -> str:
    return " ".join(text.split())
