"""Questions that leave most of their words to the one before: "When?", "And in 2019?", "What about
Abe?". They repeat it with one part exchanged."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from qa.antecedents import answer_name, asked_kind, plural
from qa.names import Name, find_names, gender, kind
from qa.times_tense import tense
from qa.turns import Phrase, Turn, time_phrases
from qa.wording import (
    AUXILIARIES,
    COPULAS,
    PREPOSITIONS,
    PRONOUNS,
    WORD,
    capitalised,
    words,
)

_ABOUT = re.compile(r"^(?:(?:and|but|so) )?(?:(?:what|how) about )?", re.IGNORECASE)
_ASKED_AGAIN = re.compile(
    r"^(?P<wh>(?:since |until |with |for |by |from |to )?"
    r"(?:when|where|why|how|whom|how (?:long|often))|"
    r"(?:in|on|at|to|from) (?:what|which) [a-z]+)(?: exactly| was that| did that happen)?$",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"^how many(?P<rest>(?: of them)?"
    r"(?: (?:are|were) there(?: (?:in|on|at|then|altogether).*)?)?)$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:\w+ )?(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE
)
_LEFT_IN = re.compile(
    r"^(?P<preposition>in|at|to|from|for|with|by|of|on|off|near)? ?(?P<the>the )?", re.IGNORECASE
)
_THE = re.compile(r"the\s+\Z", re.IGNORECASE)
_REACH = 8  # words before which a question has its auxiliary, if it is one with an auxiliary
_END = " ?!.,"


class Made(NamedTuple):
    """A stand-alone question, what of it was carried over, and whether the earlier question was
    repeated whole, its filters with it."""

    text: str
    carried: tuple[str, ...]
    repeats: bool = False


def repeated(question: str, turns: Sequence[Turn], today: str | None) -> Made | None:
    """Read a question that repeats the last one with one part exchanged.

    :param question: as typed, without filter phrases.
    :param turns: the earlier turns, at least one.
    :param today: the day it is asked.
    :returns: None if it is no such question, or it is not clear what it exchanges.
    """
    lead = _ABOUT.match(question)
    said = question[lead.end() if lead else 0 :].strip(_END)
    last = turns[-1]
    text = (
        _again(said, last)
        or _counted(said, last)
        or _at_another_time(said, last, today)
        or _with_another_name(said, turns)
    )
    if text is None:
        return None
    text = capitalised(text)
    taken = tuple(one.full for one in find_names(text) if one.text.lower() not in question.lower())
    return Made(text, taken or (last.read_as,), repeats=True)


def _at_another_time(said: str, last: Turn, today: str | None) -> str | None:
    """ "And in 2019?" in place of the time of the last question, or at its end."""
    led = f"in {said}" if re.fullmatch(r"\d{4}", said) else said
    found = time_phrases(f"It was {led}", today)
    if len(found) != 1 or found[0].text != led:
        return None
    before = time_phrases(last.read_as, today)
    if len(before) > 1:
        return None
    if before:
        return _exchanged(last.read_as, before[0], led)
    return f"{last.read_as.rstrip(_END)} {led}?"


def _with_another_name(said: str, turns: Sequence[Turn]) -> str | None:
    """ "What about Abe?" in place of the name of the last question that it can stand for."""
    left_in = _LEFT_IN.match(said)
    bare = said[left_in.end() if left_in else 0 :]
    names = find_names(f"about {said}")
    if len(names) != 1 or left_in is None or names[0].text != bare:
        return None
    preposition = (left_in["preposition"] or "").lower()
    new = Name(bare, 0, len(bare), preposition, left_in["the"] is not None)
    slot = _slot(new, turns)
    if slot is None:
        return None
    question = turns[-1].read_as
    before = question[: slot.start]
    kept = _THE.sub("", before) if slot.definite else before
    return kept + new.full + question[slot.end :]


def _slot(new: Name, turns: Sequence[Turn]) -> Name | None:
    """The name of the last question that another one replaces: the only one with its preposition,
    or of its kind, or without a preposition."""
    found = find_names(turns[-1].read_as)
    if any(one.text == new.text for one in found):
        return None
    wanted = _known_kind(new, turns)
    tied = [one for one in found if new.preposition and one.preposition == new.preposition]
    alike = [one for one in found if wanted is not None and kind(one) == wanted]
    free = [one for one in found if not one.preposition]
    for few in (tied, alike, [] if new.preposition else found, [] if new.preposition else free):
        if len(few) == 1:
            fits = wanted is None or kind(few[0]) in (wanted, None) or few is tied
            return few[0] if fits else None
    return None


def _known_kind(new: Name, turns: Sequence[Turn]) -> str | None:
    """The kind of a name by itself, or as it was spoken of before."""
    for turn in reversed(turns):
        given = answer_name(turn)
        if given is not None and given.text == new.text and asked_kind(turn):
            return asked_kind(turn)
        for one in find_names(turn.read_as):
            if new.text == one.text:
                return kind(one)
    own = kind(new)
    return own if own != "person" or gender(new.text) else None


def _counted(said: str, last: Turn) -> str | None:
    """ "How many were there?" with what the last question spoke of."""
    found = _HOW_MANY.match(said)
    several = plural(last) if found else None
    if found is None or several is None:
        return None
    rest = found["rest"].replace(" of them", "")
    return f"How many {several.removeprefix('the ')}{rest or ' are there'}?"


def _again(said: str, last: Turn) -> str | None:
    """ "When?" in place of what the last question began with."""
    found = _ASKED_AGAIN.match(said)
    opening = _OPENING.match(last.read_as)
    if found is None or opening is None:
        return None
    asking, question = found["wh"], last.read_as
    if asking.lower() == opening[0].lower():
        return None
    first = opening[0].split()[-1].lower()
    auxiliary = _auxiliary(question, opening.end())
    if auxiliary is None:
        return _of_what_happened(asking, question, last)
    rest = question[auxiliary.start :]
    if first in ("when", "where", "why") or (
        first == "how" and auxiliary.start == opening.end() + 1
    ):
        return f"{asking} {rest}"
    if first == "who" and auxiliary.text in COPULAS:
        given = answer_name(last)
        behind = question[auxiliary.end :]
        return None if given is None else f"{asking} {auxiliary.text} {given.full}{behind}"
    if re.match(r"(?:in|on|at|to|from) \w+$", opening[0], re.IGNORECASE):
        return f"{asking} {rest}"
    if first in ("what", "whom"):
        return _with_object(asking, rest, last)
    return None


def _with_object(asking: str, rest: str, last: Turn) -> str | None:
    """Why she refused it: the answer behind the verb, where a question has nothing else there."""
    time = [one for one in time_phrases(rest, None) if not rest[one.end :].strip(_END)]
    end = time[0].start if time else len(rest)
    clause = rest[:end].strip(_END)
    bare = not any(word in PREPOSITIONS or word in PRONOUNS for word in words(clause))
    given = last.answer.answer
    if given is None or not bare or clause.split()[0].lower() in COPULAS:
        return None
    return f"{asking} {clause} {given} {rest[end:].strip(_END)}".strip() + "?"


def _of_what_happened(asking: str, question: str, last: Turn) -> str | None:
    """When it was that the answer did what the question says."""
    given = answer_name(last)
    asked = re.match(r"(?:who|(?:which|what) [a-z]+) ", question, re.IGNORECASE)
    if asked is None or given is None or len(given.parts) > 1:
        return None
    rest = question[asked.end() :].rstrip(_END)
    name = given.text if asked_kind(last) == "person" else given.full
    verb = "was" if tense(f"It {rest}", 0, 2) == "past" else "is"
    return f"{asking} {verb} it that {name} {rest}?"


def _auxiliary(question: str, start: int) -> Phrase | None:
    """The auxiliary of the main clause, if the question has one near its start."""
    for count, word in enumerate(WORD.finditer(question, start)):
        if count == _REACH or (count > 0 and question[word.start() - 2] == ","):
            return None
        if word[0].lower() in AUXILIARIES:
            return Phrase(word[0].lower(), *word.span())
    return None


def _exchanged(text: str, old: Phrase, new: str) -> str:
    return text[: old.start] + new + text[old.end :]
