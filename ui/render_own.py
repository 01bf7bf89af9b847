"""One's own articles as Markdown for their page: pure functions, every foreign word escaped."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.settings import Settings
from ui.desk import Fate, Stage
from ui.intake import MOST_ARTICLES, MOST_SECONDS, TEXT_MB
from ui.own import UNUSED_DAYS
from ui.uploads import FILE_MB, MOST_FILES, REQUEST_MB
from ui.words import count, date_words, escape

if TYPE_CHECKING:
    from qa.inventory import Listed

_STAGES: dict[Stage, str] = {
    "waiting": "waiting",
    "reading": "reading and cleaning",
    "indexing": "indexing",
    "done": "done",
    "refused": "not added",
}
_NOTHING = "Nothing yet. Drop files above, or paste a text."


def render_fates(fates: Sequence[Fate], ahead: int = 0) -> str:
    """Say what became of each file so far.

    :param fates: in the order of the files.
    :param ahead: requests of others whose turn is earlier.
    :returns: Markdown.
    """
    waiting = f"{count(ahead, 'other request')} will be read before yours." if ahead else ""
    lines = [
        _block(f"pq-fate pq-{fate.stage}", f"{_span('pq-name', fate.name)} – {_said(fate)}")
        for fate in fates
    ]
    return "\n\n".join(part for part in (waiting, *lines) if part)


def render_plain(message: str) -> str:
    """Render one sentence.

    :param message: plain text.
    :returns: Markdown.
    """
    return _block("pq-fate pq-refused", escape(message))


def render_article(one: "Listed") -> str:
    """Name an article in the list.

    :param one: the article.
    :returns: Markdown with headline, outlet, date and size.
    """
    parts = (one.source or "", date_words(one.published), size_words(one.size))
    about = " · ".join(part for part in parts if part)
    return f"{_span('pq-headline', one.title or one.id)}<br>{_span('pq-meta', about)}"


def render_held(listed: "Sequence[Listed]") -> str:
    """Say how much a browser has.

    :param listed: its articles.
    :returns: Markdown.
    """
    if not listed:
        return _NOTHING
    size = sum(one.size for one in listed)
    room = escape(
        f"{len(listed)} of at most {MOST_ARTICLES} articles, {size_words(size)} of at most "
        f"{TEXT_MB} MB."
    )
    return f"{room} [Ask about them](/)"


def render_limits(settings: Settings) -> str:
    """Say what is taken, and who sees it.

    :param settings: the limits of the parsers.
    :returns: Markdown.
    """
    return escape(
        f"Text, Markdown, HTML, PDF, DOCX, CSV, JSONL and SQuAD JSON. At once: {MOST_FILES} files, "
        f"{FILE_MB} MB each, {REQUEST_MB} MB and {MOST_SECONDS // 60} minutes together. A file "
        f"may have {settings.max_pages} pages and take {settings.parse_seconds:g} seconds and "
        f"{settings.parse_memory_mb:,} MB of memory to read. In all: {MOST_ARTICLES} articles and "
        f"{TEXT_MB} MB of text. A file takes the place of an earlier one of the same name. What "
        f"is not used for {UNUSED_DAYS} days is removed."
    )


def size_words(size: int) -> str:
    """Write a size.

    :param size: in bytes.
    :returns: for instance "3 KB" or "1.2 MB".
    """
    if size >= 2**20:
        return f"{size / 2**20:.1f} MB"
    return f"{max(1, round(size / 1024))} KB"


def _said(fate: Fate) -> str:
    """The stage and what there is to say of it."""
    stage = _STAGES[fate.stage]
    return _span("pq-stage", f"{stage}: {fate.words}" if fate.words else stage)


def _span(css_class: str, text: str) -> str:
    return f'<span class="{css_class}">{escape(text)}</span>'


def _block(css_class: str, markdown: str) -> str:
    return f'<div class="{css_class}">\n\n{markdown}\n\n</div>'
