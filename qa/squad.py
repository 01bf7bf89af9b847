"""SQuAD-shaped data: the one reader of it, and the one held-out split."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import InputError

HELD_OUT_SHARE = 20
NUMBERED_TITLES = 10


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """One annotator's answer: ``context[start:start + len(text)] == text``."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class SquadParagraph:
    """One paragraph. ``article`` is the raw title, ``title`` the name it spells, or None where the
    set numbers its articles (``reddit-17``); ``number`` counts paragraphs within the article."""

    article: str
    number: int
    title: str | None
    context: str

    @property
    def id(self) -> str:
        """The id under which an indexed SQuAD file knows this paragraph."""
        return f"{self.article}-{self.number}"


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """One question with all its answers; no answers means the paragraph does not say."""

    id: str
    question: str
    answers: tuple[GoldSpan, ...]
    paragraph: SquadParagraph


def is_held_out(article: str) -> bool:
    """Tell whether nothing may train on this article.

    :param article: the raw title of the article.
    :returns: True for the articles with ``sha1(title) % 20 == 0``.
    """
    return int(hashlib.sha1(article.encode()).hexdigest(), 16) % HELD_OUT_SHARE == 0


def load_squad(path: Path) -> list[SquadQuestion]:
    """Read every question of a SQuAD 1.1 or 2.0 file.

    :param path: a JSON file with a top-level ``data`` list.
    :returns: questions in file order.
    :raises InputError: the file is not SQuAD JSON.
    """
    articles = read_articles(path)
    named = _named([article["title"] for article in articles])
    return [
        question
        for article in articles
        for number, raw in enumerate(article["paragraphs"])
        for question in _questions(
            raw, SquadParagraph(article["title"], number, named[article["title"]], raw["context"])
        )
    ]


def read_articles(path: Path) -> list[dict[str, Any]]:
    """Read the ``data`` list of a SQuAD file, paragraphs of equal titles joined in order.

    :param path: a JSON file with a top-level ``data`` list.
    :returns: one ``{"title", "paragraphs"}`` per title.
    :raises InputError: the file is not SQuAD JSON.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))["data"]
        merged: dict[str, list[Any]] = {}
        for article in data:
            merged.setdefault(article["title"], []).extend(article["paragraphs"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is not SQuAD JSON ({error}). It needs data[].title and data[].paragraphs[]."
        ) from error
    return [{"title": title, "paragraphs": paragraphs} for title, paragraphs in merged.items()]


def _questions(raw: dict[str, Any], paragraph: SquadParagraph) -> Iterator[SquadQuestion]:
    for qa in raw["qas"]:
        answers = () if qa.get("is_impossible") else tuple(_spans(qa["answers"], paragraph.context))
        yield SquadQuestion(str(qa["id"]), qa["question"], answers, paragraph)


def _spans(answers: Sequence[dict[str, Any]], context: str) -> Iterator[GoldSpan]:
    for answer in answers:
        text, start = answer["text"], answer["answer_start"]
        if context[start : start + len(text)] != text:
            start = context.find(text)
        if text and start >= 0:
            yield GoldSpan(text, start)


def agreed(answers: Sequence[GoldSpan]) -> GoldSpan:
    """Choose the answer to train on: what most annotators marked, the shorter one in a tie."""
    votes = Counter((answer.text, answer.start) for answer in answers)
    text, start = min(votes, key=lambda span: (-votes[span], len(span[0]), span[1]))
    return GoldSpan(text, start)


def _named(titles: Sequence[str]) -> dict[str, str | None]:
    """Map raw titles to readable ones; None for sets that number their articles."""
    stems = Counter(re.sub(r"\d+", "", title) for title in titles)
    return {
        title: None
        if stems[re.sub(r"\d+", "", title)] >= NUMBERED_TITLES
        else title.replace("_", " ")
        for title in titles
    }
