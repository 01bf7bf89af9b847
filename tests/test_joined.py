"""An archive and one's own articles, searched as one store."""

import random
from pathlib import Path

import numpy as np
import pytest

from conftest import TinyEncoder
from made_store import BRIDGE, HARBOUR, MARKET, article, edited, index, prose, vocabulary
from qa.datatypes import Article, Filters
from qa.errors import InputError
from qa.ids import qualified, unqualified
from qa.joined import Joined
from qa.retriever import Retriever
from qa.snapshot import Snapshot
from qa.store import Store

NOTE = "The lighthouse keeper Odalys Brant keeps forty geese. She feeds them at dawn every day."


def opened(folder: Path, *articles: Article) -> Snapshot:
    store = Store.create(folder)
    index(store, articles)
    return store.snapshot()


def archive(folder: Path) -> Snapshot:
    texts = {"hall": HARBOUR, "bridge": BRIDGE, "market": MARKET}
    return opened(
        folder / "archive",
        *(article(name, text, source="Post", published="2019") for name, text in texts.items()),
    )


def test_ids_are_told_apart_whatever_they_look_like() -> None:
    for article_id in ("hall", "own:hall", "archive:hall", "own:own:", ""):
        for own in (True, False):
            assert unqualified(qualified(article_id, own)) == (article_id, own)
    assert qualified("hall", own=False) == "hall"
    assert qualified("hall", own=True) == "own:hall"


def test_one_search_ranks_both_stores_like_one_that_holds_all(tmp_path: Path) -> None:
    own = opened(tmp_path / "own", article("note", NOTE))
    joined = Joined(archive(tmp_path), own)
    single = opened(
        tmp_path / "single",
        *(
            article(name, text)
            for name, text in (
                ("hall", HARBOUR),
                ("bridge", BRIDGE),
                ("market", MARKET),
                ("note", NOTE),
            )
        ),
    )
    for question in (
        "Who keeps forty geese?",
        "When does the harbour hall open?",
        "Where does the market return?",
        "What did engineers find in the bridge?",
    ):
        together = Retriever(joined, TinyEncoder()).retrieve(question, 4)
        alone = Retriever(single, TinyEncoder()).retrieve(question, 4)
        assert [hit.passage.article_id.removeprefix("own:") for hit in together] == [
            hit.passage.article_id for hit in alone
        ]
        assert [hit.dense for hit in together] == pytest.approx([hit.dense for hit in alone])
        assert [hit.score for hit in together] == pytest.approx(
            [hit.score for hit in alone], abs=0.06
        )


def test_a_word_is_as_rare_as_in_both_together(tmp_path: Path) -> None:
    lone = opened(tmp_path / "own", article("note", NOTE))
    joined = Joined(archive(tmp_path), lone)
    assert lone.keywords.scores("geese").max() < 0.5
    scores = joined.keywords.scores("geese")
    assert scores.shape == (len(joined),)
    assert scores[: -len(lone)].max() == 0
    rows = len(joined)
    rarity = np.log(1 + (rows - 1 + 0.5) / 1.5) / np.log(1 + (len(lone) - 1 + 0.5) / 1.5)
    expected = lone.keywords.scores("geese") * rarity
    assert scores[-len(lone) :] == pytest.approx(expected)


def test_without_own_articles_nothing_changes(tmp_path: Path) -> None:
    alone = archive(tmp_path)
    question = "When does the harbour hall open?"
    hits = Retriever(alone, TinyEncoder()).retrieve(question, 3)
    assert Retriever(Joined(alone, None), TinyEncoder()).retrieve(question, 3) == hits


def test_own_articles_alone_are_a_store(tmp_path: Path) -> None:
    joined = Joined(None, opened(tmp_path / "own", article("note", NOTE)))
    hits = Retriever(joined, TinyEncoder()).retrieve("Who keeps geese?", 3)
    assert {hit.passage.article_id for hit in hits} == {"own:note"}
    assert joined.article_count() == 1


