"""Reading in articles of one's own: into the store of a browser, each file's fate named."""

import logging
import time
from collections.abc import Callable, Iterator

from qa.datatypes import Article, Skipped
from qa.errors import PullquoteError, StoreBusy
from ui.brought import Source
from ui.desk import Fate, Job, Stopped
from ui.own import OwnArticles
from ui.tally import Stored, Tally

MOST_ARTICLES, TEXT_MB = 200, 20
MOST_SECONDS = 300
_FULL = (
    f"there is room for {MOST_ARTICLES} articles and {TEXT_MB} MB of text in all; remove some first"
)
_BUSY = "could not be added while your articles are changed elsewhere; try again"

_log = logging.getLogger(__name__)


def job_of(own: OwnArticles, owner: str, source: Source) -> Job:
    """Make the job that reads a source into the store of a browser.

    :param own: the stores.
    :param owner: names the browser.
    :param source: files or a text; put away when the job is done.
    :returns: the job.
    """
    fates = (*(Fate(name) for name in source.names), *source.refused)
    return Job(owner, fates, lambda job: Intake(own, source, job).run())


class _TooLong(Exception):
    """The time for one request is over."""


class Intake:
    """One run of reading in.

    :param own: the stores.
    :param source: files or a text.
    :param job: is told the fates, and says when to stop.
    :param clock: tells seconds.
    """

    def __init__(
        self,
        own: OwnArticles,
        source: Source,
        job: Job,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own, self._source, self._job, self._clock = own, source, job, clock
        self._until = clock() + MOST_SECONDS
        self._tally = Tally(source.names)
        self._full = ""

    def run(self) -> None:
        """Read, clean and index; name what became of each file."""
        try:
            if self._source.names:
                before = self._stored()
                self._index(before)
                after = self._stored()
                if not after:
                    self._own.clear(self._job.owner)
                self._tell(self._tally.settled(before, after, self._full))
        except _TooLong:
            self._fail(f"takes longer than {MOST_SECONDS // 60} minutes; add less at once")
        except Stopped:
            self._fail("was not read: Pullquote is closing")
        except StoreBusy:
            self._fail(_BUSY)
        except (PullquoteError, OSError):
            _log.exception("Articles could not be read in")
            self._fail("could not be stored; try again later")
        except Exception:
            _log.exception("Articles could not be read in")
            self._fail("something went wrong here, not with your file; the log says what")
        finally:
            self._source.leave()

    def _stored(self) -> Stored:
        listed = self._own.listed(self._job.owner)
        return {one.origin: (one.revision, one.size) for one in listed}

    def _index(self, before: Stored) -> None:
        from qa.indexing import index_articles
        from qa.store import Store
        from qa.vectors import Cut

        models, settings = self._own.models(), self._own.settings
        store = Store.create(self._own.folder(self._job.owner))
        words, overlap = settings.passage_words, settings.passage_overlap
        cut = Cut(words, overlap, models.encoder.id, lambda: models.encoder)
        with store.catalog() as catalog:
            made = catalog.published
        report = index_articles(
            store,
            self._bounded(before),
            encoder=cut.load,
            encoder_id=cut.encoder_id,
            passage_words=words,
            passage_overlap=overlap,
            # The server may run with another encoder or other passages than when it was made.
            rebuild=made is not None
            and (made.encoder, made.scheme) != (cut.encoder_id, cut.scheme),
            progress=self._progress,
        )
        for item in report.skipped:
            self._skip(item)

    def _bounded(self, before: Stored) -> Iterator[Article]:
        """The articles, as long as there is room for them."""
        room = MOST_ARTICLES - len(before)
        left = TEXT_MB * 2**20 - sum(size for _, size in before.values())
        self._tally.begin()
        self._tell(self._tally.fates())
        for article in self._source.articles(self._skip):
            self._go_on()
            room -= article.origin not in before
            left -= len(article.text.encode("utf-8", "replace"))
            left += before.get(article.origin, (0, 0))[1]
            if room < 0 or left < 0:
                self._full = _FULL
                break
            self._tally.take(article.origin)
            self._tell(self._tally.fates())
            yield article
        self._tally.end()
        self._tell(self._tally.fates())

    def _progress(self, done: int, total: int | None, stage: str) -> None:
        if stage != "publishing":
            self._go_on()

    def _go_on(self) -> None:
        self._job.go_on()
        if self._clock() > self._until:
            raise _TooLong

    def _skip(self, item: Skipped) -> None:
        self._go_on()
        self._tally.skip(item)
        self._tell(self._tally.fates())

    def _fail(self, why: str) -> None:
        self._tell(self._tally.failed(why))

    def _tell(self, fates: tuple[Fate, ...]) -> None:
        self._job.fates = (*fates, *self._source.refused)
