"""From the evidence for a span to a probability, and the one threshold."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from qa.errors import ModelError
from qa.evidence import FEATURES, Evidence

FILE = "calibration.json"
FORMAT = 2


@dataclass(frozen=True, slots=True)
class Regression:
    """A logistic regression on the features of a span that beats its null: one weight for each of
    ``FEATURES``. ``losing`` is the logit of every span that does not."""

    weights: tuple[float, ...]
    intercept: float
    losing: float

    def logit(self, evidence: Evidence) -> float:
        """Give the log odds that the span is right.

        :param evidence: for the span.
        :returns: the log odds.
        """
        if evidence.margin <= 0:
            return self.losing
        pairs = zip(self.weights, evidence.values, strict=True)
        return self.intercept + sum(weight * value for weight, value in pairs)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How sure a reader is taken to be: ``confidence = 1 / (1 + exp(-(slope * x + intercept)))``.

    ``x`` is the log odds of a regression on the evidence for the span. Without one it is the margin
    of the span over the null of its own passage, from zero (Platt 1999). Spans that lose to their
    null are all alike, so no passage without an answer can change a decision. ``threshold`` is the
    confidence from which on a question is answered.

    ``given`` is the threshold where one paragraph is given and nothing was searched for: much of
    what has no answer there was written to look as if it had.
    """

    slope: float
    intercept: float
    threshold: float
    regression: Regression | None = None
    given: float | None = None

    @property
    def of_given(self) -> "Calibration":
        """The calibration for a given paragraph."""
        return self if self.given is None else self.at(self.given)

    def at(self, threshold: float) -> "Calibration":
        """Answer from another confidence on.

        :param threshold: that confidence, 0 to 1.
        :returns: a calibration that does, for a given paragraph too.
        """
        return replace(self, threshold=threshold, given=None)

    def confidence(self, evidence: Evidence) -> float:
        """Give the probability that the span is right.

        :param evidence: for the span.
        :returns: a probability, 0 to 1.
        """
        known = self.regression
        odds = max(0.0, evidence.margin) if known is None else known.logit(evidence)
        return 1 / (1 + math.exp(-(self.slope * odds + self.intercept)))

    def recalibrated(self, slope: float, intercept: float, threshold: float) -> "Calibration":
        """Put a line through the logit of the confidence, as an archive of its own may need.

        :param slope: above 0, so that the order of confidences stays.
        :param intercept: in logits.
        :param threshold: the confidence from which on a question is answered, after that.
        :returns: ``confidence' = 1 / (1 + exp(-(slope * logit(confidence) + intercept)))``.
        """
        shift = slope * self.intercept + intercept
        return replace(self, slope=slope * self.slope, intercept=shift, threshold=threshold)

    def answers(self, evidence: Evidence) -> bool:
        """Decide: the span beats its null, and is likely enough.

        :param evidence: for the span.
        :returns: True to answer.
        """
        return evidence.margin > 0 and self.confidence(evidence) >= self.threshold

    @property
    def id(self) -> str:
        """What the confidence is made of, threshold aside; empty where that is the margin alone."""
        if self.regression is None:
            return ""
        aside = ("threshold", "given")
        facts = {key: value for key, value in asdict(self).items() if key not in aside}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]

    def to_fields(self) -> dict[str, Any]:
        """Give what the file holds, by name; ``load`` reads it."""
        line = {"slope": self.slope, "intercept": self.intercept, "threshold": self.threshold}
        known = self.regression
        return {
            "format": FORMAT,
            **line,
            **({} if self.given is None else {"given_threshold": self.given}),
            **({} if known is None else {"regression": _told(known)}),
        }

    @classmethod
    def load(cls, folder: Path) -> "Calibration":
        """Read the calibration that was fitted for a reader.

        :param folder: the folder of the reader's weights.
        :returns: the calibration; for a reader without one, the plain logistic of its margin and
            threshold one half.
        :raises ModelError: the file is damaged, or of a later format.
        """
        path = folder / FILE
        if not path.exists():
            return cls(slope=1.0, intercept=0.0, threshold=0.5)
        try:
            return _parsed(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(
                f"{path} is damaged ({error}). Restore it, or fit it again with "
                "'python -m eval.calibration'."
            ) from error


def _told(regression: Regression) -> dict[str, Any]:
    weights = dict(zip(FEATURES, regression.weights, strict=True))
    return {"intercept": regression.intercept, "losing": regression.losing, "weights": weights}


def _parsed(fields: dict[str, Any]) -> Calibration:
    """Read the fields of a file; those of the first format have no regression."""
    if fields.get("format", 1) not in (1, FORMAT):
        raise ValueError(f"format {fields['format']} is not known to this version")
    slope, intercept, threshold = (
        float(fields[name]) for name in ("slope", "intercept", "threshold")
    )
    given = None if fields.get("given_threshold") is None else float(fields["given_threshold"])
    return Calibration(slope, intercept, threshold, _regression(fields.get("regression")), given)


def _regression(fields: dict[str, Any] | None) -> Regression | None:
    if fields is None:
        return None
    weights = dict(fields["weights"])
    if set(weights) != set(FEATURES):
        raise ValueError("its features are not those of this version")
    ordered = tuple(float(weights[name]) for name in FEATURES)
    return Regression(ordered, float(fields["intercept"]), float(fields["losing"]))
