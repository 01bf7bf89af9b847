"""Choose what a reader may skip, on held-out articles: ``python -m eval.skimming DATA READER``.

A reader trained with ``--skim`` guesses after lower layers where an answer may be, and reads on
only there (``qa/skimming.py``). For each choice of layers and margins the table tells which share
of the tokens goes on after each, and what that costs. Questions are those of ``eval.readers``. With
one choice and ``--out FOLDER`` the reader is written with that choice among its weights.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.bert import load_weights
from eval.bootstrap import interval
from eval.readers import Score, Task, area, best_mean_f1, held_out_tasks, score
from qa.networks import PackedNetwork, Skim
from qa.reader import TransformerReader

MARGINS = (-7.0, -6.0, -5.0, -4.0, -3.0)
Choice = Sequence[tuple[int, float]]


@dataclass
class Counting:
    """A skim that counts the tokens it is given, and those that go on."""

    skim: Skim
    seen: int = 0
    kept_on: int = 0

    @property
    def layer(self) -> int:
        """After which layer it works."""
        return self.skim.layer

    def kept(self, hidden: Any, features: Sequence[Any], places: Sequence[Any]) -> list[Any]:
        """Choose the tokens that go on, as the skim does."""
        found = self.skim.kept(hidden, features, places)
        self.seen += sum(len(feature.ids) for feature in features)
        self.kept_on += sum(int(one.sum()) for one in found)
        return found


def units(weights: dict[str, Any]) -> dict[int, tuple[Any, Any]]:
    """Find the units that guess.

    :param weights: of a reader.
    :returns: weight and bias by layer.
    """
    layers = sorted(int(name.split(".")[1]) for name in weights if name.startswith("skim."))
    return {
        layer: (weights[f"skim.{layer}.weight"].float(), weights[f"skim.{layer}.bias"].float())
        for layer in layers
    }


def table(folder: Path, tasks: Sequence[Task], tries: Sequence[Choice]) -> Iterator[str]:
    """Tell what each choice costs.

    :param folder: of the reader.
    :param tasks: what to read.
    :param tries: the choices.
    :yields: lines of a Markdown table; the first row reads every token.
    """
    reader = TransformerReader.load(str(folder))
    whole = reader.network
    assert isinstance(whole, PackedNetwork)
    guessing = units(load_weights(folder))
    answerable = np.array([bool(task.golds) for task in tasks])
    yield f"{answerable.sum():,} questions with an answer, {(~answerable).sum():,} without"
    yield ""
    yield "| layer: margin | tokens that go on | EM | F1 | F1 over all | tells | best mean F1 |"
    yield "|---|---|---|---|---|---|---|"
    reader.network = whole.skimming([])
    first = score(reader, tasks)
    yield _row("all", "100 %", first, first, answerable)
    for choice in tries:
        skims = [Skim(layer, margin, *guessing[layer]) for layer, margin in choice]
        counting: list[Any] = [Counting(skim) for skim in skims]
        reader.network = whole.skimming(counting)
        found = score(reader, tasks)
        named = ", ".join(f"{layer}: {margin:g}" for layer, margin in choice)
        shares = ", ".join(f"{100 * one.kept_on / one.seen:.0f} %" for one in counting)
        yield _row(named, shares, found, first, answerable)


def _row(named: str, shares: str, found: Score, first: Score, answerable: Any) -> str:
    lost = 100 * (found.f1 - first.f1)[answerable]
    low, high = interval(lost)
    cells = [
        named,
        shares,
        f"{100 * found.exact[answerable].mean():.1f}",
        f"{100 * found.f1[answerable].mean():.1f}",
        f"{lost.mean():+.2f} ({low:+.2f} to {high:+.2f})",
        f"{100 * area(found.margin, answerable):.1f}",
        f"{100 * best_mean_f1(found, answerable).value:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def choose(folder: Path, choice: Choice, out: Path) -> None:
    """Write a reader that skips what was chosen.

    :param folder: of a reader with such units.
    :param choice: after which layers, and with which margins.
    :param out: a folder for the new one.
    """
    import torch

    from embeddings.folders import copy_without_weights, save_weights

    weights = load_weights(folder)
    kept = {name: weight for name, weight in weights.items() if not name.startswith("skim.")}
    for layer, margin in choice:
        for part in ("weight", "bias"):
            kept[f"skim.{layer}.{part}"] = weights[f"skim.{layer}.{part}"]
        kept[f"skim.{layer}.margin"] = torch.tensor(margin)
    copy_without_weights(folder, out)
    save_weights(kept, out)


def _choice(text: str) -> Choice:
    """Read ``3:-5,4:-3``."""
    parts = [part.split(":") for part in text.split(",")]
    return [(int(layer), float(margin)) for layer, margin in parts]


def main() -> None:
    """Compare or choose."""
    parser = argparse.ArgumentParser(prog="python -m eval.skimming", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("reader", type=Path, help="its folder")
    parser.add_argument(
        "choices", type=_choice, nargs="*", help="LAYER:MARGIN[,LAYER:MARGIN]...; 3:-5,4:-3"
    )
    parser.add_argument("--per-set", type=int, default=100)
    parser.add_argument("--out", type=Path, help="write the reader with the one choice given")
    options = parser.parse_args()
    try:
        layers = units(load_weights(options.reader))
    except (OSError, ValueError) as error:
        parser.error(f"{error}. Name the folder of a reader.")
    tries = options.choices or [[(layer, margin)] for layer in layers for margin in MARGINS]
    if missing := {layer for choice in tries for layer, _ in choice} - set(layers):
        parser.error(f"{options.reader} does not guess after layer {min(missing)}")
    if options.out is not None:
        if len(options.choices) != 1:
            parser.error("--out needs one choice")
        if options.out.resolve() == options.reader.resolve():
            parser.error("--out needs another folder than that of the reader")
        choose(options.reader, options.choices[0], options.out)
        return
    tasks = held_out_tasks(options.data, options.per_set, random.Random(0))
    for line in table(options.reader, tasks, tries):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
