"""A run gives every question one row, whatever happens to it."""

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from eval.questions import Question
from eval.report import TIMED
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
        "W?", "W?", Filters(), "answered", None, text, 0.8, quotes, groups, (), {"total": 5.0}
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

    @property
    def read(self) -> int:
        return min(10, len(self.hits))


class RecordedPipeline:
    """Gives recorded answers by question; an exception among them is raised."""

    def __init__(self, answers: dict[str, Answer | Exception], hits: Sequence[Hit] = ()) -> None:
        self.settings = load_settings()
        self.answers, self.hits = answers, hits
        self.calls: list[tuple[Any, ...]] = []
        self.lock = threading.Lock()

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
            "ndcg@10": pytest.approx(0.6309297536),
            "search_recall@1": 0.0,
            "search_recall@5": 1.0,
            "search_recall@20": 1.0,
        },
        "miss": None,
        "slices": {
            "question word": "where",
            "answer type": "other",
            "answer length": "3 to 5 words",
            "article date": "unknown",
            "outlet": "unknown",
        },
        "misquoted": 0,
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
        "times": [],
        "timings_ms": {"total": 5.0},
        "retrieved": [
            {"articles": ["other"], "score": 1.0},
            {"articles": ["talks"], "score": 1.0},
        ],
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


def test_miss_is_explained_in_its_row(tmp_path: Path) -> None:
    question = ask("Where?", "the harbour hall", articles=("talks", "gone"))
    hits = [hit("other")] * 20 + [hit("talks")]
    evaluate(RecordedPipeline({"Where?": answered("Oslo")}, hits), [question], tmp_path, Options())
    miss = rows_of(tmp_path)[0]["miss"]
    assert (miss["cause"], miss["article_rank"], miss["passage_rank"]) == ("not_read", 2, 21)
    assert (miss["retrieved"], miss["read"], miss["in_store"]) == (21, 10, True)


def test_right_article_that_the_store_lacks_is_told(tmp_path: Path) -> None:
    question = ask("Where?", "Rome", articles=("gone",))
    pipeline = RecordedPipeline({"Where?": answered("Oslo")}, [hit("talks")])
    report = evaluate(pipeline, [question], tmp_path, Options())
    miss = rows_of(tmp_path)[0]["miss"]
    assert (miss["cause"], miss["in_store"]) == ("article_not_retrieved", False)
    assert report.causes["article_not_retrieved"] == report.misses_total == 1


def test_exports_hold_every_question_of_the_run(tmp_path: Path) -> None:
    question = ask("Where?", "Oslo", articles=("talks",))
    pipeline = RecordedPipeline({"Where?": answered("Oslo")}, [hit("talks")])
    evaluate(pipeline, [question], tmp_path, Options())
    told = json.loads((tmp_path / "predictions.json").read_text(encoding="utf-8"))
    assert told == {"id Where?": "Oslo"}
    assert (tmp_path / "run.trec").read_text().split() == [
        *("id%20Where?", "Q0", "talks", "1", "1", "pullquote")
    ]


NAMES = "abcdef"
KNOWN = Options(state={"generation": 1})


def six() -> tuple[RecordedPipeline, list[Question]]:
    pipeline = RecordedPipeline({name: answered("Oslo") for name in NAMES}, [hit("talks")])
    return pipeline, [ask(name, "Oslo", articles=("talks",)) for name in NAMES]


def asked_in(pipeline: RecordedPipeline) -> str:
    return "".join(call[0] for call in pipeline.calls)


def run_again(out: Path, options: Options, *said: str, questions: Any = None) -> str:
    """Run into a folder, compare what was said, and tell what was asked."""
    pipeline, known = six()
    told: list[str] = []
    evaluate(pipeline, questions or known, out, options, say=told.append)
    assert len(told) == len(said)
    assert all(part in line for part, line in zip(said, told, strict=True))
    return asked_in(pipeline)


def test_second_run_asks_nothing_again_and_writes_the_same(tmp_path: Path) -> None:
    assert run_again(tmp_path, KNOWN) == NAMES
    rows = (tmp_path / "rows.jsonl").read_bytes()
    assert run_again(tmp_path, KNOWN, "6 of 6 questions were answered before") == ""
    assert (tmp_path / "rows.jsonl").read_bytes() == rows


