"""Article text to passages: sentences, and windows of whole sentences, as character offsets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

_BLOCK = 10_000  # characters sentencex sees at once: it is quadratic in unclosed quotes
_SENTENCE = 1_000  # characters of the longest sentence
_WORD = 10  # characters a word is allowed on average, so that a window has a limit in any script
_WRAP = 100  # a line up to this long may go on in the next one

_LINE = re.compile(r"[^\n]+")
_BULLET = re.compile(r"\s*[•▪◦‣*-]\s")
_SURROGATE = re.compile("[\ud800-\udfff]")

Offsets = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """Characters ``[start, end)`` of a text."""

    start: int
    end: int


def sentences(text: str) -> list[Offsets]:
    """Find the sentences of a text. None crosses a paragraph; white space around them is left out.

    A sentence of more than 1,000 characters is cut at white space, and anywhere if it has none.

    :param text: any text.
    :returns: start and end of each sentence in characters, in order, covering every character
        that is not white space.
    """
    return [
        piece
        for paragraph in paragraphs(text)
        for sentence in _in_paragraph(text, *paragraph)
        for piece in _pieces(text, sentence, _SENTENCE, _SENTENCE)
    ]


def split(text: str, words: int = 120, overlap: float = 0.25) -> list[Window]:
    """Cut a text into overlapping windows of whole sentences.

    Each window brings at least one sentence that the one before it lacks. A sentence that is
    longer than a window is cut.

    :param text: any text.
    :param words: the most words a window has. Its sentences together have at most ten
        characters a word.
    :param overlap: about what share of ``words`` a window repeats of the one before.
    :returns: the windows in order, covering every character that is not white space.
    """
    chars = min(_SENTENCE, words * _WORD)
    units = list(_units(text, words, chars))
    sizes = [(len(text[start:end].split()), end - start) for start, end in units]
    return [
        Window(units[first][0], units[last - 1][1])
        for first, last in _windows(sizes, words, overlap)
    ]


def paragraphs(text: str) -> Iterator[Offsets]:
    """Find the paragraphs of a text: every newline ends one, except where a short line was wrapped.

    :param text: any text.
    :yields: start and end of each in characters, in order.
    """
    start, end, above = 0, -1, ""
    for line in _LINE.finditer(text):
        if line[0].isspace():
            continue
        if not (line.start() == end + 1 and _wraps(above, line[0])):
            if above:
                yield start, end
            start = line.start()
        end, above = line.end(), line[0]
    if above:
        yield start, end


def _wraps(above: str, line: str) -> bool:
    """Whether a line goes on in the next: both are short, and its first word had no room above."""
    if max(len(above), len(line)) > _WRAP or _BULLET.match(line):
        return False
    return len(above) + 1 + len(line.split(maxsplit=1)[0]) > len(line)


def _in_paragraph(text: str, start: int, end: int) -> Iterator[Offsets]:
    """Yield the sentences of ``text[start:end]``, which holds something besides white space."""
    while start < end:
        stop = min(start + _BLOCK, end)
        cuts = _boundaries(text[start:stop])
        if stop < end:
            cuts = _before_edge(cuts, text[start:stop])
        previous = start
        for cut in cuts:
            yield from _trimmed(text, previous, start + cut)
            previous = start + cut
        start = previous


def _before_edge(cuts: list[int], block: str) -> list[int]:
    """Leave to the next block what goes on there: the last sentence, or the last word of one that
    is very long."""
    edge = cuts[-2] if len(cuts) > 1 else 0
    if edge < len(block) // 2:
        edge = block.rfind(" ", len(block) // 2) + 1 or len(block)
    return [*(cut for cut in cuts if cut < edge), edge]


def _boundaries(block: str) -> list[int]:
    """List the ends of the sentences of a block, the last being its length."""
    from sentencex import get_sentence_boundaries

    found = get_sentence_boundaries("en", _SURROGATE.sub("?", block))
    inner = {int(boundary["end_index"]) for boundary in found}
    return [*sorted(cut for cut in inner if 0 < cut < len(block)), len(block)]


def _trimmed(text: str, start: int, end: int) -> Iterator[Offsets]:
    """Yield the span without the white space around it, or nothing if it is all white space."""
    body = text[start:end]
    if body and not body.isspace():
        yield start + len(body) - len(body.lstrip()), start + len(body.rstrip())


def _units(text: str, words: int, chars: int) -> Iterator[Offsets]:
    """Yield the sentences, one that is too long for a window as pieces small enough to overlap."""
    for start, end in sentences(text):
        if end - start <= chars and len(text[start:end].split()) <= words:
            yield start, end
        else:
            yield from _pieces(text, (start, end), max(1, words // 4), max(1, chars // 4))


def _pieces(text: str, span: Offsets, words: int, chars: int) -> Iterator[Offsets]:
    """Cut a span into pieces of at most so many words and characters, at white space if it can."""
    start, end = span
    if end - start <= chars and len(text[start:end].split()) <= words:
        yield span
        return
    stop, count = start, 0
    for word in re.compile(rf"\S{{1,{chars}}}").finditer(text, start, end):
        if count == words or (count and word.end() - start > chars):
            yield start, stop
            start, count = word.start(), 0
        stop, count = word.end(), count + 1
    yield start, stop


def _windows(sizes: list[tuple[int, int]], words: int, overlap: float) -> Iterator[Offsets]:
    """Yield ``[first, last)`` of the units in each window, from their sizes in words and chars."""
    fits = partial(_fits, words=words, chars=words * _WORD)
    first = last = 0
    while last < len(sizes):
        last += 1
        while last < len(sizes) and fits(sizes[first : last + 1]):
            last += 1
        yield first, last
        first = _next_first(sizes, first, last, words * overlap)
        while last < len(sizes) and first < last and not fits(sizes[first : last + 1]):
            first += 1


def _fits(sizes: list[tuple[int, int]], words: int, chars: int) -> bool:
    """Whether units of these sizes go into one window."""
    return sum(size[0] for size in sizes) <= words and sum(size[1] for size in sizes) <= chars


def _next_first(sizes: list[tuple[int, int]], first: int, last: int, wanted: float) -> int:
    """Go back from the end of a window to where its last units come nearest to the wanted words,
    leaving at least its first unit behind."""
    start, shared = last, 0
    while start - 1 > first and abs(shared + sizes[start - 1][0] - wanted) <= abs(shared - wanted):
        start -= 1
        shared += sizes[start][0]
    return start