def test_ids_that_collide_open_the_right_article(tmp_path: Path) -> None:
    joined = Joined(archive(tmp_path), opened(tmp_path / "own", article("hall", NOTE)))
    assert joined.article("hall").text == HARBOUR
    assert joined.article("own:hall").text == NOTE
    assert joined.article("own:hall").id == "own:hall"
    assert joined.article_count() == 4
    with pytest.raises(InputError) as raised:
        joined.article("own:bridge")
    assert str(raised.value) == "No article 'own:bridge' among your own."
    with pytest.raises(InputError, match="No article 'own:hall' here"):
        Joined(archive(tmp_path), None).article("own:hall")


def test_filters_reach_the_store_they_mean(tmp_path: Path) -> None:
    own = opened(
        tmp_path / "own",
        article("hall", NOTE, source="Diary", published="2021"),
        article("other", MARKET.replace("forty", "ninety")),
    )
    retriever = Retriever(Joined(archive(tmp_path), own), TinyEncoder())

    def found(**filters: object) -> set[str]:
        hits = retriever.retrieve("What is here?", 9, Filters(**filters))  # type: ignore[arg-type]
        return {hit.passage.article_id for hit in hits}

    assert found(articles=("own:hall",)) == {"own:hall"}
    assert found(articles=("hall",)) == {"hall"}
    assert found(articles=("hall", "own:other")) == {"hall", "own:other"}
    assert found(articles=("own:bridge",)) == set()
    assert found(sources=("diary",)) == {"own:hall"}
    assert found(after="2020") == {"own:hall"}
    assert found(before="2020") == {"hall", "bridge", "market"}


def test_a_text_that_the_archive_carries_too_is_quoted_once(tmp_path: Path) -> None:
    own = opened(tmp_path / "own", article("mine", HARBOUR), article("note", NOTE))
    retriever = Retriever(Joined(archive(tmp_path), own), TinyEncoder())
    hits = retriever.retrieve("When does the harbour hall open?", 9)
    told = [hit.passage for hit in hits if hit.passage.text in HARBOUR]
    assert {(passage.article_id, passage.copies) for passage in told} == {("hall", ("own:mine",))}
    mine = retriever.retrieve("When does it open?", 9, Filters(articles=("own:mine",)))
    assert {(hit.passage.article_id, hit.passage.copies) for hit in mine} == {("own:mine", ())}


def test_a_near_copy_of_a_text_of_the_archive_is_quoted_once(tmp_path: Path) -> None:
    words, chance = vocabulary(2), random.Random(0)
    story, more = prose(chance, words, 5), prose(chance, words, 6)
    own = opened(
        tmp_path / "own",
        article("mine", edited(story, random.Random(1), words), source="Diary"),
        article("longer", f"{story}\n\n{more}", source="Diary"),
        article("other", prose(chance, words, 5)),
    )
    theirs = opened(tmp_path / "archive", article("hall", story, source="Post"))
    retriever = Retriever(Joined(theirs, own), TinyEncoder())
    found = [hit.passage for hit in retriever.retrieve(story[:200], 50)]
    said = [one for one in found if one.article_id == "hall"]
    assert said
    assert all("own:mine" in one.copies for one in said)
    assert {one.article_id for one in found} == {"hall", "own:longer", "own:other"}
    stories = {one.article_id: one.story or one.article_id for one in found}
    assert stories == {"hall": "hall", "own:longer": "hall", "own:other": "own:other"}
    mine = retriever.retrieve(story[:200], 50, Filters(sources=("Diary",)))
    assert {hit.passage.article_id for hit in mine} == {"own:mine", "own:longer"}


def test_rows_outside_are_refused(tmp_path: Path) -> None:
    joined = Joined(archive(tmp_path), None)
    with pytest.raises(IndexError):
        joined.passage(len(joined))
