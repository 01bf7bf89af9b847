"""Events as a question names them: "the summit", "the 2019 election", "Trump's visit to Japan"."""

import re
from dataclasses import dataclass

from qa.times import find_times
from qa.wording import ASKING, AUXILIARIES, FUNCTION, content

_NOUNS = (
    "accident|arrival|assassination|attacks?|by-election|ceasefire|ceremony|championships?|"
    "collapse|collision|conference|congress|convention|coronation|coup|crash|cup final|debates?|"
    "derby|disaster|dialogue|earthquake|election campaign|elections?|eruption|evacuation|"
    "explosion|festival|film week|final|fire|floods?|flooding|funeral|general election|"
    "grounding|heatwave|heat wave|hijacking|hurricane|inauguration|invasion|landing|launch|march|"
    "massacre|match|meeting|negotiations|olympics|opening|outage|parade|primary|primaries|"
    "protests?|raid|rally|referendum|regatta|relaunch|rescue|resignation|revolt|riots?|robbery|"
    "round of talks|session|shooting|shutdown|siege|speech|storm|strike|summit|talks|tour|"
    "tournament|trial|trip|tsunami|typhoon|verdict|visit|vote|walkout|war|wedding|world cup"
)
_WORD = r"(?!(?:and|or|but|that|who|which)\b)[\w’'-]+"
_OWNER = r"[^\W\d_a-z][\w-]*(?:\s[^\W\d_a-z][\w-]*){0,3}[’']s?"
_EVENT = re.compile(
    rf"(?:[Tt]he|{_OWNER})\s(?P<before>(?:{_WORD}\s){{0,4}}?)(?P<noun>(?i:{_NOUNS}))"
    rf"(?=\s*(?:$|[,;:?!.)])|\s(?:{'|'.join(sorted(FUNCTION))})\b)"  # no "fire department"
    r"(?P<tail>(?:\s(?:of|to|with|between|in|at|on|over|for|from|against)\s[^,;:?!.]+)?)"
)
_ENDS = re.compile(rf"\s(?:{'|'.join(sorted(ASKING | AUXILIARIES | {'that', 'but'}))})\b")
# Which of several is meant, words alone do not tell.
_ORDERED = re.compile(
    r"\b(?:first|second|third|fourth|fifth|last|next|latest|previous|earlier|other|new|final|"
    r"following|coming|upcoming|recent)\s",
    re.IGNORECASE,
)
_ALSO_VERBS = frozenset(("visit", "tour", "debate"))
_YEAR = re.compile(r"(?<![\w$£€.-])(?:1[6-9]|20)\d\d(?![\w-])")


@dataclass(frozen=True, slots=True)
class Named:
    """An event at the start of some words: their length, its ``noun`` in lower case, the stems of
    what else names it, and the time that does, as ISO dates."""

    length: int
    noun: str
    others: frozenset[str] = frozenset()
    within: tuple[str, str] | None = None

    @property
    def forms(self) -> frozenset[str]:
        """The noun as it may stand in a sentence about this one event, alone."""
        verbs = {f"{self.noun}s", f"{self.noun}ed"} if self.noun in _ALSO_VERBS else set()
        return frozenset({self.noun, *verbs})


def event_name(rest: str, today: str | None) -> Named | None:
    """Read the event that some words begin with.

    :param rest: the words behind "before", "since" and the like.
    :param today: the day of the question, as an ISO date; a year counts without it.
    :returns: None where they begin with no event, or with one that is counted ("the second
        summit").
    """
    found = _EVENT.match(rest)
    if found is None or _ORDERED.search(found["before"]):
        return None
    tail = _ENDS.split(found["tail"])[0].rstrip()
    end = found.start("tail") + len(tail)
    said = rest[: found.start("noun")] + rest[found.end("noun") : end]
    stems = content(re.sub(r"[’']s?\b", "", _YEAR.sub("", said)))
    noun = " ".join(found["noun"].lower().split())
    return Named(end, noun, stems, _within(rest[:end], today))


def _within(said: str, today: str | None) -> tuple[str, str] | None:
    """The time in the name of an event."""
    times = find_times(f"It was {said}", today)
    if times:
        first, _, last = times[0].value.partition("/")
        return first, last or first
    years = _YEAR.findall(said)
    return (years[0], years[0]) if len(years) == 1 else None
