"""Reading in two goes: every token runs through the lower layers, and only those go on of which an
early guess says that an answer may start or end near them.

The guess is a second span head after a lower layer. Tokens are dropped for good as in PoWER-BERT
(Goyal et al. 2020), in stretches and by what is asked as in Block-Skim (Guan et al. 2022). This is
the side that trains; ``qa/networks.py`` reads.
"""

from dataclasses import dataclass
from typing import Any

AROUND = 8
"""Tokens on both sides of one that may start or end an answer go on with it."""

ABSENT = -100
"""The place of a token that did not go on, which torch's cross-entropy leaves out."""


def near(scores: Any) -> Any:
    """Give every token the best score of those near it.

    :param scores: shape ``(sequences, tokens)``.
    :returns: the same shape.
    """
    from torch.nn.functional import max_pool1d

    return max_pool1d(scores, 2 * AROUND + 1, stride=1, padding=AROUND)


def suspense(guess: Any) -> Any:
    """Tell how far a start or an end at a token is ahead of none at all.

    :param guess: start and end logits, shape ``(2, sequences, tokens)``.
    :returns: shape ``(sequences, tokens)``, in logits.
    """
    return (guess - guess[..., :1]).amax(0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of sequences: logits of shape ``(2, sequences, kept)`` for the tokens at
    ``places``, shape ``(sequences, kept)``, and the ``guess`` for all, ``(2, sequences, tokens)``.
    """

    logits: Any
    places: Any
    guess: Any


def read_in_two_goes(
    model: Any, unit: Any, layer: int, ids: Any, segments: Any, share: float
) -> Reading:
    """Run a BERT reader, the layers above ``layer`` for a share of the tokens only.

    :param model: of the class ``BertForQuestionAnswering``, in training.
    :param unit: the linear unit that guesses, hidden size to 2.
    :param layer: how many layers read every token.
    :param ids: token ids of sequences of one length, shape ``(sequences, tokens)``.
    :param segments: 0 for the tokens of the question, which always go on, else 1; same shape.
    :param share: of the tokens that go on, 0 to 1; the question comes on top where it is longer.
    :returns: the logits.
    """

    body = model.bert
    hidden = body.embeddings(input_ids=ids, token_type_ids=segments)
    for lower in body.encoder.layer[:layer]:
        hidden = lower(hidden)
    guess = unit(hidden).permute(2, 0, 1).float()
    places = _places(guess.detach(), segments, share)
    hidden = hidden.gather(1, places[..., None].expand(-1, -1, hidden.shape[-1]))
    for upper in body.encoder.layer[layer:]:
        hidden = upper(hidden)
    return Reading(model.qa_outputs(hidden).permute(2, 0, 1).float(), places, guess)


def _places(guess: Any, segments: Any, share: float) -> Any:
    """Choose as many tokens of each sequence, in their order."""
    import torch

    likely = near(suspense(guess))
    likely[segments == 0] = torch.inf
    likely[:, -1] = torch.inf
    asked = int((segments == 0).sum(1).max())
    wanted = max(asked + 2 * AROUND, round(share * segments.shape[1]))
    count = min(segments.shape[1], wanted)
    return likely.topk(count, dim=1).indices.sort(dim=1).values


def moved(golds: Any, places: Any) -> Any:
    """Find where tokens are among those that went on.

    :param golds: places of tokens, shape ``(2, sequences)``.
    :param places: of those that went on, shape ``(sequences, kept)``.
    :returns: shape ``(2, sequences)``; ``ABSENT`` for one that did not.
    """
    found = golds[..., None] == places
    return found.long().argmax(-1).masked_fill(~found.any(-1), ABSENT)
