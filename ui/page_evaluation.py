"""The page that runs a question set over the archive, and shows how it went."""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from qa.errors import PullquoteError
from ui.archive import Archive
from ui.browsers import owner
from ui.courtesy import Courtesy
from ui.evaluation_desk import Desk
from ui.findings import render_left_out, render_misses, render_pace, render_report
from ui.kept_runs import FORMS, Kept
from ui.page_frame import QUIET, followed, masthead, target
from ui.question_sets import FOLDER, OWN
from ui.render import render_no_archive, render_notice

USUAL = 50
POLL_S = 0.4
_MODES = (("The whole archive", "open"), ("The paragraph that each question brings", "gold"))


def lay_out(
    page: Any, archive: Archive, store: Path, courtesy: Courtesy, uploads: bool = True
) -> None:
    """Lay out the page.

    :param page: the page, for its event of being opened.
    :param archive: what is asked.
    :param store: where runs are kept.
    :param courtesy: lets people's questions go first.
    :param uploads: whether browsers may give files.
    """
    import gradio as gr

    desk = Desk(archive, store, courtesy)
    masthead("How well the archive answers")
    said = gr.Markdown(visible=False, elem_id="pq-empty")
    with gr.Column(visible=False, elem_id="pq-evaluation") as body:
        gr.Markdown(
            "## Run a question set\n\nQuestions with known answers are asked of the archive as it "
            "is. The page then shows how many were answered right, and why the others were not.",
            elem_classes=["pq-head"],
        )
        with gr.Row(elem_id="pq-set"):
            chosen = gr.Radio([OWN], value=OWN, label="Questions", interactive=True, min_width=300)
            mode = gr.Radio(
                [*_MODES], value="open", label="Answers from", interactive=True, min_width=300
            )
            file = gr.File(
                label="JSONL, SQuAD JSON, CSV or TSV, up to 5 MB", file_types=[*FORMS], height=110
            )
        none = gr.Markdown(_none(), visible=False, elem_id="pq-no-sets")
        with gr.Row(elem_id="pq-run"):
            sample = gr.Number(
                USUAL, label="Questions, drawn at random", precision=0, minimum=1, min_width=120
            )
            seed = gr.Number(0, label="Seed of the draw", precision=0, minimum=0, min_width=120)
            start = gr.Button("Run", variant="primary", min_width=88)
            stop = gr.Button("Stop", visible=False, min_width=88)
        notice = gr.Markdown(visible=False, elem_id="pq-run-notice")
        # Nothing but numbers is in the first, nor in the plots.
        progress = gr.Markdown(visible=False, elem_id="pq-progress", sanitize_html=False)
        number, shown = gr.State(None), gr.State(None)
        with gr.Column(visible=False, elem_id="pq-findings", elem_classes=["pq-shown"]) as findings:
            figures = gr.Markdown(elem_id="pq-measures")
            drawn = gr.Markdown(elem_id="pq-plots", sanitize_html=False)
            misses = gr.Markdown(elem_id="pq-misses", elem_classes=["pq-list"])
            left_out = gr.Markdown(elem_id="pq-left-out")
            download = gr.DownloadButton("Download the report", elem_id="pq-download")
        gr.Markdown("## Runs of this browser", elem_classes=["pq-head"])
        link, follow = followed("pq-run-link")
        kept = gr.Markdown(elem_id="pq-runs", elem_classes=["pq-list"])

    def opened(request: gr.Request) -> dict[Any, Any]:
        browser = _browser(request)
        try:
            pipeline = desk.opened().pipeline
            run = desk.run(browser)
        except PullquoteError as error:
            return {said: gr.update(value=render_notice(str(error)), visible=True)}
        if pipeline is None:
            return {said: gr.update(value=render_no_archive(store), visible=True)}
        choices = [one.label for one in desk.sets(browser)] + ([OWN] if uploads else [])
        first = choices[0] if choices else None
        return {
            said: gr.update(visible=False),
            body: gr.update(visible=True),
            chosen: gr.update(choices=choices, value=first, visible=choices not in ([], [OWN])),
            file: gr.update(visible=first == OWN),
            none: gr.update(visible=not choices),
            kept: desk.runs(browser),
            number: None if run is None else run.number,
        }

    def started(
        chosen: Any, file: Any, sample: Any, seed: Any, mode: Any, request: gr.Request
    ) -> tuple[Any, ...]:
        browser = _browser(request)
        return attempted(browser, lambda: desk.start(browser, chosen, file, sample, seed, mode))

    def followed_link(sent: Any, request: gr.Request) -> tuple[Any, ...]:
        browser = _browser(request)
        wanted = target(sent, ("run", "resume", "drop"))
        if wanted is None:
            return gr.skip(), None, gr.skip()
        kind, which = wanted
        if kind == "resume":
            return attempted(browser, lambda: desk.go_on(browser, which))
        if kind == "drop":
            desk.remove(browser, which)
            return gr.update(visible=False), None, desk.runs(browser)
        return gr.update(visible=False), which, gr.skip()

    def attempted(browser: str | None, begin: Callable[[], int]) -> tuple[Any, ...]:
        try:
            begun = begin()
        except PullquoteError as error:
            return gr.update(value=render_notice(str(error)), visible=True), None, gr.skip()
        return gr.update(visible=False), begun, desk.runs(browser)

    async def watched(number: Any, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        run = desk.run(_browser(request))
        if run is None or run.number != number:
            yield gr.skip(), gr.skip(), gr.skip()
            return
        # Each turn gives the server the chance to end this when the browser has gone.
        while run.under_way:
            run.renew()
            yield (
                gr.update(value=render_pace(run.pace()), visible=True),
                gr.update(visible=True),
                (gr.update(interactive=False)),
            )
            await asyncio.sleep(POLL_S)
        yield gr.update(visible=False), gr.update(visible=False), gr.update(interactive=True)

    def found(number: Any, request: gr.Request) -> dict[Any, Any]:
        if number is None:
            return {shown: gr.skip()}
        browser = _browser(request)
        listed = desk.runs(browser)
        try:
            runs = desk.kept(browser)
            one = runs.get(number)
            if not one.finished:
                return {
                    notice: gr.update(value=render_notice(_why_not(one)), visible=True),
                    findings: gr.update(visible=False),
                    kept: listed,
                }
            report = runs.report(number)
        except PullquoteError as error:
            return {
                notice: gr.update(value=render_notice(str(error)), visible=True),
                findings: gr.update(visible=False),
                kept: listed,
            }
        return {
            notice: gr.update(visible=False),
            findings: gr.update(visible=True),
            figures: render_report(report, one.name),
            drawn: desk.drawings(report),
            misses: render_misses(report),
            left_out: render_left_out(report),
            download: _lent(runs.path(number) / "report.html", number),
            kept: listed,
        }

    def stopped(request: gr.Request) -> None:
        run = desk.run(_browser(request))
        if run is not None:
            run.stop()

    parts = [notice, findings, figures, drawn, misses, left_out, download, kept, shown]
    loaded = page.load(opened, None, [said, body, chosen, file, none, kept, number], **QUIET)
    asked = [chosen, file, sample, seed, mode]
    begun = start.click(started, asked, [notice, number, kept], **QUIET)
    led = follow.click(followed_link, link, [notice, number, kept], **QUIET)
    for begin in (loaded, begun, led):
        watch = begin.then(
            watched, number, [progress, stop, start], concurrency_limit=None, **QUIET
        )
        watch.then(found, number, parts, **QUIET)
    stop.click(stopped, None, None, **QUIET)
    chosen.input(lambda one: gr.update(visible=one == OWN), chosen, file, **QUIET)


def _none() -> str:
    return (
        f"There is no question set here yet. Put files into the folder `{FOLDER}` of the store "
        f"({', '.join(FORMS)}), or correct answers in the chat; then open this page again."
    )


def _browser(request: Any) -> str | None:
    return owner({"cookie": request.headers.get("cookie", "")})


def _why_not(run: Kept) -> str:
    if run.error is not None:
        return run.error
    return "This run was stopped before its end. 'Go on' takes it up where it stood."


def _lent(path: Path, number: int) -> str | None:
    """Copy a report to where the server may hand it out, under a name that nobody guesses."""
    folder = Path(os.environ.get("GRADIO_TEMP_DIR", tempfile.gettempdir())) / secrets.token_hex(16)
    try:
        folder.mkdir(parents=True, mode=0o700)
        return str(shutil.copyfile(path, folder / f"evaluation-{number}.html"))
    except OSError:
        return None
