"""The records that flow through Pullquote, in the order in which they are made."""

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["answered", "unanswered"]
Reason = Literal["nothing_in_range", "off_topic", "below_threshold", "error"]
Found = Literal["field", "metadata", "text"]


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read from one origin.

    ``text`` is the stored text: cleaned, and what every offset in this project indexes.
    ``published`` is an ISO date (``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``) or None, never a guess.
    ``origin`` says where it came from and is what makes a second reading a revision:
    the resolved path, and for row files ``path#row``. The ``…_from`` tell where title, date and
    outlet were found: in a field of their own, in the file's metadata, or in the text.
    """

    id: str
    text: str
    origin: str
    title: str | None = None
    published: str | None = None
    source: str | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    revision: int = 1
    title_from: Found | None = None
    published_from: Found | None = None
    source_from: Found | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or row that gave no article, and why, in words a user can act on. ``kept`` marks one
    that did, less the field that the reason names."""

    origin: str
    reason: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A window of an article: ``text == article.text[start:end]``.

    ``article_id`` is the carrier that is quoted: the earliest by date of those within the filters.
    ``copies`` are the ids of the other articles with the same text. ``story`` names the earliest
    article of a cluster of near-copies (one wire story), None for a story that stands alone.
    """

    article_id: str
    revision: int
    start: int
    end: int
    text: str
    title: str | None = None
    published: str | None = None
    source: str | None = None
    url: str | None = None
    copies: tuple[str, ...] = ()
    story: str | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What an answer may come from. None and the empty tuple mean "any".

    ``after`` and ``before`` are ISO dates, inclusive; an undated article is out of range as soon as
    one of them is given, unless ``undated`` says that such articles stay. ``asked`` is the day of
    the question: what was published later than the day after (time zones) cannot be meant; undated
    articles stay.
    """

    after: str | None = None
    before: str | None = None
    sources: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    asked: str | None = None
    undated: bool = False

    def __bool__(self) -> bool:
        """True when anything is restricted."""
        return bool(self.after or self.before or self.sources or self.articles or self.asked)


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. ``score`` is the fused score in [0, 1], relative to its own question,
    with what its date adds where the day of the question is known;
    ``keyword`` is raw BM25 and ``dense`` the cosine of question and passage."""

    passage: Passage
    score: float
    keyword: float
    dense: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What is known of a question once retrieval is done: how many passages may be read, of how
    many articles, and what finding them took."""

    passages: int
    articles: int
    took_ms: float


@dataclass(frozen=True, slots=True)
class Span:
    """A candidate answer: characters ``[start, end)`` of its passage's text.

    ``logit`` is start logit + end logit; ``margin`` is that minus the null score of the same
    passage (start + end logit at ``[CLS]``). Margins of different passages are comparable.
    """

    start: int
    end: int
    logit: float
    margin: float


@dataclass(frozen=True, slots=True)
class TimeMention:
    """An expression of time in a text, and what it means: characters ``[start, end)``; ``value`` is
    an ISO date in its precision (``2019-05-27``, ``2019-05``, ``2019``) or an interval of two,
    inclusive (``2019-11-01/2019-11-10``)."""

    text: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Quote:
    """An answer in its place: ``article.text[start:end] == answer``, in that revision's text.

    ``times`` are the expressions of time in its sentence, resolved against the article's date;
    their offsets are those of the article, too."""

    answer: str
    article_id: str
    revision: int
    start: int
    end: int
    title: str | None
    source: str | None
    published: str | None
    url: str | None
    sentence: str
    sentence_start: int
    sentence_end: int
    passage_start: int
    passage_end: int
    confidence: float
    group: int
    copies: tuple[str, ...] = ()
    story: str | None = None
    times: tuple[TimeMention, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Quotes that give one value. ``quotes`` are indexes into ``Answer.quotes``, best first."""

    value: str
    quotes: tuple[int, ...]
    independent_sources: int
    first_published: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The one record that command line, chat and evaluation share. ``dataclasses.asdict`` of it is
    what ``--json`` prints. ``quotes`` run best first; ``groups`` run by date, undated last.
    ``times`` are the expressions of time in the question, resolved against the day it is asked."""

    question: str
    read_as: str
    filters: Filters
    status: Status
    reason: Reason | None
    answer: str | None
    confidence: float
    quotes: tuple[Quote, ...] = ()
    groups: tuple[Group, ...] = ()
    times: tuple[TimeMention, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
