"""``pullquote feedback``: what people said in the chat, as a question set."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from qa.errors import InputError, StoreError
from ui.options import Store, read_settings
from ui.terminal import say
from ui.words import count


def export_feedback(
    out: Annotated[Path, typer.Option(help="File to write: SQuAD 2.0 JSON.")] = Path(
        "feedback.json"
    ),
    store: Store = None,
) -> None:
    """Write the feedback given in the chat as a question set, for eval and calibrate: what all
    browsers said, with their notes. A verdict without right words stands under 'left_out'.

    Example: pullquote feedback --store store --out feedback.json
    """
    from qa.store import Store as StoreFolder
    from ui.chat_file import ChatFile, NotKept
    from ui.feedback import Feedback
    from ui.feedback_export import squad

    settings = read_settings(store=store)
    file = ChatFile(settings.store)
    with StoreFolder.open(settings.store).catalog() as catalog:
        try:
            given = Feedback(file).everything(None)
        except NotKept as error:
            raise StoreError(f"{file.path} cannot be read: {error}") from error
        finally:
            file.close()
        if not given:
            raise InputError(f"There is no feedback in {settings.store}. It is given in the chat.")
        document = squad(given, catalog.article)
    _write(out, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    questions = sum(len(entry["paragraphs"][0]["qas"]) for entry in document["data"])
    articles = count(len(document["data"]), "article")
    sys.stdout.write(f"{count(questions, 'question')} on {articles} written to {out}.\n")
    if left := len(document["left_out"]):
        say(f"{count(left, 'verdict')} without right words: see 'left_out' there.")


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"Cannot write {out}: {error.strerror}. Give another --out.") from error
