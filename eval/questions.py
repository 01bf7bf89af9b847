"""Question sets: JSON lines, SQuAD JSON and BEIR folders, read into one record."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.fields import (
    BadRow,
    SkippedCallback,
    day,
    identity,
    json_rows,
    objects,
    shown,
    text,
    texts,
    usable,
)
from qa.cleaning import normalise
from qa.datatypes import Passage, Skipped
from qa.errors import InputError
from qa.squad import SquadParagraph, read_articles

JSONL_FIELDS = frozenset({"id", "question", "answers", "article_ids", "asked"})
BEIR_FIELDS = frozenset({"_id", "text"})


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


def load_questions(path: Path, skipped: SkippedCallback) -> list[Question]:
    """Read a question set.

    :param path: a ``.jsonl`` or ``.ndjson`` file, a SQuAD ``.json`` file or a BEIR folder.
    :param skipped: called with each row that cannot be used, named by file, row and field.
    :returns: the usable questions in file order, each id once (the first one stays).
    :raises InputError: the set cannot be read, or no row of it is usable.
    """
    try:
        questions = list(_once(_reader(path)(path, skipped), path, skipped))
    except OSError as error:
        raise InputError(
            f"Cannot read {error.filename or path}: {error.strerror}. Give a JSONL or SQuAD file "
            "or a BEIR folder (queries.jsonl and qrels/test.tsv)."
        ) from error
    if not questions:
        raise InputError(
            f"{path} has no usable question. A JSONL row needs 'id', 'question' and 'answers'."
        )
    return questions


def select(
    questions: Sequence[Question],
    limit: int | None = None,
    sample: int | None = None,
    seed: int = 0,
) -> list[Question]:
    """Take a part of a set.

    :param questions: the whole set, in file order.
    :param limit: the first so many; None for all.
    :param sample: so many drawn without replacement, kept in file order; None for all.
    :param seed: of the draw; the same seed draws the same questions.
    :returns: the questions to run; all of them where the set is smaller than what is asked for.
    :raises InputError: both are given, or one is less than 1.
    """
    if limit is not None and sample is not None:
        raise InputError("--limit and --sample exclude each other. Give one of them.")
    for flag, number in (("--limit", limit), ("--sample", sample)):
        if number is not None and number < 1:
            raise InputError(f"{flag} is {number}; it must be at least 1.")
    if sample is None:
        return list(questions[:limit])
    drawn = random.Random(seed).sample(range(len(questions)), min(sample, len(questions)))
    return [questions[row] for row in sorted(drawn)]


def _reader(path: Path) -> Callable[[Path, SkippedCallback], Iterator[Question]]:
    if path.is_dir():
        return _read_beir
    readers = {".jsonl": _read_jsonl, ".ndjson": _read_jsonl, ".json": _read_squad}
    if path.exists() and path.suffix.lower() not in readers:
        raise InputError(
            f"{path} is not a question set. Give .jsonl, SQuAD .json or a BEIR folder."
        )
    return readers.get(path.suffix.lower(), _read_jsonl)


def _once(rows: Iterable[Question], path: Path, skipped: SkippedCallback) -> Iterator[Question]:
    seen: set[str] = set()
    for question in rows:
        if question.id in seen:
            skipped(Skipped(str(path), f"id '{question.id}' occurs again; the first one is used"))
        else:
            seen.add(question.id)
            yield question


def _gold(answers: Iterable[str]) -> tuple[str, ...]:
    """Put answers in the form in which articles are stored, so that equal texts compare equal."""
    return tuple(dict.fromkeys(filter(None, map(normalise, answers))))


def _rest(row: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in known}


def _read_jsonl(path: Path, skipped: SkippedCallback) -> Iterator[Question]:
    for origin, row in json_rows(path, skipped):
        yield from usable(origin, skipped, _from_row, row)


def _from_row(row: dict[str, Any]) -> Question:
    answers = texts(row, "answers")
    return Question(
        id=identity(row, "id"),
        question=text(row, "question"),
        answers=() if answers is None else _gold(answers),
        article_ids=texts(row, "article_ids"),
        asked=day(row, "asked"),
        extra=_rest(row, JSONL_FIELDS),
    )


def _read_squad(path: Path, skipped: SkippedCallback) -> Iterator[Question]:
    for article in read_articles(path):
        for number, raw in enumerate(article["paragraphs"]):
            origin = f"{path}#{article['title']}-{number}"
            for paragraph in usable(origin, skipped, _checked_paragraph, raw):
                known = _paragraph(str(article["title"]), number, paragraph["context"])
                for qa in paragraph["qas"]:
                    yield from _from_squad(origin, skipped, known, qa)


def _checked_paragraph(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise BadRow(f"a paragraph must be an object, not {shown(raw)}")
    text(raw, "context")
    objects(raw, "qas")
    return raw


def _paragraph(title: str, number: int, context: str) -> Passage:
    """Make the whole paragraph the passage to read, as indexing it would store it."""
    stored = normalise(context)
    known = SquadParagraph(title, number, title.replace("_", " "), stored)
    return Passage(known.id, 1, 0, len(stored), stored, known.title)


def _from_squad(
    origin: str, skipped: SkippedCallback, paragraph: Passage, qa: dict[str, Any]
) -> Iterator[Question]:
    def make(row: dict[str, Any]) -> Question:
        answers = [] if row.get("is_impossible") is True else objects(row, "answers")
        return Question(
            id=identity(row, "id"),
            question=text(row, "question"),
            answers=_gold(text(answer, "text") for answer in answers),
            article_ids=(paragraph.article_id,),
            context=paragraph,
        )

    return usable(f"{origin} question {qa.get('id')}", skipped, make, qa)


def _read_beir(folder: Path, skipped: SkippedCallback) -> Iterator[Question]:
    """Questions judged in ``qrels/test.tsv``; the other queries belong to another part."""
    relevant = _judged(folder / "qrels" / "test.tsv", skipped)

    def make(row: dict[str, Any]) -> Question:
        query = identity(row, "_id")
        right = tuple(relevant[query])
        return Question(query, text(row, "text"), None, right, extra=_rest(row, BEIR_FIELDS))

    for origin, row in json_rows(folder / "queries.jsonl", skipped):
        if str(row.get("_id")) in relevant:
            yield from usable(origin, skipped, make, row)


def _judged(path: Path, skipped: SkippedCallback) -> dict[str, list[str]]:
    """Read which articles are right for which query, below one line of headings."""
    relevant: dict[str, list[str]] = {}
    lines = path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            for query, article, score in usable(f"{path}#row {number}", skipped, _judgement, line):
                if score > 0:
                    relevant.setdefault(query, []).append(article)
    return relevant


def _judgement(line: str) -> tuple[str, str, float]:
    try:
        query, article, score = line.split("\t")
        return query, article, float(score)
    except ValueError as error:
        raise BadRow(f"{shown(line)} is not query-id, article-id and score, tab by tab") from error
