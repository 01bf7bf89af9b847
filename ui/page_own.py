"""The page of one's own articles: add them, see what became of each, remove them again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import InputError, PullquoteError
from ui import page_frame
from ui.brought import Files, Source, pasted
from ui.browsers import owner
from ui.desk import Job
from ui.intake import job_of
from ui.own import OwnArticles, Scope
from ui.render_own import (
    render_article,
    render_fates,
    render_held,
    render_limits,
    render_plain,
)
from ui.uploads import take

if TYPE_CHECKING:
    import gradio as gr

    from qa.inventory import Listed

PATH = "/articles"
_STEP = 0.15  # seconds between two looks at a job
_HEAD = (
    "Articles of your own. Only this browser sees them: no one else who uses this Pullquote, and "
    "no other machine."
)
_PROGRAM = "This needs a browser that keeps cookies. Allow them for this page, then load it again."
_SCOPES: tuple[tuple[str, Scope], ...] = (
    ("Archive and my articles", "both"),
    ("The archive", "archive"),
    ("My articles", "own"),
)
_FAILED = "Something went wrong here. Try it again; the log says what."
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def whose(request: "gr.Request") -> str | None:
    """Name the browser behind an event.

    :param request: of the event.
    :returns: as ``ui.browsers.owner``.
    """
    return owner({"cookie": request.headers.get("cookie") or ""})


def lay_out_scope() -> "gr.Radio":
    """Lay out the choice of what is asked, hidden until there is something to choose.

    :returns: the choice; its value goes to :func:`scope_of`.
    """
    import gradio as gr

    return gr.Radio(
        [*_SCOPES],
        value="both",
        label="Ask",
        show_label=False,
        container=False,
        elem_id="pq-scope",
        visible=False,
        interactive=True,
    )


def scope_of(chosen: object) -> Scope:
    """Read the choice; whatever else is sent means both.

    :param chosen: what was sent.
    :returns: the scope.
    """
    return next((scope for _, scope in _SCOPES if scope == chosen), "both")


def lay_out(own: OwnArticles) -> None:
    """Lay out the page.

    :param own: the stores of all browsers.
    """
    import gradio as gr
    from gradio.utils import get_upload_folder

    page_frame.masthead(_HEAD)
    held: Any = gr.State(None)  # until it is known
    files = gr.File(
        label="Files",
        file_count="multiple",
        height=160,
        elem_id="pq-drop",
    )
    with gr.Accordion("Or paste a text", open=False, elem_id="pq-paste"):
        text = gr.Textbox(label="Text", lines=8, max_lines=16)
        with gr.Row():
            title = gr.Textbox(label="Headline (optional)", max_lines=1)
            outlet = gr.Textbox(label="Outlet (optional)", max_lines=1)
            day = gr.Textbox(label="Date (optional)", placeholder="2019-05-27", max_lines=1)
        add = gr.Button("Add this text", variant="primary")
    fates = gr.Markdown(elem_id="pq-progress")
    boxes = [text, title, outlet, day]

    async def take_files(sent: Any, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        def brought(name: str) -> Source:
            uploads = Path(get_upload_folder())
            return Files(take(sent, uploads, own.folder(name).parent), own.settings)

        async for said, _ in _added(own, whose(request), brought):
            yield None, said, gr.skip()
        yield None, gr.skip(), _listed(own, request)

    async def take_text(
        typed: Any, named: Any, source: Any, when: Any, request: gr.Request
    ) -> AsyncIterator[tuple[Any, ...]]:
        kept = [gr.skip()] * 4
        try:
            brought = pasted(typed, named, source, when, own.settings)
        except InputError as error:
            yield *kept, render_plain(str(error)), gr.skip()
            return
        after: list[Any] = kept
        async for said, done in _added(own, whose(request), lambda _: brought):
            after = [""] * 4 if done else kept
            yield *kept, said, gr.skip()
        yield *after, gr.skip(), _listed(own, request)

    async def come_back(request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        name = whose(request)
        yield gr.skip(), _listed(own, request)
        job = None if name is None else own.desk.of(name)
        if job is not None:
            async for said, _ in _followed(own, job):
                yield said, gr.skip()
            yield gr.skip(), _listed(own, request)

    # Without Gradio's own preparation, which copies files and leaves some; all is checked in take.
    files.upload(
        take_files,
        files,
        [files, fates, held],
        preprocess=False,
        concurrency_limit=None,
        **_QUIET,
    )
    gr.on(
        [add.click],
        take_text,
        boxes,
        [*boxes, fates, held],
        concurrency_limit=None,
        **_QUIET,
    )
    _lay_out_list(own, held, fates)
    gr.Markdown(render_limits(own.settings), elem_id="pq-limits")
    gr.on(None, come_back, None, [fates, held], concurrency_limit=None, **_QUIET)


def _lay_out_list(own: OwnArticles, held: Any, fates: Any) -> None:
    """The articles that are there, each with its button."""
    import gradio as gr

    def drop(article_id: str | None) -> Callable[..., tuple[Any, ...]]:
        def dropped(request: gr.Request) -> tuple[Any, ...]:
            said = ""
            try:
                if article_id is None:
                    own.clear(whose(request))
                else:
                    own.remove(whose(request), article_id)
            except PullquoteError as error:
                said = render_plain(str(error) if isinstance(error, InputError) else _FAILED)
            return said, _listed(own, request)

        return dropped

    @gr.render(inputs=[held], show_progress="hidden")  # type: ignore[untyped-decorator]
    def show(listed: "tuple[Listed, ...] | None") -> None:
        if listed is None:
            return
        with gr.Column(elem_id="pq-held"):
            gr.Markdown(f"## What is here\n\n{render_held(listed)}")
            for one in listed:
                with gr.Row(elem_classes="pq-own"):
                    gr.Markdown(render_article(one))
                    remove = gr.Button("Remove", size="sm", scale=0, min_width=90)
                remove.click(drop(one.id), None, [fates, held], **_QUIET)
            if len(listed) > 1:
                with gr.Accordion("Remove all", open=False, elem_classes="pq-all"):
                    everything = gr.Button(f"Remove all {len(listed)} articles", variant="stop")
                everything.click(drop(None), None, [fates, held], **_QUIET)


def _listed(own: OwnArticles, request: "gr.Request") -> "tuple[Listed, ...]":
    try:
        return own.listed(whose(request))
    except PullquoteError:
        return ()


async def _added(
    own: OwnArticles, name: str | None, brought: Callable[[str], Source]
) -> AsyncIterator[tuple[str, bool]]:
    """Put a job on the desk and tell how it goes, and whether all of it is done."""
    if name is None:
        yield render_plain(_PROGRAM), False
        return
    source = await asyncio.to_thread(brought, name)
    job = job_of(own, name, source)
    try:
        own.desk.put(job)
    except InputError as error:
        source.leave()
        yield render_plain(str(error)), False
        return
    async for told in _followed(own, job):
        yield told


async def _followed(own: OwnArticles, job: Job) -> AsyncIterator[tuple[str, bool]]:
    """Tell how a job goes, whenever there is news, until it ended."""
    last = None
    while True:
        ended = job.ended
        said = render_fates(job.fates, own.desk.ahead(job))
        if said != last:
            yield said, all(fate.stage == "done" for fate in job.fates)
            last = said
        if ended:
            return
        await asyncio.sleep(_STEP)
