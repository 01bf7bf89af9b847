"""Title, date and outlet as an article's own text gives them: at its head or its foot, or not at
all. Nothing is guessed from the prose, and nothing from today."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from qa.times_words import MONTH, WEEKDAY, WEEKDAY_SHORT, month_number

_PROSE = 25  # words from which a line is a paragraph of the story
_HEADLINE = range(4, 21)  # words of a headline
_LINE_CHARS = 200  # of a line that may be a headline or a stamp
_HEAD, _FOOT = 8, 5  # lines with text in which a stamp may stand
_ALONE = 2  # the rank of a date that says nothing of itself

_NAME = r"[A-Z][\w’'-]*\.?(?: (?:[A-Z][\w’'-]*\.?|van|von|de|der|al|bin)){1,3}"
_NAMES = re.compile(rf"(?:[Bb]y |BY )?{_NAME}(?:(?:, and|,| and| &) {_NAME})*")
_NO_HEADLINE = re.compile(
    r"""(?:by|from|compiled\sby|photos?|photograph|video|pictured?|special\s(?:to|for)|contribut\w+|
    note|corrections?|editor[’']?s|(?:latest\s)?updated?|published|posted|last\supdated|read\smore|
    more|see\salso|illustration|listen|watch|sign\sup|subscribe|image|credit|source|copyright|
    the\sclaim|on\stoday|hear|today|happy|welcome|this\s(?:story|article)|written|reported)\b.*
    | [•▪◦*©-]\s.* | .*\((?:pool|ap|afp|reuters|getty|photo|file|kyodo)\b.*
    | .*(?:[@|/]|%\d[\dA-F]|\bvia\b|\bspecial\s(?:to|for)\b|\band\s(?:staff|wire)\b|\.com\b).*
    | .*(?:[.:;,!–—)-]|\.[\"”’']|…)""",
    re.IGNORECASE | re.VERBOSE,
)

_TIME = r"(?:\d{1,2}(?:[:.]\d\d){1,2}(?:\.\d+)?(?: ?[ap]\.?m\b\.?)?|\d{1,2} ?[ap]\.?m\b\.?)"
_ZONE = r"(?:(?:UTC|GMT|BST|[ECMP][DS]?T|JST|CES?T|HKT|IST|SGT|KST)\b|Z\b|[+-]\d\d:?\d\d\b)"
_CLOCK = rf"(?:(?:at )?{_TIME}(?: ?\(?{_ZONE}\)?)?)"
_DAY = rf"(?:(?:{WEEKDAY}|{WEEKDAY_SHORT}),? )"
_AMERICAN = rf"(?P<name>{MONTH}) (?:(?P<day>\d\d?)(?:st|nd|rd|th)?,? )?(?P<year>\d{{4}})"
_BRITISH = rf"(?:(?P<day>\d\d?)(?:st|nd|rd|th)?[ -])?(?P<name>{MONTH}),?[ -](?P<year>\d{{4}})"
_FORMS = (
    r"(?P<year>\d{4})(?:(?P<sep>[/.-])(?P<month>\d\d?)(?:(?P=sep)(?P<day>\d\d?))?)?",
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
    _AMERICAN,
    _BRITISH,
    r"(?P<one>\d\d?)(?P<sep>[/.-])(?P<two>\d\d?)(?P=sep)(?P<year>\d{4})",
)
_VALUES = tuple(
    re.compile(rf"(?:{_CLOCK},? )?{_DAY}?{form}(?:(?:T|,? ){_CLOCK})?", re.IGNORECASE)
    for form in _FORMS
)

_LABEL = re.compile(
    r"(?P<first>(?:(?:first|originally) )?(?:published|posted)|publication date|date)?"
    r"(?(first)|(?:last )?(?:updated|modified))(?: (?:on|at))?:? +",
    re.IGNORECASE,
)
_SEGMENTS = re.compile(r" *[|•·] *| +(?=(?:last )?(?:updated|published|posted)\b)", re.IGNORECASE)

_AGENCY = (
    r"(?:Thomson )?Reuters|(?:The )?Associated Press|AP|AFP|Agence France-Presse|UPI|"
    r"CNN(?: Business| Underscored)?|Kyodo(?: News)?|Xinhua|Bloomberg(?: News)?|TASS|Yonhap|PTI|"
    r"ANI|IANS|dpa|EFE|ANSA|BBC(?: News)?|NPR|NHK|USA TODAY|Jiji(?: Press)?|PRNewswire"
)
_PLACE = r"[A-Z][\w.’'-]*(?:,? (?:[A-Z][\w.’'-]*|of|de|la|el|and|/)){0,5}"
_SHORT_DATE = rf"(?:{MONTH} \d\d?(?:, \d{{4}})?|\d\d? {MONTH}(?: \d{{4}})?)"
_DASH = r" ?(?:[—–]|--|- )"
_DATELINE = re.compile(
    rf"(?:(?:{_PLACE}(?:, | ))?(?P<date>{_SHORT_DATE})(?: |, )?|{_PLACE}(?: |, ))?"
    rf"(?:[(/](?P<agency>[A-Z][\w.&’'-]*(?: [A-Z&][\w.&’'-]*){{0,3}}|{_AGENCY})[)/]{_DASH}|"
    rf"\((?P<known>{_AGENCY})\) |(?P<bare>{_AGENCY}) ?[—–])"
)
_PLAIN_DATELINE = re.compile(
    rf"[A-Z][A-Z.’'-]{{2,}}(?:,? [A-Z][\w.’'-]*){{0,4}}, (?P<date>{_SHORT_DATE}){_DASH}"
)
_BYLINE = re.compile(
    rf"(?:By|BY) (?:{_NAME}(?:(?:, and|,| and| &) {_NAME})*,? (?:for |of |\| )?)?(?P<name>.+)"
)
_OUTLET = re.compile(
    rf"(?:Special to |For )?(?:the |The )?(?P<name>{_AGENCY}|(?:[A-Z][\w’'-]* ){{1,3}}"
    r"(?:News|Times|Post|Press|Wire|Herald|Tribune|Journal|Gazette|Chronicle|Telegraph|Courier))"
)


class _Stamp(NamedTuple):
    """A date at the head or foot. The lower the rank, the better it tells the publication."""

    rank: int
    value: str


def find_title(text: str) -> str | None:
    """Find the headline: a short line without a final full stop, above the story's first
    paragraph, that is no byline, caption or note.

    :param text: a cleaned article.
    :returns: the line without marks of Markdown; None if there is no such line.
    """
    lines = _lines(text)
    for line in lines[:-1][:_HEAD]:
        count = len(line.split())
        if count >= _PROSE or _dateline(line) or _is_byline(line, count):
            return None
        if count in _HEADLINE and len(line) <= _LINE_CHARS and _is_headline(line):
            return line.lstrip("# ")
    return None


def _is_headline(line: str) -> bool:
    """Whether a short line can be a headline: it is nothing else that stands above a story."""
    if _NO_HEADLINE.fullmatch(line) or any(_stamps(line)):
        return False
    return _outlet(line) is None


def _is_byline(line: str, count: int) -> bool:
    """Whether a line names people and nothing else; a headline stands above it. More than three
    capitalised words in a row are a headline."""
    if re.match(r"(?:By|BY) [A-Z]", line):
        return True
    if _OUTLET.fullmatch(line.title()):  # a masthead in capitals
        return False
    return (count <= 3 or "," in line or " and " in line) and _NAMES.fullmatch(line) is not None


def find_published(text: str) -> str | None:
    """Find the date of publication that an article states at its head or foot: a dateline, a line
    that says so, or a line that is a date and nothing else.

    :param text: a cleaned article.
    :returns: an ISO date in its precision. Without a date of publication, that of the last update
        will do. None if there is no date, or if there are two and none says what it is.
    """
    lines = _lines(text)
    head = _head(lines)
    foot = [line for line in lines[len(head) :][-_FOOT:] if _is_short(line)]
    stamps = [stamp for line in (*head, *foot) for stamp in _stamps(line)]
    best = min((stamp.rank for stamp in stamps), default=0)
    values = {stamp.value for stamp in stamps if stamp.rank == best}
    if best == _ALONE:  # a text with several such lines is a chronicle
        values.update(value for line in lines if len(line) < 40 and (value := _full(line)))
    return values.pop() if len(values) == 1 else None


def find_source(text: str) -> str | None:
    """Find the outlet that an article names at its head: in the dateline, or in or below the
    byline.

    :param text: a cleaned article.
    :returns: its name as it stands there, or None.
    """
    head = _head(_lines(text))
    for line in head:
        found = _dateline(line)
        agency = found and (found["agency"] or found["known"] or found["bare"])
        if agency:
            return agency
    named = (_outlet(line) for line in head if _is_short(line))
    return next((name for name in named if name), None)


def iso_date(value: str) -> str | None:
    """Bring a date into ISO form, in its own precision; a time of day is left out, the day stays
    the one that is written.

    :param value: for instance "May 27, 2019", "Mon, 27 May 2019 10:00:00 GMT" or "2019-05".
    :returns: "2019-05-27", "2019-05" or "2019"; of a date whose day and month could be
        exchanged ("05/04/2019") only the year. None for anything else.
    """
    value = " ".join(value.split())
    for pattern in _VALUES if len(value) < _LINE_CHARS else ():
        if found := pattern.fullmatch(value):
            return _iso(found.groupdict())
    return None


def _iso(parts: dict[str, str | None]) -> str | None:
    """Build an ISO date of the parts of one; None if there is no such day."""
    year, day = int(parts["year"] or 0), parts.get("day")
    month = month_number(name) if (name := parts.get("name")) else parts.get("month")
    if (one := parts.get("one")) and (two := parts.get("two")):
        low, high = sorted((int(one), int(two)))
        if low != high and high <= 12:
            return f"{year:04}" if low else None
        month, day = low, str(high)
    try:
        found = date(year, int(month or 1), int(day or 1))
    except ValueError:
        return None
    return found.isoformat()[: 10 if day else 7 if month else 4] if year >= 1000 else None


def _stamps(line: str) -> Iterator[_Stamp]:
    """Read the dates of a line that is a dateline or made of stamps."""
    dateline = _dateline(line) or _PLAIN_DATELINE.match(line)
    if dateline and (value := _full(dateline["date"] or "")):
        yield _Stamp(1, value)
    for segment in _SEGMENTS.split(line) if _is_short(line) and line[0] != "•" else ():
        label = _LABEL.match(segment)
        if label and (value := iso_date(segment[label.end() :])):
            yield _Stamp(0 if label["first"] else 3, value)
        elif value := _full(segment):
            yield _Stamp(_ALONE, value)


def _full(value: str) -> str | None:
    """Read a date that names its day."""
    found = iso_date(value)
    return found if found and len(found) == 10 else None


def _dateline(line: str) -> re.Match[str] | None:
    """Match the dateline that a line starts with."""
    return _DATELINE.match(line[:_LINE_CHARS])


def _outlet(line: str) -> str | None:
    """Read the outlet in a byline, or in a line that names only one."""
    byline = _BYLINE.fullmatch(line)
    found = _OUTLET.fullmatch(byline["name"] if byline else line)
    return found["name"] if found else None


def _head(lines: Sequence[str]) -> Sequence[str]:
    """The first lines, up to and with the first paragraph of the story."""
    for at, line in enumerate(lines[:_HEAD]):
        if len(line.split()) >= _PROSE:
            return lines[: at + 1]
    return lines[:_HEAD]


def _is_short(line: str) -> bool:
    return len(line) <= _LINE_CHARS and len(line.split()) < _PROSE


def _lines(text: str) -> list[str]:
    """The lines with text."""
    return [line.strip() for line in text.split("\n") if line.strip()]
