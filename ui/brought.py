"""What a browser brings as articles of its own: files, and text that was pasted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from qa.datatypes import Article, Skipped
from qa.decoding import NotText
from qa.drafts import Draft, count_lines, make_article, one_line
from qa.errors import InputError
from qa.folders import Notice
from qa.headers import iso_date
from qa.repetition import SeenLines
from qa.schema import sha256
from qa.settings import Settings
from ui.desk import Fate
from ui.uploads import Taken

PASTED = "Pasted text"
PASTED_CHARS = 60_000
_TITLE, _OUTLET, _DATE = 300, 100, 40  # characters


class Source(Protocol):
    """Where articles come from. An article's origin is a name, or a name, ``#`` and its row."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def refused(self) -> tuple[Fate, ...]: ...

    def articles(self, notice: Notice) -> Iterator[Article]: ...

    def leave(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Files:
    """Files in a folder of their own. The name alone is what an article is known by, so that the
    same file is known again whatever folder it went through."""

    taken: Taken
    settings: Settings

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files."""
        return self.taken.names

    @property
    def refused(self) -> tuple[Fate, ...]:
        """The fates of the files that were not taken."""
        return self.taken.refused

    def articles(self, notice: Notice) -> Iterator[Article]:
        """Read the files.

        :param notice: told of what gave no article.
        :yields: the articles.
        """
        from qa.sources import read_archive

        before = f"{self.taken.folder}/"

        def told(item: Skipped) -> None:
            notice(replace(item, origin=item.origin.removeprefix(before)))

        paths = [self.taken.folder / name for name in self.names]
        for article in read_archive(paths, self.settings, told) if paths else ():
            yield replace(article, origin=article.origin.removeprefix(before))

    def leave(self) -> None:
        """Remove the files."""
        self.taken.leave()


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text from the box. It is known by its words, so that the same text is known again."""

    draft: Draft
    settings: Settings
    names: tuple[str, ...] = (PASTED,)
    refused: tuple[Fate, ...] = ()

    def articles(self, notice: Notice) -> Iterator[Article]:
        """Clean the text.

        :param notice: told of what is wrong with it.
        :yields: the article.
        """
        seen = SeenLines() if self.settings.clean else None
        if seen is not None:
            count_lines(self.draft, seen)
        try:
            yield make_article(self.draft, self.settings.max_text_chars, seen, notice)
        except NotText as error:
            notice(Skipped(PASTED, str(error)))

    def leave(self) -> None:
        """Nothing to put away."""


def pasted(text: object, title: object, outlet: object, day: object, settings: Settings) -> Pasted:
    """Take what was typed.

    :param text: the article.
    :param title: its headline, may be empty.
    :param outlet: who published it, may be empty.
    :param day: when, may be empty.
    :param settings: how to clean it.
    :returns: the text as a source.
    :raises InputError: there is no text, too much of it, or the date is none.
    """
    words, named, source, when = (
        value if isinstance(value, str) else "" for value in (text, title, outlet, day)
    )
    if not words.strip():
        raise InputError("There is no text in the box yet. Paste an article, then add it.")
    if len(words) > PASTED_CHARS:
        raise InputError(
            f"The text has {len(words):,} characters; {PASTED_CHARS:,} can be pasted. Add it as a "
            "file."
        )
    if when.strip() and iso_date(when) is None:
        raise InputError("The date cannot be read. Write it as 2019-05-27, 2019-05 or 2019.")
    words = words.encode("utf-8", "ignore").decode()
    head = one_line(named[:_TITLE])
    return Pasted(
        Draft(
            path=PASTED,
            folder=PASTED,
            text=words,
            wish=sha256(f"{head or ''}\n{words}")[:12],
            part="text",
            title=head,
            published=one_line(when[:_DATE]),
            source=one_line(source[:_OUTLET]),
        ),
        settings,
    )
