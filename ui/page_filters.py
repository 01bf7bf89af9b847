"""The filter bar above the question box: its fields, its chips, and what happens when they change.

The script of the page takes what a chip asks for into a hidden box and presses a hidden button, so
that a chip needs no event of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import TYPE_CHECKING, Any, cast

from qa.catalog import Headline
from qa.errors import PullquoteError
from ui.archive import Opened
from ui.chips import chip
from ui.filters import PICK, Bar, Fields, bar_chips, full_names, read_bar, without
from ui.page_article import Current
from ui.page_frame import QUIET
from ui.understanding import bar_command
from ui.words import date_words, escape

if TYPE_CHECKING:
    import gradio as gr

_FOUND = 6
_DATES = "2019 or 2019-05-27"
Event = Callable[..., Any]
_LATEST: dict[str, Any] = {**QUIET, "trigger_mode": "always_last"}


@dataclass(frozen=True)
class FilterBar:
    """The parts of the bar that the page of the conversation wires to its events.

    :param fields: what goes into ``read``, in its order.
    :param shown: what ``less`` updates.
    :param said: holds the command of a chip in the conversation once ``pressed`` is clicked.
    """

    current: Current
    fields: "list[gr.components.Component]"
    shown: "list[gr.components.Component]"
    offered: "gr.State"
    said: "gr.Textbox"
    pressed: "gr.Button"

    def read(self, opened: Opened, values: Sequence[Any]) -> Bar:
        """Check what the fields hold.

        :param opened: the archive as it is now.
        :param values: of ``fields``.
        :returns: what the bar is set to.
        """
        return _bar(opened, Fields(*values))

    def less(self, opened: Opened, values: Sequence[Any], choice: object) -> tuple[Bar, list[Any]]:
        """Take out what a chip of the conversation drops from the bar.

        :param opened: the archive as it is now.
        :param values: of ``fields``.
        :param choice: the command of the chip, from the browser.
        :returns: what the bar is set to from then on, and updates of ``shown``.
        """
        before = Fields(*values)
        left = without(before, bar_command(choice), opened.outlets)
        return _bar(opened, left), _changes(opened, before, left)

    def follow(self, answered: Any) -> None:
        """Offer the outlets of the newest generation after an event.

        :param answered: the event of an answer.
        """
        answered.then(self.refreshed(), self.offered, [self.offered, self.fields[2]], **QUIET)

    def refreshed(self) -> Event:
        """Make the event that offers the outlets as they are now.

        :returns: takes those that are offered, gives updates of them and of their field.
        """
        import gradio as gr

        def refresh(opened: Opened, offered: tuple[str, ...] | None) -> tuple[Any, Any]:
            if opened.outlets == offered:
                return gr.skip(), gr.skip()
            return opened.outlets, gr.update(choices=list(opened.outlets))

        return _over(self.current, refresh)


def filter_bar(current: Current) -> FilterBar:
    """Lay out the bar.

    :param current: gives the archive and the own articles whose outlets and headlines are offered.
    :returns: its parts.
    """
    import gradio as gr

    offered, article = gr.State(None), gr.State(None)
    with gr.Column(elem_id="pq-filters"):
        chips = gr.Markdown(elem_id="pq-bar-chips", container=False)
        with gr.Accordion("Filters", open=False, elem_id="pq-bar"):
            *boxes, found = _fields()
        note = gr.Markdown(elem_id="pq-bar-note", container=False)
        command, go = _hidden("pq-bar")
        done = gr.Textbox(elem_id="pq-bar-done", elem_classes="pq-hidden", container=False)
    fields = cast(Any, [*boxes, article])
    shown = cast(Any, [*fields, chips, note, found])
    bar = FilterBar(current, fields, shown, offered, *_hidden("pq-said"))
    _wire(bar, command, go, done)
    return bar


def _fields() -> list[Any]:
    """What opens below the line: the fields in the order of ``Fields``, and what was looked up."""
    import gradio as gr

    with gr.Row(elem_id="pq-bar-dates"):
        after, before = _text("From", _DATES), _text("To", _DATES)
        today = _text("Today is", "the real date, or 2019-05-27")
    outlets = gr.Dropdown(
        [],
        label="Outlets",
        multiselect=True,
        allow_custom_value=True,
        value=[],
        elem_id="pq-bar-outlets",
    )
    headline = _text("One article", "Words of its headline, or its id")
    found = gr.Markdown(elem_id="pq-bar-found", container=False)
    return [after, before, outlets, headline, today, found]


def _wire(bar: FilterBar, command: "gr.Textbox", go: "gr.Button", done: "gr.Textbox") -> None:
    """What happens when a field changes, a chip is pressed, or the page is opened."""
    import gradio as gr

    after, before, outlets, headline, today, _ = cast(Any, bar.fields)
    chips, note, found = bar.shown[-3:]
    changed, named, looked_up, entered, commanded = (
        _over(bar.current, act) for act in (_changed, _named, _typed, _submitted, _commanded)
    )
    for box in (after, before, today):
        gr.on([box.blur, box.submit], changed, bar.fields, [chips, note], **_LATEST)
    outlets.change(named, bar.fields, [outlets, chips, note], **_LATEST)
    headline.change(looked_up, bar.fields, [found, chips, note], **_LATEST)
    headline.submit(entered, bar.fields, bar.shown, **QUIET)
    every: dict[str, Any] = {**QUIET, "trigger_mode": "multiple", "concurrency_limit": 1}
    pressed = go.click(commanded, [command, *bar.fields], [done, *bar.shown], **every)
    # A field that was left for the chip may be read before the chip is obeyed, and told after.
    pressed.then(changed, bar.fields, [chips, note], **QUIET)
    # Without a trigger it runs when the page is opened.
    gr.on(None, bar.refreshed(), bar.offered, [bar.offered, outlets], **QUIET)


def _over(current: Current, act: Callable[..., Any]) -> Event:
    """An event over what the browser that it comes from may ask now."""
    import gradio as gr

    def event(request: gr.Request, *values: Any) -> Any:
        return act(current("both", request), *values)

    return event


def _changed(opened: Opened, *values: Any) -> tuple[Any, ...]:
    return _told(_bar(opened, Fields(*values)))


def _named(opened: Opened, *values: Any) -> tuple[Any, ...]:
    fields = Fields(*values)
    return _resolved(opened, fields.outlets), *_told(_bar(opened, fields))


def _typed(opened: Opened, *values: Any) -> tuple[Any, ...]:
    fields = Fields(*values)
    bar = _bar(opened, fields)
    # While the words are typed, that none is chosen yet is no fault.
    calm = replace(bar, fault=None) if bar.fault == PICK else bar
    return _looked_up(opened, fields.headline), *_told(calm)


def _submitted(opened: Opened, *values: Any) -> list[Any]:
    fields = Fields(*values)
    return _changes(opened, fields, _entered(opened, fields))


def _commanded(opened: Opened, said: Any, *values: Any) -> list[Any]:
    """The changes, after a word by which the script knows that its command was obeyed."""
    fields = Fields(*values)
    return [token_hex(4), *_changes(opened, fields, _obeyed(opened, fields, said))]


def _text(label: str, placeholder: str) -> "gr.Textbox":
    import gradio as gr

    return gr.Textbox(label=label, placeholder=placeholder, max_lines=1, min_width=120)


def _hidden(name: str) -> "tuple[gr.Textbox, gr.Button]":
    """A box and a button for the script; the style takes both out of sight and reach."""
    import gradio as gr

    said = gr.Textbox(elem_id=f"{name}-command", elem_classes="pq-hidden", container=False)
    return said, gr.Button("Go", elem_id=f"{name}-go", elem_classes="pq-hidden")


def _bar(opened: Opened, fields: Fields) -> Bar:
    if opened.pipeline is None:
        return Bar()
    return read_bar(fields, opened.outlets, opened.pipeline.article)


def _view(opened: Opened, fields: Fields) -> list[Any]:
    """The values of all that is shown: the fields, and what stands around them."""
    texts = [fields.after, fields.before, fields.headline, fields.today]
    after, before, headline, today = ("" if text is None else text for text in texts)
    outlets = fields.outlets if isinstance(fields.outlets, list) else []
    around = (*_told(_bar(opened, fields)), _looked_up(opened, fields.headline))
    return [after, before, outlets, headline, today, fields.article, *around]


def _changes(opened: Opened, before: Fields, after: Fields) -> list[Any]:
    """Updates of all that is shown. A field that stays may hold other words by now: it is left."""
    import gradio as gr

    old, new = _view(opened, before), _view(opened, after)
    return [gr.skip() if one == other else other for one, other in zip(old, new, strict=True)]


def _told(bar: Bar) -> tuple[str, str]:
    """The chips, and what is wrong."""
    chips = [chip(text, command, "Remove this filter") for text, command in bar_chips(bar)]
    fault = f'<span class="pq-fault">{escape(bar.fault)}</span>' if bar.fault else ""
    return " ".join(chips), fault


def _resolved(opened: Opened, typed: Any) -> Any:
    """The full names of outlets of which parts were typed."""
    import gradio as gr

    names = full_names(typed, opened.outlets)
    return gr.skip() if names == typed else names


def _obeyed(opened: Opened, fields: Fields, command: object) -> Fields:
    """The fields once a chip has taken something out, or chosen the only article."""
    if not isinstance(command, str):
        return fields
    kind, _, article_id = command.partition(" ")
    if kind != "only" or opened.pipeline is None:
        return without(fields, command, opened.outlets)
    try:
        found = opened.pipeline.article(article_id)
    except PullquoteError:
        return fields
    return replace(fields, article=found.id, headline=None)


def _entered(opened: Opened, fields: Fields) -> Fields:
    """The fields after Enter behind a headline: the article is chosen if only that one is meant."""
    found = _found(opened, fields.headline)
    exact = [one for one in found if one.id == str(fields.headline).strip()]
    meant = exact or (found if len(found) == 1 else [])
    return replace(fields, article=meant[0].id, headline=None) if meant else fields


def _found(opened: Opened, typed: object) -> list[Headline]:
    if opened.pipeline is None or not isinstance(typed, str) or not typed.strip():
        return []
    try:
        return opened.pipeline.find_articles(typed, _FOUND)
    except PullquoteError:
        return []


def _looked_up(opened: Opened, typed: object) -> str:
    """The articles whose headlines hold the words, each on a button."""
    found = _found(opened, typed)
    if found:
        return " ".join(_offered(one) for one in found)
    nothing = isinstance(typed, str) and typed.strip()
    return "No article has this id, or these words in its headline." if nothing else ""


def _offered(one: Headline) -> str:
    about = " · ".join(part for part in (one.source, date_words(one.published)) if part)
    text = f"{one.title or one.id} ({about})"
    return chip(text, f"only {one.id}", "Ask only this article", "pq-take")
