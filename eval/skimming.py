"""Choose what a reader may skip, on held-out articles: ``python -m eval.skimming DATA READER``.

A reader trained with ``--skim`` guesses after a lower layer where an answer may be, and reads on
only there (``qa/skimming.py``). For each such layer and each margin the table tells which share of
the tokens the upper layers still read, and what that costs. Questions are those of
``eval.readers``. With
``--choose LAYER MARGIN --out FOLDER`` the reader is written with that choice in its weights.
"""

import argparse
import random
import shutil
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

MARGINS = (-12.0, -10.0, -8.0, -6.0, -5.0, -4.0, -3.0, -2.0)


@dataclass
class Counting:
    """A skim that counts the tokens it is given, and those that go on."""

    skim: Skim
    seen: int = 0
    kept: int = 0

    def __getattr__(self, name: str) -> Any:
        """Give what is not counted."""
        return getattr(self.skim, name)

    def places(self, hidden: Any, features: Sequence[Any]) -> list[Any]:
        """Choose the tokens that go on, as the skim does."""
        found = self.skim.places(hidden, features)
        self.seen += len(hidden)
        self.kept += sum(len(places) for places in found)
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


def table(folder: Path, tasks: Sequence[Task], margins: Sequence[float]) -> Iterator[str]:
    """Tell what each choice costs.

    :param folder: of the reader.
    :param tasks: what to read.
    :param margins: in logits.
    :yields: lines of a Markdown table; the first row reads every token.
    """
    reader = TransformerReader.load(str(folder))
    whole = reader.network
    assert isinstance(whole, PackedNetwork)
    answerable = np.array([bool(task.golds) for task in tasks])
    yield f"{answerable.sum():,} questions with an answer, {(~answerable).sum():,} without"
    yield ""
    yield "| layer | margin | tokens that go on | EM | F1 | F1 over all | tells | best mean F1 |"
    yield "|---|---|---|---|---|---|---|---|"
    reader.network = whole.skimming(None)
    first = score(reader, tasks)
    yield _row("all", "", 1.0, first, first, answerable)
    for layer, unit in units(load_weights(folder)).items():
        for margin in margins:
            counting: Any = Counting(Skim(layer, margin, *unit))
            reader.network = whole.skimming(counting)
            found = score(reader, tasks)
            share = counting.kept / counting.seen
            yield _row(str(layer), f"{margin:g}", share, found, first, answerable)


def _row(layer: str, margin: str, share: float, found: Score, first: Score, answerable: Any) -> str:
    lost = 100 * (found.f1 - first.f1)[answerable]
    low, high = interval(lost)
    cells = [
        layer,
        margin,
        f"{100 * share:.0f} %",
        f"{100 * found.exact[answerable].mean():.1f}",
        f"{100 * found.f1[answerable].mean():.1f}",
        f"{lost.mean():+.2f} ({low:+.2f} to {high:+.2f})",
        f"{100 * area(found.margin, answerable):.1f}",
        f"{100 * best_mean_f1(found, answerable).value:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def choose(folder: Path, layer: int, margin: float, out: Path) -> None:
    """Write a reader that skips what was chosen.

    :param folder: of a reader with such units.
    :param layer: after which.
    :param margin: in logits.
    :param out: a folder for the new one.
    """
    import torch
    from safetensors.torch import save_file

    weights = load_weights(folder)
    stem = f"skim.{layer}."
    kept = {k: v for k, v in weights.items() if not k.startswith("skim.") or k.startswith(stem)}
    kept[f"{stem}margin"] = torch.tensor(margin)
    shutil.copytree(folder, out, dirs_exist_ok=True)
    save_file(kept, out / "model.safetensors", {"format": "pt"})


def main() -> None:
    """Compare or choose."""
    parser = argparse.ArgumentParser(prog="python -m eval.skimming", description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("reader", type=Path, help="its folder")
    parser.add_argument("--margins", type=float, nargs="+", default=MARGINS)
    parser.add_argument("--per-set", type=int, default=100)
    parser.add_argument("--choose", nargs=2, type=float, metavar=("LAYER", "MARGIN"))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.choose:
        if options.out is None:
            parser.error("--choose needs --out FOLDER")
        choose(options.reader, int(options.choose[0]), options.choose[1], options.out)
        return
    tasks = held_out_tasks(options.data, options.per_set, random.Random(0))
    for line in table(options.reader, tasks, options.margins):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
