"""The words and the escaping that every rendered answer shares."""

import html
import re
from calendar import month_name
from collections.abc import Sequence

from qa.datatypes import Reason, TimeMention

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_PARAGRAPH_BREAK = re.compile(r"[ \t\r\f\v]*\n[ \t\r\f\v]*\n\s*")
_SPACES = re.compile(r"[ \t\r\n\f\v\x1c-\x1f\x85\u2028\u2029]+")
_GAP = '<br><span class="pq-gap"></span>'
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")

_REFUSALS: dict[Reason, str] = {
    "nothing_in_range": "Nothing in the archive lies within the dates, outlets or articles "
    "that were asked for.",
    "off_topic": "The archive does not seem to deal with this at all.",
    "below_threshold": "Nothing in the archive answers this clearly enough to be quoted.",
    "error": "Something went wrong while this question was answered. The log says what.",
}


def escape(text: str) -> str:
    """Make any text inert and literal inside Markdown and inside inline HTML.

    Every ASCII punctuation mark gets a backslash and white space shrinks to one space, so that no
    line can start an indented block; a blank line becomes a visible break within the paragraph.

    :param text: text of an article, a title, an outlet, a question.
    :returns: Markdown of one line that shows the text as it is.
    """
    paragraphs = _PARAGRAPH_BREAK.split(text)
    return _GAP.join(
        _PUNCTUATION.sub(r"\\\1", _SPACES.sub(" ", paragraph)) for paragraph in paragraphs
    )


def escape_html(text: str) -> str:
    """Make any text inert and literal inside a line of HTML in which no Markdown is read.

    For long texts: a browser takes a dozen times as long to read as much Markdown.

    :param text: text of an article.
    :returns: HTML of one line that shows the text as it is.
    """
    paragraphs = _PARAGRAPH_BREAK.split(text)
    return _GAP.join(html.escape(_SPACES.sub(" ", paragraph)) for paragraph in paragraphs)


def date_words(published: str | None) -> str:
    """Spell an ISO date of any precision.

    :param published: ``YYYY-MM-DD``, ``YYYY-MM``, ``YYYY`` or None.
    :returns: for instance "27 April 2019", "April 2019", "2019" or "undated"; what is no such
        date comes back as it was given.
    """
    if published is None:
        return "undated"
    match = _DATE.fullmatch(published)
    if match is None:
        return published
    year, month, day = match.groups()
    if month is None:
        return year
    if not 1 <= int(month) <= 12:
        return published
    name = f"{month_name[int(month)]} {year}"
    return name if day is None else f"{int(day)} {name}"


def time_words(value: str) -> str:
    """Spell what an expression of time means.

    :param value: an ISO date of any precision, or two of them with a slash between.
    :returns: for instance "7 November 2017" or "1 November 2017 to 10 November 2017".
    """
    return " to ".join(date_words(part) for part in value.split("/", maxsplit=1))


def told_times(times: Sequence[TimeMention]) -> list[TimeMention]:
    """Choose the expressions that are worth explaining beside a quote.

    :param times: those of a sentence or a question.
    :returns: each once, without those that say nothing but their own meaning ("in 2016",
        "February 2017", "May 27, 2019").
    """
    told = {(one.text, one.value): one for one in times if not _says_itself(one)}
    return list(told.values())


def _says_itself(mention: TimeMention) -> bool:
    """Whether a mention gives the year and every number of its meaning."""
    year, *rest = mention.value.split("-")
    if "/" in mention.value or year not in mention.text:
        return False
    return len(rest) < 2 or str(int(rest[1])) in mention.text.replace(year, "")


def confidence_words(confidence: float) -> str:
    """Say how sure the reader is, in a word and as a number.

    :param confidence: calibrated probability in [0, 1].
    :returns: for instance "likely (71%)".
    """
    return f"{confidence_word(confidence)} ({percent(confidence)})"


def confidence_word(confidence: float) -> str:
    """Say how sure the reader is, in a word.

    :param confidence: calibrated probability in [0, 1].
    :returns: "certain", "likely" or "possible".
    """
    return "certain" if confidence >= 0.85 else "likely" if confidence >= 0.6 else "possible"


def percent(share: float) -> str:
    """Write a share of 1 as a whole percentage; only an exact 1 is 100%.

    :param share: a number in [0, 1].
    :returns: for instance "71%".
    """
    return f"{100 if share >= 1 else min(99, round(share * 100))}%"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Count things, with a thousands separator.

    :param number: how many there are.
    :param noun: the name of one.
    :param plural: the name of several; None adds an s.
    :returns: for instance "1 article" or "4,828 articles".
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def refusal_words(reason: Reason | None) -> str:
    """Say why there is no answer.

    :param reason: the reason in the record.
    :returns: one plain sentence.
    """
    return _REFUSALS["below_threshold" if reason is None else reason]
