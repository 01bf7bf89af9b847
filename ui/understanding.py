"""How a question was understood, shown above its answer with a chip to take each step back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qa.asked_filters import combined
from qa.datatypes import Filters
from qa.pipeline import checked_question
from qa.questions import Turn, Understood
from ui.chips import chip
from ui.clashes import Sort, intersected, said
from ui.filters import Bar
from ui.words import escape

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
    """Join a question's filters with those of the bar.

    :param understood: the question as it was understood.
    :param bar: what the filter bar is set to.
    :returns: the question with what both leave.
    """
    both, clashes = intersected(bar.filters, understood.filters)
    return Within(
        understood.question,
        understood.read_as,
        both,
        understood.asked,
        understood.dropped,
        understood.carried,
        understood.topic_switched,
        understood.filters,
        clashes,
        bar.filters,
    )


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
        return replace(alone, read_as=checked_question(choice.removeprefix(_EDIT)))
    if choice == _WITHOUT + _CARRIED:
        return replace(alone, filters=combined(understood.asked))
    number = choice.removeprefix(_WITHOUT)
    known = [str(place) for place in range(len(understood.asked))]
    return _less(alone, int(number)) if choice != number and number in known else None


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
    if not chips and not switched:
        return ""
    return "\n\n".join(('<div class="pq-reading">', " ".join((*switched, *chips)), "</div>\n\n"))


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
    if same and not _own(understood):
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
        chip(_meaning(one.text, one.filters), f"{_WITHOUT}{place}", title)
        for place, one in enumerate(understood.asked)
    ]
    before = ", ".join(said(_carried(understood), sort) for sort in _sorts(_carried(understood)))
    if before:
        chips.append(chip(f"still only {before}", _WITHOUT + _CARRIED, title))
    return chips


def _meaning(phrase: str, filters: Filters) -> str:
    if filters.articles:
        return "only from the article of the last answer"
    meant = ", ".join(said(filters, sort) for sort in _sorts(filters))
    return f"only {meant} (“{phrase}”)" if filters.after or filters.before else f"only {meant}"


def _less(understood: Understood, place: int) -> Understood:
    """The question without the filter of one phrase; those taken over stay."""
    left = (*understood.asked[:place], *understood.asked[place + 1 :])
    before, own = _carried(understood), combined(left)
    return replace(
        understood,
        asked=left,
        dropped=(*understood.dropped, understood.asked[place].text),
        filters=Filters(
            own.after or before.after,
            own.before or before.before,
            own.sources or before.sources,
            own.articles or before.articles,
        ),
    )


def _carried(understood: Understood) -> Filters:
    """The filters that no phrase of the question gives."""
    own, stated = _own(understood), combined(understood.asked)
    dated = stated.after is not None or stated.before is not None
    return Filters(
        None if dated else own.after,
        None if dated else own.before,
        () if stated.sources else own.sources,
        () if stated.articles else own.articles,
    )


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
