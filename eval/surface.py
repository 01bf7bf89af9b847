"""What equal answers may differ in: spelling, numbers in words, a word more or less."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from eval.metrics import f1

ENOUGH_OVERLAP = 0.5
_ONES = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen",
)
_TENS = re.findall(r"\w+", "twenty thirty forty fifty sixty seventy eighty ninety")
SMALL = {word: number for number, word in enumerate(_ONES)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
NUMBER_WORDS = frozenset(SMALL) | frozenset(LARGE) | {"hundred"}
_LEFT_OUT = {"a", "an", "the"}
_BETWEEN_DIGITS = re.compile(r"(?<=\d),(?=\d{3})")
_NO_SPACE = re.compile(r"['’‘`´]|\.(?!\d)|(?<!\d)\.")
_WORD = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")


def spoken(text: str) -> str:
    """Bring a text to a form in which spelling makes no difference.

    No case, accents, punctuation or articles; numbers in words become digits (``forty-two`` and
    ``42``, ``3.5 million`` and ``3500000``); ``%`` and ``per cent`` become ``percent``.

    :param text: any text.
    :returns: its words, single blanks between them; possibly empty.
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = (
        "".join(c for c in plain if not unicodedata.combining(c)) if not text.isascii() else plain
    )
    plain = plain.replace("per cent", "percent").replace("%", " percent ")
    plain = _NO_SPACE.sub("", _BETWEEN_DIGITS.sub("", plain))
    return " ".join(_in_digits(w for w in _WORD.findall(plain) if w not in _LEFT_OUT))


def holds(text: str, golds: Collection[str]) -> bool:
    """Tell whether a text holds one of the answers, word by word, in whatever spelling.

    :param text: of a passage.
    :param golds: the right answers; one of nothing but punctuation is looked for as it stands.
    :returns: True as soon as one is there.
    """
    within = f" {spoken(text)} "
    return any(f" {key} " in within if (key := spoken(g)) else g in text for g in golds)


def same_answer(given: str, golds: Collection[str], sentence: str, start: int) -> bool:
    """Tell whether a wrong answer may be a right one in other words; a person has to judge.

    It is when it reads as a right one does, or stands where a right one stands and shares half of
    its words (F1) or has it within, or is within it.

    :param given: the answer.
    :param golds: the right answers.
    :param sentence: the sentence around the answer.
    :param start: where in the sentence the answer starts.
    :returns: True where it may be.
    """
    key = spoken(given)
    if key and key in map(spoken, golds):
        return True
    near = [g for g in golds if f1(given, [g]) >= ENOUGH_OVERLAP or _within(key, spoken(g))]
    end = start + len(given)
    places = (place for gold in near for place in _places(gold, sentence))
    return any(start < high and low < end for low, high in places)


def _within(one: str, other: str) -> bool:
    return bool(one and other) and (f" {one} " in f" {other} " or f" {other} " in f" {one} ")


def _places(gold: str, sentence: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(re.escape(gold), sentence, re.IGNORECASE):
        yield match.span()


def _in_digits(words: Iterable[str]) -> Iterator[str]:
    """Put digits for each run of number words; a figure takes part where a scale follows it."""
    run: list[str] = []
    listed = list(words)
    for word, after in zip(listed, [*listed, ""][1:], strict=True):
        scaled = word[0].isdigit() and after in LARGE
        joined = word == "and" and bool(run) and after in NUMBER_WORDS
        if word in NUMBER_WORDS or scaled:
            run.append(word)
        elif not joined:
            yield from _number(run)
            run = []
            yield word
    yield from _number(run)


def _number(run: list[str]) -> Iterator[str]:
    if not run:
        return
    total, current = 0.0, 0.0
    for word in run:
        if word in LARGE:
            total, current = total + (current or 1) * LARGE[word], 0.0
        elif word == "hundred":
            current = (current or 1) * 100
        else:
            current += SMALL[word] if word in SMALL else float(word)
    yield f"{total + current:.12g}" if (total + current) % 1 else str(int(total + current))
