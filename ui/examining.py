"""A question set that was given to the page, asked of the open archive, and kept."""

from dataclasses import replace
from pathlib import Path

from eval.questions import Question, load_questions
from eval.run import Options, evaluate
from qa.datatypes import Skipped
from qa.errors import InputError, PullquoteError
from qa.pipeline import Pipeline
from ui.archive import Opened
from ui.evaluation import store_state
from ui.kept_runs import Kept, KeptRuns
from ui.running import Stopped, Told

MOST_BYTES = 5 * 2**20
MOST_QUESTIONS = 2000
MOST_SKIPPED = 200
_GZIP = b"\x1f\x8b"
_FAILED = "Something went wrong in this run, not with your questions. The log says what."
_NO_PARAGRAPHS = (
    "This set brings no paragraphs to read. Choose the whole archive, or a set in SQuAD JSON."
)


def read_upload(path: Path) -> bytes:
    """Take a file that was uploaded.

    :param path: where the server put it.
    :returns: its bytes.
    :raises InputError: it is too large, packed or cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError("The file did not arrive. Choose it again.") from error
    if len(data) > MOST_BYTES:
        raise InputError("The file has more than 5 MB. Give a part of it.")
    if data.startswith(_GZIP):
        raise InputError("The file is packed. Unpack it first.")
    return data


def examine(runs: KeptRuns, kept: Kept, opened: Opened, told: Told) -> None:
    """Ask the questions of a run and keep how it ended.

    :param runs: those of the browser.
    :param kept: the run; where a part of it was done before, it goes on from there.
    :param opened: the archive.
    :param told: called as ``(done, total)`` after each question; may raise ``Stopped``.
    :raises PullquoteError: the set or the archive cannot be used; says it without a path.
    """
    path, total, error = runs.questions(kept), 0, None

    def noted(done: int, of: int) -> None:
        nonlocal total
        total = of
        told(done, of)

    try:
        _evaluate(runs, kept, opened, noted)
    except Stopped:
        raise
    except PullquoteError as fault:
        error = _without_path(str(fault), path, kept.name)
        raise InputError(error) from fault
    except Exception:
        error = _FAILED
        raise
    finally:
        runs.finish(kept, total, error)


def _evaluate(runs: KeptRuns, kept: Kept, opened: Opened, told: Told) -> None:
    pipeline = opened.pipeline
    if not isinstance(pipeline, Pipeline):
        raise InputError("There are no articles to ask. Add some first.")
    questions, skipped = _load(runs.questions(kept), kept.name)
    if kept.mode == "gold" and any(question.context is None for question in questions):
        raise InputError(_NO_PARAGRAPHS)
    state = store_state(pipeline.settings)
    options = Options(
        mode=kept.mode,
        sample=min(kept.sample, MOST_QUESTIONS),
        seed=kept.seed,
        name=kept.name,
        models=pipeline.models,
        state=state if state["generation"] == opened.generation else None,
    )
    evaluate(pipeline, questions, runs.path(kept.number), options, skipped, told, say=_ignore)


def _load(path: Path, name: str) -> tuple[list[Question], list[Skipped]]:
    """Read a set, and name its bad rows up to a number."""
    skipped: list[Skipped] = []
    left_out = 0

    def note(item: Skipped) -> None:
        nonlocal left_out
        if len(skipped) < MOST_SKIPPED:
            skipped.append(replace(item, origin=_without_path(item.origin, path, name)))
        else:
            left_out += 1

    questions = load_questions(path, note)
    if left_out:
        skipped.append(Skipped(name, f"{left_out:,} more rows could not be used"))
    return questions, skipped


def _without_path(text: str, path: Path, name: str) -> str:
    return text.replace(str(path), name)


def _ignore(line: str) -> None:
    pass
