"""What a short question may mean by "he", "it", "they" or "there": the people, things and places of
an earlier turn. Where two fit, none does."""

import re
from collections.abc import Iterator, Sequence

from qa.names import Kind, Name, find_names, gender, kind
from qa.turns import ASKED_TIME, Turn
from qa.wording import AUXILIARIES, CALENDAR, COPULAS, FUNCTION, PREPOSITIONS

_ASKED_PERSON = re.compile(r"^(?:\w+ )?(?:who|whom|whose)\b", re.IGNORECASE)
_ASKED_PLACE = re.compile(
    r"^where\b|^(?P<prep>in|at|to|on|from|off|near)? ?(?:which|what) "
    r"(?:city|town|country|island|village|place|state|region|yard|harbour|port|street|hotel)\b",
    re.IGNORECASE,
)
_ASKED_THING = re.compile(
    r"^(?:\w+ )?(?:which|what) (?:\w+ ){0,2}?(?!(?:is|was|were|are|did|do|does|has|had)\b)\w+|"
    r"\bname of\b|\bbe called\b",
    re.IGNORECASE,
)
_ASKED_MAKER = re.compile(
    r"^(?:\w+ )?(?:which|what) (?:agency|bank|builder|club|company|firm|group|party|shipyard|team|"
    r"think tank|union)\b",
    re.IGNORECASE,
)
_PERSON_NOUN = (
    r"actor|actress|ambassador|author|baker|botanist|candidate|captain|chair(?:man|woman)|chief|"
    r"coach|councillor|director|doctor|emperor|farmer|governor|head|journalist|judge|keeper|king|"
    r"lawyer|leader|manager|mayor|mediator|member|minister|official|owner|painter|person|player|"
    r"president|professor|queen|referee|secretary|senator|skipper|spokes(?:man|woman)|teacher|"
    r"widow|winner|writer"
)
PERSON_NOUN = re.compile(rf"\b(?:{_PERSON_NOUN})\b", re.IGNORECASE)
_ASKED_PERSON_NOUN = re.compile(rf"^(?:which|what) (?:\w+ )?(?:{_PERSON_NOUN})\b", re.IGNORECASE)
_NAMES_ITSELF = re.compile(r"\bname of\b|\bbe called\b|\bcalled\?$", re.IGNORECASE)
_NOUN = r"(?P<noun>[a-z-]+(?: [a-z-]+){0,3})"
_COMMON = re.compile(rf"\b(?P<before>\w+ )?(?:the|an?) (?={_NOUN}(?: |\?|,|$))")
_MANY = re.compile(rf"\bhow many {_NOUN}", re.IGNORECASE)
_PARTICIPLES = frozenset(
    [
        "bought",
        "broken",
        "built",
        "caught",
        "cut",
        "drawn",
        "driven",
        "felled",
        "found",
        "given",
        "held",
        "hit",
        "kept",
        "laid",
        "lit",
        "lost",
        "made",
        "paid",
        "run",
        "seen",
        "sent",
        "shot",
        "shut",
        "sold",
        "struck",
        "taken",
        "told",
        "won",
        "written",
    ]
)


def answer_name(turn: Turn) -> Name | None:
    """Give the name in an answer, if it is one name.

    :param turn: the turn.
    :returns: None for a refusal, and for an answer of other words.
    """
    names = find_names(turn.answer.answer or "")
    return names[0] if len(names) == 1 else None


def asked_kind(turn: Turn) -> Kind | None:
    """Tell what a question asks for by its first words.

    :param turn: the turn.
    :returns: None where they do not tell, and for dates and figures.
    """
    question = turn.read_as
    if _ASKED_PERSON.match(question) or _ASKED_PERSON_NOUN.match(question):
        return "person"
    if ASKED_TIME.match(question):
        return None
    if _ASKED_PLACE.match(question):
        return "place"
    return "thing" if _ASKED_THING.search(question) else None


def names_of(turn: Turn, wanted: Kind) -> list[Name]:
    """Give the single names of a kind in a question and its answer.

    :param turn: the turn.
    :param wanted: the kind.
    :returns: the answer's name first if the question asked for that kind, then those asked about.
    """
    found = [one for one in find_names(turn.read_as) if kind(one) == wanted]
    given = answer_name(turn)
    if given is not None and asked_kind(turn) == wanted and len(given.parts) == 1:
        return [given, *(one for one in found if one.text != given.text)]
    return found


def person(turn: Turn, wanted: str | None) -> str | None:
    """Choose the person whom "he" or "she" means.

    :param turn: the turn.
    :param wanted: "female", "male", or None for either.
    :returns: the name; None if nobody fits, or two do.
    """
    fitting = [one for one in names_of(turn, "person") if gender(one.text) in (wanted, None)]
    known = [one for one in fitting if wanted and gender(one.text) == wanted]
    distinct = {one.text: one for one in known or fitting}
    if len(distinct) == 1:
        return next(iter(distinct))
    given = answer_name(turn)
    asked_for = given is not None and asked_kind(turn) == "person" and given.text in distinct
    return given.text if given and asked_for and not _group_holds(turn, given.text) else None


def _group_holds(turn: Turn, name: str) -> bool:
    return any(name in one.parts for one in find_names(turn.read_as))


def mentions_person(turn: Turn) -> bool:
    """Whether a turn spoke of anybody by name.

    :param turn: the turn.
    :returns: also True for two people joined by "and".
    """
    return bool(names_of(turn, "person") or group(turn))


