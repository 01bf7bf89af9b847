"""Random passages beside the retrieved ones."""

from dataclasses import replace
from pathlib import Path

from conftest import TinyEncoder, TinyReader
from eval.distractors import Parts, changes
from eval.questions import Question
from made_store import article, index
from qa.confidence import Calibration
from qa.datatypes import Hit
from qa.retriever import Retriever
from qa.settings import Settings
from qa.store import Store


def parts(folder: Path, threshold: float) -> Parts:
    store = Store.create(folder)
    texts = ["The bridge of Bern opened in 1841.", "Rain fell on Oslo.", "Snow lay on Turin."]
    index(store, [article(f"a{n}", text) for n, text in enumerate(texts)])
    settings, snapshot = Settings(store=folder, top_k=1), store.snapshot("tiny")
    retriever = Retriever(snapshot, TinyEncoder())
    return Parts(settings, snapshot, retriever, TinyReader(), Calibration(1.0, 0.0, threshold))


def test_passages_that_lose_to_their_null_change_nothing(tmp_path: Path) -> None:
    asked = [Question("1", "When was the bridge of Bern opened?", ("1841",))]
    found = list(changes(parts(tmp_path / "store", 0.6), asked, passages=3, seed=1))
    assert [(change.decision, change.answer) for change in found] == [(False, False)]


class Nothing:
    """A retriever that finds nothing."""

    def retrieve(self, question: str, k: int) -> list[Hit]:
        return []


def test_a_random_passage_that_answers_is_counted(tmp_path: Path) -> None:
    opened = replace(parts(tmp_path / "store", 0.6), retriever=Nothing())
    asked = [Question("1", "When was the bridge of Bern opened?", ("1841",))]
    found = list(changes(opened, asked, passages=3, seed=1))
    assert [(change.decision, change.answer) for change in found] == [(True, True)]
