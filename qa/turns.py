"""The earlier turns of a conversation, and the times they speak of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qa.datatypes import Answer, TimeMention
from qa.times import find_times
from qa.wording import PREPOSITIONS, words

_ANY_DAY = "2000-06-14"
_OLDEST = 3  # turns back to which a question may point
_LEADING = re.compile(
    r"\b(?:back in|in|on|since|until|during|by|before|after|between|from|of|at|the year|the)\s\Z",
    re.IGNORECASE,
)
ASKED_TIME = re.compile(
    r"^(?:since |until )?when\b|"
    r"^(?:[io]n |since |until )?(?:which|what) (?:year|month|day|date|week)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question, as it was understood, with its answer.

    :param read_as: the stand-alone question that was asked.
    :param answer: the record that came back.
    :param topic_switched: whether it had left what was spoken of before it.
    """

    read_as: str
    answer: Answer
    topic_switched: bool = False


def recent(turns: Sequence[Turn]) -> Iterator[Turn]:
    """Give the turns to which a question may point.

    :param turns: the earlier turns, oldest first.
    :yields: the newest first, back to the last switch of topic.
    """
    for turn in reversed(turns[-_OLDEST:]):
        yield turn
        if turn.topic_switched:
            return


class Phrase(NamedTuple):
    """Some words at ``[start, end)`` of a question."""

    text: str
    start: int
    end: int


def time_phrases(question: str, today: str | None) -> list[Phrase]:
    """Find the expressions of time in a question, with the words that tie them in.

    :param question: the question.
    :param today: the day it is asked, as an ISO date; None if that is not known.
    :returns: for instance "in November 2017".
    """
    return [_tied(question, one) for one in find_times(question, today or _ANY_DAY)]


def _tied(question: str, mention: TimeMention) -> Phrase:
    start = mention.start
    while leading := _LEADING.search(question, 0, start):
        start = leading.start()
    return Phrase(question[start : mention.end], start, mention.end)


def when(turn: Turn, today: str | None) -> str | None:
    """Choose what "then" means.

    :param turn: the turn.
    :param today: the day it is asked.
    :returns: with its preposition: "in November 2017"; None if nothing fits, or two times do.
    """
    given = turn.answer.answer
    if given is not None and ASKED_TIME.match(turn.read_as):
        return _led_in(given)
    found = {one.text for one in time_phrases(turn.read_as, today)}
    return found.pop() if len(found) == 1 else None


def _led_in(answer: str) -> str:
    """A time with "in" or "on" before it, as its precision asks."""
    first, *rest = words(answer)
    if first in PREPOSITIONS:
        return answer[:1].lower() + answer[1:]
    day = first.endswith("day") or any(re.fullmatch(r"[0-3]?\d", word) for word in (first, *rest))
    return f"{'on' if day else 'in'} {answer}"
