"""Articles of one's own: each browser has a small store to itself, asked together with the archive.

The folder of a browser is named for the hash of its token, so that nothing but the token leads to
it; ids of articles that a browser sends are looked up in its own store and in no other.
"""

import gc
import logging
import os
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qa.errors import InputError, PullquoteError, StoreBusy
from qa.schema import BROWSERS, FILE
from qa.settings import Settings
from ui.archive import Archive, Opened
from ui.desk import Desk
from ui.render import Holdings

if TYPE_CHECKING:
    from qa.catalog import Catalog
    from qa.generations import Generation
    from qa.inventory import Listed
    from qa.models import Models
    from qa.snapshot import Snapshot

Scope = Literal["both", "archive", "own"]

UNUSED_DAYS = 30
_OPEN = 64  # stores that are kept open
_NOT_OPENED = "Your own articles could not be opened; this comes from the archive alone."
_BUSY = "Your articles are being read in just now. Wait until they are, then try again."
_GONE = "This article is not here any more."

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Shelf:
    """An open store, and what was made of it and the archive as it was then."""

    published: "Generation"
    snapshot: "Snapshot"
    holdings: Holdings
    made: dict[Scope, tuple[Opened, Opened]] = field(default_factory=dict)


class OwnArticles:
    """The stores of all browsers. Threads may share it.

    :param settings: where the archive is and how to answer.
    :param archive: what is asked together with one's own articles.
    :param models: gives the models that the archive uses.
    """

    def __init__(
        self, settings: Settings, archive: Archive, models: "Callable[[], Models]"
    ) -> None:
        self.settings = settings
        self.models = models
        self.desk = Desk()
        self._archive = archive
        self._lock = threading.Lock()
        self._shelves: OrderedDict[str, _Shelf] = OrderedDict()
        self._alone: dict[Scope, tuple[Opened, Opened]] = {}

    def current(self, owner: str | None, scope: Scope = "both") -> Opened:
        """Give what a browser may ask: the archive and its own articles as they are now.

        :param owner: names the browser; None for a program, which has the archive alone.
        :param scope: which of the two, or both.
        :returns: it, with ids that tell one's own articles (``own:…``) from the archive's. A scope
            without articles has no pipeline.
        """
        archive = self._archive.current()
        if owner is None:
            return archive
        with self._lock:
            try:
                shelf = None if scope == "archive" else self._shelf(owner)
                return self._joined(archive, shelf, scope)
            except (PullquoteError, OSError):
                _log.exception("The own articles of a browser could not be opened")
                return _with_notice(archive, _NOT_OPENED)

    def listed(self, owner: str | None) -> "tuple[Listed, ...]":
        """List the articles of a browser.

        :param owner: names the browser.
        :returns: its articles, first added first.
        :raises StoreError: its store is damaged.
        """
        from qa.catalog import Catalog
        from qa.inventory import listed

        if owner is None or not (self.folder(owner) / FILE).is_file():
            return ()
        with Catalog.open(self.folder(owner)) as catalog:
            return listed(catalog)

    def remove(self, owner: str | None, article_id: str) -> None:
        """Remove an article for good.

        :param owner: names the browser.
        :param article_id: its id in the store of this browser; others are not looked at.
        :raises InputError: it has no such article, or they are being changed.
        """
        from qa.compaction import compact
        from qa.store import Store

        ids = [one.id for one in self.listed(owner)]
        if owner is None or article_id not in ids:
            raise InputError(_GONE)
        if ids == [article_id]:
            self.clear(owner)
            return
        store = Store.open(self.folder(owner))
        try:
            store.remove([article_id])
            # Who has the file open keeps the old words in it; a connection goes with the collector.
            with self._lock:
                self._shelves.pop(owner, None)
            gc.collect()
            with suppress(PullquoteError):  # it is gone; only its room is not given back then
                compact(store)
        except StoreBusy as error:
            raise InputError(_BUSY) from error

    def clear(self, owner: str | None) -> None:
        """Remove all articles of a browser.

        :param owner: names the browser.
        :raises InputError: they are being changed.
        """
        from qa.store import Store

        if owner is None or not (self.folder(owner) / FILE).is_file():
            return
        folder = self.folder(owner)
        try:
            with Store.open(folder).writing():
                gone = folder.with_name(f"gone-{secrets.token_hex(8)}")
                folder.rename(gone)
        except StoreBusy as error:
            raise InputError(_BUSY) from error
        shutil.rmtree(gone, ignore_errors=True)
        with self._lock:
            self._shelves.pop(owner, None)

    def folder(self, owner: str) -> Path:
        """Say where the store of a browser is, or will be.

        :param owner: names the browser, as ``ui.browsers.owner`` does.
        :returns: a folder that may be missing.
        :raises ValueError: it is no such name.
        """
        if not owner.isalnum():
            raise ValueError("not the name of a browser")
        return self.settings.store / BROWSERS / owner / "own"

    def sweep(self, now: Callable[[], float] = time.time) -> None:
        """Remove the stores that were not used for 30 days, and what was left half done.

        :param now: tells the time in seconds since 1970.
        """
        for place in (self.settings.store / BROWSERS).glob("*/*"):
            left = place.name.startswith(("gone-", "incoming-"))
            days = 1 if left else UNUSED_DAYS
            with suppress(OSError):
                if (left or place.name == "own") and now() - place.stat().st_mtime > days * 86_400:
                    shutil.rmtree(place)
                    place.parent.rmdir()

    def _shelf(self, owner: str) -> _Shelf | None:
        """Open the newest generation of a browser's store, None where it has no articles."""
        from qa.catalog import Catalog

        folder = self.folder(owner)
        if not (folder / FILE).is_file():
            self._shelves.pop(owner, None)
            return None
        os.utime(folder)
        with Catalog.open(folder) as catalog:
            published = catalog.published
            if published is None or not published.count:
                return None
            known = self._shelves.pop(owner, None)
            if known is None or known.published != published:
                known = self._opened(folder, published, catalog)
        self._shelves[owner] = known
        while len(self._shelves) > _OPEN:
            self._shelves.popitem(last=False)  # left to those who still read it
        return known

    def _opened(self, folder: Path, published: "Generation", catalog: "Catalog") -> _Shelf:
        from qa.store import Store

        found = catalog.summary()
        outlets = tuple(name for name, _ in found.sources if name is not None)
        holdings = Holdings(found.articles, outlets, found.first_date, found.last_date)
        snapshot = Store.open(folder).snapshot(self.models().encoder.id)
        return _Shelf(published, snapshot, holdings)

    def _joined(self, archive: Opened, shelf: _Shelf | None, scope: Scope) -> Opened:
        """Join the archive and a shelf, once for each state of both."""
        if shelf is None and scope == "own":
            return Opened(None)
        kept = self._alone if shelf is None else shelf.made
        made = kept.get(scope)
        if made is None or made[0] is not archive:
            made = kept[scope] = (archive, self._make(archive, shelf, scope))
        return made[1]

    def _make(self, archive: Opened, shelf: _Shelf | None, scope: Scope) -> Opened:
        from qa.joined import Joined
        from qa.pipeline import assemble

        searched = None if scope == "own" else _snapshot(archive)
        if searched is None and shelf is None:
            return archive
        joined = Joined(searched, None if shelf is None else shelf.snapshot)
        pipeline = assemble(self.settings, self.models(), joined)
        parts = [] if searched is None or archive.holdings is None else [archive.holdings]
        holdings = _together(parts if shelf is None else [*parts, shelf.holdings])
        return Opened(pipeline, holdings, archive.generation, archive.notice)


def _snapshot(archive: Opened) -> "Snapshot | None":
    """The store that an archive answers from."""
    from qa.pipeline import Pipeline
    from qa.snapshot import Snapshot

    pipeline = archive.pipeline
    store = pipeline.catalog if isinstance(pipeline, Pipeline) else None
    return store if isinstance(store, Snapshot) else None


def _together(parts: list[Holdings]) -> Holdings:
    firsts = [part.first for part in parts if part.first is not None]
    lasts = [part.last for part in parts if part.last is not None]
    return Holdings(
        sum(part.articles for part in parts),
        tuple(dict.fromkeys(outlet for part in parts for outlet in part.outlets)),
        min(firsts, default=None),
        max(lasts, default=None),
    )


def _with_notice(opened: Opened, notice: str) -> Opened:
    return Opened(opened.pipeline, opened.holdings, opened.generation, notice)
