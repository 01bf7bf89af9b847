"""Staging: what a run has read is put into the store in small commits, before it is published.

Texts are found by their hash, so a run that was killed goes on where it stood; nothing staged shows
until a publication refers to it.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from qa.changes import Change
from qa.datatypes import Article, Skipped
from qa.publishing import Progress
from qa.schema import Edition, sha256, transaction

BATCH_ARTICLES = 500
BATCH_CHARS = 4_000_000
_ID_DIGITS = 12


@dataclass(slots=True)
class Reading:
    """What a run has read so far: what changes, what does not, and what cannot be stored."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Skipped] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)


def read(
    connection: sqlite3.Connection, articles: Iterable[Article], progress: Progress
) -> Reading:
    """Store the texts of articles and compare each article with what is published.

    :param connection: open for writing, under the lock of the store.
    :param articles: as they are read; the first reading of an origin counts.
    :param progress: called as ``(articles, None, "reading")``.
    :returns: what was found.
    """
    reading = Reading()
    done = 0
    for batch in _batches(articles):
        with transaction(connection):
            for article in batch:
                _read_one(connection, reading, article)
        done += len(batch)
        progress(done, None, "reading")
    return reading


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    batch: list[Article] = []
    chars = 0
    for article in articles:
        batch.append(article)
        chars += len(article.text)
        if len(batch) >= BATCH_ARTICLES or chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _read_one(connection: sqlite3.Connection, reading: Reading, article: Article) -> None:
    reason = _fault(article)
    if reason is not None:
        reading.refused.append(Skipped(printable(article.origin), reason))
        return
    authors = json.dumps(article.authors, ensure_ascii=False)
    digest = sha256(article.text)
    found = (article.title_from, article.published_from, article.source_from)
    facts = (article.title, article.published, article.source, article.url, authors, *found)
    content = sha256(json.dumps((digest, *facts)))
    if article.origin in reading.origins:
        if reading.origins[article.origin] != content:
            reason = "read twice in this run with different content; the first is kept"
            reading.refused.append(Skipped(article.origin, reason))
        return
    reading.origins[article.origin] = content
    text_id = _store_text(connection, article.text, digest)
    known = _published(connection, article.origin)
    if known is not None and (known.text_id, known.facts) == (text_id, facts):
        reading.unchanged += 1
        return
    wish = article.id.strip() if article.id.strip() else digest[:_ID_DIGITS]
    number, revision = (None, 1) if known is None else (known.number, known.revision + 1)
    change = Change(number, wish, revision, article.origin, text_id, digest, facts)
    reading.changes.append(change)


def _fault(article: Article) -> str | None:
    words = [article.id, article.origin, article.text, *article.authors]
    words += [x for x in (article.title, article.published, article.source, article.url) if x]
    if any("\0" in word or printable(word) != word for word in words):
        return "holds characters that are not text (NUL or half a surrogate pair)"
    if not article.text.strip():
        return "has no text"
    return None


def printable(text: str) -> str:
    """Put a question mark for what UTF-8 cannot write.

    :param text: any text, file names with undecodable bytes among them.
    :returns: text that SQLite takes.
    """
    return text.encode("utf-8", "replace").decode()


def _store_text(connection: sqlite3.Connection, text: str, digest: str) -> int:
    row = connection.execute("SELECT id, text FROM texts WHERE sha256 = ?", (digest,)).fetchone()
    if row is None:
        values = (digest, text)
        cursor = connection.execute("INSERT INTO texts (sha256, text) VALUES (?, ?)", values)
        assert cursor.lastrowid is not None
        return cursor.lastrowid
    if row[1] != text:  # damaged since; the good one is at hand
        connection.execute("UPDATE texts SET text = ? WHERE id = ?", (text, row[0]))
    return int(row[0])


def _published(connection: sqlite3.Connection, origin: str) -> Edition | None:
    statement = "SELECT * FROM editions WHERE origin = ? AND current"
    row = connection.execute(statement, (origin,)).fetchone()
    return None if row is None else Edition(*row)
