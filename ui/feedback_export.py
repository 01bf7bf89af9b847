"""Feedback as a question set: SQuAD 2.0 with offsets, article ids and revisions.

The context of a question is the whole stored text of the revision that was judged, so that its
offsets are those of the article. What has no right words ("wrong", and "not in the archive" where
no passage was shown) is no question of a set: it stands beside ``data``, where readers of SQuAD do
not look.
"""

from collections.abc import Callable, Sequence
from typing import Any

from qa.datatypes import Article
from qa.errors import PullquoteError
from ui.feedback import Given, Place

Articles = Callable[[str, int | None], Article]

VERSION = "v2.0"
_NO_WORDS = "the right words are not told"
_NO_PASSAGE = "no passage was shown with it"
_GONE = "its article is no longer in the archive"
_CHANGED = "the stored text does not say these words at this place"


def squad(given: Sequence[Given], articles: Articles) -> dict[str, Any]:
    """Make a question set of verdicts.

    :param given: the verdicts.
    :param articles: opens an article by id and revision.
    :returns: a SQuAD 2.0 document with one entry per revision of an article. ``data`` has the
        questions whose answer is known, ``left_out`` the other verdicts, each with the reason.
    """
    entries: dict[tuple[str, int], dict[str, Any]] = {}
    left_out = []
    for one in given:
        article, reason = _article_of(one, articles)
        if article is None:
            left_out.append({**_told(one), "reason": reason})
            continue
        entry = entries.setdefault((article.id, article.revision), _entry(article))
        entry["paragraphs"][0]["qas"].append(_question(one))
    return {"version": VERSION, "data": list(entries.values()), "left_out": left_out}


def _article_of(one: Given, articles: Articles) -> tuple[Article | None, str]:
    """The article that a verdict is about; None with the reason where it makes no question."""
    verdict, place = one.judged.verdict, one.judged.place
    if verdict == "wrong":
        return None, _NO_WORDS
    if place is None:
        return None, _NO_PASSAGE
    try:
        article = articles(place.article, place.revision)
    except PullquoteError:
        return None, _GONE
    return (article, "") if verdict == "absent" or _stands(place, article) else (None, _CHANGED)


def _stands(place: Place, article: Article) -> bool:
    return article.text[place.start : place.start + len(place.answer)] == place.answer


def _entry(article: Article) -> dict[str, Any]:
    return {
        "title": article.title if article.title is not None else article.id,
        "article_id": article.id,
        "revision": article.revision,
        "paragraphs": [{"context": article.text, "qas": []}],
    }


def _question(one: Given) -> dict[str, Any]:
    """One question of the set. One that the archive does not answer names no article."""
    place, absent = one.judged.place, one.judged.verdict == "absent"
    told = place is not None and not absent
    return {
        **_told(one),
        "is_impossible": absent,
        "answers": [{"text": place.answer, "answer_start": place.start}] if told and place else [],
        "article_ids": [place.article] if told and place else [],
    }


def _told(one: Given) -> dict[str, Any]:
    return {
        "id": one.id,
        "question": one.judged.read_as,
        "typed": one.judged.question,
        "asked": one.judged.asked[:10],
        "given": one.given,
        "verdict": one.judged.verdict,
        "shown": one.judged.shown,
        "comment": one.comment,
    }
