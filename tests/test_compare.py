"""Two runs are compared question by question, and a significant fall is told from chance."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test

from eval.compare import Difference, Scored, Turned, compare, holm, mcnemar, sign_flip
from eval.compare_page import lines, page
from eval.recorded import compare_recorded, read_recorded
from qa.errors import InputError


def result(id: str, exact: float | None, given: str | None = "Oslo", **more: float) -> Scored:
    scores = {"exact_match": exact, **{name.replace("_at_", "@"): s for name, s in more.items()}}
    return Scored(id, f"Where is {id}?", (f"Where is {id}?", ["Oslo"]), given, scores)


def results(*exact: float) -> list[Scored]:
    return [result(str(number), value) for number, value in enumerate(exact)]


@pytest.mark.parametrize(
    ("won", "lost", "p"), [(0, 0, 1.0), (1, 0, 1.0), (5, 5, 1.0), (0, 6, 2 / 64), (9, 1, 22 / 1024)]
)
def test_mcnemar_is_the_exact_binomial_test(won: int, lost: int, p: float) -> None:
    assert mcnemar(won, lost) == pytest.approx(p)


def test_sign_flip_of_three_like_differences_is_one_in_four() -> None:
    assert sign_flip(np.array([0.5, 0.0, 0.5, 0.5])) == pytest.approx(0.25, abs=0.02)
    assert sign_flip(np.zeros(4)) == 1.0


def test_sign_flip_agrees_with_scipy() -> None:
    differences = np.random.default_rng(0).normal(0.15, 0.5, 30).round(1)
    known = permutation_test((differences,), np.mean, permutation_type="samples", rng=0)
    assert sign_flip(differences) == pytest.approx(known.pvalue, abs=0.02)


def test_holm_multiplies_by_the_tests_that_are_left_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


def test_difference_is_paired_by_id_and_told_in_percent() -> None:
    before = [result("a", 1.0), result("b", 1.0), result("c", 0.0), result("gone", 1.0)]
    after = [result("c", 1.0), result("b", 1.0), result("a", 1.0), result("new", 0.0)]
    comparison = compare(before, after)
    assert (comparison.paired, comparison.only_before, comparison.only_after) == (3, 1, 1)
    [exact] = comparison.differences
    assert (exact.name, exact.total, exact.p) == ("exact_match", 3, 1.0)
    assert (exact.before, exact.after) == pytest.approx((200 / 3, 100))
    assert exact.difference == pytest.approx(100 / 3)
    assert (exact.low, exact.high) == (0.0, 100.0)


def test_measures_that_a_question_lacks_leave_it_out() -> None:
    before = [result("a", None, recall_at_5=0.0), result("b", 1.0, f1=0.5)]
    after = [result("a", None, recall_at_5=1.0), result("b", 1.0, f1=0.25)]
    comparison = compare(before, after)
    found = {d.name: (d.total, d.difference) for d in comparison.differences}
    assert found == {"exact_match": (1, 0.0), "f1": (1, -25.0), "recall@5": (1, 100.0)}
    assert comparison.won == (Turned("a", "Where is a?", "Oslo", "Oslo"),)


def test_six_questions_lost_and_none_won_is_a_regression_only_until_others_are_tested() -> None:
    before, after = results(*[1] * 6, 0), results(*[0] * 6, 0)
    [alone] = compare(before, after).differences
    assert alone.p_adjusted == pytest.approx(2 / 64)
    assert alone.regression
    two = [[replace(r, scores=r.scores | {"f1": 1.0}) for r in run] for run in (before, after)]
    comparison = compare(two[0], two[1])
    assert comparison.differences[0].p_adjusted == pytest.approx(4 / 64)
    assert not comparison.regression


def test_significant_gain_is_no_regression() -> None:
    comparison = compare(results(*[0] * 9), results(*[1] * 9))
    assert comparison.differences[0].significant
    assert not comparison.regression
    assert (len(comparison.won), comparison.lost) == (9, ())


def test_won_and_lost_name_both_answers() -> None:
    before = [result("a", 1.0, "Oslo"), result("b", 0.0, None)]
    after = [result("a", 0.0, "Bern"), result("b", 1.0, "Oslo")]
    comparison = compare(before, after)
    assert comparison.lost == (Turned("a", "Where is a?", "Oslo", "Bern"),)
    assert comparison.won == (Turned("b", "Where is b?", None, "Oslo"),)


def test_settings_and_models_that_differ_are_named_the_set_is_not() -> None:
    before = {"name": "old", "mode": "open", "settings": {"top_k": 10}, "models": {"reader": "a"}}
    after = {"name": "new", "mode": "open", "settings": {"top_k": 5}, "models": {"reader": "b"}}
    comparison = compare(results(1), results(1), (before, after | {"workers": 2}))
    assert comparison.differing == (
        ("models.reader", "a", "b"),
        ("settings.top_k", 10, 5),
        ("workers", None, 2),
    )


def test_question_that_was_edited_is_counted() -> None:
    before = results(1, 1)
    after = [before[0], replace(before[1], asked=("Where is 1?", ["Oslo", "in Oslo"]))]
    assert compare(before, after).edited == 1


def test_half_a_character_can_be_told() -> None:
    comparison = compare([result("\ud83d", 1.0)], [result("\ud83d", 0.0)])
    assert any("\\ud83d" in line.encode().decode() for line in lines(comparison))


score = st.none() | st.floats(0, 1)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(score, score, score), min_size=1, max_size=12))
def test_run_compared_with_itself_is_all_zero(
    rows: list[tuple[float | None, float | None, float | None]],
) -> None:
    names = ("exact_match", "f1", "recall@5")
    run = [
        Scored(str(n), "Q?", ("Q?",), None, dict(zip(names, row, strict=True)))
        for n, row in enumerate(rows)
    ]
    comparison = compare(run, run)
    for found in comparison.differences:
        assert (found.difference, found.low, found.high, found.p_adjusted) == (0, 0, 0, 1)
    assert (comparison.won, comparison.lost, comparison.regression) == ((), (), False)


def test_same_seed_gives_the_same_figures() -> None:
    rng = np.random.default_rng(1)
    old, new = (
        [result(str(n), 0.0, f1=float(value)) for n, value in enumerate(rng.random(40))]
        for _ in range(2)
    )
    assert compare(old, new) == compare(old, new)
    assert compare(old, new) != compare(old, new, seed=1)


HOSTILE = "<script>alert(1)</script>"


def test_page_escapes_every_text_and_lines_stay_single() -> None:
    before = [result(HOSTILE, 1.0, "Oslo\nfjord")]
    after = [result(HOSTILE, 0.0, HOSTILE)]
    comparison = compare(before, after, ({"name": 1}, {HOSTILE: HOSTILE}), HOSTILE)
    html = page(comparison)
    assert HOSTILE not in html
    assert html.count("&lt;script&gt;") >= 5
    assert f"  {HOSTILE}: Where is {HOSTILE}? Oslo fjord -> {HOSTILE}" in list(lines(comparison))


def test_lines_give_the_figures_and_cut_the_lists() -> None:
    comparison = compare(results(*[1] * 12), results(*[0] * 12), ({}, {"top_k": 5}), "old")
    told = list(lines(comparison))
    assert told[:2] == [
        "Compared with old: 12 questions in both, 0 only in the older run, 0 only in this one",
        "  differs: top_k was not given, is 5",
    ]
    assert told[2] == (
        "Exact match, refusals counted         100.0 to   0.0  -100.0 (-100.0 to -100.0)"
        "  p = 0.0005, worse"
    )
    assert told[3] == "Lost: 12"
    assert told[-2:] == ["  and 2 more, in comparison.json and comparison.html", "Won: 0"]


def write_run(folder: Path, *exact: float) -> Path:
    folder.mkdir()
    rows = [
        {"id": str(n), "question": "Q?", "gold": ["Oslo"], "answer": None, "scores": {"f1": value}}
        for n, value in enumerate(exact)
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = {"format": 1, "run": {"mode": "open"}, "counts": {"questions": len(rows)}}
    (folder / "report.json").write_text(json.dumps(report))
    return folder / "report.json"


def test_recorded_runs_are_compared_and_written(tmp_path: Path) -> None:
    before = read_recorded(write_run(tmp_path / "old", 1.0, 0.5))
    after = read_recorded(write_run(tmp_path / "new", 1.0, 1.0).parent)
    comparison = compare_recorded(before, after, tmp_path / "new")
    [f1] = comparison.differences
    assert f1 == Difference("f1", 2, 75.0, 100.0, 25.0, 0.0, 50.0, 1.0, 1.0)
    written = json.loads((tmp_path / "new" / "comparison.json").read_text())
    assert written["differences"][0]["difference"] == 25.0
    assert (written["before"], written["regression"]) == (str(before.path), False)
    assert "75.0" in (tmp_path / "new" / "comparison.html").read_text()


def drop_rows(folder: Path) -> None:
    (folder / "rows.jsonl").unlink()


def cut_row(folder: Path) -> None:
    (folder / "rows.jsonl").write_text('{"id": "0", "sco')


def foreign_row(folder: Path) -> None:
    (folder / "rows.jsonl").write_text("[1]\n")


def lose_row(folder: Path) -> None:
    rows = (folder / "rows.jsonl").read_text().splitlines(keepends=True)
    (folder / "rows.jsonl").write_text(rows[0])


def set_report(content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "report.json").write_text(content)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (drop_rows, "rows.jsonl: No such file"),
        (cut_row, "row 1 of rows.jsonl is no result"),
        (foreign_row, "row 1 of rows.jsonl is no result"),
        (lose_row, "tells of 2 questions, but rows.jsonl beside it has 1"),
        (set_report("{"), "is damaged"),
        (set_report("[]"), "is not the report.json"),
        (set_report('{"counts": {}, "run": {}, "format": 99}'), "has format 99"),
    ],
)
def test_report_that_cannot_be_compared_is_named(
    tmp_path: Path, spoil: Callable[[Path], object], told: str
) -> None:
    report = write_run(tmp_path / "old", 1.0, 0.5)
    spoil(report.parent)
    with pytest.raises(InputError, match=told):
        read_recorded(report)


def test_missing_report_and_other_question_set_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere/report\.json: No such file"):
        read_recorded(tmp_path / "nowhere" / "report.json")
    run = read_recorded(write_run(tmp_path / "old", 1.0))
    other = replace(run, results=(replace(run.results[0], id="other"),))
    with pytest.raises(InputError, match="No question id"):
        compare_recorded(run, other, tmp_path)
