"""The names of months and weekdays as newspapers write them, and what they stand for."""

from calendar import day_name, month_name

MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
WEEKDAY_SHORT = r"(?:Mon|Tues?|Wed|Thurs?|Thu|Fri|Sat|Sun)\b\.?"

_MONTHS = {name[:3].lower(): number for number, name in enumerate(month_name) if name}
_WEEKDAYS = {name[:3].lower(): number for number, name in enumerate(day_name)}


def month_number(name: str) -> int:
    """Count a month.

    :param name: its English name, whole or cut, in any case.
    :returns: 1 for January to 12.
    """
    return _MONTHS[name[:3].lower()]


def weekday_number(name: str) -> int:
    """Count a weekday.

    :param name: its English name, whole or cut, in any case.
    :returns: 0 for Monday to 6.
    """
    return _WEEKDAYS[name[:3].lower()]


_NUMBERS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
NUMBER = rf"(?:an?|{'|'.join(_NUMBERS)}|\d{{1,3}})"


def number_of(word: str) -> int:
    """Read a small number.

    :param word: digits, a number word up to twelve, or "a".
    :returns: the number.
    """
    if word.isdecimal():
        return int(word)
    return 1 if word in ("a", "an") else _NUMBERS.index(word) + 1
