"""Articles of one's own over tiny models, for tests: stores of browsers, and their desk."""

import time
from collections.abc import Iterable
from pathlib import Path

from conftest import TinyEncoder, TinyReader
from made_answers import MadeArchive
from qa.models import Models
from qa.settings import Settings
from ui.archive import Archive, Opened
from ui.brought import Files, Source
from ui.desk import Fate, Job
from ui.intake import job_of
from ui.own import OwnArticles
from ui.uploads import take

ANNE, BRAM = "a" * 64, "b" * 64
NOTHING = MadeArchive(Opened(None))


def own_articles(folder: Path, archive: Archive = NOTHING) -> OwnArticles:
    models = Models(TinyEncoder(), TinyReader())  # type: ignore[arg-type]
    return OwnArticles(
        Settings(store=folder / "store", adaptive_depth=100.0), archive, lambda: models
    )


def sent(folder: Path, files: Iterable[tuple[str, bytes]]) -> list[dict[str, str]]:
    """Put files where Gradio puts those that a browser sends, and say what the browser says."""
    told = []
    for number, (name, data) in enumerate(files):
        path = folder / "uploads" / f"{number:064}" / f"{number}"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        told.append({"path": str(path), "orig_name": name})
    return told


def dropped(own: OwnArticles, folder: Path, owner: str, files: dict[str, bytes]) -> Files:
    told = sent(folder, files.items())
    return Files(take(told, folder / "uploads", own.folder(owner).parent), own.settings)


def finish(job: Job) -> tuple[Fate, ...]:
    until = time.monotonic() + 60
    while not job.ended and time.monotonic() < until:
        time.sleep(0.01)
    assert job.ended
    return job.fates


def added(own: OwnArticles, owner: str, source: Source) -> tuple[Fate, ...]:
    job = job_of(own, owner, source)
    own.desk.put(job)
    return finish(job)


def add(own: OwnArticles, folder: Path, owner: str, **files: str) -> tuple[Fate, ...]:
    """Drop text files, named by their keywords, and wait until they are read."""
    data = {f"{name}.txt": text.encode() for name, text in files.items()}
    return added(own, owner, dropped(own, folder, owner, data))
