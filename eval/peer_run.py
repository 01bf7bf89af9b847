"""What the comparison with peers hands to each system, and its measuring in a child process."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.peer_systems import PEERS, Pullquote, System
from eval.questions import Question
from eval.run import peak_memory_mb
from qa.blocks import embedding_text
from qa.datatypes import Skipped
from qa.reranking import READ_ALL
from qa.settings import load_settings

OWN = "pullquote"
WHOLE = "pullquote-whole"
"""Pullquote without adaptive depth: it reads all ten passages."""
WARM_UP = 5
INDEXED = 500


def prepare(work: Path, store: Path, questions: Sequence[Question]) -> int:
    """Lay out what the peers are given: the passages and vectors of a store, the questions, and the
    reader in float32.

    :param work: an empty folder.
    :param store: of Pullquote.
    :param questions: what will be asked.
    :returns: the number of passages.
    """
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    from qa.reader import WEIGHTS
    from qa.store import Store

    with Store.open(store).snapshot() as snapshot, (work / "passages.jsonl").open("w") as file:
        rows = len(snapshot)
        np.save(work / "vectors.npy", snapshot.vectors.vectors(np.arange(rows)))
        for row in range(rows):
            passage = snapshot.passage(row)
            file.write(json.dumps(embedding_text(passage.title, passage.text)) + "\n")
    _write(work / "questions.jsonl", [question.question for question in questions])
    reader = AutoModelForQuestionAnswering.from_pretrained(WEIGHTS, dtype=torch.float32)
    reader.save_pretrained(work / "reader")
    AutoTokenizer.from_pretrained(WEIGHTS).save_pretrained(work / "reader")
    return rows


def put_first_aside(work: Path, articles: Path, count: int = INDEXED) -> None:
    """Put the first articles aside, and their passages, for timing the index.

    :param work: the folder.
    :param articles: a file or folder.
    :param count: how many articles.
    """
    from qa.store import Store

    folder = work / "first"
    folder.mkdir()
    if articles.is_dir():
        for path in sorted(articles.rglob("*"))[:count]:
            if path.is_file():
                (folder / path.name).write_bytes(path.read_bytes())
    else:
        with articles.open("rb") as rows, (folder / articles.name).open("wb") as kept:
            kept.writelines(line for line, _ in zip(rows, range(count), strict=False))
    store = work / "first-store"
    index(store, folder)
    with Store.open(store).snapshot() as snapshot:
        found = [snapshot.passage(row) for row in range(len(snapshot))]
    _write(
        work / "first-passages.jsonl",
        [embedding_text(passage.title, passage.text) for passage in found],
    )


def index(store: Path, articles: Path, encoder: Any = None) -> int:
    """Make a store.

    :param store: its folder.
    :param articles: a file or folder.
    :param encoder: a loaded one; None loads that of the settings.
    :returns: its number of passages.
    """
    from qa.indexing import index_articles
    from qa.models import encoder_id, load_encoder
    from qa.sources import read_archive
    from qa.store import Store

    settings = load_settings(store=store)
    skipped: list[Skipped] = []
    index_articles(
        Store.create(store),
        read_archive([articles], settings, skipped.append),
        encoder=(lambda: encoder) if encoder else (lambda: load_encoder(settings)),
        encoder_id=encoder_id(settings),
        passage_words=settings.passage_words,
        passage_overlap=settings.passage_overlap,
        skipped=skipped,
    )
    with Store.open(store).catalog() as catalog:
        return catalog.summary().passages


def measure(system: str, task: str, work: Path, store: Path) -> None:
    """Measure one system in this process, and leave the figures in the folder.

    :param system: its name.
    :param task: ``answers`` or ``index``.
    :param work: as ``prepare`` and ``put_first_aside`` left it.
    :param store: of Pullquote.
    """
    import torch

    torch.manual_seed(0)
    found = _indexed(system, work) if task == "index" else _answered(system, work, store)
    (work / f"{system}-{task}.json").write_text(json.dumps(found))


def _answered(system: str, work: Path, store: Path) -> dict[str, Any]:
    answering = _answering(system, work, store)
    answering.index(_read(work / "passages.jsonl"), np.load(work / "vectors.npy"))
    questions = _read(work / "questions.jsonl")
    for question in questions[:WARM_UP]:
        answering.answer(question)
    answers = [_timed(answering, question) for question in questions]
    return {"answers": answers, "memory": peak_memory_mb()}


def _answering(system: str, work: Path, store: Path) -> System:
    if system in (OWN, WHOLE):
        return Pullquote(store, READ_ALL if system == WHOLE else None)
    return PEERS[system](work / "reader")


def _indexed(system: str, work: Path) -> dict[str, Any]:
    index = _indexing(system, work)
    started = time.perf_counter()
    passages = index()
    spent = time.perf_counter() - started
    return {"passages": passages, "seconds": spent, "memory": peak_memory_mb()}


def _indexing(system: str, work: Path) -> Callable[[], int]:
    """Load what is needed, and give what is to be timed."""
    if system == OWN:
        from embeddings.encoder import SentenceEncoder

        encoder = SentenceEncoder.load()
        return lambda: index(work / f"{time.time_ns()}", work / "first", encoder)
    answering = PEERS[system](work / "reader")
    passages = _read(work / "first-passages.jsonl")

    def embed() -> int:
        answering.index(passages, None)
        return len(passages)

    return embed


def _timed(answering: System, question: str) -> tuple[str, float]:
    started = time.perf_counter()
    answer = answering.answer(question)
    return answer, time.perf_counter() - started


def _read(path: Path) -> list[str]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _write(path: Path, values: Sequence[str]) -> None:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
