"""One's own articles beside the sample archive, with the models that ship."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from made_own import ANNE, BRAM, added

from conftest import ROOT
from qa.datatypes import Answer
from qa.settings import Settings
from ui.archive import StoreArchive
from ui.brought import pasted
from ui.own import OwnArticles

FACT = (
    "The Skerry lighthouse stands again after nine years of scaffolding. Its keeper, Odalys Brant, "
    "keeps forty-one geese in the old fog-horn house and feeds them at dawn. The town thanked her "
    "on Monday with a brass bell cast by the smith Ulric Thane."
)
UNRELATED = (
    "To bake a rye loaf, mix four hundred grams of flour with warm water and a spoon of salt. Let "
    "the dough rest for six hours under a cloth. Bake it in a hot oven until the crust sounds "
    "hollow, and let it cool on a rack before it is cut."
)


@pytest.fixture(scope="module")
def own(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnArticles]:
    store = tmp_path_factory.mktemp("own") / "store"
    shutil.copytree(sample_store, store)
    settings = Settings(store=store)
    archive = StoreArchive(settings)
    made = OwnArticles(settings, archive, archive.models)
    for owner, text in ((ANNE, FACT), (BRAM, UNRELATED)):
        added(made, owner, pasted(text, "", "", "2024-05-01", settings))
    yield made
    made.desk.close()


def ask(own: OwnArticles, owner: str | None, question: str) -> Answer:
    pipeline = own.current(owner).pipeline
    assert pipeline is not None
    return pipeline.answer(question)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many geese does Odalys Brant keep?", "forty-one"),
        ("Who cast the brass bell for the lighthouse keeper?", "Ulric Thane"),
    ],
)
def test_an_own_article_is_found_and_quoted_first(
    own: OwnArticles, question: str, answer: str
) -> None:
    found = ask(own, ANNE, question)
    assert found.status == "answered"
    assert answer in found.quotes[0].answer
    assert found.quotes[0].article_id.startswith("own:")
    pipeline = own.current(ANNE).pipeline
    assert pipeline is not None
    text = pipeline.article(found.quotes[0].article_id).text
    assert text[found.quotes[0].start : found.quotes[0].end] == found.quotes[0].answer
    assert ask(own, BRAM, question).status == "unanswered"


def test_an_unrelated_own_article_changes_no_answer_of_the_archive(own: OwnArticles) -> None:
    rows = (ROOT / "seeds" / "questions.jsonl").read_text("utf-8").splitlines()
    # Of the first question two answers rank alike to a hundredth of a logit: it is left out.
    questions = [json.loads(row)["question"] for row in rows][1::9]
    assert len(questions) >= 20
    for question in questions:
        alone, beside = ask(own, None, question), ask(own, BRAM, question)
        assert (beside.status, beside.answer) == (alone.status, alone.answer), question
        assert beside.confidence == pytest.approx(alone.confidence, abs=1e-4), question
        if alone.status == "answered":
            assert beside.quotes[0] == replace(
                alone.quotes[0],
                confidence=beside.quotes[0].confidence,
                group=beside.quotes[0].group,
            )
