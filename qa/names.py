"""Names in a question, and what they are likely to name. An unclear name is of no kind."""

import re
from dataclasses import dataclass
from typing import Literal

from qa.first_names import FEMALE, MALE
from qa.wording import ASKING, FUNCTION, NO_NAMES, PREPOSITIONS, WORD, listed

Kind = Literal["person", "place", "thing"]
Gender = Literal["female", "male"]

_CAPITAL = r"(?:[^\W\d_a-zß-öø-ÿ](?:[\w-]|[’'](?!s\b)\w)*(?:(?<=\b\w)\.(?=\s))?)"
_NAME = re.compile(
    rf"(?<![\w’'-]){_CAPITAL}(?:\s(?:(?:of|de|van|von)\s(?:the\s)?|&\s)?{_CAPITAL}|\sof\s\d+\b)*"
)
_AND = re.compile(r"\s+(?:and|&)\s+(?:the\s+)?")
_BEFORE = re.compile(r"(?:\b(?P<preposition>\w+)\s+)?(?P<the>the\s+)?\Z", re.IGNORECASE)

_PLACE_BEFORE = listed("in into at to from off near on across around outside toward via")
_COUNTRIES = listed(
    "Africa America Argentina Asia Australia Austria Belgium Brazil Britain Canada Chile "
    "China Colombia Cuba Denmark Egypt England Europe Finland France Germany Greece Hungary "
    "India Indonesia Iran Iraq Ireland Israel Italy Japan Kenya Malaysia Mexico Mongolia "
    "Netherlands Nigeria Norway Pakistan Peru Philippines Poland Portugal Romania Russia "
    "Scotland Singapore Spain Sweden Switzerland Syria Taiwan Thailand Turkey Ukraine "
    "Venezuela Vietnam Wales Washington Beijing London Moscow Paris Tokyo"
) | {"North Korea", "South Korea", "Saudi Arabia", "South Africa", "United Kingdom"}
_THING_WORDS = listed(
    "Agency Airport Alliance Anchor Army Association Athletic Authority Award Bank Base Board "
    "Bridge Centre Center Church City Club Commission Committee Company Corporation Council "
    "Court Cup Department Dialogue Festival Ferry Group Hall Hospital House Institute Line "
    "Ministry Museum Navy Office Palace Park Partnership Party Port Post Prize Regatta River "
    "Road Rovers School Service Ship Society Square Stadium Station Street Studies Summit "
    "Tower Treaty Union United University Week Wire Workers Agreement"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name at ``[start, end)`` of its text. ``preposition`` is the one that leads it in, in lower
    case, or empty; ``definite`` names have "the", which lies before ``start``."""

    text: str
    start: int
    end: int
    preposition: str = ""
    definite: bool = False

    @property
    def full(self) -> str:
        """The name as it stands in a sentence, with its article."""
        return f"the {self.text}" if self.definite else self.text

    @property
    def parts(self) -> tuple[str, ...]:
        """The names that "and" joins in it; one for most."""
        return tuple(_AND.split(self.text))


def find_names(text: str) -> tuple[Name, ...]:
    """Find the names in a question; those joined by "and" count as one.

    :param text: a question, with its capitals.
    :returns: the names in order; ``text[start:end]`` is each one.
    """
    found: list[Name] = []
    for match in _NAME.finditer(text):
        start = _own_start(text, *match.span())
        if start is None:
            continue
        one = _placed(text, start, match.end())
        if found and _AND.fullmatch(text[found[-1].end : start]):
            one = _placed(text, found.pop().start, match.end())
        found.append(one)
    return tuple(found)


def _own_start(text: str, start: int, end: int) -> int | None:
    """Where a run of capitals starts to be a name: not at "Where did", and not at "October"."""
    for word in WORD.finditer(text, start, end):
        lower = word[0].lower()
        opening = not text[: word.start()].strip(" \"'“‘(")
        if (opening and lower in FUNCTION and not _titled(text, word)) or lower in ASKING:
            continue
        rest = {one[0].lower() for one in WORD.finditer(text, word.start(), end)}
        return None if rest <= NO_NAMES else word.start()
    return None


def _titled(text: str, word: re.Match[str]) -> bool:
    """Whether the first word of a text is the article of a title, and no question."""
    return word[0] == "The" and not text.rstrip().endswith("?")


def _placed(text: str, start: int, end: int) -> Name:
    """A name with what leads it in."""
    before = _BEFORE.search(text, max(0, start - 40), start)
    leading = (before["preposition"] or "").lower() if before else ""
    preposition = leading if leading in PREPOSITIONS else ""
    return Name(text[start:end], start, end, preposition, bool(before and before["the"]))


def kind(name: Name) -> Kind | None:
    """Guess what a name names.

    :param name: a name where it stands.
    :returns: None for a group of names joined by "and", and where nothing tells.
    """
    first, *rest = name.text.split()
    if len(name.parts) > 1:
        return None
    if name.text in _COUNTRIES:
        return "place"
    if gender(name.text) and rest and not _is_thing(name):
        return "person"
    if name.definite or _is_thing(name):
        return "thing"
    if name.preposition in _PLACE_BEFORE or name.preposition == "of":
        return "place"
    return None if first.isupper() and len(first) > 1 else "person"


def _is_thing(name: Name) -> bool:
    parts = name.text.split()
    return bool(_THING_WORDS & set(parts)) or "&" in parts or "of" in parts


def gender(name: str) -> Gender | None:
    """Tell from the first name whether a woman or a man is meant.

    :param name: a name.
    :returns: None for first names that are not known, and for surnames alone.
    """
    first = name.split()[0].lower() if name.split() else ""
    return "female" if first in FEMALE else "male" if first in MALE else None
