"""What other tools read of a run says what the report says."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, Success, nDCG

from eval.exports import NAMES, Exports, encoded
from eval.metrics import squad_v2, squad_v2_best
from eval.questions import Question
from eval.rows import Outcome, Retrieved, as_row, score
from qa.datatypes import Answer, Filters, Quote

REFUSED = "refused"
FAILED = "failed"


def quote(text: str, confidence: float) -> Quote:
    return Quote(
        answer=text,
        article_id="talks",
        revision=1,
        start=0,
        end=len(text),
        title=None,
        source=None,
        published=None,
        url=None,
        sentence=text,
        sentence_start=0,
        sentence_end=len(text),
        passage_start=0,
        passage_end=len(text),
        confidence=confidence,
        group=0,
    )


def answered(text: str, confidence: float, decision: str = "") -> Answer:
    if decision == FAILED:
        return Answer("W?", "W?", Filters(), "unanswered", "error", None, 0.0)
    given = Answer(
        "W?", "W?", Filters(), "answered", None, text, confidence, (quote(text, confidence),)
    )
    if decision == REFUSED:
        return replace(given, status="unanswered", reason="below_threshold", answer=None)
    return given


def row_of(
    question: Question, answer: Answer, ranking: Iterable[tuple[str, ...]] | None = ()
) -> dict[str, Any]:
    retrieved = None if ranking is None else [Retrieved(ids, 0.5) for ids in ranking]
    sets = None if retrieved is None else [frozenset(rank.articles) for rank in retrieved]
    scores = score(question, answer, sets)
    return as_row(Outcome(question, answer, scores, retrieved=retrieved))


def written(out: Path, *rows: dict[str, Any]) -> dict[str, str]:
    with Exports(out) as exports:
        for row in rows:
            exports.add(json.loads(json.dumps(row)))
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(out.iterdir())}


def mixed() -> list[dict[str, Any]]:
    ten = tuple(f"d{n}" for n in range(10))
    return [
        row_of(Question("q1", "W?", ("Oslo",), ("talks",)), answered("Oslo", 0.9), [("talks",)]),
        row_of(
            Question("q 2", "W?", ("in Oslo",), ("far",)),
            answered("Oslo", 0.4, REFUSED),
            [*((name,) for name in ten), ("far", "far-2"), ("late",)],
        ),
        row_of(Question("q3", "W?", (), ("talks",)), answered("Rome", 0.7), [("talks",)]),
        row_of(Question("q4", "W?", ()), answered("Rome", 0.2, REFUSED), [("x",)]),
        row_of(Question("q5", "W?", (), ("a",)), answered("", 0.0, FAILED)),
        row_of(Question("q6", "W?", ("Ann",), ("a", "lost")), answered("", 0.0, FAILED)),
        row_of(
            Question("q7", "W?", ("Ann Lee",), ("b-2", "b", "c")),
            answered("Ann", 0.8),
            [("z",), ("b", "b-2"), ("y",), ("c",)],
        ),
    ]


def mean(rows: Iterable[dict[str, Any]], name: str) -> float:
    values = [float(row["scores"][name]) for row in rows if row["scores"][name] is not None]
    return sum(values) / len(values)


def test_predictions_are_what_was_decided_and_the_best_quote(tmp_path: Path) -> None:
    files = written(tmp_path, *mixed()[:2])
    assert json.loads(files["predictions.json"]) == {"q1": "Oslo", "q 2": ""}
    assert json.loads(files["predictions_forced.json"]) == {"q1": "Oslo", "q 2": "Oslo"}
    assert json.loads(files["na_prob.json"]) == {"q1": 1 - 0.9, "q 2": 0.6}


def test_question_without_a_candidate_has_an_empty_best_quote(tmp_path: Path) -> None:
    row = row_of(Question("q", "W?", ()), replace(answered("x", 0.1, REFUSED), quotes=()))
    assert json.loads(written(tmp_path, row)["predictions_forced.json"]) == {"q": ""}


def test_official_rules_over_the_files_give_the_scores_of_the_rows(tmp_path: Path) -> None:
    rows = mixed()
    files = {n: json.loads(t) for n, t in written(tmp_path, *rows).items() if n.endswith("json")}
    golds = {row["id"]: row["gold"] for row in rows}
    official = squad_v2(files["predictions.json"], golds)
    assert official["exact"] == pytest.approx(100 * mean(rows, "exact_match"))
    assert official["f1"] == pytest.approx(100 * mean(rows, "f1"))
    best = squad_v2_best(files["predictions_forced.json"], golds, files["na_prob.json"])
    # Of seven: two without an answer can be refused, and the surest of all (Oslo) is right.
    assert best["best_exact"] == pytest.approx(100 * 3 / 7)
    assert best["best_exact_thresh"] == pytest.approx(1 - 0.9)


def test_ir_measures_over_the_files_gives_the_scores_of_the_rows(tmp_path: Path) -> None:
    rows = mixed()
    written(tmp_path, *rows)
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "qrels.trec")))  # type: ignore[no-untyped-call]
    run = list(ir_measures.read_trec_run(str(tmp_path / "run.trec")))  # type: ignore[no-untyped-call]
    names = {Success @ 1: "recall@1", Success @ 5: "recall@5", Success @ 20: "recall@20"}
    names |= {RR: "reciprocal_rank", nDCG @ 10: "ndcg@10"}
    measured = ir_measures.calc_aggregate([*names], qrels, run)
    assert {unquote(line.query_id) for line in qrels} == {"q1", "q 2", "q6", "q7"}
    for measure, name in names.items():
        assert measured[measure] == pytest.approx(mean(rows, name)), name
    assert measured[RR] == pytest.approx((1 + 1 / 11 + 0 + 1 / 2) / 4)


def test_lines_of_a_ranking(tmp_path: Path) -> None:
    files = written(tmp_path, mixed()[-1])
    assert files["run.trec"].splitlines() == [
        "q7 Q0 z 1 4 pullquote",
        "q7 Q0 b-2 2 3 pullquote",
        "q7 Q0 y 3 2 pullquote",
        "q7 Q0 c 4 1 pullquote",
    ]
    assert files["qrels.trec"].splitlines() == ["q7 0 b-2 1", "q7 0 c 1"]


def test_right_article_that_was_not_found_is_judged(tmp_path: Path) -> None:
    files = written(tmp_path, mixed()[5])
    assert files["qrels.trec"].splitlines() == ["q6 0 a 1", "q6 0 lost 1"]
    assert "run.trec" not in files


def test_failed_question_has_no_prediction(tmp_path: Path) -> None:
    files = written(tmp_path, mixed()[4])
    assert [files[name] for name in NAMES[:3]] == ["{}\n"] * 3


def test_gold_mode_leaves_no_ranking_of_an_earlier_run(tmp_path: Path) -> None:
    written(tmp_path, mixed()[0])
    row = row_of(Question("q", "W?", ("Oslo",), ("talks",)), answered("Oslo", 0.9), None)
    assert sorted(written(tmp_path, row)) == sorted(NAMES[:3])


def test_broken_run_leaves_the_files_of_the_run_before(tmp_path: Path) -> None:
    before = written(tmp_path, mixed()[0])
    with pytest.raises(KeyError, match="reason"), Exports(tmp_path) as exports:
        list(map(exports.add, [mixed()[1], {}]))
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == before


def test_any_text_can_be_written(tmp_path: Path) -> None:
    question = Question('half \ud83d "é\n', "W?", ("x",), ("a b",))
    row = row_of(question, answered("\u2028 é \ud83d", 0.5), [("a b",)])
    files = written(tmp_path, row)
    assert json.loads(files["predictions.json"]) == {'half \ud83d "é\n': "\u2028 é \ud83d"}
    assert files["qrels.trec"].split() == ['half%20%ED%A0%BD%20"%C3%A9%0A', "0", "a%20b", "1"]


def test_row_outside_the_block_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="with Exports"):
        Exports(tmp_path).add(mixed()[0])


@given(st.text(min_size=1))
def test_id_is_one_word_that_can_be_read_back(name: str) -> None:
    word = encoded(name)
    assert word.isascii()
    assert word.split() == [word]
    assert unquote(word, errors="surrogatepass") == name
