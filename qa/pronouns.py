"""Questions that point back with a pronoun: "And who went with him?", "How long is it?". What it
stands for is put in its place; the rest of the words stay."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from qa.antecedents import (
    PERSON_NOUN,
    group,
    mentions_person,
    mentions_thing,
    names_of,
    person,
    place,
    plural,
    thing,
)
from qa.ellipsis import Made
from qa.names import find_names, kind
from qa.turns import Turn, recent, when
from qa.wording import ASKING, AUXILIARIES, FUNCTION, WORD, capitalised, words

_LEAD = re.compile(r"^(?:and|but|so|then)\b,? +(?=\w)", re.IGNORECASE)
_PERSONAL = {
    "he": "male", "him": "male", "his": "male", "himself": "male",
    "she": "female", "her": "female", "hers": "female",
}  # fmt: skip
_THINGS = ("it", "its")
_SEVERAL = ("they", "them", "their")
_BEFORE_THERE = frozenset(("is", "are", "was", "were", "be", "will", "has", "have", "had"))
_EXPLETIVE = re.compile(
    r"it\b(?= takes?\b|(?: \w+){1,3} (?:to|that|whether) \w| (?:that|true|rain|snow)\b)",
    re.IGNORECASE,
)
_MOTION = re.compile(
    r"\b(?:go|goes|went|gone|come|comes|came|travel|travels|travelled|traveled|fly|flew|sail|sailed)"
    r"(?= with\b|\?|$)",
    re.IGNORECASE,
)
_DAY_OF = re.compile(
    r"(?:(?:on|in|at) )?that (?:same )?(?:day|week|month|year|time)\b", re.IGNORECASE
)
_GOING = re.compile(
    r"\b(?:go(?:es|ing)?|went|gone|com(?:e|es|ing)|came|travel\w*|fly|flew|sail\w*|drive|drove|"
    r"arrived? back|return\w*|get|got|move[sd]?|sent)\s\Z",
    re.IGNORECASE,
)
_ASKED_FOR = re.compile(r"(?:which|what) (?!of\b)", re.IGNORECASE)
_NOUN = re.compile(r"\b(?:the|an?) ", re.IGNORECASE)
_SEVERAL_NAMED = re.compile(
    r"\bpeople\b|\b(?:(?:the|many|some|all|any|these|those|two|three|four|\d+) (?:[a-z-]+ )?|"
    r"(?:which|what) )[a-z-]+s\b",
    re.IGNORECASE,
)


class Pointer(NamedTuple):
    """A pronoun at ``[start, end)``, and whether something of somebody is meant."""

    word: str
    start: int
    end: int
    owning: bool


def resolved(question: str, turns: Sequence[Turn], today: str | None) -> Made | None:
    """Put what its pronouns stand for into a question.

    :param question: as typed, without filter phrases.
    :param turns: the earlier turns, at least one.
    :param today: the day it is asked.
    :returns: None if it has no such pronoun, if one of its own words is meant, or if it is not
        clear what is.
    """
    text, carried = _LEAD.sub("", question), []
    at = 0
    while pointer := _next(text, at):
        meant = _meant(pointer, turns, today)
        if meant is None and pointer.word in ("there", "then"):
            at = pointer.end
            continue
        if meant is None:
            return None
        said = _fitting(meant, pointer, text)
        text = text[: pointer.start] + said + text[pointer.end :]
        carried.append(meant)
        at = pointer.start + len(said)
    if not carried:
        return _by_its_noun(text, turns)
    travelled = _destined(text, turns, carried)
    return Made(capitalised(travelled), tuple(dict.fromkeys(carried)))


def _fitting(meant: str, pointer: Pointer, text: str) -> str:
    """What a pronoun stands for in the form that fits: "Trump's", and "to Osaka" after "go"."""
    if pointer.owning:
        return f"{meant}'s"
    if pointer.word == "there" and _GOING.search(text, 0, pointer.start):
        return f"to {meant.split(maxsplit=1)[1]}"
    return meant


def points_back(question: str) -> bool:
    """Tell whether a question leans on what was said before.

    :param question: as typed.
    :returns: True if it begins with "and", or has a pronoun that stands for none of its own words.
    """
    return _LEAD.match(question) is not None or _next(question, 0) is not None


def _next(text: str, at: int) -> Pointer | None:
    """The next pronoun that points out of the question."""
    for found in WORD.finditer(text, at):
        word = found[0].lower()
        pointer = Pointer(word, *found.span(), _is_owning(text, found))
        if word in _PERSONAL and not _bound_person(text, pointer):
            return pointer
        if word in _THINGS and not _bound_thing(text, pointer):
            return pointer
        if word in _SEVERAL and not _bound_several(text, pointer):
            return pointer
        if word == "there" and _is_place(text, found):
            return pointer
        if word == "then" and found.start() > 0 and re.match(r"[\s?.!]*$", text[found.end() :]):
            return pointer
        if day := _DAY_OF.match(text, found.start()):
            return Pointer("then", *day.span(), False)
    return None


def _is_owning(text: str, found: re.Match[str]) -> bool:
    """Whether a pronoun owns what follows: "her books", but not "with her in Tokyo"."""
    word = found[0].lower()
    if word in ("his", "its", "their"):
        return True
    behind = WORD.match(text, found.end() + 1)
    return word == "her" and behind is not None and behind[0].lower() not in FUNCTION


def _own_words(text: str, pointer: Pointer) -> str:
    """The words before a pronoun that may hold what it stands for. Right behind the auxiliary it is
    the subject, and what the question began with is not: "How many votes did she get?"."""
    before = text[: pointer.start]
    last = before.split()[-1].lower() if before.split() else ""
    return "" if last in AUXILIARIES and not pointer.owning else before


def _bound_person(text: str, pointer: Pointer) -> bool:
    before = _own_words(text, pointer)
    people = [one for one in find_names(text) if kind(one) not in ("place", "thing")]
    if any(one.start < pointer.start for one in people if before) or PERSON_NOUN.search(before):
        return True
    if pointer.owning:
        return any(one.start > pointer.start and not one.preposition for one in people)
    return pointer.word in ("he", "she") and _within(before)


def _within(before: str) -> bool:
    """Whether a subject stands in a clause of its own: the asked-for one is meant."""
    return bool(before) and before.split()[0].lower() in ASKING


def _bound_thing(text: str, pointer: Pointer) -> bool:
    if pointer.word == "it" and _EXPLETIVE.match(text, pointer.start):
        return True
    before = _own_words(text, pointer)
    asked_for = _ASKED_FOR.match(before) is not None and not AUXILIARIES & set(words(before))
    return (
        bool(find_names(before))
        or _NOUN.search(before) is not None
        or (pointer.owning and asked_for)
    )


def _bound_several(text: str, pointer: Pointer) -> bool:
    before = _own_words(text, pointer)
    return bool(find_names(before)) or _SEVERAL_NAMED.search(before) is not None


def _is_place(text: str, found: re.Match[str]) -> bool:
    """Whether "there" is a place, and not the "there" of "are there"."""
    before = text[: found.start()].split()
    behind = WORD.match(text, found.end() + 1)
    beside = {before[-1].lower() if before else "", behind[0].lower() if behind else ""}
    return bool(before) and not beside & _BEFORE_THERE


def _meant(pointer: Pointer, turns: Sequence[Turn], today: str | None) -> str | None:
    """What a pronoun stands for: in the last turn, else in the one before, within one topic."""
    for turn in recent(turns):
        found, spoken_of = _in_turn(pointer, turn, today)
        if found is not None:
            return found
        if spoken_of:
            return None
    return None


def _in_turn(pointer: Pointer, turn: Turn, today: str | None) -> tuple[str | None, bool]:
    """What a pronoun stands for in one turn, and whether the turn holds anything of the sort."""
    if pointer.word in _PERSONAL:
        return person(turn, _PERSONAL[pointer.word]), mentions_person(turn)
    if pointer.word in _THINGS:
        return thing(turn), mentions_thing(turn)
    if pointer.word in _SEVERAL:
        found = group(turn) or plural(turn)
        return found, found is not None
    if pointer.word == "there":
        return place(turn), any(kind(one) == "place" for one in find_names(turn.read_as))
    return when(turn, today), False


def _destined(text: str, turns: Sequence[Turn], carried: list[str]) -> str:
    """Whoever went with him went where he went: "Who went to Japan with Trump?"."""
    motion = _MOTION.search(text)
    names = [one for one in find_names(turns[-1].read_as) if kind(one) == "place"]
    if motion is None or len({one.text for one in names}) != 1 or names[0].text in text:
        return text
    if names[0].preposition not in ("in", "to", "into"):
        return text
    carried.append(names[0].full)
    return f"{text[: motion.end()]} to {names[0].full}{text[motion.end() :]}"


def _by_its_noun(text: str, turns: Sequence[Turn]) -> Made | None:
    """ "the bridge" after "the Wenlow Bridge", in a question that names nothing itself."""
    if find_names(text):
        return None
    for turn in recent(turns):
        names = {one.text for one in names_of(turn, "thing") if len(one.text.split()) > 1}
        found = [(one, noun) for one in names if (noun := _noun_of(one, text))]
        if len(found) == 1:
            noun, full = found[0][1], f"the {found[0][0]}"
            changed = text[: noun.start()] + full + text[noun.end() :]
            return Made(capitalised(changed), (full,))
        if found:
            return None
    return None


def _noun_of(name: str, text: str) -> re.Match[str] | None:
    """Where a question says "the bridge" for "Wenlow Bridge", "the museum" for "Museum of ..."."""
    head = name.split(" of ")[0].split()[-1].lower()
    return re.search(rf"\b[Tt]he {re.escape(head)}\b(?! of\b)", text)
