"""Plant copies in an archive and tell how well they are found:
``python -m eval.copies ARTICLES [--seed S] [--stories N]``.

Into N stories of the archive it plants a first half, a copy with another headline, one with a tenth
of its words changed, one with its paragraphs in another order and one that is cut and changed, and
beside each a report of its own that shares its quotes and boilerplate and must not be taken for a
copy. Figures are over pairs of these; the time is that of the search over the whole archive.
"""

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from qa.copies import LEAST_WORDS, find_stories
from qa.datatypes import Skipped
from qa.passages import sentences
from qa.settings import load_settings
from qa.sources import read_paths

EDITED = 0.1
QUOTED = 0.3
BOILERPLATE = (
    "This report is part of a series that our newsroom began in the spring. Readers who know more "
    "may write to the desk, and letters are answered in the order in which they come in."
)


@dataclass(frozen=True, slots=True)
class Planted:
    """An archive with planted copies. ``truth`` names the story of those texts whose story is
    known, by their position."""

    texts: tuple[str, ...]
    truth: dict[int, int]


@dataclass(frozen=True, slots=True)
class Pairwise:
    """Pairs of texts of one story: how many of those found are right, and of the right found."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Give the harmonic mean."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def cut(text: str) -> str:
    """Keep the first half of a text, to the end of a sentence.

    :param text: an article.
    :returns: its beginning.
    """
    ends = [end for _, end in sentences(text)]
    return text[: min(ends, key=lambda end: abs(end - len(text) // 2))]


def edit(text: str, words: Sequence[str], chance: random.Random, share: float = EDITED) -> str:
    """Put other words in the place of some.

    :param text: an article.
    :param words: what to draw from.
    :param chance: where and which.
    :param share: how many of the words change.
    :returns: the text with its line breaks.
    """
    lines = [line.split(" ") for line in text.split("\n")]
    places = [(n, at) for n, line in enumerate(lines) for at, word in enumerate(line) if word]
    for n, at in chance.sample(places, round(share * len(places))):
        lines[n][at] = chance.choice(words)
    return "\n".join(" ".join(line) for line in lines)


def reorder(text: str, chance: random.Random) -> str:
    """Put the paragraphs of a text, or the thirds of one that has none, in another order.

    :param text: an article.
    :param chance: which order.
    :returns: the same words.
    """
    parts = [part for part in text.split("\n\n") if part.strip()]
    if len(parts) < 3:
        around = [text[low:high] for low, high in sentences(text)]
        third = max(1, len(around) // 3)
        parts = [" ".join(around[at : at + third]) for at in range(0, len(around), third)]
    return "\n\n".join(chance.sample(parts, len(parts)))


def retell(text: str, other: str, chance: random.Random) -> str:
    """Make a report of its own: another article with some sentences of this one, as quotes.

    :param text: the story whose sentences are quoted, up to three words in ten of the report.
    :param other: the article that gives the rest.
    :param chance: where the quotes go.
    :returns: the report, with boilerplate.
    """
    told = [other[low:high] for low, high in sentences(other)]
    quotes = [text[low:high] for low, high in sentences(text)]
    room = QUOTED * min(len(text), len(other))
    for quote in chance.sample(quotes, len(quotes)):
        if len(quote) <= room:
            room -= len(quote)
            told.insert(chance.randrange(len(told) + 1), quote)
    return " ".join([*told, BOILERPLATE])


def plant(texts: Sequence[str], stories: int, seed: int) -> Planted:
    """Plant copies and look-alikes of some of the texts, all in an order by chance.

    :param texts: an archive; those that have copies in it already are not chosen.
    :param stories: how many texts get copies, as far as there are so many long enough.
    :param seed: of every choice.
    :returns: the archive with what was planted.
    """
    chance = random.Random(seed)
    first = find_stories(texts)
    size = Counter(first)
    alone = [
        at
        for at, text in enumerate(texts)
        if size[first[at]] == 1 and len(text.split()) >= 4 * LEAST_WORDS
    ]
    chance.shuffle(alone)
    stories = min(stories, len(alone) // 2)
    labelled: list[tuple[str, int | None]] = []
    for story, (at, other) in enumerate(zip(alone[:stories], alone[stories:], strict=False)):
        made = _copies(texts[at], texts[other], chance)
        labelled += [(text, story) for text in (texts[at], *made)]
        labelled.append((retell(texts[at], texts[other], chance), stories + story))
    used = set(alone[: 2 * stories])
    labelled += [(text, None) for at, text in enumerate(texts) if at not in used]
    chance.shuffle(labelled)
    truth = {at: story for at, (_, story) in enumerate(labelled) if story is not None}
    return Planted(tuple(text for text, _ in labelled), truth)


def _copies(text: str, other: str, chance: random.Random) -> Iterator[str]:
    words = other.split()
    headline = " ".join(words[:9])
    yield cut(text)
    yield f"{headline}\n\n{text.split(chr(10) * 2, 1)[-1]}"
    yield edit(text, words, chance)
    yield reorder(text, chance)
    yield edit(cut(text), words, chance)


def pairwise(found: Sequence[int], truth: dict[int, int]) -> Pairwise:
    """Compare what was found with what was planted.

    :param found: the story of every text.
    :param truth: the right story of those that count, by position.
    :returns: shares of pairs; 1.0 of none.
    """
    right, told = (_pairs({at: label[at] for at in truth}) for label in (truth, found))
    both = len(right & told)
    return Pairwise(both / len(told) if told else 1.0, both / len(right) if right else 1.0)


def _pairs(labels: dict[int, int]) -> set[tuple[int, int]]:
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for at, label in sorted(labels.items()):
        groups[label].append(at)
    return {pair for group in groups.values() for pair in combinations(group, 2)}


def lines(texts: Sequence[str], stories: int, seed: int) -> Iterator[str]:
    """Plant, search and tell.

    :param texts: an archive.
    :param stories: how many texts get copies.
    :param seed: of every choice.
    :yields: lines for a person.
    """
    planted = plant(texts, stories, seed)
    started = time.perf_counter()
    found = find_stories(planted.texts)
    spent = time.perf_counter() - started
    result = pairwise(found, planted.truth)
    words = sum(len(text.split()) for text in planted.texts)
    yield f"texts       {len(planted.texts):,} of {words // max(1, len(planted.texts))} words"
    yield f"planted     {len(set(planted.truth.values())) // 2:,} stories, seed {seed}"
    yield f"precision   {result.precision:.4f}"
    yield f"recall      {result.recall:.4f}"
    yield f"F1          {result.f1:.4f}"
    yield f"time        {spent:.1f} s"


def main() -> None:
    """Read the archive and write the figures."""
    parser = argparse.ArgumentParser(prog="python -m eval.copies", description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stories", type=int, default=200, help="how many get copies")
    options = parser.parse_args()
    skipped: list[Skipped] = []
    limit = load_settings().max_text_chars
    texts = [article.text for article in read_paths([options.articles], limit, skipped.append)]
    for line in lines(list(dict.fromkeys(texts)), options.stories, options.seed):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
