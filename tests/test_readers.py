"""Readers compared on held-out questions: the measures, and a table of real ones."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.held_out import STAND_ALONE
from eval.readers import OTHERS, Score, area, best_mean_f1, held_out_tasks, table
from qa.reader import TransformerReader
from qa.squad import is_held_out
from tiny_reader import tiny_base

TITLES = [title for title in map("Kelp {}".format, range(400)) if is_held_out(title)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every set with two held-out articles of two paragraphs, and one that is not held out."""
    folder = tmp_path_factory.mktemp("data")
    for name in (*STAND_ALONE, *OTHERS):
        articles = [_article(title) for title in (*TITLES[:2], "Kelp farms")]
        (folder / f"{name}.json").write_text(json.dumps({"data": articles}))
    return folder


def _article(title: str) -> dict[str, object]:
    paragraphs = []
    for number, place in enumerate(("Odranmouth", "Vellsby")):
        year = str(1901 + number)
        context = f"The {title} works opened in {year}. They stood in the town of {place}."
        asked = [("In which year did it open?", year), ("In which town was it?", place)]
        qas = [
            {
                "id": f"{title}-{place}-{answer}",
                "question": question,
                "answers": [{"text": answer, "answer_start": context.index(answer)}],
            }
            for question, answer in asked
        ]
        paragraphs.append({"context": context, "qas": qas})
    return {"title": title, "paragraphs": paragraphs}


def test_tasks_are_held_out_and_a_part_has_no_answer(folder: Path) -> None:
    tasks = held_out_tasks(folder, 400, random.Random(0))
    assert {task.paragraph.article for task in tasks} == set(TITLES[:2])
    without = [task for task in tasks if not task.golds]
    assert 0.15 < len(without) / len(tasks) < 0.5
    for task in tasks:
        for gold in task.golds:
            assert gold in task.paragraph.context


def test_the_table_compares_real_readers(folder: Path, tmp_path: Path) -> None:
    random_reader = str(tiny_base(tmp_path / "random"))
    tasks = held_out_tasks(folder, 2, random.Random(0))
    rows = list(table(["default", random_reader], TransformerReader.load, tasks))[4:]
    shipped, other = ([cell.split()[0] for cell in row.split(" | ")[1:]] for row in rows)
    assert float(shipped[0]) > 60 > 30 > float(other[0])
    assert shipped[2] == "+0.0"
    assert float(other[2]) < -30


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=30))
def test_area_is_the_share_of_pairs_in_order(rows: list[tuple[int, bool]]) -> None:
    there = [margin for margin, answerable in rows if answerable]
    absent = [margin for margin, answerable in rows if not answerable]
    if there and absent:
        pairs = [(a > b) + (a == b) / 2 for a in there for b in absent]
        margins = np.array([float(margin) for margin, _ in rows])
        found = area(margins, np.array([answerable for _, answerable in rows]))
        assert found == pytest.approx(sum(pairs) / len(pairs))


@given(
    st.lists(
        st.tuples(st.floats(-9, 9).map(lambda m: round(m, 3)), st.booleans(), st.floats(0, 1)),
        min_size=1,
        max_size=20,
        unique_by=lambda row: row[0],
    )
)
def test_best_mean_f1_is_that_of_the_best_threshold(rows: list[tuple[float, bool, float]]) -> None:
    answerable = np.array([row[1] for row in rows])
    overlap = np.array([row[2] if row[1] else 0.0 for row in rows])
    found = Score(overlap, overlap, np.array([row[0] for row in rows]))
    tried = []
    for threshold in (*found.margin, 100.0):
        kept = found.margin >= threshold
        tried.append(np.where(kept, overlap, np.where(answerable, 0.0, 1.0)).mean())
    assert best_mean_f1(found, answerable).value == pytest.approx(max(tried))
