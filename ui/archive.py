"""The archive behind a chat that stays open: always the newest generation, with the models once."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from qa import recalibration
from qa.errors import PullquoteError
from qa.events import Almanac
from qa.schema import FILE
from qa.settings import Settings
from ui.chat import Answering
from ui.render import Holdings

if TYPE_CHECKING:
    from qa.models import Models
    from qa.recalibration import Recalibration

_BEFORE = (
    "The archive is being rebuilt, or cannot be read as it is now. This comes from how it was "
    "before; 'pullquote check' says whether it is sound."
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """One generation of an archive: what answers, and what it holds. ``pipeline`` is None when
    there are no articles yet. ``notice`` says in a sentence why this is not the newest one."""

    pipeline: Answering | None
    holdings: Holdings | None = None
    generation: int = 0
    notice: str | None = None

    @property
    def outlets(self) -> tuple[str, ...]:
        """Give the outlets by name."""
        return () if self.holdings is None else self.holdings.outlets

    @property
    def almanac(self) -> Almanac | None:
        """Give what it tells of times."""
        if self.pipeline is None or self.holdings is None:
            return None
        return Almanac(self.holdings.first, self.holdings.last, self.pipeline.search)


class Archive(Protocol):
    """What the pages need of an archive."""

    def current(self) -> Opened: ...


class StoreArchive:
    """The archive of a store. Threads may share it.

    :param settings: where the store is and how to answer.
    :param warn: told once, in a sentence, of a rebuilt cache.
    :raises StoreError: the store is damaged or was built with another encoder.
    :raises ModelError: a model cannot be loaded.
    """

    def __init__(
        self, settings: Settings, warn: Callable[[str], None] = lambda message: None
    ) -> None:
        self._settings = settings
        self._warn = warn
        self._lock, self._loading = threading.Lock(), threading.Lock()
        self._models: Models | None = None
        self._version: tuple[int, Recalibration | None] = (0, None)
        self._opened = Opened(None)
        if self._exists():
            self._reopen()

    def current(self) -> Opened:
        """Give the newest generation, opened.

        :returns: it; the one before with a notice where the newest cannot be opened.
        """
        with self._lock:
            if not self._exists():
                return self._opened if self._opened.pipeline is None else self._as_before()
            try:
                if self._stored() != self._version:
                    self._reopen()
            except PullquoteError as error:
                _log.warning("The newest generation could not be opened: %s", error)
                return self._as_before()
            return self._opened

    def models(self) -> "Models":
        """Give the models, which every generation and all articles of one's own share.

        :returns: them, loaded at the first call.
        :raises ModelError: one cannot be loaded.
        """
        from qa.models import load_models

        with self._loading:
            if self._models is None:
                self._models = load_models(self._settings)
            return self._models

    def _as_before(self) -> Opened:
        return replace(self._opened, notice=_BEFORE)

    def _exists(self) -> bool:
        return (self._settings.store / FILE).is_file()

    def _stored(self) -> "tuple[int, Recalibration | None]":
        """The version of what is published now: its generation and its calibration."""
        from qa.catalog import Catalog

        with Catalog.open(self._settings.store) as catalog:
            fitted = recalibration.load(catalog.connection, self._settings.store)
            return catalog.generation, fitted

    def _reopen(self) -> None:
        """Open what is published now. The one before is left to those who still read it."""
        from qa.catalog import Catalog
        from qa.pipeline import open_pipeline

        version = self._stored()
        with Catalog.open(self._settings.store) as catalog:
            found = catalog.summary()
        outlets = tuple(name for name, _ in found.sources if name is not None)
        holdings = Holdings(found.articles, outlets, found.first_date, found.last_date)
        if not found.articles:
            self._opened, self._version = Opened(None, None, version[0]), version
            return
        pipeline = open_pipeline(self._settings, self.models(), self._warn)
        self._opened, self._version = Opened(pipeline, holdings, version[0]), version
