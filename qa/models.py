"""The models of the settings, and how sure the reader is taken to be."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa.confidence import Calibration
from qa.errors import ModelError
from qa.reader import WEIGHTS, TransformerReader
from qa.recalibration import with_store
from qa.settings import Settings

if TYPE_CHECKING:
    from embeddings.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Models:
    """The two models, loaded once and shared by every generation that is opened."""

    encoder: "Encoder"
    reader: TransformerReader


def load_models(settings: Settings) -> Models:
    """Load both models of the settings.

    :param settings: the settings.
    :returns: the models.
    :raises ModelError: one cannot be loaded.
    """
    return Models(load_encoder(settings), load_reader(settings))


def load_reader(settings: Settings) -> TransformerReader:
    """Load the reader of the settings.

    :param settings: the settings.
    :returns: the reader.
    :raises ModelError: there is no such reader.
    """
    return TransformerReader.load(settings.reader, settings.max_answer_tokens, settings.eight_bits)


def load_encoder(settings: Settings) -> "Encoder":
    """Load the encoder of the settings.

    :param settings: the settings.
    :returns: the encoder.
    :raises ModelError: there is no such encoder.
    """
    from embeddings.mean_encoder import load_encoder as load

    try:
        return load(settings.encoder)
    except ValueError as error:
        raise ModelError(f"{error}. Pass --encoder a folder or an id that is here.") from error


def encoder_id(settings: Settings) -> str:
    """Name the encoder of the settings without loading it.

    :param settings: the settings.
    :returns: its id.
    :raises ModelError: there is no such encoder.
    """
    from embeddings.encoder import identify

    try:
        return identify(settings.encoder)
    except ValueError as error:
        raise ModelError(f"{error}. Pass --encoder a folder or an id that is here.") from error


def load_calibration(
    settings: Settings,
    reader_id: str | None = None,
    warn: Callable[[str], None] = lambda message: None,
) -> Calibration:
    """Read the calibration that lies beside the reader, then that of the store, under the threshold
    of the settings.

    :param settings: the settings.
    :param reader_id: whose calibration the store is asked for; None to leave the store out.
    :param warn: receives one line where the store was calibrated for another reader.
    :returns: the calibration.
    :raises ModelError: the file is damaged.
    :raises StoreError: the calibration of the store is damaged.
    """
    folder = WEIGHTS if settings.reader == "default" else Path(settings.reader)
    calibration = Calibration.load(folder)
    if reader_id is not None:
        calibration = with_store(calibration, settings.store, reader_id, warn)
    if settings.threshold is None:
        return calibration
    return calibration.at(settings.threshold)
