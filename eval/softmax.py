"""The raw softmax of a span, as readers commonly state their confidence: what a calibrator has to
beat."""

import math
from collections.abc import Sequence

import numpy as np

from qa.datatypes import Passage, Span
from qa.layout import Feature
from qa.networks import Logits
from qa.reader import TransformerReader


def softmax_share(
    reader: TransformerReader, question: str, passage: Passage, spans: Sequence[Span]
) -> float:
    """Give the softmax of the best span of a passage over all pairs of a first and a last token of
    it, and "no answer" once for each window of it. The passage is read once more for that.

    :param reader: the one that gave the spans.
    :param question: as asked.
    :param passage: the passage.
    :param spans: its spans, best first.
    :returns: 0 to 1; 0 where the best span does not beat its null.
    """
    if not spans or spans[0].margin <= 0:
        return 0.0
    features = list(reader.layout.features(question, [passage]))
    found = reader.network.logits(features)
    totals = [_total(f, logits) for f, logits in zip(features, found, strict=True)]
    return math.exp(min(0.0, spans[0].logit - float(np.logaddexp.reduce(totals))))


def _total(feature: Feature, logits: Logits) -> float:
    """The logarithm of the sum of what the softmax of a window of a passage is taken over."""
    tokens = feature.tokens
    places = slice(feature.first, feature.first + len(tokens.ids))
    starts = np.where(tokens.starts, logits[0, places], -np.inf)
    ends = np.where(tokens.ends, logits[1, places], -np.inf)
    scores = np.add.outer(starts, ends).astype(np.float64)
    spans = np.logaddexp.reduce(scores[np.triu_indices(len(starts))], initial=-np.inf)
    return float(np.logaddexp(spans, float(logits[0, 0] + logits[1, 0])))
