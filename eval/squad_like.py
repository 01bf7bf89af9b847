"""Contexts with their questions: the articles of a SQuAD file and the rows of an MRQA file."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from eval.fields import (
    BadRow,
    SkippedCallback,
    an_object,
    day,
    entries,
    identity,
    objects,
    shown,
    text,
    texts,
    usable,
)
from eval.records import Question, accepted, paragraph
from qa.cleaning import normalise
from qa.datatypes import Passage

Sourced = tuple[str, Question]


def article_questions(
    origin: str, entry: dict[str, Any], counts: Counter[str], skipped: SkippedCallback
) -> Iterator[Sourced]:
    """Read the questions of one entry of the ``data`` of a SQuAD file.

    A paragraph is the article ``TITLE-N`` of an index of the same file: N counts the paragraphs of
    entries with that title, from 0. Where there is no title the paragraph is known by its words,
    and no article is named as the right one. A question may name its own with ``article_ids``, and
    its day with ``asked``, as exported feedback does.

    :param origin: the file, and the number of the entry.
    :param entry: has ``paragraphs`` and mostly a ``title``.
    :param counts: the paragraphs so far by title; those of the entry are added.
    :param skipped: called with each part that cannot be used.
    :yields: pairs of an origin and a question, in file order.
    """
    for title, raws in usable(origin, skipped, _article, entry):
        for number, raw in enumerate(raws):
            name = None if title is None else normalise(f"{title}-{counts[title]}")
            if title is not None:
                counts[title] += 1
            file = origin.rpartition("#")[0]
            here = f"{origin} paragraph {number}" if name is None else f"{file}#{name}"
            articles = None if name is None else (name,)
            read = partial(_paragraph, title=title, name=name)
            for known, qas in usable(here, skipped, read, raw):
                yield from _questions(here, skipped, qas, partial(_from_squad, known, articles))


def mrqa_questions(origin: str, row: dict[str, Any], skipped: SkippedCallback) -> Iterator[Sourced]:
    """Read the questions of a row of an MRQA file.

    The context has the ``id`` of the row where that is a text, else it is known by its words; no
    article is named as the right one. ``answers`` are what is accepted, as in the official
    script; the ``detected_answers`` stand in where a question has no ``answers``.

    :param origin: the file and the row.
    :param row: has ``context`` and ``qas``.
    :param skipped: called with each part that cannot be used.
    :yields: pairs of an origin and a question, in file order.
    """
    given = row.get("id")
    name = given if isinstance(given, str) and given.strip() else None
    for known, qas in usable(origin, skipped, partial(_paragraph, title=None, name=name), row):
        yield from _questions(origin, skipped, qas, partial(_from_mrqa, known))


def _article(entry: dict[str, Any]) -> tuple[str | None, list[Any]]:
    title = entry.get("title")
    if title is not None and not isinstance(title, str | int):
        raise BadRow(f"field 'title' is {shown(title)}; it must be a text")
    return None if title is None else str(title), entries(entry, "paragraphs")


def _paragraph(raw: Any, title: str | None, name: str | None) -> tuple[Passage, list[Any]]:
    if not isinstance(raw, dict):
        raise BadRow(f"a paragraph must be an object, not {shown(raw)}")
    return paragraph(text(raw, "context"), title, name), entries(raw, "qas")


def _questions(
    origin: str, skipped: SkippedCallback, qas: list[Any], make: Callable[[Any], Question]
) -> Iterator[Sourced]:
    for qa in qas:
        given = qa.get("qid", qa.get("id")) if isinstance(qa, dict) else None
        here = f"{origin} question {given}"
        for question in usable(here, skipped, make, qa):
            yield here, question


def _from_squad(known: Passage, articles: tuple[str, ...] | None, given: Any) -> Question:
    qa = an_object(given)
    if qa.get("is_impossible") is not True:
        objects(qa, "answers")
    answers, told = accepted(qa, "answers"), texts(qa, "article_ids")
    named = articles if told is None else told
    day_asked = day(qa, "asked")
    return Question(
        identity(qa, "id"), text(qa, "question"), answers, named, day_asked, context=known
    )


def _from_mrqa(known: Passage, given: Any) -> Question:
    qa = an_object(given)
    name = "answers" if qa.get("answers") is not None else "detected_answers"
    if qa.get(name) is None:
        raise BadRow("field 'answers' is missing")
    key = "qid" if "qid" in qa else "id"
    return Question(identity(qa, key), text(qa, "question"), accepted(qa, name), context=known)
