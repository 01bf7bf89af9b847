"""The command ``pullquote``: results to stdout, progress and logs to stderr."""

import json
import logging
import os
import signal
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from qa.datatypes import Filters, Skipped
from qa.errors import InputError, PullquoteError, StoreError

if TYPE_CHECKING:
    from qa.settings import Settings

QUIET = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
}

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Ask a news archive; every answer is a quote. All of it runs on this machine.",
)
train = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Train the models.")
app.add_typer(train, name="train")

Store = Annotated[Path | None, typer.Option(help="Folder of the store.  [default: store]")]
Encoder = Annotated[str | None, typer.Option(help="Encoder: a local folder or a hub id.")]
Reader = Annotated[str | None, typer.Option(help="Reader: a local folder or a hub id.")]
Json = Annotated[bool, typer.Option("--json", help="Print the record as JSON.")]
After = Annotated[str | None, typer.Option(help="Only articles from this date on.")]
Before = Annotated[str | None, typer.Option(help="Only articles up to this date.")]
Source = Annotated[list[str] | None, typer.Option(help="Only this outlet; may be repeated.")]
OneArticle = Annotated[list[str] | None, typer.Option(help="Only this id; may be repeated.")]
Mode = Literal["open", "gold"]
Asked = Annotated[str | None, typer.Option(help="Day of the question: later ones are left out.")]
TopK = Annotated[int | None, typer.Option(help="Passages to read.  [default: 10]")]


def main() -> None:
    """Run the command; faults become one line and an exit code."""
    os.environ.update({k: os.environ.get(k, v) for k, v in QUIET.items()})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        app(standalone_mode=True)
    except PullquoteError as error:
        _stop(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:
        logging.getLogger("pullquote").debug("unexpected error", exc_info=error)
        _stop(
            f"Unexpected {type(error).__name__}: {error}. "
            "PULLQUOTE_LOG_LEVEL=debug shows where; please report it."
        )


def _stop(message: str) -> NoReturn:
    print(" ".join(message.split()), file=sys.stderr)
    sys.exit(2)


def _settings(**flags: Any) -> "Settings":
    from qa.settings import load_settings

    settings = load_settings(**flags)
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(settings.log_level.upper())
    layout = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], format=layout)
    return settings


def _say(message: str) -> None:
    print(message, file=sys.stderr)


def _name_skipped(item: Skipped) -> None:
    _say(f"skipped {item.origin}: {item.reason}")


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_json(record: Any) -> None:
    print(json.dumps(asdict(record), ensure_ascii=False, indent=2))


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"pullquote {version('pullquote')}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command()
def index(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders.")] = None,
    store: Store = None,
    prune: Annotated[bool, typer.Option(help="Remove what is gone from under PATHS.")] = False,
    rebuild: Annotated[bool, typer.Option(help="Embed everything again.")] = False,
    encoder: Encoder = None,
) -> None:
    """Read articles into the store: new ones, changed ones; the rest is left as it is.

    Example: pullquote index articles/ more.jsonl --store store
    """
    from qa.indexing import index_articles
    from qa.pipeline import encoder_id, load_encoder
    from qa.sources import read_paths, roots
    from qa.store import Store as StoreFolder
    from ui.plain import index_lines
    from ui.progress import Bar

    settings = _settings(store=store, encoder=encoder)
    if not paths and not rebuild:
        raise InputError("Nothing to index. Name files or folders, or pass --rebuild.")
    paths = paths or []
    skipped: list[Skipped] = []
    articles = read_paths(paths, settings.max_text_chars, skipped.append)
    with Bar(" articles") as bar:
        report = index_articles(
            StoreFolder.create(settings.store),
            articles,
            encoder=lambda: load_encoder(settings),
            encoder_id=encoder_id(settings),
            passage_words=settings.passage_words,
            passage_overlap=settings.passage_overlap,
            skipped=skipped,
            roots=roots(paths),
            prune=prune,
            rebuild=rebuild,
            progress=bar,
        )
    for item in report.skipped:
        _name_skipped(item)
    _print(index_lines(report))
    if paths and not report.read:
        raise InputError("No article was read. Each file and its reason stand above.")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="1 to 512 characters.")],
    store: Store = None,
    as_json: Json = False,
    after: After = None,
    before: Before = None,
    source: Source = None,
    article: OneArticle = None,
    asked: Asked = None,
    top_k: TopK = None,
    encoder: Encoder = None,
    reader: Reader = None,
) -> None:
    """Answer a question with quotes. Exits 1 when the archive does not say.

    Example: pullquote ask "Where did the leaders play golf?" --after 2017-11
    """
    from qa.pipeline import build_pipeline, checked_filters, checked_question
    from ui.plain import answer_lines

    settings = _settings(store=store, encoder=encoder, reader=reader, top_k=top_k)
    question = checked_question(question)
    filters = checked_filters(_filters(after, before, source, article, asked))
    answer = build_pipeline(settings, warn=_say).answer(question, filters)
    if as_json:
        _print_json(answer)
    else:
        _print(answer_lines(answer))
    if answer.status == "unanswered":
        raise typer.Exit(1)


def _filters(
    after: str | None,
    before: str | None,
    source: list[str] | None,
    article: list[str] | None,
    asked: str | None,
) -> Filters:
    return Filters(after, before, tuple(source or ()), tuple(article or ()), asked)


@app.command()
def chat(
    store: Store = None,
    host: Annotated[str, typer.Option(help="Address of this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.", min=1, max=65535)] = 7860,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = False,
    top_k: TopK = None,
    encoder: Encoder = None,
    reader: Reader = None,
) -> None:
    """Open the chat in a browser. Ctrl-C ends it.

    Example: pullquote chat --store store --port 7860
    """
    from ui.app import serve

    settings = _settings(store=store, encoder=encoder, reader=reader, top_k=top_k)
    serve(settings, host, port, open_browser=browser, announce=_say)


