"""What other tools read of a run: SQuAD predictions, a TREC run and its judgements."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import quote

PREDICTIONS = "predictions.json"
FORCED = "predictions_forced.json"
NO_ANSWER = "na_prob.json"
RUN = "run.trec"
JUDGEMENTS = "qrels.trec"
NAMES = (PREDICTIONS, FORCED, NO_ANSWER, RUN, JUDGEMENTS)
TAG = "pullquote"
PRINTABLE = "".join(map(chr, range(33, 127))).replace("%", "")


class Exports:
    """Writes the exports of a run into its folder, one row at a time, in flat memory.

    ``predictions.json`` holds for each question what was decided (``""`` for a refusal),
    ``predictions_forced.json`` the best quote whatever was decided (``""`` where there is none),
    and ``na_prob.json`` one minus the confidence; the official SQuAD 2.0 script takes the first or
    the second with the third. A question on which the pipeline failed is in none of them: it
    scores 0, also where there was nothing to find.

    ``run.trec`` has a line ``id Q0 article rank score pullquote`` for each distinct article, with
    ranks from 1 and scores that fall with them; ``qrels.trec`` a line ``id 0 article 1`` for each
    right article of an answerable question. Articles with one text stand at one rank and count as
    one: they go by the first right one among them, else by the one that is quoted. Ids are
    percent-encoded where they hold white space, a percent sign or anything but ASCII, so that
    ``urllib.parse.unquote`` gives them back. Where nothing was retrieved (gold mode) there are no
    such files; without a question that names its articles there is no ``qrels.trec``.

    Use it as ``with Exports(out) as exports: exports.add(row)``. At the end of the block all files
    take their names, each at once; where the block raises, those of an earlier run stay.
    """

    def __init__(self, out: Path) -> None:
        """Write nothing yet.

        :param out: the folder, which is there.
        """
        self._parts = {name: _Part(out / name, name.endswith(".json")) for name in NAMES}

    def __enter__(self) -> "Exports":
        """Open a temporary file for each export.

        :returns: itself.
        :raises OSError: a file cannot be written.
        """
        try:
            for part in self._parts.values():
                part.open()
        except OSError:
            self._discard()
            raise
        return self

    def add(self, row: Mapping[str, Any]) -> None:
        """Write what a row says.

        :param row: from ``eval.rows.as_row``, or the same read back from ``rows.jsonl``; each id
            once. Used are ``id``, ``reason``, ``answer``, ``quotes``, ``confidence``, ``gold``,
            ``gold_articles`` and ``retrieved``.
        :raises OSError: a file cannot be written.
        """
        if row["reason"] != "error":
            best = row["quotes"][0]["answer"] if row["quotes"] else ""
            self._pair(PREDICTIONS, row["id"], "" if row["answer"] is None else row["answer"])
            self._pair(FORCED, row["id"], best)
            self._pair(NO_ANSWER, row["id"], 1 - row["confidence"])
        if row["retrieved"] is not None:
            golds = row["gold_articles"] if row["gold"] is None or row["gold"] else None
            self._ranking(row["id"], [rank["articles"] for rank in row["retrieved"]], golds or ())

    def _pair(self, name: str, key: str, value: str | float) -> None:
        spelled = (json.dumps(part, ensure_ascii=False) for part in (key, value))
        self._parts[name].write(": ".join(spelled))

    def _ranking(self, key: str, ranks: Sequence[Sequence[str]], golds: Sequence[str]) -> None:
        names = [next((gold for gold in golds if gold in ids), ids[0]) for ids in ranks]
        question = encoded(key)
        for position, name in enumerate(names):
            place = f"{position + 1} {len(names) - position}"
            self._parts[RUN].write(f"{question} Q0 {encoded(name)} {place} {TAG}")
        ranked = {article for ids in ranks for article in ids}
        for gold in dict.fromkeys(golds):
            if gold in names or gold not in ranked:
                self._parts[JUDGEMENTS].write(f"{question} 0 {encoded(gold)} 1")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the files their names, or drop them where the block raised.

        :param kind: of what was raised, None where nothing was.
        :param error: what was raised.
        :param trace: where.
        :raises OSError: a file cannot be written.
        """
        try:
            if kind is None:
                for part in self._parts.values():
                    part.finish()
        finally:
            self._discard()

    def _discard(self) -> None:
        for part in self._parts.values():
            part.discard()


def encoded(name: str) -> str:
    """Make an id one word of printable ASCII.

    :param name: any text, not empty.
    :returns: the id with ``%20`` and the like; different ids stay different.
    """
    return quote(name, safe=PRINTABLE, errors="surrogatepass")


class _Part:
    """A file under a temporary name: a JSON object of pairs, or lines."""

    def __init__(self, path: Path, is_object: bool) -> None:
        self._path, self._is_object = path, is_object
        self._temporary = path.with_name(f".{path.name}.part")
        self._file: TextIO | None = None
        self._entries = 0

    def open(self) -> None:
        self._file = self._temporary.open(
            "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        )

    def write(self, entry: str) -> None:
        before = "" if not self._is_object else ",\n" if self._entries else "{\n"
        self._out.write(before + entry + ("" if self._is_object else "\n"))
        self._entries += 1

    def finish(self) -> None:
        """Close the file and give it its name; lines of which there are none leave no file."""
        if self._is_object:
            self._out.write("\n}\n" if self._entries else "{}\n")
        self._out.close()
        if self._entries or self._is_object:
            self._temporary.replace(self._path)
        else:
            self._path.unlink(missing_ok=True)

    def discard(self) -> None:
        if self._file is not None:
            self._file.close()
        self._temporary.unlink(missing_ok=True)

    @property
    def _out(self) -> TextIO:
        if self._file is None:
            raise ValueError("Exports is used as 'with Exports(out) as exports'")
        return self._file
