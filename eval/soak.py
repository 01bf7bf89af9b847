"""Try the store at length: ``python -m eval.soak [DRILL…] [--out DIR] [--scale 1.0]``.

Kills, full disks, damaged bytes and a state machine, in the numbers that a release must pass. A
soak that is stopped goes on where it stood; what was found is kept in ``DIR/soak.json``. Exits 1
when a trial failed.
"""

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.drills import damage, full_disk, kills, recovery
from eval.drills.kills import Trials

OUT = Path("runs/soak")
FILE = "soak.json"
ARTICLES, PAGES = 120, 300  # an index run of so many articles writes more than so many pages
PASSAGES = 10_000

Unit = Callable[[Path, int], Trials | None]


@dataclass(frozen=True, slots=True)
class Drill:
    """``units`` times ``run``, each in a folder of its own unless ``shared``; None from a unit
    means that this machine does not permit the drill."""

    name: str
    units: int
    run: Unit
    shared: bool = False


@dataclass(slots=True)
class Standing:
    """How far a drill has come."""

    units: int = 0
    trials: int = 0
    seconds: float = 0.0
    failures: tuple[str, ...] = ()
    refused: bool = False


def _steps(scratch: Path, unit: int) -> Trials:
    return kills.at_every_step(scratch, kills.OPERATIONS[unit % len(kills.OPERATIONS)])


def _pages(scratch: Path, unit: int) -> Trials:
    return kills.at_every_page(scratch, kills.OPERATIONS[unit % len(kills.OPERATIONS)])


def _machine(scratch: Path, unit: int) -> Trials:
    from eval.drills.machine import agrees_with_a_dict

    return agrees_with_a_dict(scratch, examples=20, steps=50)


DRILLS = (
    Drill("killed at every step", 4 * 20, _steps),
    Drill("killed at every page", 4 * 5, _pages),
    Drill("killed at random", 50, lambda scratch, n: kills.at_random_moments(scratch, n, 10)),
    Drill("recovery", 1, lambda scratch, n: recovery.recovers_in_time(scratch, PASSAGES)),
    Drill(
        "no file may grow",
        PAGES,
        lambda scratch, n: full_disk.no_file_grows(scratch, n, ARTICLES),
        shared=True,
    ),
    Drill(
        "disk fills",
        PAGES,
        lambda scratch, n: full_disk.disk_fills(scratch, n, ARTICLES),
        shared=True,
    ),
    Drill("disk is read-only", 1, lambda scratch, n: full_disk.disk_is_read_only(scratch)),
    Drill("damaged", 100, lambda scratch, n: damage.is_found(scratch, n, 100)),
    Drill("machine", 50, _machine),
)


def soak(
    drills: Sequence[Drill], out: Path, scratch: Path, scale: float, say: Callable[[str], None]
) -> bool:
    """Run drills, going on where an earlier soak stood.

    :param drills: which.
    :param out: where the standing is kept.
    :param scratch: for the stores; empty again afterwards.
    :param scale: share of the units of each drill, at least one of them.
    :param say: receives lines for a person.
    :returns: whether no trial failed.
    """
    standings = _load(out)
    for drill in drills:
        standing = standings.setdefault(drill.name, Standing())
        wanted = max(1, math.ceil(drill.units * scale))
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            while standing.units < wanted and not standing.refused:
                _run(drill, standing, Path(folder))
                _save(out, standings)
                say(f"{_line(drill.name, standing)}, {standing.units} of {wanted}")
        say(_line(drill.name, standing))
        for failure in standing.failures:
            say(f"  {failure}")
    return not any(standings[drill.name].failures for drill in drills)


def _run(drill: Drill, standing: Standing, folder: Path) -> None:
    started = time.monotonic()
    if drill.shared:
        trials = drill.run(folder, standing.units)
    else:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            trials = drill.run(Path(own), standing.units)
    standing.units += 1
    standing.seconds += time.monotonic() - started
    if trials is None:
        standing.refused = True
        return
    standing.trials += trials.count
    standing.failures += trials.failures


def _line(name: str, standing: Standing) -> str:
    if standing.refused:
        return f"{name:22} not permitted on this machine"
    return (
        f"{name:22} {standing.trials:6,} trials, {len(standing.failures)} failures, "
        f"{standing.seconds:,.0f} s"
    )


def _load(out: Path) -> dict[str, Standing]:
    try:
        kept = json.loads((out / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {
        name: Standing(**{**facts, "failures": tuple(facts["failures"])})
        for name, facts in kept.items()
    }


def _save(out: Path, standings: dict[str, Standing]) -> None:
    kept = {
        name: {field: getattr(standing, field) for field in Standing.__slots__}
        for name, standing in standings.items()
    }
    out.mkdir(parents=True, exist_ok=True)
    half = out / f"{FILE}.tmp"
    half.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    os.replace(half, out / FILE)


def main() -> int:
    """Run the soak and print how it goes.

    :returns: 1 where a trial failed, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m eval.soak", description=__doc__)
    parser.add_argument("drills", nargs="*", metavar="DRILL", help="parts of names; all of them")
    parser.add_argument("--out", type=Path, default=OUT, help="keep the standing here")
    parser.add_argument("--scratch", type=Path, help="make the stores here")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full figures")
    options = parser.parse_args()
    chosen = [d for d in DRILLS if not options.drills or any(n in d.name for n in options.drills)]
    if not chosen:
        parser.error("no drill has such a name: " + ", ".join(drill.name for drill in DRILLS))

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    return int(not soak(chosen, options.out, options.scratch, options.scale, say))


if __name__ == "__main__":
    sys.exit(main())
