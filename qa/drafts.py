"""What a file or a row says of an article, and the article that is made of it."""

from dataclasses import dataclass
from functools import partial

from qa.cleaning import clean, normalise
from qa.datatypes import Article, Found, Skipped
from qa.decoding import mend, story
from qa.folders import Notice
from qa.headers import find_published, find_source, find_title, iso_date
from qa.mastheads import without_outlet
from qa.repetition import SeenLines

_SHOWN = 40  # characters of a date that is no date


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as one place gives it, before it is cleaned.

    ``path`` is the file as text; ``part`` the row or paragraph in it (``row 2``), None where the
    file is one article. ``wish`` is the id that it would like, ``folder`` the outlet by which its
    lines are counted where it names none. ``found`` tells what kind of place title, date and
    outlet come from. The text of a ``dataset`` stays as it is, and no date is looked for in it.
    """

    path: str
    folder: str
    text: str
    wish: str = ""
    part: str | None = None
    title: str | None = None
    published: str | None = None
    source: str | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    found: Found = "field"
    dataset: bool = False

    @property
    def place(self) -> str:
        """The file, or the row in it, as a notice names it."""
        return self.path if self.part is None else f"{self.path}#{self.part}"

    @property
    def origin(self) -> str:
        """What the article is known by: a row with an id is known by that."""
        return self.path if self.part is None else f"{self.path}#{self.wish or self.part}"


def one_line(value: str | None) -> str | None:
    """Write a name on one line.

    :param value: such as a title, or None.
    :returns: the name in its normal form; None if there is nothing in it.
    """
    return " ".join(normalise(mend(value or "")).split()) or None


def count_lines(draft: Draft, seen: SeenLines) -> None:
    """Count the lines of an article towards what an outlet repeats.

    :param draft: the article.
    :param seen: counts them.
    """
    seen.add(_outlet(draft), normalise(mend(draft.text)))


def make_article(draft: Draft, max_chars: int, seen: SeenLines | None, notice: Notice) -> Article:
    """Clean the text, and find title, date and outlet in it where the draft has none.

    :param draft: what the file or row says.
    :param max_chars: the most characters the text may have.
    :param seen: the lines that its outlet repeats; None to leave page furniture in the text.
    :param notice: told of a date that cannot be read; the article is made without it.
    :returns: the article.
    :raises NotText: there is no text, or too much.
    """
    if draft.dataset:
        text = story(draft.text, max_chars, normalise)
        title = draft.title
    else:
        tidy = normalise if seen is None else partial(clean, seen=seen, source=_outlet(draft))
        text = story(draft.text, max_chars, lambda raw: tidy(mend(raw)))
        title = draft.title if draft.title is not None else find_title(text)
        title = title if seen is None else without_outlet(title, draft.source)
    published, published_from = _published(draft, text, notice)
    source = draft.source
    if source is None and not draft.dataset:
        source = find_source(text)
    return Article(
        id=draft.wish,
        text=text,
        origin=draft.origin,
        title=title,
        published=published,
        source=source,
        url=draft.url,
        authors=draft.authors,
        title_from=_found(draft, title, draft.title),
        published_from=published_from,
        source_from=_found(draft, source, draft.source),
    )


def _published(draft: Draft, text: str, notice: Notice) -> tuple[str | None, Found | None]:
    """The date and where it was found. One that is given and cannot be read is not replaced."""
    if draft.published is None:
        found = None if draft.dataset else find_published(text)
        return found, _found(draft, found, None)
    given = iso_date(draft.published)
    if given is None:
        # not "#row N", which would stand for the whole file when the archive is pruned
        field = f"{draft.path}#published" + (f" of {draft.part}" if draft.part else "")
        shown = draft.published[:_SHOWN]
        told = f"'{shown}' cannot be read as a date; the article is kept, undated"
        notice(Skipped(field, told, kept=True))
    return given, _found(draft, given, given)


def _found(draft: Draft, value: str | None, given: str | None) -> Found | None:
    """Tell where a value was found."""
    if value is None:
        return None
    return "text" if given is None else draft.found


def _outlet(draft: Draft) -> str:
    """What the lines of an article are counted by."""
    return draft.folder if draft.source is None else draft.source
