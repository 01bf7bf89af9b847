"""What the evaluation page does for a browser: start runs, go on, list, remove, draw."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import get_args

from eval.plots import plots
from eval.report import Report
from eval.run import Mode
from qa.errors import InputError
from ui.archive import Archive, Opened
from ui.chat_file import ChatFile
from ui.courtesy import Courtesy
from ui.examining import MOST_QUESTIONS, examine, read_upload
from ui.feedback import Feedback
from ui.findings import render_runs
from ui.kept_runs import Kept, KeptRuns
from ui.question_sets import OWN, QuestionSet, question_sets
from ui.render import render_notice
from ui.running import LEASE_S, Run, Runner, Work

BUSY = "An evaluation is under way. One runs at a time on this server; try again when it ends."
NO_COOKIE = "Runs are kept by a cookie, and this browser sends none. Allow it for this page."


class Desk:
    """What the page does, whoever is at it: everything a browser names is looked up among its own.

    :param archive: what is asked.
    :param store: where runs are kept.
    :param courtesy: lets people's questions go first.
    :param lease: seconds for which a run goes on without being looked at.
    """

    def __init__(
        self, archive: Archive, store: Path, courtesy: Courtesy, lease: float = LEASE_S
    ) -> None:
        self._archive = archive
        self._store = store
        self._runner = Runner(courtesy, lease)
        self._drawing = threading.Lock()
        self._feedback = Feedback(ChatFile(store))

    def kept(self, browser: str | None) -> KeptRuns:
        """Open the runs of a browser.

        :param browser: as ``ui.browsers.owner`` names it.
        :returns: its runs.
        :raises InputError: it has no cookie.
        """
        if browser is None:
            raise InputError(NO_COOKIE)
        return KeptRuns(self._store, browser)

    def opened(self) -> Opened:
        """Open the newest generation of the archive."""
        return self._archive.current()

    def run(self, browser: str | None) -> Run | None:
        """Give the run of a browser that is under way."""
        return self._runner.of(browser)

    def sets(self, browser: str | None) -> list[QuestionSet]:
        """Find the question sets that a browser may run without giving a file."""
        return question_sets(self.opened(), self._store, self._feedback, browser)

    def start(
        self,
        browser: str | None,
        chosen: object,
        file: object,
        sample: object,
        seed: object,
        mode: object = "open",
    ) -> int:
        """Start a run.

        :param browser: who asks for it.
        :param chosen: the label of one of ``sets``, or ``OWN``.
        :param file: where the server put a file that was uploaded.
        :param sample: how many questions to draw.
        :param seed: of the draw.
        :param mode: ``open`` searches the archive, ``gold`` reads the paragraphs of the set.
        :returns: its number.
        :raises InputError: something does not fit; says what.
        """
        kept = self.kept(browser)
        size = _whole(sample, 1, MOST_QUESTIONS, "The number of questions")
        drawn = _whole(seed, 0, 2**31 - 1, "The seed")
        way = next((known for known in get_args(Mode) if known == mode), None)
        if way is None:
            raise InputError("Choose whether to search the archive.")
        name, questions = self._questions(browser, chosen, file)
        return self._begin(browser, kept, lambda: kept.add(name, questions, size, drawn, way))

    def go_on(self, browser: str | None, number: int) -> int:
        """Go on with a run that was stopped.

        :param browser: who asks for it.
        :param number: of the run.
        :returns: the number.
        :raises InputError: this browser has no such run, or another one is under way.
        """
        kept = self.kept(browser)
        return self._begin(browser, kept, partial(kept.get, number))

    def remove(self, browser: str | None, number: int) -> None:
        """Remove a run that is not under way."""
        run = self.run(browser)
        if run is None or run.number != number:
            self.kept(browser).remove(number)

    def runs(self, browser: str | None) -> str:
        """List the runs of a browser as Markdown."""
        if browser is None:
            return render_notice(NO_COOKIE)
        kept, run = self.kept(browser), self.run(browser)
        listed = kept.all()
        done = [kept.answered(one.number) for one in listed]
        return render_runs(listed, done, None if run is None else run.number)

    def drawings(self, report: Report) -> str:
        """Draw the plots of a report, one caller at a time: the settings of the library are
        everybody's. No foreign word is in them."""
        with self._drawing:
            drawn = plots(report)
        return "".join(
            f"<figure><figcaption>{plot.title}</figcaption>{plot.svg}</figure>" for plot in drawn
        )

    def _questions(
        self, browser: str | None, chosen: object, file: object
    ) -> tuple[str, Path | bytes]:
        if chosen != OWN:
            found = next((one for one in self.sets(browser) if one.label == chosen), None)
            if found is None:
                raise InputError("This question set is not here. Choose another one.")
            return found.name, found.read()
        if not isinstance(file, str):
            raise InputError("There is no file yet. Choose one.")
        return Path(file).name, read_upload(Path(file))

    def _begin(self, browser: str | None, runs: KeptRuns, made: Callable[[], Kept]) -> int:
        opened = self.opened()

        def prepare() -> tuple[int, Work]:
            kept = made()
            return kept.number, partial(examine, runs, kept, opened)

        run = self._runner.start(f"{browser}", prepare)
        if run is None:
            raise InputError(BUSY)
        return run.number


def _whole(value: object, least: int, most: int, what: str) -> int:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole:
        raise InputError(f"{what} must be a whole number.")
    assert isinstance(value, int | float)
    if not least <= value <= most:
        raise InputError(f"{what} is {value:,.0f}; it must be {least} to {most:,}.")
    return int(value)