@app.command("eval")
def evaluate_set(
    questions: Annotated[Path, typer.Argument(help="JSONL, SQuAD JSON or a BEIR folder.")],
    out: Annotated[Path, typer.Option(help="Folder for rows and reports.")] = Path("evaluation"),
    mode: Annotated[
        Mode, typer.Option(help="open: from the store; gold: given paragraph.")
    ] = "open",
    limit: Annotated[int | None, typer.Option(help="Only the first N.", min=1)] = None,
    sample: Annotated[int | None, typer.Option(help="N drawn at random.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of --sample.")] = 0,
    store: Store = None,
    after: After = None,
    before: Before = None,
    source: Source = None,
    article: OneArticle = None,
    asked: Asked = None,
    top_k: TopK = None,
    encoder: Encoder = None,
    reader: Reader = None,
) -> None:
    """Answer a whole question set and report how well it went.

    Example: pullquote eval questions.jsonl --store store --out evaluation
    """
    from eval.questions import load_questions
    from eval.run import Options, evaluate
    from qa.pipeline import build_pipeline, build_reader_pipeline, checked_filters
    from ui.progress import Bar

    settings = _settings(store=store, encoder=encoder, reader=reader, top_k=top_k)
    filters = checked_filters(_filters(after, before, source, article, None))
    skipped: list[Skipped] = []
    loaded = load_questions(questions, skipped.append)
    for item in skipped:
        _name_skipped(item)
    pipeline = (
        build_pipeline(settings, warn=_say) if mode == "open" else build_reader_pipeline(settings)
    )
    options = Options(mode, limit, sample, seed, filters, asked, questions.name, pipeline.models)
    with Bar(" questions") as bar:
        report = evaluate(pipeline, loaded, out, options, skipped, progress=bar)
    _print(report.lines())
    _say(f"Rows and reports are in {out}")


@app.command()
def show(
    article_id: Annotated[str, typer.Argument(help="As it stands beside an answer.")],
    revision: Annotated[int | None, typer.Option(help="An older one.", min=1)] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Print an article as it is stored; offsets of quotes index this text.

    Example: pullquote show harbour-talks --revision 1
    """
    from qa.store import Store as StoreFolder
    from ui.words import date_words

    settings = _settings(store=store)
    with StoreFolder.open(settings.store).catalog() as catalog:
        article = catalog.article(article_id, revision)
        copies = catalog.copies(article_id)
    if as_json:
        fields = ("id", "title", "published", "source", "url", "revision", "text")
        record = {name: getattr(article, name) for name in fields}
        print(json.dumps(record | {"copies": copies}, ensure_ascii=False, indent=2))
        return
    head = (article.title, article.source, date_words(article.published))
    _say(" · ".join(part for part in head if part) + f" · revision {article.revision}")
    if copies:
        _say(f"the same text: {', '.join(copies)}")
    print(article.text)


@app.command()
def remove(
    article_ids: Annotated[list[str], typer.Argument(help="One or more ids.")],
    store: Store = None,
) -> None:
    """Remove articles with all their revisions.

    Example: pullquote remove harbour-talks
    """
    from qa.store import Store as StoreFolder

    settings = _settings(store=store)
    StoreFolder.open(settings.store).remove(article_ids)
    print(f"{len(article_ids)} removed.")


@app.command()
def check(store: Store = None) -> None:
    """Look for damage in a store. Exits 2 when there is any; mends nothing.

    Example: pullquote check --store store
    """
    from qa.store import Store as StoreFolder
    from qa.store import check as check_store

    settings = _settings(store=store)
    StoreFolder.open(settings.store)
    problems = check_store(settings.store)
    _print(problems)
    if problems:
        raise StoreError(f"{len(problems)} problems in {settings.store}; each is named above.")
    print(f"{settings.store} is sound.")


@app.command()
def status(store: Store = None, as_json: Json = False) -> None:
    """Tell what a store holds.

    Example: pullquote status --store store
    """
    from qa.store import Store as StoreFolder
    from ui.plain import status_lines

    settings = _settings(store=store)
    with StoreFolder.open(settings.store).catalog() as catalog:
        summary = catalog.summary()
    if as_json:
        _print_json(summary)
    else:
        _print(status_lines(summary))


@train.command("reader")
def train_reader(
    data: Annotated[Path, typer.Argument(help="Folder of SQuAD JSON files.")],
    out: Annotated[Path, typer.Option(help="Checkpoints and the model.")] = Path("runs/reader"),
    base: Annotated[str | None, typer.Option(help="Encoder to start from.")] = None,
    tokens: Annotated[int, typer.Option(help="Budget of the run.", min=1)] = 26_000_000,
    batch_tokens: Annotated[int, typer.Option(help="Tokens of a batch.", min=64)] = 4096,
    seed: Annotated[int, typer.Option(help="Decides order and draws.")] = 13,
) -> None:
    """Train the reader. Run the same command again to go on after a stop.

    Example: pullquote train reader data/train --out runs/reader
    """
    from embeddings.encoder import locate
    from qa.examples import build_examples
    from qa.training import ReaderTrainer, TrainingPlan

    _settings()
    if not list(data.glob("*.json")):
        raise InputError(f"{data} holds no SQuAD JSON file (*.json) to train on.")
    plan = TrainingPlan(tokens=tokens, batch_tokens=batch_tokens, seed=seed)
    trainer = ReaderTrainer(locate(base or "default"), out, plan)
    examples = build_examples(data, trainer.tokenizer, seed)
    _say(f"{len(examples):,} examples, {tokens:,} tokens to train on")
    print(trainer.train(examples, report=_say))
