"""``pullquote train``: the models from their data."""

import random
from pathlib import Path
from typing import Annotated, Literal

import typer

from qa.errors import InputError
from ui.options import read_settings

train = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Train the models.")


@train.callback()
def _train() -> None:
    """Train the models."""


@train.command("reader")
def train_reader(
    data: Annotated[Path, typer.Argument(help="Folder of SQuAD JSON files.")],
    out: Annotated[Path, typer.Option(help="Checkpoints and the model.")] = Path("runs/reader"),
    recipe: Annotated[
        Literal["broad", "sharp"],
        typer.Option(help="broad: from an encoder; sharp: on from a reader."),
    ] = "broad",
    base: Annotated[str | None, typer.Option(help="Encoder or reader to start from.")] = None,
    tokens: Annotated[int, typer.Option(help="Budget of the run.", min=1)] = 26_000_000,
    batch_tokens: Annotated[int, typer.Option(help="Tokens of a batch.", min=64)] = 4096,
    rate: Annotated[
        float | None, typer.Option(help="Highest learning rate; the recipe's by default.", min=0)
    ] = None,
    frozen: Annotated[int, typer.Option(help="Layers that stay as they are.", min=0)] = 0,
    teacher: Annotated[
        Path | None, typer.Option(help="Folder of a larger reader to learn from.")
    ] = None,
    skims: Annotated[
        list[int] | None,
        typer.Option("--skim", help="Layer after which tokens are dropped; repeatable.", min=1),
    ] = None,
    drawn: Annotated[
        int | None, typer.Option("--examples", help="Draw so many; all by default.", min=1)
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides order and draws.")] = 13,
) -> None:
    """Train the reader. Run the same command again to go on after a stop.

    Example: pullquote train reader data/train --out runs/reader
    """
    from embeddings.encoder import PACKAGED, locate
    from qa.examples import RECIPES, build_examples
    from qa.teaching import Teacher
    from qa.training import ReaderTrainer, TrainingPlan

    read_settings()
    if not list(data.glob("*.json")):
        raise InputError(f"{data} holds no SQuAD JSON file (*.json) to train on.")
    chosen = RECIPES[recipe]
    highest = chosen.learning_rate if rate is None else rate
    plan = TrainingPlan(
        tokens,
        batch_tokens,
        learning_rate=highest,
        seed=seed,
        frozen=frozen,
        skims=tuple(skims or ()),
    )
    trainer = ReaderTrainer(locate(base or PACKAGED), out, plan)
    config = trainer.model.config
    if skims and (config.model_type != "bert" or max(skims) >= config.num_hidden_layers):
        raise InputError(
            f"--skim {max(skims)} needs a BERT of more layers than that; {base or PACKAGED} is a "
            f"'{config.model_type}' of {config.num_hidden_layers}. Name a lower layer."
        )
    examples = build_examples(data, chosen, trainer.tokenizer, seed)
    if drawn is not None and drawn < len(examples):
        examples = random.Random(seed).sample(examples, drawn)
    typer.echo(f"{len(examples):,} examples, {tokens:,} tokens to train on", err=True)
    lessons = None
    if teacher is not None:
        if not (teacher / "model.safetensors").is_file():
            raise InputError(f"--teacher {teacher} holds no model.safetensors.")
        marking = Teacher(teacher, trainer.tokenizer)
        lessons = marking.mark(examples, plan.max_length, out / "lessons", _report)
    typer.echo(trainer.train(examples, _report, lessons))


@train.command("encoder")
def train_encoder(
    data: Annotated[Path, typer.Argument(help="Folder of SQuAD JSON files.")],
    out: Annotated[Path, typer.Option(help="Checkpoints and the model.")] = Path("runs/encoder"),
    base: Annotated[str | None, typer.Option(help="Encoder to start from.")] = None,
    tokens: Annotated[int, typer.Option(help="Budget of the run.", min=1)] = 9_000_000,
    batch: Annotated[int, typer.Option(help="Pairs of a batch.", min=2)] = 96,
    negatives: Annotated[int, typer.Option(help="Hard ones for each question.", min=0)] = 0,
    rate: Annotated[float, typer.Option(help="Highest learning rate.", min=0)] = 4e-5,
    share: Annotated[
        float, typer.Option(help="Of the trained weights in a mix with the base's.", min=0, max=1)
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Decides order and draws.")] = 13,
) -> None:
    """Train the encoder. Run the same command again to go on after a stop.

    Example: pullquote train encoder data/train --out runs/encoder --negatives 1
    """
    from embeddings.encoder import PACKAGED, locate
    from embeddings.folders import interpolate
    from embeddings.training import EncoderPlan, EncoderTrainer
    from qa.pairs import build_pairs

    read_settings()
    if not list(data.glob("*.json")):
        raise InputError(f"{data} holds no SQuAD JSON file (*.json) to train on.")
    pairs = build_pairs(data, negatives, seed)
    if len(pairs) < batch:
        raise InputError(f"{data} gives {len(pairs)} pairs, fewer than --batch {batch}.")
    plan = EncoderPlan(tokens, batch, learning_rate=rate, seed=seed)
    typer.echo(f"{len(pairs):,} pairs, {tokens:,} tokens to train on", err=True)
    start = locate(base or PACKAGED)
    tuned = EncoderTrainer(start, out, plan).train(pairs, _report)
    typer.echo(interpolate(Path(start), tuned, share, out / "mixed") if share < 1 else tuned)


@train.command("mix")
def train_mix(
    base: Annotated[Path, typer.Argument(help="Folder of a model.")],
    tuned: Annotated[Path, typer.Argument(help="Folder of one that was trained from it.")],
    out: Annotated[Path, typer.Option(help="Folder for the mixture.")],
    share: Annotated[float, typer.Option(help="Of the second's weights.", min=0, max=1)] = 0.5,
) -> None:
    """Average the weights of a model and of one that was trained from it.

    Example: pullquote train mix runs/reader/model runs/longer/model --out runs/mixed
    """
    from embeddings.folders import interpolate

    try:
        typer.echo(interpolate(base, tuned, share, out))
    except ValueError as error:
        raise InputError(str(error)) from error


def _report(line: str) -> None:
    typer.echo(line, err=True)
