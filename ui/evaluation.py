"""``pullquote eval`` and ``pullquote calibrate``: the pipeline over a whole question set."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa.datatypes import Skipped
from qa.errors import InputError
from ui.options import (
    After,
    Asked,
    Before,
    Encoder,
    Mode,
    OneArticle,
    Reader,
    Source,
    Store,
    TopK,
    Workers,
    read_settings,
    to_filters,
)
from ui.terminal import name_skipped, say

if TYPE_CHECKING:
    from eval.questions import Question
    from eval.recorded import Recorded
    from eval.refit import Refit
    from qa.pipeline import Pipeline
    from qa.recalibration import Recalibration
    from qa.settings import Settings

QUESTIONS = "A question set: a file (JSONL, SQuAD JSON, MRQA, CSV) or a BEIR folder."


def evaluate_set(
    questions: Annotated[Path, typer.Argument(help=QUESTIONS)],
    out: Annotated[Path, typer.Option(help="Folder for rows and reports.")] = Path("evaluation"),
    mode: Annotated[
        Mode, typer.Option(help="open: from the store; gold: given paragraph.")
    ] = "open",
    limit: Annotated[int | None, typer.Option(help="Only the first N.", min=1)] = None,
    sample: Annotated[int | None, typer.Option(help="N drawn at random.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of --sample.")] = 0,
    workers: Workers = 1,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask again what a stopped run has answered.")
    ] = False,
    compare: Annotated[
        Path | None, typer.Option(help="report.json of an older run to compare with.")
    ] = None,
    store: Store = None,
    after: After = None,
    before: Before = None,
    source: Source = None,
    article: OneArticle = None,
    asked: Asked = None,
    top_k: TopK = None,
    encoder: Encoder = None,
    reader: Reader = None,
) -> None:
    """Answer a whole question set and report how well it went. Run the same command again to go on
    after a stop. With --compare it exits 1 when a measure fell significantly.

    Example: pullquote eval questions.jsonl --store store --out evaluation

    Example: pullquote eval questions.jsonl --out new --compare old/report.json
    """
    from eval.recorded import read_recorded
    from eval.run import Options, evaluate
    from qa.admission import checked_filters
    from ui.progress import Bar

    settings = read_settings(store=store, encoder=encoder, reader=reader, top_k=top_k)
    filters = checked_filters(to_filters(after, before, source, article, None))
    older = None if compare is None else read_recorded(compare)
    loaded, skipped = _questions(questions)
    pipeline, state = _opened(settings, mode)
    options = Options(
        mode=mode,
        limit=limit,
        sample=sample,
        seed=seed,
        filters=filters,
        asked=asked,
        name=questions.name,
        models=pipeline.models,
        state=state,
        workers=workers,
        resume=not fresh,
    )
    with Bar(" questions") as bar:
        report = evaluate(pipeline, loaded, out, options, skipped, progress=bar, say=say)
    _show(report.lines())
    say(f"Rows and reports are in {out}")
    if older is not None:
        _compare(older, out)


def calibrate(
    questions: Annotated[Path | None, typer.Argument(help=QUESTIONS)] = None,
    risk: Annotated[
        float, typer.Option(help="The share of wrong ones among the answered.", min=0, max=1)
    ] = 0.10,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what it would give; change nothing.")
    ] = False,
    reset: Annotated[
        bool, typer.Option("--reset", help="Go back to the confidence as shipped.")
    ] = False,
    workers: Workers = 1,
    store: Store = None,
    top_k: TopK = None,
    encoder: Encoder = None,
    reader: Reader = None,
) -> None:
    """Fit confidence and threshold to this archive, from questions about it whose answers are
    known, and keep them with its store. Feedback exported from the chat is such a set.

    Example: pullquote calibrate questions.jsonl --store store --risk 0.10

    Example: pullquote calibrate --reset --store store
    """
    settings = read_settings(store=store, encoder=encoder, reader=reader, top_k=top_k)
    if reset:
        _reset(settings)
        return
    if questions is None:
        raise InputError("Nothing to fit on. Name a question set, or pass --reset.")
    found, made = _refitted(settings, questions, risk, workers)
    _show(found.lines())
    if found.after.risk is not None and found.after.risk > risk:
        say(f"On questions not fitted on, more than {risk:.0%} are wrong; more questions help.")
    if settings.threshold is not None:
        say(f"The setting threshold = {settings.threshold} goes before the one found here.")
    if dry_run:
        say("Nothing was changed (--dry-run).")
        return
    _keep(settings, made)
    say(f"Kept in {settings.store}, for reader {made.reader}. 'calibrate --reset' undoes it.")


def calibration_line(found: "Recalibration | None") -> str:
    """Tell the calibration of a store in the manner of ``pullquote status``.

    :param found: that of the store.
    :returns: one line.
    """
    if found is None:
        return "calibration  as shipped"
    return (
        f"calibration  fitted on {found.questions:,} questions for a risk of {found.risk:.0%}, "
        f"{found.fitted_at}; answers from {found.threshold:.3f}; reader {found.reader}"
    )


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")


def _opened(settings: "Settings", mode: str) -> tuple["Pipeline", dict[str, Any]]:
    """Open the pipeline, and tell what its answers depend on beside settings and models."""
    from qa.models import load_calibration
    from qa.pipeline import build_pipeline, build_reader_pipeline

    if mode != "open":
        return build_reader_pipeline(settings), {"calibration": repr(load_calibration(settings))}
    pipeline = build_pipeline(settings, warn=say)
    return pipeline, store_state(settings)


def store_state(settings: "Settings") -> dict[str, Any]:
    """Tell what the answers from a store depend on beside settings and models.

    :param settings: where the store is.
    :returns: the calibration, and what is published now.
    :raises StoreError: the store cannot be read.
    """
    from qa import recalibration
    from qa.models import load_calibration
    from qa.store import Store as StoreFolder

    with StoreFolder.open(settings.store).catalog() as catalog:
        published = catalog.published
        found = recalibration.load(catalog.connection, settings.store)
    return {
        "calibration": repr(load_calibration(settings)),
        "generation": catalog.generation,
        "published_at": None if published is None else published.published_at,
        "recalibration": None if found is None else asdict(found),
    }


def _compare(older: "Recorded", out: Path) -> None:
    """Compare the run that was just written with an older one; exit 1 on a regression."""
    from eval.compare_page import lines
    from eval.recorded import compare_recorded, read_recorded

    comparison = compare_recorded(older, read_recorded(out), out)
    _show(lines(comparison))
    if comparison.regression:
        raise typer.Exit(1)


def _refitted(
    settings: "Settings", path: Path, risk: float, workers: int
) -> tuple["Refit", "Recalibration"]:
    from eval.refit import attempts_of, refit
    from qa.models import load_calibration
    from qa.pipeline import build_pipeline
    from qa.recalibration import Recalibration
    from qa.schema import now
    from ui.progress import Bar

    asked, _ = _questions(path)
    if all(question.answers is None for question in asked):
        raise InputError(f"{path} tells no answers, only articles: there is nothing to fit on.")
    every_candidate = settings.model_copy(update={"threshold": 0.0})
    pipeline = build_pipeline(every_candidate, warn=say, recalibrated=False)
    with Bar(" questions") as bar:
        attempts = attempts_of(pipeline, asked, workers, progress=bar)
    shipped = load_calibration(settings)
    found = refit(attempts, shipped.threshold, risk)
    made = Recalibration(
        slope=found.line.slope,
        intercept=found.line.intercept,
        threshold=found.threshold,
        reader=pipeline.models["reader"],
        fitted_at=now(),
        questions=len(attempts),
        risk=risk,
        calibrator=shipped.id,
    )
    return found, made


def _questions(path: Path) -> tuple["list[Question]", list[Skipped]]:
    from eval.questions import load_questions

    skipped: list[Skipped] = []
    loaded = load_questions(path, skipped.append)
    for item in skipped:
        name_skipped(item)
    return loaded, skipped


def _keep(settings: "Settings", made: "Recalibration") -> None:
    from qa import recalibration
    from qa.store import Store as StoreFolder

    with StoreFolder.open(settings.store).writing() as connection:
        recalibration.save(connection, made)


def _reset(settings: "Settings") -> None:
    from qa import recalibration
    from qa.store import Store as StoreFolder

    with StoreFolder.open(settings.store).writing() as connection:
        there = recalibration.forget(connection)
    say("The calibration is as shipped again." if there else "There was nothing to undo.")
