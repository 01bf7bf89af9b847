"""The whole article beside the conversation, with the quoted sentence in its place.

What is opened is looked up among the messages of the conversation, which live on the server: the
browser names a quote of an answer that it was shown, and never an article.
"""

import logging
import re
from collections.abc import Iterator, Sequence

from qa.datatypes import Article, Quote
from qa.errors import PullquoteError
from qa.ids import unqualified
from qa.passages import paragraphs
from ui.cards import copies_line, sentence
from ui.chat import Answering, Message
from ui.chips import chip
from ui.citing import placed
from ui.cutting import Cutting, cut
from ui.markup import block, blocks, meta, times_note
from ui.render import render_notice
from ui.words import date_words, escape, escape_html

_NAME = re.compile(r"([0-9a-f]{8})-([0-9]{1,3})")
_GONE = "This answer is no longer here. Ask the question again."
_REMOVED = "This article is not in the archive any more."
_CHANGED = "The article has changed since: this is the version that the answer quotes."
_UNMARKED = "The quoted words do not stand at their place in this article, so nothing is marked."
_FOUND = {"metadata": "the file's own data", "text": "the text"}

_log = logging.getLogger(__name__)


def render_panel(pipeline: Answering | None, name: object, messages: Sequence[Message]) -> str:
    """Render the article of a quote.

    :param pipeline: opens articles; None when there are none.
    :param name: what the browser calls the quote; anything.
    :param messages: those of the conversation, made by the chat.
    :returns: Markdown, the text itself as HTML, with every foreign text escaped; one sentence where
        there is nothing to open.
    """
    found = find_quote(name, messages)
    if found is None or pipeline is None:
        return _opened(name, render_notice(_GONE))
    quote, answered = found
    try:
        article = pipeline.article(quote.article_id, quote.revision)
        newest = pipeline.article(quote.article_id, None)
    except PullquoteError as error:
        _log.info("A quoted article is not there: %s", error)
        return _opened(name, render_notice(_REMOVED))
    cutting = cut(quote, pipeline.article)
    return _opened(
        name,
        _head(article),
        render_notice(_CHANGED) if newest.revision > article.revision else "",
        render_notice(_UNMARKED) if cutting is None else "",
        copies_line(quote, pipeline.article),
        times_note(quote.times),
        _text(article, cutting, answered),
    )


def find_quote(name: object, messages: Sequence[Message]) -> tuple[Quote, bool] | None:
    """Look up a quote by what the browser calls it.

    :param name: the key of an answer and the place of a quote in its record; anything.
    :param messages: those of the conversation.
    :returns: the quote, and whether it answers or only came nearest; None where there is none.
    """
    match = _NAME.fullmatch(name) if isinstance(name, str) else None
    if match is None:
        return None
    key, place = match[1], int(match[2])
    for message in messages:
        if message.get("key") == key:
            answer = message["turn"].answer
            if place < len(answer.quotes):
                return answer.quotes[place], answer.status == "answered"
    return None


def _opened(name: object, *parts: str) -> str:
    """What is in the panel, under the name of what was asked for, by which the page knows it."""
    known = isinstance(name, str) and _NAME.fullmatch(name) is not None
    return blocks(f'<span class="pq-opened" id="pq-open-{name}"></span>' if known else "", *parts)


def _head(article: Article) -> str:
    """Headline, outlet, date and authors, and where they were found."""
    title = article.id if article.title is None else article.title
    return blocks(
        block("pq-title", escape(title)),
        meta(article.source or "", date_words(article.published), ", ".join(article.authors)),
        meta(article.url or "") if article.url else "",
        _provenance(article),
        _only(article),
    )


def _only(article: Article) -> str:
    """The button that restricts the next questions to this article; one's own articles are chosen
    above the box."""
    if unqualified(article.id)[1]:
        return ""
    title = "Restricts the next questions to this article"
    return chip("Ask only this article", f"only {article.id}", title, "pq-only")


def _provenance(article: Article) -> str:
    """Say which of these were not given in fields of their own."""
    found = (
        ("headline", article.title_from),
        ("date", article.published_from),
        ("outlet", article.source_from),
    )
    parts = [f"{what} from {_FOUND[where]}" for what, where in found if where in _FOUND]
    return meta(f"Found: {', '.join(parts)}") if parts else ""


def _text(article: Article, cutting: Cutting | None, answered: bool) -> str:
    """The whole text as one line of HTML, in which no Markdown is read. Each paragraph tells where
    it stands, so that words selected in it can be found."""
    parts = "".join(
        f"<p>{placed(part, article.id, article.revision, start)}</p>"
        for start, part in _paragraphs(article.text, cutting, answered)
    )
    return f'<div class="pq-text">{parts}</div>'


def _paragraphs(text: str, cutting: Cutting | None, answered: bool) -> Iterator[tuple[int, str]]:
    """Where each paragraph starts, and its HTML; the sentence of the quote is marked in its own."""
    spans = list(paragraphs(text))
    if cutting is None:
        yield from ((start, escape_html(text[start:end])) for start, end in spans)
        return
    first, last = cutting.quote.sentence_start, cutting.quote.sentence_end
    around = [(start, end) for start, end in spans if start < last and first < end]
    low = min([first, *(start for start, _ in around)])
    high = max([last, *(end for _, end in around)])
    yield from ((start, escape_html(text[start:end])) for start, end in spans if end <= low)
    here = f'<span class="pq-here">{sentence(cutting, not answered, escape_html)}</span>'
    yield low, f"{escape_html(text[low:first])}{here}{escape_html(text[last:high])}"
    yield from ((start, escape_html(text[start:end])) for start, end in spans if start >= high)
