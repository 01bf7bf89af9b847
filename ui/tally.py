"""What is known of each file while articles of one's own are read in, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from qa.datatypes import Skipped
from ui.desk import Fate, Stage
from ui.words import count

_MANY = (".jsonl", ".ndjson", ".csv", ".tsv", ".json")  # a file of these may hold several articles

Stored = Mapping[str, tuple[int, int]]
"""Revision and bytes of the articles that are stored, by origin."""


@dataclass(slots=True)
class _Line:
    """What is known of one file so far."""

    stage: Stage = "waiting"
    origins: list[str] = field(default_factory=list)
    skipped: int = 0
    reason: str = ""
    note: str = ""

    def skip(self, row: str, item: Skipped) -> None:
        if item.kept:
            self.note = self.note or item.reason
            return
        self.skipped += 1
        self.reason = self.reason or (f"{row}: {item.reason}" if row else item.reason)


class Tally:
    """The files of a request, in the order in which they are read.

    :param names: of the files.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._lines = {name: _Line() for name in names}

    def begin(self) -> None:
        """The first file is being read."""
        for name in list(self._lines)[:1]:
            self._enter(name)

    def take(self, origin: str) -> None:
        """An article was read.

        :param origin: a name, or a name, ``#`` and a row.
        """
        name = self._name(origin)
        self._enter(name)
        self._lines[name].origins.append(origin)
        self._leave(name)

    def skip(self, item: Skipped) -> None:
        """A file or row gave no article, or one that lacks something.

        :param item: which, and why.
        """
        name = self._name(item.origin)
        self._enter(name)
        self._lines[name].skip(item.origin.removeprefix(name).lstrip("#"), item)
        if not item.kept:
            self._leave(name)

    def end(self) -> None:
        """All were read."""
        for line in self._lines.values():
            line.stage = "indexing" if line.origins else "refused"

    def fates(self) -> tuple[Fate, ...]:
        """Say how far each file has come."""
        return tuple(
            Fate(name, line.stage, line.reason if line.stage == "refused" else "")
            for name, line in self._lines.items()
        )

    def failed(self, why: str) -> tuple[Fate, ...]:
        """Say that nothing came of any file.

        :param why: the reason.
        :returns: the fates.
        """
        return tuple(Fate(name, "refused", why) for name in self._lines)

    def settled(self, before: Stored, after: Stored, full: str) -> tuple[Fate, ...]:
        """Say what was done, by comparing what is stored with what was.

        :param before: what was stored.
        :param after: what is stored now.
        :param full: why reading ended early, empty where it did not.
        :returns: the fates.
        """
        return tuple(
            _settled(name, line, before, after, full) for name, line in self._lines.items()
        )

    def _name(self, origin: str) -> str:
        """The file that an origin is of."""
        fitting = [n for n in self._lines if origin == n or origin.startswith(f"{n}#")]
        return max(fitting, key=len, default=next(iter(self._lines)))

    def _enter(self, name: str) -> None:
        """A file is being read; those before it have been."""
        for other, line in self._lines.items():
            if other == name:
                line.stage = "reading" if line.stage == "waiting" else line.stage
                return
            line.stage = "indexing" if line.origins else "refused"

    def _leave(self, name: str) -> None:
        """A file of one article is done with, so that the next one is being read."""
        names = list(self._lines)
        after = names[names.index(name) + 1 :]
        if after and not name.lower().endswith(_MANY):
            self._enter(after[0])


def _settled(name: str, line: _Line, before: Stored, after: Stored, full: str) -> Fate:
    there = [origin for origin in line.origins if origin in after]
    added = sum(origin not in before for origin in there)
    same = sum(before.get(origin) == after[origin] for origin in there)
    done = _done(added, len(there) - added - same, same)
    if not done:
        return Fate(name, "refused", line.reason or full or "gave no article")
    skipped = f"{count(line.skipped, 'row')} skipped ({line.reason})" if line.skipped else ""
    return Fate(name, "done", "; ".join(filter(None, [done, skipped, line.note, full])))


def _done(added: int, replaced: int, same: int) -> str:
    """Say what was done with the articles of a file."""
    parts = []
    if added:
        parts.append(f"added {count(added, 'article')}")
    if replaced:
        parts.append(f"replaced {count(replaced, 'article')} that a file of this name gave before")
    if same:
        parts.append(
            f"{count(same, 'article')} here already" if parts or same > 1 else "here already"
        )
    return ", ".join(parts)
