"""How a question was understood, shown above its answer with a chip to take each step back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qa.admission import checked_question
from qa.datatypes import Filters
from qa.phrases import Asked, combined
from qa.questions import Turn, Understood
from ui.chips import chip
from ui.clashes import Sort, intersected, said
from ui.filters import Bar
from ui.words import date_words, escape

AS_TYPED = "as typed"
_EDIT = "edit "
_WITHOUT = "without "
_CARRIED = "carried"
_OF_BAR = "unset "
_PLURAL: dict[Sort, str] = {"dates": "dates", "outlets": "outlets", "articles": "article"}


@dataclass(frozen=True, slots=True)
class Within(Understood):
    """A question as it is read, within what the filter bar is set to: ``filters`` joins both.

    :param own: what the question alone asks for. A follow-up may take this over, never the bar.
    :param clashes: the sorts of filter of which the two leave nothing.
    :param bar: what the bar was set to.
    """

    own: Filters = Filters()
    clashes: tuple[Sort, ...] = ()
    bar: Filters = Filters()


def within(understood: Understood, bar: Bar) -> Within:
    """Join a question's filters with those of the bar. The times of a question that does not speak
    of articles give way where the dates of the bar leave nothing of them, or nothing to them.

    :param understood: the question as it was understood.
    :param bar: what the filter bar is set to.
    :returns: the question with what both leave.
    """
    both, clashes = intersected(bar.filters, understood.filters)
    idle = (both.after, both.before) == (bar.filters.after, bar.filters.before)
    if understood.times and (idle or "dates" in clashes):
        free = replace(understood.at_any_time, set_aside=understood.set_aside)
        return within(free, bar)
    return Within(
        understood.question,
        understood.read_as,
        both,
        understood.asked,
        understood.dropped,
        understood.carried,
        understood.topic_switched,
        understood.times,
        understood.set_aside,
        understood.filters,
        clashes,
        bar.filters,
    )


def at_any_time(understood: Within) -> Within:
    """Set the times aside that a question names without speaking of articles.

    :param understood: the question within the bar.
    :returns: the question within the bar alone, and what it says of articles.
    """
    own = replace(understood, filters=understood.own)
    return within(own.at_any_time, Bar(understood.bar))


def taken_back(choice: str, understood: Understood) -> Understood | None:
    """Read a question anew as a chip above its answer asks for.

    :param choice: the command of the chip, from the browser; anything.
    :param understood: the question to which the chips belong.
    :returns: the question as it is to be read now; None for what is no chip of these.
    :raises InputError: the words that are to be asked instead are none, or too many.
    """
    alone = replace(understood, filters=_own(understood))
    if choice == AS_TYPED:
        return understood.as_typed
    if bar_command(choice):
        return alone
    if choice.startswith(_EDIT):
        return replace(alone.at_any_time, read_as=edited(choice), set_aside=())
    if choice == _WITHOUT + _CARRIED:
        return replace(alone, filters=combined(_stated(understood)))
    number = choice.removeprefix(_WITHOUT)
    known = [str(place) for place in range(len(_stated(understood)))]
    return _less(alone, int(number)) if choice != number and number in known else None


def edited(choice: str) -> str:
    """Give the words that are to be read instead.

    :param choice: the command of a chip, from the browser.
    :returns: the words; empty where nothing was edited.
    :raises InputError: they are none, or too many.
    """
    return checked_question(choice.removeprefix(_EDIT)) if choice.startswith(_EDIT) else ""


def bar_command(choice: object) -> str:
    """Tell what a chip of a clash takes out of the bar.

    :param choice: the command of a chip, from the browser; anything.
    :returns: a command of the filter bar; empty where the bar stays as it is.
    """
    known = [_OF_BAR + _key(sort) for sort in _PLURAL]
    return choice.removeprefix(_OF_BAR) if isinstance(choice, str) and choice in known else ""


def reading_line(understood: Understood) -> str:
    """Say how a question was read, each step with a chip that takes it back.

    :param understood: the question as it was understood.
    :returns: Markdown; empty for a question that stayed as it was.
    """
    switched = ['<span class="pq-switched">New topic</span>'] if understood.topic_switched else []
    chips = [*_reading(understood), *_filters(understood)]
    told = _told_aside(understood.set_aside)
    if not chips and not switched:
        return told
    line = " ".join((*switched, *chips))
    return "\n\n".join(('<div class="pq-reading">', line, f"</div>\n\n{told}"))


def clash_message(understood: Within, **kept: Any) -> dict[str, Any]:
    """Make the message that stands for an answer where bar and question leave nothing.

    :param understood: the question within the bar.
    :param kept: what stays with the message on the server.
    :returns: the message, which offers to drop either.
    """
    sentences = [
        f"The filters keep to articles {said(understood.bar, sort)}, and the question asks for "
        f"those {said(understood.own, sort)}: no article is both."
        for sort in understood.clashes
    ]
    offers = [
        chip(f"Drop the {_PLURAL[sort]} of the filters", _OF_BAR + _key(sort), "Ask again without")
        for sort in understood.clashes
    ]
    notice = ('<div class="pq-notice">', escape(" ".join(sentences)), " ".join(offers), "</div>")
    content = reading_line(understood) + "\n\n".join(notice)
    return {"role": "assistant", "content": content, "understood": understood, **kept}


def answer_message(markdown: str, understood: Understood, **kept: Any) -> dict[str, Any]:
    """Make the message of an answer.

    :param markdown: the rendered answer.
    :param understood: the question as it was understood.
    :param kept: what stays with the message on the server; the browser gets none of it.
    :returns: the message, as the chat component takes it.
    """
    content = reading_line(understood) + markdown
    return {"role": "assistant", "content": content, "understood": understood, **kept}


def turn_of(message: Mapping[str, Any]) -> Turn:
    """Give the turn of an answer as a follow-up may take it up.

    :param message: one that ``answer_message`` made with a ``turn``.
    :returns: the turn, with the filters of its question alone: those of the bar may be gone by now.
    """
    turn: Turn = message["turn"]
    return replace(turn, answer=replace(turn.answer, filters=_own(message["understood"])))


def _reading(understood: Understood) -> Sequence[str]:
    """The question as it was read, to be edited, and the way back to what was typed."""
    same = understood.read_as == understood.question
    one_step = len(understood.times) == 1 and not understood.asked and not _carried(understood)
    if same and (one_step or not _own(understood)):
        return []
    undo = chip("Ask as typed", AS_TYPED, "Ask the question word for word", "pq-undo")
    if same:
        return [undo]
    read = chip(understood.read_as, _EDIT, "Change these words and ask again", "pq-edit")
    return [f'<span class="pq-said">Read as:</span> {read}', undo]


def _filters(understood: Understood) -> list[str]:
    """Each filter of the question, and those taken over from the one before."""
    title = "Ask again without this"
    chips = [
        chip(_meaning(one), f"{_WITHOUT}{place}", title)
        for place, one in enumerate(_stated(understood))
    ]
    before = ", ".join(said(_carried(understood), sort) for sort in _sorts(_carried(understood)))
    if before:
        chips.append(chip(f"still only {before}", _WITHOUT + _CARRIED, title))
    return chips


def _meaning(asked: Asked) -> str:
    filters = asked.filters
    if filters.articles:
        return "only from the article of the last answer"
    if asked.event is not None:
        by = f", {asked.event.source}" if asked.event.source else ""
        return f"only {asked.text}: {date_words(asked.event.day)}{by}"
    meant = ", ".join(said(filters, sort) for sort in _sorts(filters))
    dated = filters.after or filters.before
    return f"only {meant} (“{asked.text}”)" if dated else f"only {meant}"


def _told_aside(times: Sequence[Asked]) -> str:
    """That the answer is not from the time of the question."""
    if not times:
        return ""
    meant = said(combined(times), "dates")
    told = f"Nothing {meant} answers this, so these dates were set aside."
    return "\n\n".join(('<div class="pq-aside">', escape(told), "</div>\n\n"))


def _less(understood: Understood, place: int) -> Understood:
    """The question without the filter of one phrase; those taken over stay."""
    gone = _stated(understood)[place]
    asked = tuple(one for one in understood.asked if one is not gone)
    times = tuple(one for one in understood.times if one is not gone)
    before, own = _carried(understood), combined((*asked, *times))
    dated = own if own.after or own.before else before
    return replace(
        understood,
        asked=asked,
        times=times,
        dropped=(*understood.dropped, gone.text),
        filters=Filters(
            own.after or before.after,
            own.before or before.before,
            own.sources or before.sources,
            own.articles or before.articles,
            undated=dated.undated,
        ),
    )


def _carried(understood: Understood) -> Filters:
    """The filters that no phrase of the question gives."""
    own, stated = _own(understood), combined(_stated(understood))
    dated = stated.after is not None or stated.before is not None
    return Filters(
        None if dated else own.after,
        None if dated else own.before,
        () if stated.sources else own.sources,
        () if stated.articles else own.articles,
        undated=own.undated and not dated,
    )


def _stated(understood: Understood) -> tuple[Asked, ...]:
    """All phrases that restrict, each with a chip."""
    return (*understood.asked, *understood.times)


def _own(understood: Understood) -> Filters:
    return understood.own if isinstance(understood, Within) else understood.filters


def _sorts(filters: Filters) -> list[Sort]:
    held: dict[Sort, object] = {
        "outlets": filters.sources,
        "articles": filters.articles,
        "dates": filters.after or filters.before,
    }
    return [sort for sort, value in held.items() if value]


def _key(sort: Sort) -> str:
    """The command of the filter bar that takes a sort of filter out."""
    return "article" if sort == "articles" else sort
