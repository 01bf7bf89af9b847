"""Row 3: damaged bytes in every file of a store are found and named, or change nothing."""

import json
import random
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from eval.drills.children import told
from eval.drills.kills import PAGE, Trials, before
from eval.drills.looking import seen
from eval.drills.made import filled
from qa import recalibration
from qa.errors import PullquoteError
from qa.recalibration import Recalibration
from qa.schema import FILE, connect, transaction
from qa.store import Store, check

Files = Mapping[str, bytes]
Damage = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, chance: random.Random) -> bytes:
    """Turn over one bit, or some."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 8))):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def overwrite(data: bytes, chance: random.Random) -> bytes:
    """Put zeros or noise over a few bytes, or over a page."""
    length = chance.choice((2, 16, 512, PAGE))
    at = chance.randrange(len(data)) // length * length
    noise = chance.choice((bytes(length), chance.randbytes(length)))
    return (data[:at] + noise + data[at + length :])[: len(data)]


def repeat(data: bytes, chance: random.Random) -> bytes:
    """Put one page in the place of another: a write that went astray."""
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    pages[chance.randrange(len(pages))] = chance.choice(pages)
    return b"".join(pages)


def cut(data: bytes, chance: random.Random) -> bytes:
    """Lose the end."""
    return data[: chance.randrange(len(data))]


def lengthen(data: bytes, chance: random.Random) -> bytes:
    """Go on with noise."""
    return data + chance.randbytes(chance.choice((1, 100, PAGE)))


DAMAGES: tuple[Damage, ...] = (flip, flip, flip, overwrite, repeat, cut, lengthen)


def base(scratch: Path) -> Store:
    """Make the store that is damaged: revisions, something removed, a calibration.

    :param scratch: an empty folder.
    :returns: the store.
    """
    store = Store.create(scratch / "store")
    filled(store, {**before(), "gone": ("What was here is removed.",)})
    with store.writing() as connection, transaction(connection):
        found = Recalibration(1.5, -0.25, 0.5, "made", "2026-01-31T09:30:00+00:00", 40, 0.1)
        recalibration.save(connection, found)
    store.remove(["gone"])
    with closing(connect(store.path, write=True)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return store


def is_found(scratch: Path, seed: int, trials: int) -> Trials:
    """Damage the files of a store, one at a time, and look at it.

    :param scratch: an empty folder.
    :param seed: of the damage.
    :param trials: how often.
    :returns: the trials.
    """
    store = base(scratch)
    said = told(lambda: json.dumps(_damaged(store, random.Random(seed), trials)))
    try:
        failures = json.loads(said)
    except ValueError:
        failures = [said]
    return Trials(trials, tuple(f"seed {seed}: {line}" for line in failures))


def _damaged(store: Store, chance: random.Random, trials: int) -> list[str]:
    sound, truth = _read(store.path), seen(store.path)
    failures: list[str] = []
    names = sorted(name for name in sound if sound[name])
    for trial in range(trials):
        name, damage = chance.choice([FILE, *names]), chance.choice(DAMAGES)
        _write(store.path, {**sound, name: damage(sound[name], chance)})
        failures += [f"{damage.__name__} {name}, {trial}: {x}" for x in _look(store.path, truth)]
    return failures


def _look(path: Path, truth: list[object]) -> list[str]:
    """Say what is wrong with how a damage is told; nothing where it is told or changes nothing."""
    problems = check(path)
    unnamed = [line for line in problems if str(path) not in line]
    try:
        silent = seen(path) != truth
    except PullquoteError as error:
        silent = False
        unnamed += [] if str(path) in str(error) else [str(error)]
    if silent and not problems:
        return [*unnamed, "something else is seen, and check says nothing"]
    return unnamed


def _read(path: Path) -> Files:
    return {str(p.relative_to(path)): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def _write(path: Path, files: Files) -> None:
    shutil.rmtree(path)
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
