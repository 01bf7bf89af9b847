"""The keyword leg."""

import bm25s
import numpy as np
import pytest
import Stemmer

from qa.keywords import K1, B, KeywordIndex

TEXTS = ["Abe met Trump in Tokyo", "The cat sat", "A five year plan with Abe and Abe's cats"]


def test_scores_match_by_stem_and_are_zero_without_a_common_word() -> None:
    scores = KeywordIndex.from_texts(TEXTS).scores("Where do cats sit?")
    assert scores.argmax() == 1
    assert scores[0] == 0 < scores[2]


def test_rarer_word_counts_more() -> None:
    index = KeywordIndex.from_texts(TEXTS)
    assert index.scores("Tokyo")[0] > index.scores("Abe")[0] > 0


def test_question_of_unknown_or_stop_words_scores_nothing() -> None:
    index = KeywordIndex.from_texts(TEXTS)
    for question in ("zebra", "the of and", "", "?!"):
        assert index.scores(question).tolist() == [0, 0, 0]


@pytest.mark.parametrize("texts", [TEXTS, [], ["the", ""], ["日本 首相", "é"]])
def test_bytes_give_the_same_index_back(texts: list[str]) -> None:
    index = KeywordIndex.from_texts(texts)
    again = KeywordIndex.from_bytes(index.to_bytes())
    assert len(again) == len(texts)
    for question in ("Abe cat", "首相", "é", "the"):
        assert np.array_equal(index.scores(question), again.scores(question))


def test_equal_texts_give_equal_bytes() -> None:
    assert KeywordIndex.from_texts(TEXTS).to_bytes() == KeywordIndex.from_texts(TEXTS).to_bytes()


@pytest.mark.parametrize("data", [b"", b"x" * 100, b"\x02\x00\x00\x00\x00\x00\x00\x00{}"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a keyword index"):
        KeywordIndex.from_bytes(data)


def test_weights_are_those_that_bm25s_gives() -> None:
    texts = [
        *TEXTS,
        "",
        "the",
        "Straße straße 2019 naïve_one d'État",
        "Cats, cats and the cat's plans",
    ]
    peer = bm25s.BM25(k1=K1, b=B)
    stemmer = Stemmer.Stemmer("english")
    tokens = bm25s.tokenize(
        texts, token_pattern=r"(?u)\b\w+\b", stopwords="en", stemmer=stemmer, show_progress=False
    )
    peer.index(tokens, show_progress=False)
    index = KeywordIndex.from_texts(texts)
    assert index._bm25.vocab_dict.keys() == peer.vocab_dict.keys() - {""}
    for word in index._bm25.vocab_dict:
        assert np.array_equal(index._bm25.get_scores([word]), peer.get_scores([word]))
