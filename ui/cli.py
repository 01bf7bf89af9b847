"""The command ``pullquote``: results to stdout, progress and logs to stderr."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from qa.datatypes import Skipped
from qa.errors import InputError, StoreError
from ui.evaluation import calibrate, calibration_line, evaluate_set
from ui.faults import guarded
from ui.feedback_command import export_feedback
from ui.options import (
    After,
    Asked,
    Before,
    Encoder,
    Json,
    OneArticle,
    Reader,
    Source,
    Store,
    TopK,
    read_settings,
    to_filters,
)
from ui.terminal import name_skipped, say
from ui.train import train

SHOWN = (
    *("id", "title", "published", "source", "url", "revision", "text"),
    *("title_from", "published_from", "source_from"),
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Ask a news archive; every answer is a quote. All of it runs on this machine.",
)
app.add_typer(train, name="train")


def main() -> None:
    """Run the command; faults become one line and an exit code."""
    guarded(app)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _print_json(record: Any) -> None:
    print(json.dumps(record, ensure_ascii=False, indent=2))


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
    from qa.models import encoder_id, load_encoder
    from qa.sources import read_archive, roots
    from qa.store import Store as StoreFolder
    from ui.plain import index_lines
    from ui.progress import Bar

    settings = read_settings(store=store, encoder=encoder)
    if not paths and not rebuild:
        raise InputError("Nothing to index. Name files or folders, or pass --rebuild.")
    paths = paths or []
    skipped: list[Skipped] = []
    articles = read_archive(paths, settings, skipped.append)
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
        name_skipped(item)
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
    from qa.admission import checked_filters, checked_question
    from qa.pipeline import build_pipeline
    from ui.plain import answer_lines

    settings = read_settings(store=store, encoder=encoder, reader=reader, top_k=top_k)
    question = checked_question(question)
    filters = checked_filters(to_filters(after, before, source, article, asked))
    answer = build_pipeline(settings, warn=say).answer(question, filters)
    if as_json:
        _print_json(asdict(answer))
    else:
        _print(answer_lines(answer))
    if answer.status == "unanswered":
        raise typer.Exit(1)


@app.command()
def chat(
    store: Store = None,
    host: Annotated[
        str, typer.Option(help="Of this machine; one that others reach needs PULLQUOTE_PASSWORD.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.", min=1, max=65535)] = 7860,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = False,
    uploads: Annotated[bool, typer.Option(help="Let browsers add articles of their own.")] = True,
    mcp: Annotated[bool, typer.Option("--mcp", help="Offer MCP tools, too.")] = False,
    top_k: TopK = None,
    encoder: Encoder = None,
    reader: Reader = None,
) -> None:
    """Open the chat in a browser. Ctrl-C ends it.

    Example: pullquote chat --store store --port 7860
    """
    from ui.app import serve

    settings = read_settings(store=store, encoder=encoder, reader=reader, top_k=top_k)
    serve(settings, host, port, open_browser=browser, announce=say, uploads=uploads, mcp=mcp)


app.command("eval")(evaluate_set)
app.command()(calibrate)
app.command("feedback")(export_feedback)


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

    settings = read_settings(store=store)
    with StoreFolder.open(settings.store).catalog() as catalog:
        article = catalog.article(article_id, revision)
        copies = catalog.copies(article_id)
        newest = catalog.newest_revision(article_id)
    if as_json:
        record = {name: getattr(article, name) for name in SHOWN}
        _print_json(record | {"copies": copies, "newest_revision": newest})
        return
    head = (article.title, article.source, date_words(article.published))
    say(" · ".join(part for part in head if part) + f" · revision {article.revision}")
    if article.revision < newest:
        say(f"The article has changed since: revision {newest} is the newest.")
    if copies:
        say(f"the same text: {', '.join(copies)}")
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

    settings = read_settings(store=store)
    StoreFolder.open(settings.store).remove(article_ids)
    print(f"{len(article_ids)} removed.")


@app.command()
def compact(store: Store = None) -> None:
    """Give back the room of what was removed.

    Example: pullquote compact --store store
    """
    from qa.compaction import compact as compact_store
    from qa.store import Store as StoreFolder

    freed = compact_store(StoreFolder.open(read_settings(store=store).store))
    print(f"{freed / 1e6:,.1f} MB given back.")


@app.command()
def check(
    store: Store = None,
    embed: Annotated[int, typer.Option(help="Passages to embed again.", min=0)] = 0,
    encoder: Encoder = None,
) -> None:
    """Look for damage in a store. Exits 2 when there is any; mends nothing.

    Example: pullquote check --store store --embed 20
    """
    from qa.models import load_encoder
    from qa.store import Store as StoreFolder
    from qa.store import check as check_store

    settings = read_settings(store=store, encoder=encoder)
    StoreFolder.open(settings.store)
    load = (lambda: load_encoder(settings)) if embed else None
    problems = check_store(settings.store, encoder=load, sample=embed)
    _print(problems)
    if problems:
        raise StoreError(f"{len(problems)} problems in {settings.store}; each is named above.")
    print(f"{settings.store} is sound.")


@app.command()
def status(store: Store = None, as_json: Json = False) -> None:
    """Tell what a store holds.

    Example: pullquote status --store store
    """
    from qa import recalibration
    from qa.store import Store as StoreFolder
    from ui.plain import status_lines

    settings = read_settings(store=store)
    with StoreFolder.open(settings.store).catalog() as catalog:
        summary = catalog.summary()
        fitted = recalibration.load(catalog.connection, settings.store)
    if as_json:
        _print_json(asdict(summary) | {"calibration": None if fitted is None else asdict(fitted)})
    else:
        _print([*status_lines(summary), calibration_line(fitted)])
