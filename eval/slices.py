"""Parts of a question set that are worth a figure of their own."""

import re

from eval.questions import Question
from eval.surface import NUMBER_WORDS
from qa.datatypes import Answer, Article

SLICES = ("question word", "answer type", "answer length", "article date", "outlet")
UNKNOWN = "unknown"
_WORD = re.compile(r"\b(how many|how much|who|whom|whose|what|when|where|which|why|how)\b", re.I)
_PERSON = {"whom": "who", "whose": "who"}
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    rf"\b(?:{_MONTH})[a-z]*\.? \d|\b\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTH})|\b(?:1\d|20)\d\d(?:s|\b)"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|^(?:january|february|march|april|may|june|july|august|september|october|november|december)$",
    re.I,
)
_PARTICLES = {"of", "de", "la", "van", "von", "der", "bin", "al", "and", "the"}


def slices_of(question: Question, answer: Answer, gold: Article | None) -> dict[str, str]:
    """Tell which part of each kind a question belongs to.

    Date and outlet are those of the right article, else those of the best quote.

    :param question: with its right answers.
    :param answer: what came of it.
    :param gold: a right article, None where it is not known.
    :returns: the part by kind, one for each of ``SLICES``.
    """
    best = answer.quotes[0] if answer.quotes else None
    origin = gold if gold is not None else best
    date = None if origin is None else origin.published
    outlet = None if origin is None else origin.source
    return {
        "question word": question_word(question.question),
        "answer type": answer_type(question),
        "answer length": answer_length(question),
        "article date": UNKNOWN if date is None else date[:4],
        "outlet": UNKNOWN if outlet is None else outlet,
    }


def question_word(question: str) -> str:
    """Give the first word that asks.

    :param question: the question.
    :returns: ``who``, ``how many`` and so on, ``other`` where none is there.
    """
    found = _WORD.search(question)
    if found is None:
        return "other"
    return _PERSON.get(found[0].lower(), found[0].lower())


def answer_type(question: Question) -> str:
    """Guess what kind of thing the first right answer is, by its look.

    :param question: the question.
    :returns: ``date``, ``number``, ``person``, ``name``, ``other``, ``none`` for a question without
        an answer, or ``unknown``.
    """
    if not question.answers:
        return UNKNOWN if question.answers is None else "none"
    text = question.answers[0]
    words = text.split()
    if _DATE.search(text) and len(words) <= 6:
        return "date"
    numbers = [w for w in re.findall(r"\w+", text.lower()) if w[0].isdigit() or w in NUMBER_WORDS]
    if numbers and len(words) <= 5:
        return "number"
    if all(word[0].isupper() or word in _PARTICLES for word in words):
        return "person" if question_word(question.question) == "who" else "name"
    return "other"


def answer_length(question: Question) -> str:
    """Give the number of words of the shortest right answer, in four classes.

    :param question: the question.
    :returns: the class, ``none`` for a question without an answer, or ``unknown``.
    """
    if not question.answers:
        return UNKNOWN if question.answers is None else "none"
    words = min(len(answer.split()) for answer in question.answers)
    if words <= 2:
        return "1 word" if words <= 1 else "2 words"
    return "3 to 5 words" if words <= 5 else "6 words or more"
