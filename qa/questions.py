"""What a question asks for beyond its words: what it leaves to the turns before, and filters."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from qa.asked_filters import asked_filters
from qa.asked_times import asked_times
from qa.datatypes import Filters
from qa.ellipsis import Made, repeated
from qa.events import Almanac
from qa.names import find_names
from qa.phrases import Asked, combined, merged, without_phrases
from qa.pronouns import points_back, resolved
from qa.turns import Turn, recent
from qa.wording import content, words

__all__ = ["Almanac", "Asked", "Turn", "Understood", "understand", "with_times"]

_FEW = 2  # words that carry meaning, from which a question without a name has a topic of its own
_NOTHING_ASKED = ({"and"}, {"but"}, {"what", "about"}, {"how", "about"}, {"and", "what", "about"})


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it is read.

    :param question: as it was typed.
    :param read_as: the stand-alone question.
    :param filters: what the answer may come from.
    :param asked: the phrases that gave filters, in the order of the typed question.
    :param dropped: filter phrases that were found and do not restrict.
    :param carried: what was taken over from earlier turns.
    :param topic_switched: whether it has nothing to do with the turn before it.
    :param times: phrases of ``read_as`` whose times restrict, though it does not speak of articles.
    :param set_aside: those of them that do not restrict, because nothing within them answers.
    """

    question: str
    read_as: str
    filters: Filters = Filters()
    asked: tuple[Asked, ...] = ()
    dropped: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    topic_switched: bool = False
    times: tuple[Asked, ...] = ()
    set_aside: tuple[Asked, ...] = ()

    @property
    def as_typed(self) -> "Understood":
        """The same question, taken word for word."""
        return Understood(self.question, self.question, topic_switched=self.topic_switched)

    @property
    def at_any_time(self) -> "Understood":
        """The same question, whose times restrict nothing; what it says of articles holds."""
        free = replace(self.filters, after=None, before=None, undated=False)
        filters = free if self.times else self.filters
        return replace(self, filters=filters, times=(), set_aside=(*self.set_aside, *self.times))


def understand(
    question: str,
    turns: Sequence[Turn] = (),
    today: str | None = None,
    outlets: Sequence[str] = (),
    dropped: Collection[str] = (),
    almanac: Almanac | None = None,
) -> Understood:
    """Read a question in its conversation. What may mean two things is left as it was typed.

    :param question: as typed.
    :param turns: the earlier turns, oldest first.
    :param today: the day it is asked, as an ISO date; without it "last week" says nothing.
    :param outlets: the outlets of the archive.
    :param dropped: filter phrases, as typed, that are not to restrict the answer.
    :param almanac: what the archive tells of times; without it only words of publishing restrict
        them.
    :returns: the question as understood. Every word of a question that needs nothing carried is in
        ``read_as`` or in ``asked``.
    """
    found = asked_filters(question, turns, today, outlets, almanac)
    asked = tuple(one for one in found if one.text not in dropped)
    bare = without_phrases(question, found)
    made = _stand_alone(bare, turns, today, restricted=bool(found)) if turns else None
    filters = combined(asked)
    if made is not None and made.repeats and not dropped:
        filters = merged(filters, replace(turns[-1].answer.filters, asked=None))
    understood = Understood(
        question=question,
        read_as=bare if made is None else made.text,
        filters=filters,
        asked=asked,
        dropped=tuple(one.text for one in found if one.text in dropped),
        carried=() if made is None else made.carried,
        topic_switched=bool(turns) and made is None and _leaves(bare, turns),
    )
    return with_times(understood, turns, today, almanac)


def with_times(
    understood: Understood,
    turns: Sequence[Turn],
    today: str | None,
    almanac: Almanac | None,
) -> Understood:
    """Let the times of a question restrict, where it does not say itself when to look. Those that
    it takes over from the question before do not where that was answered without them.

    :param understood: the question, with what it says of articles.
    :param turns: the turns before it.
    :param today: the day it is asked, as an ISO date.
    :param almanac: what the archive tells of times; None for nothing.
    :returns: the question with its ``times``.
    """
    filters = understood.filters
    if almanac is None or filters.after or filters.before:
        return understood
    free = turns[-1].read_as if turns and not turns[-1].answer.filters.undated else ""
    times = tuple(
        one
        for one in asked_times(understood.read_as, turns, today, almanac)
        if one.text not in understood.dropped
        and (one.text not in free or one.text in understood.question)
    )
    both = combined(times)
    dated = replace(filters, after=both.after, before=both.before, undated=both.undated)
    return replace(understood, filters=dated, times=times)


def _stand_alone(
    question: str, turns: Sequence[Turn], today: str | None, restricted: bool
) -> Made | None:
    """The question with what it leaves to earlier turns; None if it stands alone."""
    if restricted and set(words(question)) in _NOTHING_ASKED:
        return Made(turns[-1].read_as, (turns[-1].read_as,), repeats=True)
    return repeated(question, turns, today) or resolved(question, turns, today)


def _leaves(question: str, turns: Sequence[Turn]) -> bool:
    """Whether a question with a topic of its own shares no word with the turns it may point to."""
    own = content(question)
    if points_back(question) or (len(own) < _FEW and not find_names(question)):
        return False
    return not any(own & content(_said_in(turn)) for turn in recent(turns))


def _said_in(turn: Turn) -> str:
    """A turn's question, its answer and the headline of its article."""
    quotes = turn.answer.quotes[:1] if turn.answer.status == "answered" else ()
    titles = (one.title or "" for one in quotes)
    return " ".join((turn.read_as, turn.answer.answer or "", *titles))
