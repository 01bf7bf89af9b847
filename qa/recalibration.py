"""The confidence and the threshold of one archive, fitted on its own questions, in its store."""

import json
import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from qa.confidence import Calibration
from qa.errors import StoreError
from qa.schema import FILE, connect, faults, sha256

KEY = "recalibration"


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What ``pullquote calibrate`` found for a store.

    The logit of the shipped confidence is multiplied by ``slope``, which is above zero, and
    ``intercept`` is added; from ``threshold`` on a question is answered. It holds for ``reader``
    and for the shipped confidence named ``calibrator`` alone. ``fitted_at`` is in UTC, ISO 8601;
    ``questions`` were fitted on, so that no more than the share ``risk`` of what is answered is
    wrong.
    """

    slope: float
    intercept: float
    threshold: float
    reader: str
    fitted_at: str
    questions: int
    risk: float
    calibrator: str = ""


def with_store(
    calibration: Calibration,
    store: Path,
    reader_id: str,
    warn: Callable[[str], None] = lambda message: None,
) -> Calibration:
    """Put the recalibration of a store, where it has one, on top of the shipped calibration.

    :param calibration: as shipped with the reader.
    :param store: the folder of the store.
    :param reader_id: of the reader that will be used.
    :param warn: receives one line where the store was calibrated for another reader, or on top of
        another shipped confidence.
    :returns: the calibration to use.
    :raises StoreError: the store or its recalibration is damaged.
    """
    with faults(store), closing(connect(store)) as connection:
        found = load(connection, store)
    if found is None:
        return calibration
    if found.reader != reader_id:
        warn(
            f"Store at {store} was calibrated for reader '{found.reader}', not for '{reader_id}': "
            "confidence and threshold are as shipped. Run 'pullquote calibrate' for this reader."
        )
        return calibration
    if found.calibrator != calibration.id:
        warn(
            f"Store at {store} was calibrated when the reader '{reader_id}' shipped with another "
            "confidence: it and the threshold are as shipped. Run 'pullquote calibrate' again."
        )
        return calibration
    return calibration.recalibrated(found.slope, found.intercept, found.threshold)


def load(connection: sqlite3.Connection, store: Path) -> Recalibration | None:
    """Read the recalibration of a store.

    :param connection: to the store.
    :param store: its folder.
    :returns: what was stored; None where there is none.
    :raises StoreError: it is damaged.
    """
    with faults(store):
        row = connection.execute("SELECT value FROM meta WHERE key = ?", (KEY,)).fetchone()
    if row is None:
        return None
    try:
        return _parsed(json.loads(row[0]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"The calibration in {store / FILE} is damaged. Run 'pullquote calibrate --reset "
            f"--store {store}', then 'pullquote calibrate QUESTIONS' again."
        ) from error


def save(connection: sqlite3.Connection, recalibration: Recalibration) -> None:
    """Keep a recalibration with its store, in place of an earlier one.

    :param connection: open for writing, under the lock of the store.
    :param recalibration: what to keep.
    """
    facts = asdict(recalibration)
    value = json.dumps({**facts, "sha256": seal(facts)})
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (KEY, value))


def forget(connection: sqlite3.Connection) -> bool:
    """Remove the recalibration of a store, also a damaged one.

    :param connection: open for writing, under the lock of the store.
    :returns: whether there was one.
    """
    return connection.execute("DELETE FROM meta WHERE key = ?", (KEY,)).rowcount > 0


def seal(facts: dict[str, Any]) -> str:
    """Hash the fields of a recalibration, so that a damaged one is noticed.

    :param facts: field by name.
    :returns: 64 hexadecimal digits.
    """
    return sha256(json.dumps(facts, sort_keys=True))


def _parsed(value: dict[str, Any]) -> Recalibration:
    names = [field.name for field in fields(Recalibration)]
    facts = {name: value[name] for name in names if name in value or name != "calibrator"}
    found = Recalibration(**facts)
    numbers = (found.slope, found.intercept, found.threshold)
    if value["sha256"] != seal(facts) or not all(map(math.isfinite, numbers)) or found.slope <= 0:
        raise ValueError("not as it was written")
    return found
