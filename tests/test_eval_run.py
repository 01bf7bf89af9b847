"""A run gives every question one row, whatever happens to it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from eval.questions import Question
from eval.run import Options, evaluate
from qa.datatypes import Answer, Article, Filters, Group, Hit, Passage, Quote
from qa.errors import InputError
from qa.settings import load_settings

TEXT = "Ministers met in Oslo. The talks are held in the harbour hall."
PARAGRAPH = Passage("Talks-0", 1, 0, len(TEXT), TEXT, "Talks")


def quote(answer: str, article_id: str = "talks", confidence: float = 0.8) -> Quote:
    start = TEXT.index(answer)
    return Quote(
        answer=answer,
        article_id=article_id,
        revision=1,
        start=start,
        end=start + len(answer),
        title=None,
        source=None,
        published=None,
        url=None,
        sentence=TEXT,
        sentence_start=0,
        sentence_end=len(TEXT),
        passage_start=0,
        passage_end=len(TEXT),
        confidence=confidence,
        group=0,
    )


def answered(text: str) -> Answer:
    groups = (Group(text, (0,), 1, None),)
    quotes = (quote(text), quote("Ministers", confidence=0.1))
    return Answer(
        "W?", "W?", Filters(), "answered", None, text, 0.8, quotes, groups, {"total": 5.0}
    )


def refused(text: str) -> Answer:
    reading = replace(answered(text), status="unanswered", reason="below_threshold", answer=None)
    return replace(reading, confidence=0.2)


def hit(*ids: str) -> Hit:
    return Hit(Passage(ids[0], 1, 0, len(TEXT), TEXT, copies=ids[1:]), 1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Recorded:
    answer: Answer
    hits: Sequence[Hit]


class RecordedPipeline:
    """Gives recorded answers by question; an exception among them is raised."""

    def __init__(self, answers: dict[str, Answer | Exception], hits: Sequence[Hit] = ()) -> None:
        self.settings = load_settings()
        self.answers, self.hits = answers, hits
        self.calls: list[tuple[Any, ...]] = []

    def trace(self, question: str, filters: Filters, asked: str | None) -> Recorded:
        self.calls.append((question, filters, asked))
        return Recorded(self._recorded(question), self.hits)

    def answer_passage(self, question: str, passage: Passage) -> Answer:
        self.calls.append((question, passage))
        return self._recorded(question)

    def article(self, article_id: str, revision: int | None) -> Article:
        if article_id != "talks":
            raise InputError(f"No article '{article_id}'.")
        return Article(article_id, TEXT, "talks.txt", revision=revision or 1)

    def _recorded(self, question: str) -> Answer:
        answer = self.answers[question]
        if isinstance(answer, Exception):
            raise answer
        return answer


def ask(text: str, *answers: str, articles: tuple[str, ...] | None = None) -> Question:
    return Question(f"id {text}", text, answers, articles)


def rows_of(out: Path) -> list[dict[str, Any]]:
    lines = (out / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def scores_of(out: Path, answer: Answer | Exception, question: Question, *hits: Hit) -> Any:
    pipeline = RecordedPipeline({question.question: answer}, hits)
    evaluate(pipeline, [question], out, Options())
    return rows_of(out)[0]["scores"]


def test_row_is_the_record_with_what_was_right(tmp_path: Path) -> None:
    question = Question(
        "q1", "Where?", ("the harbour hall",), ("talks",), "2019-04-27", extra={"desk": 4}
    )
    pipeline = RecordedPipeline({"Where?": answered("harbour hall")}, [hit("other"), hit("talks")])
    evaluate(pipeline, [question], tmp_path, Options())
    (row,) = rows_of(tmp_path)
    assert row.pop("quotes")[0]["start"] == TEXT.index("harbour hall")
    assert row == {
        "id": "q1",
        "asked": "2019-04-27",
        "gold": ["the harbour hall"],
        "gold_articles": ["talks"],
        "scores": {
            "exact_match": 1.0,
            "f1": 1.0,
            "exact_match_forced": 1.0,
            "f1_forced": 1.0,
            "recall@1": 0.0,
            "recall@5": 1.0,
            "recall@20": 1.0,
            "reciprocal_rank": 0.5,
        },
        "question": "W?",
        "read_as": "W?",
        "filters": json.loads(json.dumps(asdict(Filters()))),
        "status": "answered",
        "reason": None,
        "answer": "harbour hall",
        "confidence": 0.8,
        "groups": [
            {"value": "harbour hall", "quotes": [0], "independent_sources": 1}
            | {"first_published": None}
        ],
        "timings_ms": {"total": 5.0},
        "desk": 4,
    }


def test_further_field_never_hides_the_record(tmp_path: Path) -> None:
    question = replace(ask("Where?", "Oslo"), extra={"answer": "Rome", "scores": 1})
    evaluate(RecordedPipeline({"Where?": answered("Oslo")}), [question], tmp_path, Options())
    (row,) = rows_of(tmp_path)
    assert (row["answer"], row["input_answer"], row["input_scores"]) == ("Oslo", "Rome", 1)


def test_refusal_is_wrong_where_there_is_an_answer_but_its_best_quote_is_scored(
    tmp_path: Path,
) -> None:
    scores = scores_of(tmp_path, refused("Oslo"), ask("Where?", "in Oslo"))
    assert (scores["exact_match"], scores["f1"]) == (0.0, 0.0)
    assert scores["exact_match_forced"] == 0.0
    assert scores["f1_forced"] == pytest.approx(2 / 3)


def test_refusal_is_right_where_there_is_no_answer(tmp_path: Path) -> None:
    scores = scores_of(tmp_path, refused("Oslo"), ask("Where?"))
    assert (scores["exact_match"], scores["exact_match_forced"]) == (1.0, 0.0)


def test_copy_of_the_right_article_counts_as_found(tmp_path: Path) -> None:
    question = ask("Where?", "Oslo", articles=("talks-2",))
    hits = [hit("other"), hit("other"), hit("talks", "talks-2")]
    scores = scores_of(tmp_path, answered("Oslo"), question, *hits)
    assert (scores["recall@1"], scores["recall@5"], scores["reciprocal_rank"]) == (0.0, 1.0, 0.5)


@pytest.mark.parametrize("question", [ask("Where?", "Oslo"), ask("Where?", articles=("talks",))])
def test_retrieval_is_not_scored_without_a_right_article(
    tmp_path: Path, question: Question
) -> None:
    scores = scores_of(tmp_path, answered("Oslo"), question, hit("talks"))
    assert (scores["recall@20"], scores["reciprocal_rank"]) == (None, None)


def test_question_without_known_answers_is_scored_for_retrieval_alone(tmp_path: Path) -> None:
    question = Question("q", "Where?", None, ("talks",))
    scores = scores_of(tmp_path, answered("Oslo"), question, hit("talks"))
    assert (scores["exact_match"], scores["f1_forced"], scores["recall@1"]) == (None, None, 1.0)


@pytest.mark.parametrize("golds", [("Oslo",), ()])
@pytest.mark.parametrize("error", [InputError("too long"), ZeroDivisionError("a fault")])
def test_failure_is_a_row_that_scores_zero(
    tmp_path: Path, error: Exception, golds: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    questions = [ask("Where?", *golds, articles=("talks",)), ask("Who?", "Ministers")]
    pipeline = RecordedPipeline({"Where?": error, "Who?": answered("Ministers")})
    report = evaluate(pipeline, questions, tmp_path, Options())
    failed, right = rows_of(tmp_path)
    assert (failed["status"], failed["reason"], failed["answer"]) == ("unanswered", "error", None)
    assert set(failed["scores"].values()) <= {0.0, None}
    assert failed["scores"]["exact_match"] == 0.0
    assert right["scores"]["exact_match"] == 1.0
    assert (report.counts["errors"], report.scores["exact_match"].value) == (1, 50.0)
    assert report.squad_v2["exact"] == 50.0
    assert "id Where?" in caplog.text


def test_date_and_filters_reach_the_pipeline(tmp_path: Path) -> None:
    dated = replace(ask("Who?", "Ministers"), asked="2019-04-27")
    recorded = {"Who?": answered("Ministers"), "Where?": answered("Oslo")}
    pipeline = RecordedPipeline(dict(recorded))
    filters = Filters(after="2019")
    options = Options(filters=filters, asked="2020-01-01")
    evaluate(pipeline, [dated, ask("Where?", "Oslo")], tmp_path, options)
    assert pipeline.calls == [("Who?", filters, "2019-04-27"), ("Where?", filters, "2020-01-01")]


def test_gold_mode_reads_the_given_paragraph_and_retrieves_nothing(tmp_path: Path) -> None:
    question = Question("q", "Where?", ("Oslo",), ("Talks-0",), context=PARAGRAPH)
    answer = replace(refused("Oslo"), quotes=(quote("Oslo", "Talks-0"),))
    pipeline = RecordedPipeline({"Where?": answer})
    report = evaluate(pipeline, [question], tmp_path, Options(mode="gold"))
    assert pipeline.calls == [("Where?", PARAGRAPH)]
    assert (report.verbatim, report.retrieval) == ({"quotes": 1, "failures": 0}, {})
    assert report.squad_v1 == {"exact_match": 100.0, "f1": 100.0, "total": 1}
    assert report.squad_v2["exact"] == 0.0


def test_gold_mode_refuses_questions_without_a_paragraph(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--mode gold"):
        evaluate(RecordedPipeline({}), [ask("Where?")], tmp_path, Options(mode="gold"))


@pytest.mark.parametrize(
    ("spoilt", "failures"),
    [
        ({}, 0),
        ({"start": 3, "end": 7}, 1),
        ({"answer": "Rome"}, 1),
        ({"article_id": "gone"}, 1),
        ({"answer": "", "start": 2, "end": 2}, 1),
        ({"answer": "hall", "start": -5, "end": -1}, 1),
    ],
)
def test_every_quote_is_compared_with_its_article(
    tmp_path: Path, spoilt: dict[str, Any], failures: int
) -> None:
    answer = answered("Oslo")
    answer = replace(answer, quotes=(answer.quotes[0], replace(answer.quotes[0], **spoilt)))
    report = evaluate(
        RecordedPipeline({"Where?": answer}), [ask("Where?", "Oslo")], tmp_path, Options()
    )
    assert report.verbatim == {"quotes": 2, "failures": failures}


def test_part_of_the_set_is_run_and_told_as_it_goes(tmp_path: Path) -> None:
    questions = [ask(name, "Oslo") for name in "abcde"]
    pipeline = RecordedPipeline({name: answered("Oslo") for name in "abcde"})
    told: list[tuple[int, int]] = []
    evaluate(
        pipeline, questions, tmp_path, Options(limit=3), progress=lambda *done: told.append(done)
    )
    assert [row["id"] for row in rows_of(tmp_path)] == ["id a", "id b", "id c"]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_interrupted_run_leaves_the_rows_that_were_done(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    pipeline = RecordedPipeline({name: answered("Oslo") for name in "abc"})
    questions = [ask(name, "Oslo") for name in "abc"]
    with pytest.raises(KeyboardInterrupt):
        evaluate(pipeline, questions, tmp_path, Options(), progress=interrupt)
    assert [row["id"] for row in rows_of(tmp_path)] == ["id a", "id b"]


def test_any_text_can_be_written(tmp_path: Path) -> None:
    question = replace(ask("Where?", "Oslo"), id="half \ud83d", extra={"note": "\u2028 é 😀"})
    evaluate(RecordedPipeline({"Where?": answered("Oslo")}), [question], tmp_path, Options())
    line = (tmp_path / "rows.jsonl").read_bytes().decode("utf-8").rstrip("\n")
    assert (json.loads(line)["id"], json.loads(line)["note"]) == ("half \ud83d", "\u2028 é 😀")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["counts"]


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="taken"):
        evaluate(RecordedPipeline({}), [ask("Where?")], tmp_path / "taken", Options())
