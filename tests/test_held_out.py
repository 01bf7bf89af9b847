"""What calibration is fitted on: which questions and paragraphs are drawn, and raw softmax."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from eval.held_out import PER_ARTICLE, held_out_questions, other_paragraphs
from eval.softmax import softmax_share
from qa.datatypes import Passage
from qa.reader import TransformerReader
from qa.squad import is_held_out
from tiny_reader import tiny_base

TITLES = [f"Town {n}" for n in range(200)]
HELD = [title for title in TITLES if is_held_out(title)]
LONG = "The hall of this town opened in {year}, and all who had an invitation came to it. " * 3


def made(folder: Path, titles: list[str], questions: int) -> Path:
    """Write a set of one paragraph for each article."""
    data = []
    for number, title in enumerate(titles):
        context = LONG.format(year=1500 + number)
        answers = [{"text": str(1500 + number), "answer_start": context.index(str(1500 + number))}]
        qas = [
            {"id": f"{title}-{n}", "question": "When did it open?", "answers": answers}
            for n in range(questions)
        ]
        data.append({"title": title, "paragraphs": [{"context": context, "qas": qas}]})
    (folder / "made.json").write_text(json.dumps({"data": data}))
    return folder


def test_no_article_gives_more_than_its_part_of_the_questions(tmp_path: Path) -> None:
    folder = made(tmp_path, [HELD[0], HELD[1]], PER_ARTICLE + 30)
    drawn = held_out_questions(folder, ["made"], random.Random(1))
    assert [q.paragraph.article for q in drawn].count(HELD[0]) == PER_ARTICLE
    assert len(drawn) == 2 * PER_ARTICLE
    assert len(held_out_questions(folder, ["made"], random.Random(1), per_set=7)) == 7


def test_questions_are_held_out_and_other_paragraphs_are_not(tmp_path: Path) -> None:
    folder = made(tmp_path, TITLES, 1)
    asked = held_out_questions(folder, ["made"], random.Random(1))
    assert {q.paragraph.article for q in asked} == set(HELD)
    others = other_paragraphs(folder, ["made"], 1000, random.Random(1))
    assert {p.article for p in others} == set(TITLES) - set(HELD)
    assert len(other_paragraphs(folder, ["made"], 5, random.Random(1))) == 5


def test_softmax_is_over_all_spans_and_no_answer(tmp_path: Path) -> None:
    reader = TransformerReader.load(str(tiny_base(tmp_path)))
    texts = [f"The hall of Bern opened in {year}." for year in range(1841, 1861)]
    passages = [Passage("a", 1, 0, len(text), text) for text in texts]
    read = reader.read("When?", passages)
    winning = [n for n, spans in enumerate(read) if spans[0].margin > 0]
    losing = [n for n, spans in enumerate(read) if spans[0].margin <= 0]
    assert winning
    for n in winning:
        [feature] = reader.layout.features("When?", [passages[n]])
        [logits] = reader.network.logits([feature])
        tokens, first = feature.tokens, feature.first
        sums = [
            float(logits[0, first + i] + logits[1, first + j])
            for i in range(len(tokens.ids))
            for j in range(i, len(tokens.ids))
            if tokens.starts[i] and tokens.ends[j]
        ]
        total = np.exp(sums).sum() + np.exp(float(logits[0, 0] + logits[1, 0]))
        share = softmax_share(reader, "When?", passages[n], read[n])
        assert share == pytest.approx(np.exp(read[n][0].logit) / total, rel=1e-3)
    assert all(softmax_share(reader, "When?", passages[n], read[n]) == 0 for n in losing)
    assert softmax_share(reader, "When?", passages[0], []) == 0
