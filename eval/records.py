"""The record of a question, and how a flat row of fields becomes one."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from eval.fields import BadRow, day, flag, identity, shown, text, texts
from qa.cleaning import normalise
from qa.datatypes import Passage

FIELDS = frozenset({"id", "question", "answers", "article_ids", "asked", "is_impossible"})
HASH_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what is known of its answer.

    ``answers`` are the accepted texts; the empty tuple means the archive does not say, None that
    the set tells only the right articles. ``article_ids`` are the articles that answer, None where
    the set does not tell. ``asked`` is the ISO date on which it was asked. ``context`` is the
    paragraph that gold mode reads. ``extra`` holds the other fields of the row, for its result row.
    """

    id: str
    question: str
    answers: tuple[str, ...] | None
    article_ids: tuple[str, ...] | None = None
    asked: str | None = None
    context: Passage | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def answerable(self) -> bool | None:
        """Whether there is an answer to find; None where the set does not tell."""
        return None if self.answers is None else bool(self.answers)


def from_row(row: dict[str, Any]) -> Question:
    """Make the question of a flat row.

    ``answers`` is a list of texts, a list of objects with a ``text`` or an object with a list
    ``text``; a row without answers, or with a true ``is_impossible``, has nothing to find. A
    ``context`` that is a text is the paragraph for gold mode. Unknown fields are kept.

    :param row: the fields by name.
    :returns: the question.
    :raises BadRow: a field is missing or wrong.
    """
    context = _own_context(row)
    used = FIELDS if context is None else FIELDS | {"context"}
    return Question(
        id=identity(row, "id"),
        question=text(row, "question"),
        answers=accepted(row, "answers"),
        article_ids=texts(row, "article_ids"),
        asked=day(row, "asked"),
        context=context,
        extra={name: value for name, value in row.items() if name not in used},
    )


def accepted(row: dict[str, Any], name: str) -> tuple[str, ...]:
    """Take the accepted answers of a question, in the form in which articles are stored.

    :param row: may have ``is_impossible``, which is decisive where it is true.
    :param name: the field of the answers.
    :returns: each text once; none where there is nothing to find.
    :raises BadRow: the field is wrong, or empty where ``is_impossible`` is false.
    """
    impossible = flag(row, "is_impossible")
    if impossible:
        return ()
    answers = _stored(_given(row, name), name)
    if impossible is False and not answers:
        raise BadRow(f"field '{name}' is empty, but 'is_impossible' is false")
    return answers


def _given(row: dict[str, Any], name: str) -> Iterable[str]:
    """Take answers out of the shapes in which they are found."""
    given = row.get(name)
    if isinstance(given, dict):
        return texts({name: given.get("text", given)}, name) or ()
    if isinstance(given, list) and given and all(isinstance(answer, dict) for answer in given):
        return [text(answer, "text") for answer in given]
    return texts(row, name) or ()


def _stored(answers: Iterable[str], name: str) -> tuple[str, ...]:
    given = list(answers)
    stored = tuple(dict.fromkeys(filter(None, map(normalise, given))))
    if given and not stored:
        raise BadRow(f"field '{name}' is {shown(given)}; there is nothing to be seen in it")
    return stored


def _own_context(row: dict[str, Any]) -> Passage | None:
    """Take the context of a row; in the flat form of SQuAD it is required."""
    given = row.get("context")
    if isinstance(given, str) or isinstance(row.get("answers"), dict):
        title = row.get("title")
        return paragraph(text(row, "context"), title if isinstance(title, str) else None)
    return None


def paragraph(context: str, title: str | None, name: str | None = None) -> Passage:
    """Make a whole paragraph the passage to read, as indexing it would store it.

    :param context: the paragraph as it was given.
    :param title: the raw title of its article, None where it has none.
    :param name: the id of the paragraph. Without one it is known by its words: the title (or
        ``context``), a hyphen and twelve digits of the SHA-256 of the stored text, so that it has
        the same id in every order and part of its set.
    :returns: the passage; offsets index its text.
    :raises BadRow: there is nothing to be seen in it.
    """
    stored = normalise(context)
    if not stored:
        raise BadRow(f"field 'context' is {shown(context)}; there is nothing to be seen in it")
    digits = hashlib.sha256(stored.encode()).hexdigest()[:HASH_DIGITS]
    known = f"{title or 'context'}-{digits}" if name is None else name
    spoken = " ".join(normalise((title or "").replace("_", " ")).split())
    return Passage(known, 1, 0, len(stored), stored, spoken or None)
