"""What speaks for a span: raw features of its own passage, and of the passages whose best span
beats their null. Nothing is scaled over the passages of a question and nothing is taken from the
scores of the search, so a passage that loses to its null takes no part."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.datatypes import Hit, Span
from qa.wording import FUNCTION, WORD, content, words

FEATURES = ("apart", "lead", "near", "names")
FARTHEST = 20.0  # logits; a margin beyond says no more
AROUND = 150  # characters on both sides of a span in which words of the question are near it

Values = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a span is judged by: ``margin`` is its score over the null of its own passage, in
    logits, and ``values`` has one value for each of ``FEATURES``, or none where it does not beat
    that null.

    ``apart`` is how far it is ahead of the next span of its passage that says something else, and
    ``lead`` of the best span of the other passages that does, in logits; both are the margin where
    nothing else beats the null. ``near`` is the share of the question's words that stand near the
    span, ``names`` that of its names and numbers that stand in passage or headline.
    """

    margin: float
    values: Values = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question taken apart: the words that carry its meaning, and its names and numbers."""

    words: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a span says, and how far it beats its null."""

    value: frozenset[str]
    margin: float


def weigh(
    question: str, hits: Sequence[Hit], spans: Sequence[Sequence[Span]]
) -> list[list[Evidence]]:
    """Find what speaks for each span.

    :param question: as asked.
    :param hits: the passages that were read.
    :param spans: for each of them its spans, best first.
    :returns: the evidence for every span, in the same order.
    """
    asked = _Asked(content(question), frozenset(_names(question)))
    said = [
        [_said(hit, span) for span in found if span.margin > 0]
        for hit, found in zip(hits, spans, strict=True)
    ]
    weighed = []
    for place, (hit, found) in enumerate(zip(hits, spans, strict=True)):
        rivals = [own[0] for other, own in enumerate(said) if own and other != place]
        weighed.append([_weigh_one(asked, hit, span, said[place], rivals) for span in found])
    return weighed


def _weigh_one(
    asked: _Asked, hit: Hit, span: Span, beside: Sequence[_Said], rivals: Sequence[_Said]
) -> Evidence:
    if span.margin <= 0:
        return Evidence(span.margin)
    one, text = _said(hit, span), hit.passage.text
    around = text[max(0, span.start - AROUND) : span.end + AROUND]
    known = frozenset(words(f"{hit.passage.title or ''} {text}"))
    values = (
        _ahead(one, beside),
        _ahead(one, rivals),
        _share(asked.words, content(around)),
        _share(asked.names, known),
    )
    return Evidence(span.margin, values)


def _said(hit: Hit, span: Span) -> _Said:
    text = hit.passage.text[span.start : span.end]
    told = frozenset(words(text)) - {"a", "an", "the"}
    return _Said(told or frozenset((text,)), span.margin)


def _ahead(one: _Said, others: Sequence[_Said]) -> float:
    """Give the distance in logits to the best of others that says something else, or to the null.
    Where one says a part of the other, both say the same."""
    differing = (s.margin for s in others if not (one.value <= s.value or s.value <= one.value))
    return min(one.margin, FARTHEST) - min(max(differing, default=0.0), FARTHEST)


def _share(asked: frozenset[str], told: frozenset[str]) -> float:
    return len(asked & told) / len(asked) if asked else 1.0


def _names(question: str) -> Iterator[str]:
    """Find the words that a question writes with a capital or a digit, its first word aside."""
    for place, found in enumerate(WORD.finditer(question)):
        marked = found[0][0].isdigit() or (place > 0 and found[0][0].isupper())
        word = re.sub(r"['’]s$", "", found[0].lower())
        if marked and word not in FUNCTION:
            yield word