def thing(turn: Turn) -> str | None:
    """Choose what "it" means.

    :param turn: the turn.
    :returns: the name or noun with its article; None if nothing fits, or two things do.
    """
    given = answer_name(turn) if asked_kind(turn) == "thing" else None
    if given is not None and _NAMES_ITSELF.search(turn.read_as):
        return _with_article(given, turn)
    named = {one.text: one for one in find_names(turn.read_as) if kind(one) == "thing"}
    if given is not None and not _ASKED_MAKER.match(turn.read_as):
        named[given.text] = given
    if named:
        return _with_article(next(iter(named.values())), turn) if len(named) == 1 else None
    nouns = list(dict.fromkeys(common(turn.read_as)))
    if nouns:
        return nouns[0] if len(nouns) == 1 else None
    names = {one.text: one for one in find_names(turn.read_as)}
    only = next(iter(names.values()), None)
    return only.full if only and len(names) == 1 and kind(only) == "place" else None


def mentions_thing(turn: Turn) -> bool:
    """Whether a turn spoke of anything that "it" may mean.

    :param turn: the turn.
    :returns: also True for two things, one of which is meant.
    """
    return bool(names_of(turn, "thing")) or any(common(turn.read_as))


def _with_article(name: Name, turn: Turn) -> str:
    """The name as one speaks of it; what was called by a bare answer keeps it bare, unless a
    quote says "the" before it."""
    if name.definite or name in find_names(turn.read_as):
        return name.full
    said = any(
        f"the {name.text}" in one.sentence.replace("The ", "the ") for one in turn.answer.quotes
    )
    return f"the {name.text}" if said else name.text


def common(question: str) -> Iterator[str]:
    """Find the things without a name that a question speaks of, with the place they belong to.

    :param question: the question.
    :yields: for instance "the ferry to Ostrey" or "the dock strike in Quellhaven".
    """
    names = find_names(question)
    for found in _COMMON.finditer(question):
        noun = _noun(found["noun"], (found["before"] or "").strip().lower())
        if noun is None or PERSON_NOUN.search(noun):
            continue
        end = found.start("noun") + len(noun)
        if any(one.start in (end + 1, found.start("noun")) for one in names if not one.preposition):
            continue
        yield f"the {noun}{_owner(question, names, end)}"


def _noun(said: str, before: str = "") -> str | None:
    """The words that can be a noun with what describes it: up to the next small word, and without
    the verb that follows the subject of a question ("did the council decide")."""
    kept: list[str] = []
    for word in said.split():
        if word in FUNCTION or word in CALENDAR or word in _PARTICIPLES or _ends_noun(word, kept):
            break
        kept.append(word)
    if len(kept) > 1 and before in AUXILIARIES - COPULAS and not kept[-1].endswith("s"):
        kept.pop()
    return " ".join(kept) or None


def _ends_noun(word: str, kept: Sequence[str]) -> bool:
    return bool(kept) and word.endswith("ed")


def _owner(question: str, names: Sequence[Name], end: int) -> str:
    """The name that a noun is tied to right behind it: " on Ostrey"."""
    for one in names:
        tie = question[end : one.start].split()
        if tie and tie[0] in PREPOSITIONS and len(tie) <= 1 + one.definite:
            return question[end : one.end]
    return ""


def plural(turn: Turn) -> str | None:
    """Choose what "they" or "how many" means among things without a name.

    :param turn: the turn.
    :returns: for instance "the grey seals on Ostrey"; None if nothing fits, or two do.
    """
    counted = [
        f"the {noun}{_tail(turn.read_as, found, noun)}"
        for found in _MANY.finditer(turn.read_as)
        if (noun := _noun(found["noun"])) is not None
    ]
    several = counted or [one for one in common(turn.read_as) if _is_plural(one)]
    return several[0] if len(set(several)) == 1 else None


def _tail(question: str, found: re.Match[str], noun: str) -> str:
    """What the counted things belong to: right behind them, or behind "are there"."""
    names = find_names(question)
    end = found.start("noun") + len(noun)
    behind = re.compile(r" (?:are|were) there(?= )").match(question, end)
    return _owner(question, names, behind.end() if behind else end)


def _is_plural(noun_phrase: str) -> bool:
    noun = re.split(rf" (?:{'|'.join(PREPOSITIONS)}) ", noun_phrase)[0]
    return noun.endswith("s") and not noun.endswith(("ss", "us"))


def group(turn: Turn) -> str | None:
    """Choose the people whom "they" means: names joined by "and".

    :param turn: the turn.
    :returns: for instance "Abe and Trump"; None if there is no such pair, or two.
    """
    found = {one.full for one in find_names(turn.read_as) if len(one.parts) > 1}
    given = answer_name(turn)
    if not found and given is not None and len(given.parts) > 1:
        found = {given.full}
    return found.pop() if len(found) == 1 else None


def place(turn: Turn) -> str | None:
    """Choose what "there" means.

    :param turn: the turn.
    :returns: with its preposition: "on Ostrey"; None if nothing fits, or two places do.
    """
    given = answer_name(turn)
    asked = _ASKED_PLACE.match(turn.read_as)
    if given is not None and asked is not None:
        return f"{given.preposition or (asked['prep'] or 'in').lower()} {given.full}"
    found = {one.text: one for one in find_names(turn.read_as) if kind(one) == "place"}
    if len(found) != 1:
        return None
    one = next(iter(found.values()))
    still = {"to": "in", "into": "in", "from": "in", "of": "in", "with": "in", "": "in"}
    return f"{still.get(one.preposition, one.preposition)} {one.full}"
