"""Reading in goes: every token runs through the lower layers, and only those go on of which an
early guess says that an answer may start or end near them.

The guess is a span head after a lower layer; there may be several. Tokens are dropped for good as
in PoWER-BERT (Goyal et al. 2020), in stretches and by what is asked as in Block-Skim (Guan et al.
2022). This is the side that trains; ``qa/networks.py`` reads.
"""

from collections.abc import Mapping, Sequence
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
class Scored:
    """Logits of shape ``(2, sequences, kept)`` for the tokens at ``places``, shape ``(sequences,
    kept)``, ascending."""

    logits: Any
    places: Any


def read_in_goes(
    model: Any, units: Mapping[int, Any], ids: Any, segments: Any, shares: Sequence[float]
) -> list[Scored]:
    """Run a BERT reader that drops tokens after some of its layers.

    :param model: of the class ``BertForQuestionAnswering``, in training.
    :param units: by number of layers that were run, ascending, the linear unit that guesses then,
        hidden size to 2.
    :param ids: token ids of sequences of one length, shape ``(sequences, tokens)``.
    :param segments: 0 for the tokens of the question, which always go on, else 1; same shape.
    :param shares: for each unit the share of all tokens that go on, 0 to 1; the question comes on
        top where it is longer.
    :returns: what each unit guesses, and at last what the reader says.
    """
    import torch

    body = model.bert
    hidden = body.embeddings(input_ids=ids, token_type_ids=segments)
    places = torch.arange(ids.shape[1], device=ids.device).expand_as(ids)
    scored, layer = [], 0
    for (after, unit), share in zip(units.items(), shares, strict=True):
        for own in body.encoder.layer[layer:after]:
            hidden = own(hidden)
        guess = unit(hidden).permute(2, 0, 1).float()
        scored.append(Scored(guess, places))
        asked = segments.gather(1, places) == 0
        kept = _likeliest(guess.detach(), asked, round(share * ids.shape[1]))
        hidden = hidden.gather(1, kept[..., None].expand(-1, -1, hidden.shape[-1]))
        places, layer = places.gather(1, kept), after
    for own in body.encoder.layer[layer:]:
        hidden = own(hidden)
    return [*scored, Scored(model.qa_outputs(hidden).permute(2, 0, 1).float(), places)]


def _likeliest(guess: Any, asked: Any, wanted: int) -> Any:
    """Choose about as many tokens of each sequence as wanted, in their order."""
    import torch

    likely = near(suspense(guess))
    likely[asked] = torch.inf
    likely[:, -1] = torch.inf
    least = int(asked.sum(1).max()) + 2 * AROUND
    count = min(asked.shape[1], max(least, wanted))
    return likely.topk(count, dim=1).indices.sort(dim=1).values


def moved(golds: Any, places: Any) -> Any:
    """Find where tokens are among those that went on.

    :param golds: places of tokens, shape ``(2, sequences)``.
    :param places: of those that went on, shape ``(sequences, kept)``.
    :returns: shape ``(2, sequences)``; ``ABSENT`` for one that did not.
    """
    found = golds[..., None] == places
    return found.long().argmax(-1).masked_fill(~found.any(-1), ABSENT)
