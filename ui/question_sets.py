"""The question sets that the evaluation page offers to a browser."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qa.errors import PullquoteError
from ui.archive import Opened
from ui.feedback import Feedback
from ui.feedback_export import squad
from ui.kept_runs import FORMS
from ui.samples import sample_set

SAMPLE, FEEDBACK, OWN = "The sample questions", "My feedback", "A file of questions"
FOLDER = "questions"
_FEEDBACK_FILE = "my-feedback.json"


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set under the name that is offered. ``read`` gives its file, or what to keep of it."""

    label: str
    name: str
    read: Callable[[], Path | bytes]


def question_sets(
    opened: Opened, store: Path, feedback: Feedback, browser: str | None
) -> list[QuestionSet]:
    """Find the sets that a browser may run without giving a file.

    :param opened: the archive as it is now.
    :param store: its folder; sets lie in its folder ``questions``.
    :param feedback: of everyone.
    :param browser: whose corrections are a set; None for a program.
    :returns: the sample questions where the archive is that one, the questions whose right answers
        this browser has told, and the files beside the store by name.
    """
    if opened.pipeline is None:
        return []
    found = []
    sample = sample_set(opened.pipeline)
    if sample is not None:
        found.append(QuestionSet(SAMPLE, SAMPLE, lambda: sample))
    told = _corrected(opened, feedback, browser)
    if told is not None:
        found.append(QuestionSet(FEEDBACK, _FEEDBACK_FILE, lambda: told))
    return found + [_lying(path) for path in _files(store / FOLDER)]


def _corrected(opened: Opened, feedback: Feedback, browser: str | None) -> bytes | None:
    """The feedback of a browser as a set; None where no question in it has a known answer."""
    if browser is None or opened.pipeline is None:
        return None
    try:
        made = squad(feedback.everything(browser), opened.pipeline.article)
    except PullquoteError:
        return None
    return json.dumps(made).encode() if made["data"] else None


def _lying(path: Path) -> QuestionSet:
    return QuestionSet(path.name, path.name, lambda: path)


def _files(folder: Path) -> list[Path]:
    """The files of a form that can be read, by name; no links, which may lead anywhere."""
    if not folder.is_dir():
        return []
    named = (path for path in folder.iterdir() if path.suffix.lower() in FORMS)
    return sorted(path.resolve() for path in named if path.is_file() and not path.is_symlink())
