"""Questions that their paragraph no longer answers: one word or name of them is exchanged.

The kinds are those by which SQuAD 2.0's annotators made questions impossible (Rajpurkar et al.
2018, table 2): another entity, another number, an antonym, a negation.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa.squad import SquadQuestion

_NAME = re.compile(r"(?<=\s)[A-Z][\w’'.-]*\w(?:\s(?:(?:of|the|de|von)\s)?[A-Z][\w’'.-]*\w)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_PAIRS = (
    ("first", "last"),
    ("before", "after"),
    ("highest", "lowest"),
    ("largest", "smallest"),
    ("biggest", "smallest"),
    ("most", "least"),
    ("oldest", "youngest"),
    ("north", "south"),
    ("northern", "southern"),
    ("east", "west"),
    ("eastern", "western"),
    ("male", "female"),
    ("win", "lose"),
    ("won", "lost"),
    ("begin", "end"),
    ("began", "ended"),
    ("increase", "decrease"),
    ("more", "fewer"),
    ("born", "buried"),
    ("open", "close"),
)
_OPPOSITE = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
_VERB = re.compile(r"\b(did|does|do|is|was|were|are|can|could|has|had)\b")


def swap(question: SquadQuestion, names: Sequence[str], rng: random.Random) -> SquadQuestion | None:
    """Exchange one part of a question so that its paragraph no longer answers it.

    :param question: an answerable question.
    :param names: names to choose from, of other questions on the same or on other subjects.
    :param rng: decides which part, and for what.
    :returns: the question without answers, or None where nothing in it can be exchanged.
    """
    tries = [_swap_name, _swap_name, _swap_number, _swap_opposite, _negate]
    for change in rng.sample(tries, len(tries)):
        asked = change(question, names, rng)
        if asked is not None and asked != question.question:
            return replace(question, id=f"{question.id}-swapped", question=asked, answers=())
    return None


def make_unanswerable(
    questions: Sequence[SquadQuestion], share: float, seed: int
) -> Iterator[SquadQuestion]:
    """Make swapped questions of a share of the answerable ones.

    :param questions: questions, those of one article together or not.
    :param share: part of them to draw, 0 to 1.
    :param seed: decides every draw.
    :yields: questions without answers, each with its paragraph.
    """
    rng = random.Random(seed)
    near: dict[str, list[str]] = {}
    for question in questions:
        near.setdefault(question.paragraph.article, []).extend(_NAME.findall(question.question))
    everywhere = [name for names in near.values() for name in names]
    for question in questions:
        if question.answers and rng.random() < share:
            own = near[question.paragraph.article]
            swapped = swap(question, own if len(set(own)) > 3 else everywhere, rng)
            if swapped is not None:
                yield swapped


def _swap_name(question: SquadQuestion, names: Sequence[str], rng: random.Random) -> str | None:
    found = list(_NAME.finditer(question.question))
    context = question.paragraph.context.casefold()
    known = question.question.casefold()
    for _ in range(8 if found and names else 0):
        name = rng.choice(names)
        if name.casefold() not in context and name.casefold() not in known:
            return _put(question.question, rng.choice(found), name)
    return None


def _swap_number(question: SquadQuestion, names: Sequence[str], rng: random.Random) -> str | None:
    found = list(_NUMBER.finditer(question.question))
    if not found:
        return None
    place = rng.choice(found)
    digits = re.sub(r"\D", "", place[0])
    if len(digits) == 4 and digits[0] in "12":
        other = str(int(digits) + rng.choice([-30, -12, -7, -4, -3, -2, 2, 3, 4, 7, 12]))
    else:
        other = str(max(1, int(int(digits) * rng.choice([0.3, 0.5, 1.5, 2, 3, 5]))))
    if other == digits or other in question.paragraph.context:
        return None
    return _put(question.question, place, other)


def _swap_opposite(question: SquadQuestion, names: Sequence[str], rng: random.Random) -> str | None:
    found = [m for m in re.finditer(r"\b[a-z]+\b", question.question) if m[0] in _OPPOSITE]
    if not found:
        return None
    place = rng.choice(found)
    return _put(question.question, place, _OPPOSITE[place[0]])


def _negate(question: SquadQuestion, names: Sequence[str], rng: random.Random) -> str | None:
    place = _VERB.search(question.question)
    if place is None or rng.random() < 0.7:
        return None
    return _put(question.question, place, "can't" if place[0] == "can" else f"{place[0]}n't")


def _put(text: str, place: re.Match[str], words: str) -> str:
    return text[: place.start()] + words + text[place.end() :]
