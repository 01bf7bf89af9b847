"""From the margin of a span to a probability, and the one threshold."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

from qa.errors import ModelError

FILE = "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling (Platt 1999) of a span's margin over the null of its own passage.

    ``confidence = 1 / (1 + exp(-(slope * max(0, margin) + intercept)))``. A span that loses to its
    null has margin zero here: no passage without an answer can change a decision. ``threshold`` is
    the confidence from which on a question is answered.
    """

    slope: float
    intercept: float
    threshold: float

    def confidence(self, margin: float) -> float:
        """Give the probability that the span is right.

        :param margin: best span minus null of the same passage, in logits.
        :returns: a probability, 0 to 1.
        """
        return 1 / (1 + math.exp(-(self.slope * max(0.0, margin) + self.intercept)))

    def recalibrated(self, slope: float, intercept: float, threshold: float) -> "Calibration":
        """Put a line through the logit of the confidence, as an archive of its own may need.

        :param slope: above 0, so that the order of confidences stays.
        :param intercept: in logits.
        :param threshold: the confidence from which on a question is answered, after that.
        :returns: ``confidence' = 1 / (1 + exp(-(slope * logit(confidence) + intercept)))``.
        """
        return Calibration(slope * self.slope, slope * self.intercept + intercept, threshold)

    def answers(self, margin: float) -> bool:
        """Decide: the span beats its null, and is likely enough.

        :param margin: as for ``confidence``.
        :returns: True to answer.
        """
        return margin > 0 and self.confidence(margin) >= self.threshold

    @classmethod
    def load(cls, folder: Path) -> "Calibration":
        """Read the calibration that was fitted for a reader.

        :param folder: the folder of the reader's weights.
        :returns: the calibration; for a reader without one, the plain logistic of its margin and
            threshold one half.
        :raises ModelError: the file is damaged.
        """
        path = folder / FILE
        if not path.exists():
            return cls(slope=1.0, intercept=0.0, threshold=0.5)
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            return cls(*(float(fields[name]) for name in ("slope", "intercept", "threshold")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{path} is damaged ({error}). Restore it, or fit it again with "
                "'python -m eval.calibration'."
            ) from error
