"""What is in an archive, as Markdown: pure functions, every foreign word escaped."""

import re
from collections.abc import Sequence
from typing import Literal

from qa.catalog import Summary
from qa.datatypes import Article, Skipped
from qa.listing import Listed, Listing, Story
from ui.words import count, date_words, escape

Order = Literal["Most articles first", "By name"]

ORDERS: tuple[Order, ...] = ("Most articles first", "By name")
MOST_STORIES = 30
MOST_CARRIERS = 12
MOST_SKIPPED = 200
MOST_CHARS = 60_000
NO_OUTLET = "no outlet given"
_PARAGRAPHS = re.compile(r"\n\s*\n")


def render_figures(summary: Summary) -> str:
    """Write the figures of an archive.

    :param summary: what the store counts.
    :returns: Markdown: four large numbers and a line.
    """
    named = sum(source is not None for source, _ in summary.sources)
    tiles = (
        (summary.articles, "article", "articles"),
        (summary.passages, "passage", "passages"),
        (named, "outlet", "outlets"),
        (summary.texts, "different text", "different texts"),
    )
    shown = "".join(
        f'<div class="pq-tile"><b>{n:,}</b><span>{one if n == 1 else several}</span></div>'
        for n, one, several in tiles
    )
    parts = [
        f"{date_words(summary.first_date)} to {date_words(summary.last_date)}"
        if summary.first_date is not None
        else "",
        "" if summary.published_at is None else f"indexed {_moment(summary.published_at)}",
        f"{summary.bytes_on_disk / 1e6:,.1f} MB on disk",
    ]
    line = escape(" · ".join(part for part in parts if part))
    return f'<div class="pq-tiles">{shown}</div>\n\n{line}'


def find_outlets(summary: Summary, words: str, order: str) -> list[tuple[str | None, int]]:
    """Choose and sort the outlets of an archive.

    :param summary: what the store counts.
    :param words: what stands in the name, whatever its case; nothing chooses all.
    :param order: one of ``ORDERS``; anything else is the first.
    :returns: outlets with their numbers of articles.
    """
    wanted = words.strip().casefold()
    found = [one for one in summary.sources if wanted in (one[0] or NO_OUTLET).casefold()]
    if order == ORDERS[1]:
        return sorted(found, key=lambda one: (one[0] is None, (one[0] or "").casefold()))
    return sorted(found, key=lambda one: -one[1])


def render_outlets(found: Sequence[tuple[str | None, int]]) -> str:
    """Write some outlets.

    :param found: them, with their numbers of articles.
    :returns: Markdown: a table.
    """
    if not found:
        return "No outlet has such a name."
    rows = [
        f"| {escape(NO_OUTLET if source is None else source)} | {number:,} |"
        for source, number in found
    ]
    return "\n".join(["| Outlet | Articles |", "|:---|---:|", *rows])


def render_listing(listing: Listing) -> str:
    """Write a page of articles.

    :param listing: the page.
    :returns: Markdown: a list of headlines that lead to their articles, with outlet and date.
    """
    if not listing.total:
        return "No article has these words in its headline, outlet or id."
    return "\n".join(f"- {_link(one)}<br>{_meta(_byline(one))}" for one in listing.articles)


def render_stories(stories: Sequence[Story]) -> str:
    """Write the stories that were carried more than once.

    :param stories: all of them, most carried first.
    :returns: Markdown: each by its earliest headline, with who carried it and when.
    """
    if not stories:
        return "No story was carried by more than one article."
    rows = [f"- {_link(one.articles[0])}<br>{_carriers(one)}" for one in stories[:MOST_STORIES]]
    copies = sum(len(story.articles) - 1 for story in stories)
    told = (
        f"{count(len(stories), 'story', 'stories')} with {count(copies, 'copy', 'copies')}. "
        "Each counts as one source."
    )
    more = [f"And {len(stories) - MOST_STORIES} more."] if len(stories) > MOST_STORIES else []
    return "\n\n".join([told, "\n".join(rows), *more])


def render_skipped(skipped: Sequence[Skipped]) -> str:
    """Write what the last index run left out.

    :param skipped: files and rows with their reasons.
    :returns: Markdown: a table.
    """
    if not skipped:
        return "The last index run left nothing out."
    rows = [f"| {escape(one.origin)} | {escape(one.reason)} |" for one in skipped[:MOST_SKIPPED]]
    table = "\n".join(["| File or row | Reason |", "|:---|:---|", *rows])
    if len(skipped) <= MOST_SKIPPED:
        return table
    return f"{table}\n\nAnd {len(skipped) - MOST_SKIPPED:,} more; `pullquote status` names all."


def render_article(article: Article, copies: Sequence[str] = ()) -> str:
    """Write an article to be read.

    :param article: as it is stored.
    :param copies: ids of those with the same text.
    :returns: Markdown.
    """
    listed = Listed(0, article.id, article.title, article.source, article.published)
    facts = [_byline(listed), article.id]
    if article.revision > 1:
        facts.append(f"revision {article.revision}")
    shown = article.text[:MOST_CHARS]
    paragraphs = [escape(part) for part in _PARAGRAPHS.split(shown) if part.strip()]
    if len(shown) < len(article.text):
        rest = f"These are the first {MOST_CHARS:,} of {len(article.text):,} characters."
        paragraphs.append(_meta(rest))
    same = [_meta(f"The same text: {', '.join(copies)}")] if copies else []
    head = f"## {escape(_title(listed))}\n\n{_meta(' · '.join(facts))}"
    return "\n\n".join([head, *same, *paragraphs])


def _moment(iso: str) -> str:
    """Spell a moment in UTC to the minute."""
    return f"{date_words(iso[:10])}, {iso[11:16]} UTC"


def _title(one: Listed) -> str:
    return one.id if one.title is None else one.title


def _link(one: Listed) -> str:
    return f"[{escape(_title(one))}](#pq-article-{one.number})"


def _byline(one: Listed) -> str:
    return f"{one.source or NO_OUTLET} · {date_words(one.published)}"


def _carriers(story: Story) -> str:
    shown = story.articles[:MOST_CARRIERS]
    more = len(story.articles) - len(shown)
    told = [
        f"[{escape(f'{one.source or one.id}, {date_words(one.published)}')}]"
        f"(#pq-article-{one.number})"
        for one in shown
    ]
    return " · ".join([*told, f"and {more} more"] if more else told)


def _meta(text: str) -> str:
    return f'<span class="pq-meta">{escape(text)}</span>'
