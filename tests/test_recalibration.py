"""Confidence and threshold refitted for one archive: exact on made data, kept with its store."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.questions import Question
from eval.refit import FEWEST, Line, attempts_of, fit_line, refit
from eval.risk import Attempt, attempt, best, figures, threshold_for
from made_store import HARBOUR, article, index
from qa import recalibration
from qa.answers import compose
from qa.confidence import Calibration
from qa.datatypes import Answer, Filters, Hit, Passage, Span
from qa.errors import InputError, StoreError
from qa.evidence import Evidence
from qa.recalibration import Recalibration, with_store
from qa.schema import FILE
from qa.store import Store

FITTED = Recalibration(0.8, -0.5, 0.61, "tiny", "2026-01-31T09:30:00+00:00", 120, 0.1)


class Shipped(NamedTuple):
    """A calibration that tells how it was refitted."""

    fitted: tuple[float, float, float] | None = None
    id: str = ""

    def recalibrated(self, slope: float, intercept: float, threshold: float) -> "Shipped":
        return Shipped((slope, intercept, threshold))


def one(*candidates: tuple[float, bool], answerable: bool = True, stands: bool = True) -> Attempt:
    confidences, right = zip(*candidates, strict=True) if candidates else ((), ())
    return Attempt(confidences, right, answerable, stands)


def made(count: int, slope: float = 1.0, intercept: float = 0.0, seed: int = 0) -> list[Attempt]:
    """Questions whose answers are right as often as the line through their confidence says."""
    rng = np.random.default_rng(seed)
    confidences = rng.uniform(0.05, 0.98, count)
    right = rng.random(count) < Line(slope, intercept).apply(confidences)
    return [one((float(c), bool(r))) for c, r in zip(confidences, right, strict=True)]


# --- Deciding -------------------------------------------------------------------------------------


def test_answer_is_the_best_ranked_that_passes() -> None:
    question = one((0.4, True), (0.7, False))
    assert [question.right_at(level) for level in (0.4, 0.5, 0.7, 0.8)] == [
        True,
        False,
        False,
        None,
    ]
    assert one((0.9, True), stands=False).right_at(0.0) is None
    assert one().right_at(0.0) is None


def test_threshold_is_the_lowest_that_keeps_the_risk_with_one_more_wrong() -> None:
    right = [one((0.9 - n / 100, True)) for n in range(9)]
    attempts = [*right, one((0.5, False)), one((0.3, True)), one((0.1, False))]
    assert threshold_for(attempts, 0.1) == pytest.approx((0.82 + 0.5) / 2)  # (0 + 1) / (9 + 1)
    assert threshold_for(attempts, 0.2) == pytest.approx((0.3 + 0.1) / 2)  # (1 + 1) / (11 + 1)
    assert threshold_for(attempts, 0.25) == 0.1  # (2 + 1) / (12 + 1), and nothing lies below
    assert threshold_for(attempts, 0.05) is None
    assert threshold_for([one((0.9, True), stands=False)], 1.0) is None


def test_equal_confidences_are_answered_together() -> None:
    attempts = [one((0.8, True))] * 9 + [one((0.8, False))] + [one((0.9, True))] * 9
    assert threshold_for(attempts, 0.1) == 0.8  # 2 / 20
    assert threshold_for(attempts, 0.099) is None  # 1 / 10 above it


candidate = st.tuples(st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.8]), st.booleans())
questions = st.builds(
    lambda found, stands: one(*found, stands=stands), st.lists(candidate, max_size=4), st.booleans()
)


@settings(deadline=None, max_examples=40)
@given(st.lists(questions, min_size=1, max_size=12), st.sampled_from([0.2, 0.3, 0.5, 0.9]))
def test_no_lower_threshold_keeps_the_risk(attempts: list[Attempt], risk: float) -> None:
    def decided(level: float) -> list[bool | None]:
        return [one.right_at(level) for one in attempts]

    def kept(level: float) -> bool:
        answered = sum(right is not None for right in decided(level))
        wrong = decided(level).count(False)
        return answered > 0 and (wrong + 1) / (answered + 1) <= risk + 1e-12

    found = threshold_for(attempts, risk)
    levels = {c for a in attempts if a.stands for c in a.confidences}
    if found is None:
        assert not any(map(kept, levels))
    else:
        assert kept(found)
        lower = [level for level in levels if level < found and kept(level)]
        assert all(decided(level) == decided(found) for level in lower)


def test_figures_count_what_was_answered_and_what_was_refused() -> None:
    attempts = [
        one((0.9, True)),
        one((0.8, False)),
        one((0.3, True)),
        one((0.7, False), answerable=False),
        one((0.2, False), answerable=False),
        one(answerable=False, stands=False),
    ]
    found = figures(attempts, [0.5] * 6)
    assert (found.questions, found.answered, found.wrong) == (6, 3, 2)
    assert (found.unanswerable, found.unanswerable_refused) == (3, 2)
    assert found.risk == pytest.approx(2 / 3)
    assert (found.low, found.high) == pytest.approx((0.0943, 0.9916), abs=1e-4)
    assert found.error == pytest.approx((0.1 + 0.8 + 0.7 + 0.7 + 0.2) / 5)


def test_nothing_answered_has_no_risk() -> None:
    found = figures([one((0.4, True))], [0.5])
    assert (found.risk, found.low, found.high) == (None, 0.0, 1.0)


def test_all_candidates_of_a_record_are_judged() -> None:
    passages = [Passage(id, 1, 0, 4, text) for id, text in (("a", "Bern"), ("b", "Oslo"))]
    hits = [Hit(passage, score, 1, 1) for passage, score in zip(passages, (1.0, 0.0), strict=True)]
    spans = [[Span(0, 4, 1.0, 1.0)], [Span(0, 4, 3.0, 3.0)]]
    everything = Calibration(1.0, 0.0, 0.0)
    answer = compose("Where?", Filters(), hits, spans, everything, 8.0)
    found = attempt(("Oslo",), answer)
    assert found.right == (False, True)
    assert found.confidences == tuple(
        everything.confidence(Evidence(margin)) for margin in (1.0, 3.0)
    )
    assert found.stands
    # what it says of any threshold is what the pipeline does under it
    for level in (0.5, 0.8, 0.99):
        decided = compose("Where?", Filters(), hits, spans, Calibration(1.0, 0.0, level), 8.0)
        told = {"Bern": False, "Oslo": True, None: None}[decided.answer]
        assert found.right_at(level) is told


def test_candidate_of_a_question_without_an_answer_is_wrong() -> None:
    hits = [Hit(Passage("a", 1, 0, 4, "Bern"), 1, 1, 1)]
    losing = compose("Where?", Filters(), hits, [[Span(0, 4, -1, -1)]], Calibration(1, 0, 0), 8.0)
    assert attempt((), losing) == Attempt((0.5,), (False,), answerable=False, stands=False)


# --- Fitting --------------------------------------------------------------------------------------


def test_line_that_made_the_data_is_found() -> None:
    line = fit_line(*best(made(40_000, 0.6, -0.8)))
    assert (line.slope, line.intercept) == pytest.approx((0.6, -0.8), abs=0.05)


def test_few_questions_move_the_confidence_little() -> None:
    confidences, right = np.array([0.8, 0.6]), np.array([0.0, 0.0])
    few = fit_line(confidences, right)
    many = fit_line(np.tile(confidences, 50), np.tile(right, 50))
    assert 0.4 < few.apply(confidences)[0] < 0.75
    assert many.apply(confidences)[0] < 0.15


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_confidences_that_come_out_as_they_say_are_left_alone(confidences: list[float]) -> None:
    found = np.array(confidences)
    line = fit_line(found, found)
    assert line.apply(found) == pytest.approx(found, abs=0.02)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=30))
def test_order_of_confidences_never_turns(rows: list[tuple[float, bool]]) -> None:
    confidences, right = np.array(rows, dtype=np.float64).T
    moved = fit_line(confidences, right).apply(np.sort(confidences))
    assert (np.diff(moved) >= 0).all()


def test_refit_tells_before_and_after_and_mends_what_was_too_sure() -> None:
    attempts = made(800, 0.7, -1.2)
    found = refit(attempts, threshold=0.3, risk=0.2)
    assert (found.line.slope, found.line.intercept) == pytest.approx((0.7, -1.2), abs=0.3)
    assert found.before.risk is not None
    assert found.after.risk is not None
    assert found.before.risk > 0.35
    assert found.after.risk < 0.28
    assert found.after.error < found.before.error / 2
    assert found == refit(attempts, threshold=0.3, risk=0.2)
    assert found != refit(attempts, threshold=0.3, risk=0.2, seed=1)
    moved = [found.line.moved(a) for a in attempts]
    kept = figures(moved, [found.threshold] * 800)
    assert (kept.wrong + 1) / (kept.answered + 1) <= 0.2


def test_lines_of_a_refit_stand_in_two_columns() -> None:
    table = list(refit(made(100, 1.0, 0.5), 0.3, 0.3).lines())
    assert table[0].split() == ["before", "after"]
    assert table[1].startswith("Answered ")
    assert " of 100 (" in table[1]
    assert table[-1].startswith("slope ")


@pytest.mark.parametrize(
    ("attempts", "told"),
    [
        (made(FEWEST - 1), "at least 30 are needed"),
        ([*made(FEWEST - 1), one(stands=False)], "29 questions found something"),
        ([one((0.5, True))] * 40, "All 40 best candidates are right"),
        ([one((0.5, False))] * 40, "All 40 best candidates are wrong"),
        ([one((0.9, False))] * 40 + [one((0.1, True))] * 40, "not more often right"),
        (made(60, 1.0, -3.0), "No threshold keeps the wrong ones to 1%"),
    ],
)
def test_questions_that_cannot_settle_it_are_refused(attempts: list[Attempt], told: str) -> None:
    with pytest.raises(InputError, match=told):
        refit(attempts, threshold=0.3, risk=0.01)


class RecordedPipeline:
    """Gives one recorded answer, or fails."""

    def __init__(self, answer: Answer) -> None:
        self.recorded = answer
        self.calls: list[tuple[Any, ...]] = []

    def answer(self, question: str, filters: Filters, asked: str | None) -> Answer:
        self.calls.append((question, filters, asked))
        if question == "fails":
            raise ZeroDivisionError("a fault")
        return self.recorded


def test_every_question_that_tells_an_answer_is_asked(caplog: pytest.LogCaptureFixture) -> None:
    hits = [Hit(Passage("a", 1, 0, 4, "Bern"), 1, 1, 1)]
    answer = compose("Where?", Filters(), hits, [[Span(0, 4, 2, 2)]], Calibration(1, 0, 0), 8.0)
    pipeline = RecordedPipeline(answer)
    told: list[tuple[int, int]] = []
    asked = [
        Question("1", "Where?", ("Bern",), asked="2019-04-27"),
        Question("2", "only articles", None, ("a",)),
        Question("3", "fails", ("Bern",)),
    ]
    found = attempts_of(pipeline, asked, progress=lambda *done: told.append(done))
    assert [(a.right, a.stands) for a in found] == [((True,), True), ((), False)]
    assert pipeline.calls[0] == ("Where?", Filters(), "2019-04-27")
    assert told == [(1, 2), (2, 2)]
    assert "Question 3 failed" in caplog.text


# --- Keeping --------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.create(tmp_path / "store")
    index(made, [article("harbour", HARBOUR)])
    return made


def save(store: Store, what: Recalibration) -> None:
    with store.writing() as connection:
        recalibration.save(connection, what)


def warnings_of(store: Store, reader: str = "tiny") -> tuple[Shipped, list[str]]:
    told: list[str] = []
    return with_store(Shipped(), store.path, reader, told.append), told


def test_store_without_one_uses_what_was_shipped(store: Store) -> None:
    assert warnings_of(store) == (Shipped(), [])


def test_recalibration_comes_back_as_it_was_kept_and_the_last_one_holds(store: Store) -> None:
    save(store, replace(FITTED, slope=3.0))
    save(store, FITTED)
    assert warnings_of(store) == (Shipped((0.8, -0.5, 0.61)), [])
    with store.catalog() as catalog:
        assert recalibration.load(catalog.connection, store.path) == FITTED


def test_recalibration_outlives_indexing(store: Store) -> None:
    save(store, FITTED)
    index(store, [article("other", "The hall in Bern is open.")], rebuild=True)
    assert warnings_of(store)[0].fitted is not None


def test_other_reader_is_told_and_uses_its_own(store: Store) -> None:
    save(store, FITTED)
    found, [line] = warnings_of(store, "large")
    assert found == Shipped()
    assert "for reader 'tiny', not for 'large'" in line


def test_other_shipped_confidence_is_told_and_used(store: Store) -> None:
    save(store, FITTED)
    said: list[str] = []
    found = with_store(Shipped(id="new"), store.path, "tiny", said.append)  # type: ignore[arg-type]
    assert found == Shipped(id="new")
    assert len(said) == 1
    assert "shipped with another confidence" in said[0]
    save(store, replace(FITTED, calibrator="new"))
    found = with_store(Shipped(id="new"), store.path, "tiny", said.append)  # type: ignore[arg-type]
    assert (found.fitted, len(said)) == ((0.8, -0.5, 0.61), 1)


def test_record_of_an_earlier_version_is_still_read(store: Store) -> None:
    save(store, FITTED)
    facts = {name: value for name, value in asdict(FITTED).items() if name != "calibrator"}
    damage(store.path, json.dumps({**facts, "sha256": recalibration.seal(facts)}))
    assert warnings_of(store) == (Shipped((0.8, -0.5, 0.61)), [])


def test_reset_forgets_even_a_damaged_one(store: Store) -> None:
    save(store, FITTED)
    damage(store.path, "{")
    with store.writing() as connection:
        assert recalibration.forget(connection)
        assert not recalibration.forget(connection)
    assert warnings_of(store) == (Shipped(), [])


def damage(path: Path, value: str) -> None:
    connection = sqlite3.connect(path / FILE)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'recalibration'", (value,))
    connection.commit()
    connection.close()


def forged(**changes: Any) -> str:
    """A record that is whole, sealed, and impossible."""
    facts = {**json.loads(sealed(FITTED)), **changes}
    del facts["sha256"]
    return json.dumps({**facts, "sha256": recalibration.seal(facts)})


def sealed(what: Recalibration) -> str:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
    recalibration.save(connection, what)
    return str(connection.execute("SELECT value FROM meta").fetchone()[0])


@pytest.mark.parametrize(
    "value",
    [
        "",
        "[]",
        "{}",
        sealed(FITTED).replace("0.61", "0.16"),
        sealed(FITTED).replace("tiny", "tine"),
        forged(slope=-1.0),
        forged(threshold=float("nan")),
    ],
)
def test_damaged_recalibration_is_refused_with_what_mends_it(store: Store, value: str) -> None:
    save(store, FITTED)
    damage(store.path, value)
    with pytest.raises(StoreError, match="'pullquote calibrate --reset --store"):
        warnings_of(store)


@settings(deadline=None, max_examples=40)
@given(
    st.floats(0.05, 5), st.floats(-5, 5), st.lists(st.floats(-9, 9), min_size=1), st.floats(0, 1)
)
def test_passages_that_lose_to_their_null_change_nothing(
    slope: float, intercept: float, losing: Sequence[float], threshold: float
) -> None:
    """What a recalibration moves is a number that those passages have no part in."""
    hits = [Hit(Passage("a", 1, 0, 4, "Bern"), 1, 1, 1)]
    more = [Hit(Passage(f"n{n}", 1, 0, 4, "Rome"), 0, 1, 1) for n in range(len(losing))]
    spans = [[Span(0, 4, 2.0, 2.0)]]
    worse = [[Span(0, 4, -abs(margin), -abs(margin))] for margin in losing]
    base = Calibration(1.0, 0.0, 0.0)
    alone = attempt(("Bern",), compose("W?", Filters(), hits, spans, base, 8.0))
    among = attempt(("Bern",), compose("W?", Filters(), hits + more, spans + worse, base, 8.0))
    line = Line(slope, intercept)
    assert line.moved(alone) == line.moved(among)
    assert line.moved(alone).right_at(threshold) == line.moved(among).right_at(threshold)
