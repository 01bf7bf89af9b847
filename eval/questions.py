"""Question sets: whatever their form, read into one record, and a part of them chosen."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from eval.beir import is_judgements, read_beir
from eval.fields import SkippedCallback
from eval.json_files import is_document, read_document, read_json_lines
from eval.lines import first_line
from eval.records import Question
from eval.squad_like import Sourced
from eval.tables import delimiter_of, read_table
from qa.datatypes import Passage, Skipped
from qa.errors import InputError

__all__ = ["Question", "load_questions", "select"]

LINES = frozenset({".jsonl", ".ndjson"})
TABLES = frozenset({".csv", ".tsv"})
FORMS = "JSONL, SQuAD JSON, MRQA, CSV or TSV (each also as .gz), or a BEIR folder"


def load_questions(path: Path, skipped: SkippedCallback) -> list[Question]:
    """Read a question set.

    The form is told by the content, and by the suffix where that is not clear: JSON lines (the
    project's own rows, the flat form of SQuAD, MRQA), a JSON document (SQuAD 1.1 and 2.0, or a
    list of rows), a table (CSV, TSV) or a BEIR folder. Files may be packed with gzip.

    :param path: the file or folder.
    :param skipped: called with each row that cannot be used, named by file, row and field.
    :returns: the usable questions in file order, each id once (the first one stays). Questions on
        one paragraph share its record.
    :raises InputError: the set cannot be read, or no row of it is usable.
    """
    try:
        questions = list(_once(_read(path, skipped), skipped))
    except OSError as error:
        raise InputError(
            f"Cannot read {error.filename or path}: {error.strerror or error}. Give {FORMS}."
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


def _read(path: Path, skipped: SkippedCallback) -> Iterator[Sourced]:
    if path.is_dir() or is_judgements(path):
        return read_beir(path, skipped)
    head, suffix = first_line(path), _suffix(path)
    if head.startswith((b"{", b"[")) or suffix in LINES or suffix == ".json":
        document = is_document(head)
        one_piece = suffix not in LINES if document is None else document
        return (read_document if one_piece else read_json_lines)(path, skipped)
    if suffix in TABLES or delimiter_of(head) is not None:
        return read_table(path, skipped)
    raise InputError(f"{path} is not a question set. Give {FORMS}.")


def _suffix(path: Path) -> str:
    """The suffix of a file, in small letters, below that of its packing."""
    return Path(path.name.lower().removesuffix(".gz")).suffix


def _once(rows: Iterable[Sourced], skipped: SkippedCallback) -> Iterator[Question]:
    seen: set[str] = set()
    contexts: dict[Passage, Passage] = {}
    for origin, question in rows:
        if question.id in seen:
            skipped(Skipped(origin, f"id '{question.id}' occurs again; the first one is used"))
            continue
        seen.add(question.id)
        known = question.context
        shared = None if known is None else contexts.setdefault(known, known)
        yield question if shared is known else replace(question, context=shared)
