"""Questions to start with."""

import json
from pathlib import Path

from qa.errors import InputError
from ui.chat import Answering

_SEED_QUESTIONS = Path(__file__).parent.parent / "seeds" / "questions.jsonl"
_ANSWERABLE = 4


def sample_set(pipeline: Answering, path: Path = _SEED_QUESTIONS) -> Path | None:
    """Give the question set of the sample archive, when the archive is that one.

    :param pipeline: opens articles.
    :param path: the question set.
    :returns: its file; None for any other archive.
    """
    return path if sample_questions(pipeline, path) else None


def sample_questions(pipeline: Answering, path: Path = _SEED_QUESTIONS) -> list[str]:
    """Questions to start with, when the archive is the sample archive.

    :param pipeline: opens articles.
    :param path: the question set of the sample archive.
    :returns: a few questions about different articles and one without an answer; none when the
        archive lacks one of the articles they are about.
    """
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    try:
        for article_id in {name for row in rows for name in row["article_ids"]}:
            pipeline.article(article_id)
    except InputError:
        return []
    first_of_each = {row["article_ids"][0]: row for row in reversed(rows) if row["answers"]}
    answerable = [row["question"] for row in rows if row in first_of_each.values()]
    unanswerable = [row["question"] for row in rows if not row["answers"]]
    return answerable[:_ANSWERABLE] + unanswerable[:1]