def test_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    run_again(tmp_path, KNOWN)
    whole = (tmp_path / "rows.jsonl").read_bytes()
    report = (tmp_path / "report.html").read_text().split('<section id="time">')[0]
    torn = whole.splitlines(keepends=True)
    (tmp_path / "rows.jsonl").write_bytes(b"".join(torn[:2]) + torn[2][:-9])
    assert run_again(tmp_path, KNOWN, "2 of 6 questions") == "cdef"
    assert (tmp_path / "rows.jsonl").read_bytes() == whole
    assert (tmp_path / "report.html").read_text().split('<section id="time">')[0] == report


def test_line_without_its_end_is_asked_again(tmp_path: Path) -> None:
    run_again(tmp_path, KNOWN)
    whole = (tmp_path / "rows.jsonl").read_bytes()
    (tmp_path / "rows.jsonl").write_bytes(whole[:-1])
    assert run_again(tmp_path, KNOWN, "5 of 6 questions") == "f"
    assert (tmp_path / "rows.jsonl").read_bytes() == whole


def test_longer_part_of_the_set_goes_on_with_the_shorter(tmp_path: Path) -> None:
    assert run_again(tmp_path, replace(KNOWN, limit=2)) == "ab"
    assert run_again(tmp_path, KNOWN, "2 of 6 questions") == "cdef"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (Options(state={"generation": 2}), "other state"),
        (replace(KNOWN, models={"reader": "b"}, asked="2019"), "other asked, models"),
        (replace(KNOWN, filters=Filters(after="2019")), "other filters"),
        (Options(), "start afresh"),
        (replace(KNOWN, resume=False), "start afresh"),
    ],
)
def test_other_run_starts_afresh_and_keeps_the_rows_that_were_there(
    tmp_path: Path, options: Options, reason: str
) -> None:
    run_again(tmp_path, KNOWN)
    (tmp_path / "rows-1.jsonl").write_text("kept before")
    before = (tmp_path / "rows.jsonl").read_bytes()
    assert run_again(tmp_path, options, reason) == NAMES
    assert (tmp_path / "rows-1.jsonl").read_text() == "kept before"
    assert (tmp_path / "rows-2.jsonl").read_bytes() == before


def test_other_questions_or_another_order_are_another_run(tmp_path: Path) -> None:
    run_again(tmp_path, KNOWN)
    changed = [replace(question, answers=("Rome",)) for question in six()[1]]
    assert run_again(tmp_path, KNOWN, "other questions", questions=changed) == NAMES
    drawn = replace(KNOWN, sample=2, seed=1)
    said = ("another order",)
    assert len(run_again(tmp_path, drawn, *said, questions=changed)) == 2


def test_rows_of_unknown_making_are_set_aside(tmp_path: Path) -> None:
    run_again(tmp_path, KNOWN)
    (tmp_path / "run.json").unlink()
    assert run_again(tmp_path, KNOWN, "is not known") == NAMES


class SlowPipeline(RecordedPipeline):
    """Takes the longer the earlier a question stands, and counts how many are under way."""

    under_way = most = 0

    def trace(self, question: str, filters: Filters, asked: str | None) -> Recorded:
        with self.lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        time.sleep(0.02 * (6 - NAMES.index(question)))
        with self.lock:
            self.under_way -= 1
        return super().trace(question, filters, asked)


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_write_the_same_rows_in_the_same_order(tmp_path: Path, workers: int) -> None:
    pipeline, questions = SlowPipeline(six()[0].answers, [hit("talks")]), six()[1]
    told: list[tuple[int, int]] = []
    options = Options(workers=workers)
    evaluate(pipeline, questions, tmp_path / "out", options, progress=lambda *n: told.append(n))
    run_again(tmp_path / "one", Options())
    assert pipeline.most == workers
    assert told == [(n, 6) for n in range(1, 7)]
    for name in ("rows.jsonl", "report.html"):
        one, other = ((tmp_path / where / name).read_text() for where in ("one", "out"))
        assert one.split('id="time"')[0] == other.split('id="time"')[0]


def test_interrupt_of_workers_leaves_the_rows_that_were_done(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    pipeline, questions = six()
    with pytest.raises(KeyboardInterrupt):
        evaluate(pipeline, questions, tmp_path, Options(workers=2), progress=interrupt)
    assert [row["id"] for row in rows_of(tmp_path)] == ["id a", "id b"]


def test_report_differs_between_two_runs_in_the_timed_fields_alone(tmp_path: Path) -> None:
    told = []
    for name in ("one", "two"):
        run_again(tmp_path / name, KNOWN)
        report = json.loads((tmp_path / name / "report.json").read_text(encoding="utf-8"))
        told.append({field: value for field, value in report.items() if field not in TIMED})
    assert told[0] == told[1]
    assert set(TIMED) == set(report) - set(told[0])


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
