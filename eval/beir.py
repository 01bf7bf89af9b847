"""Questions of a BEIR folder: queries, and which articles are right for which."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.fields import BadRow, SkippedCallback, identity, shown, text, usable
from eval.lines import json_rows, numbered_lines, row_origin
from eval.records import Question
from eval.squad_like import Sourced
from qa.datatypes import Skipped
from qa.errors import InputError

FIELDS = frozenset({"_id", "text"})
Judgement = tuple[str, str, float]


def is_judgements(path: Path) -> bool:
    """Tell whether a file is the ``qrels/….tsv`` of a BEIR folder."""
    return path.parent.name == "qrels" and (path.parent.parent / "queries.jsonl").is_file()


def read_beir(path: Path, skipped: SkippedCallback) -> Iterator[Sourced]:
    """Read the judged queries; the other ones belong to another part of the set.

    :param path: the folder, or one file of its ``qrels``. Of a folder ``qrels/test.tsv`` is read,
        or the only file there is.
    :param skipped: called with each query and judgement that cannot be used.
    :yields: pairs of an origin and a question without known answers, in file order.
    :raises InputError: there are no judgements, or it is not clear which ones are meant.
    """
    judgements = _chosen(path) if path.is_dir() else path
    relevant = _judged(judgements, skipped)
    waiting = dict.fromkeys(relevant)

    def make(row: dict[str, Any]) -> Question:
        query = identity(row, "_id")
        extra = {name: value for name, value in row.items() if name not in FIELDS}
        return Question(query, text(row, "text"), None, tuple(relevant[query]), extra=extra)

    for origin, row in json_rows(judgements.parent.parent / "queries.jsonl", skipped):
        query = str(row.get("_id"))
        if query in relevant:
            waiting.pop(query, None)
            for question in usable(origin, skipped, make, row):
                yield origin, question
    for query in waiting:
        skipped(Skipped(str(judgements), f"query {shown(query)} is not in queries.jsonl"))


def _chosen(folder: Path) -> Path:
    files = sorted((folder / "qrels").glob("*.tsv"))
    usual = folder / "qrels" / "test.tsv"
    if usual in files:
        return usual
    if len(files) == 1:
        return files[0]
    found = ", ".join(file.name for file in files) or "nothing"
    raise InputError(
        f"{folder} has no qrels/test.tsv ({found} is there). Give a file of questions, a BEIR "
        "folder, or the one file of its qrels that is meant."
    )


def _judged(path: Path, skipped: SkippedCallback) -> dict[str, list[str]]:
    """Read which articles are right for which query; a first line of headings is passed over."""
    relevant: dict[str, list[str]] = {}
    for number, line in numbered_lines(path, skipped):
        heading = number == 1 and not _is_judgement(line)
        if line.strip() and not heading:
            origin = row_origin(path, number)
            for query, article, score in usable(origin, skipped, _judgement, line):
                articles = relevant.setdefault(query, []) if score > 0 else [article]
                if article not in articles:
                    articles.append(article)
    return relevant


def _is_judgement(line: bytes) -> bool:
    try:
        return bool(_judgement(line))
    except BadRow:
        return False


def _judgement(line: bytes) -> Judgement:
    spelled = line.decode("utf-8-sig", errors="replace").rstrip("\r\n")
    try:
        query, article, score = spelled.split("\t")
        return query, article, float(score)
    except ValueError as error:
        raise BadRow(
            f"{shown(spelled)} is not query-id, article-id and score, tab by tab"
        ) from error
