"""The report adds up, says what was missed, and is a page that can be trusted."""

import json
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from eval.bootstrap import interval
from eval.causes import CAUSES
from eval.page import page
from eval.report import CAUSE_LABELS, Figure
from eval.slices import SLICES
from eval.style import STYLE
from eval.summary import MISSES_SHOWN, summarise
from made_reports import (
    COST,
    HITS,
    hostile_report,
    judged,
    mixed,
    outcome,
    report_of,
    rows_of,
)
from qa.datatypes import Skipped


def values(figures: dict[str, Figure]) -> dict[str, tuple[Any, int]]:
    return {name: (figure.value, figure.total) for name, figure in figures.items()}


def near(value: float) -> Any:
    return pytest.approx(value)


def test_figures_are_means_of_the_rows_with_their_interval() -> None:
    report = report_of(*mixed())
    exact = report.scores["exact_match"]
    assert (exact.low, exact.high) == interval([100.0, 0.0, 0.0, 100.0, 0.0])
    assert values(report.scores) == {
        "exact_match": (40.0, 5),
        "f1": (40.0, 5),
        "exact_match_has_answer": (near(100 / 3), 3),
        "f1_has_answer": (near(100 / 3), 3),
        "exact_match_no_answer": (50.0, 2),
        "exact_match_forced": (near(200 / 3), 3),
        "f1_forced": (near(200 / 3), 3),
        "exact_match_when_answered": (near(100 / 3), 3),
        "best_exact": (60.0, 5),
        "best_f1": (60.0, 5),
    }


def test_retrieval_is_measured_of_answerable_questions() -> None:
    report = report_of(*mixed())
    assert values(report.retrieval) == {
        "recall@1": (0.0, 3),
        "recall@5": (100.0, 3),
        "recall@20": (100.0, 3),
        "reciprocal_rank": (50.0, 3),
        "ndcg@10": (near(63.0929753571), 3),
        "search_recall@1": (0.0, 3),
        "search_recall@5": (100.0, 3),
        "search_recall@20": (100.0, 3),
    }
    assert report.recall_curve == (0.0, *[100.0] * 19)


def test_confidence_is_held_against_what_is_right() -> None:
    report = report_of(*mixed())
    # Surest first: right 0.9, wrong 0.8, wrong 0.7, right 0.4, wrong 0.3.
    assert values(report.abstention) == {
        "ece": (near(100 * (0.1 + 0.8 + 0.7 + 0.6 + 0.3) / 5), 5),
        "aurc": (near(100 * (0 + 1 / 2 + 2 / 3 + 2 / 4 + 3 / 5) / 5), 5),
        "coverage": (60.0, 5),
        "risk": (near(200 / 3), 3),
    }
    assert [(point.coverage, point.risk, point.confidence) for point in report.risk_coverage] == [
        (0.2, 0.0, 0.9),
        (0.4, 0.5, 0.8),
        (near(0.6), near(2 / 3), 0.7),
        (0.8, 0.5, 0.4),
        (1.0, near(0.6), 0.3),
    ]
    assert [(b.low, b.right, b.total) for b in report.reliability] == [
        (0.3, 0.0, 1),
        (0.4, 1.0, 1),
        (0.7, 0.0, 1),
        (0.8, 0.0, 1),
        (0.9, 1.0, 1),
    ]


def test_official_scores_agree_with_the_rows() -> None:
    report = report_of(*mixed())
    assert report.squad_v1["exact_match"] == report.scores["exact_match_forced"].value
    assert report.squad_v2["exact"] == report.scores["exact_match"].value
    # In order of confidence: Oslo right (3 of 5), Rome wrong, Rome invented (2), Oslo right (3).
    assert report.squad_v2["best_exact"] == report.scores["best_exact"].value == 60.0
    assert report.squad_v2["best_exact_confidence"] == 0.9


def test_best_threshold_of_a_failed_question_gains_nothing() -> None:
    failed = [replace(o, answer=replace(o.answer, reason="error", quotes=())) for o in mixed()[3:]]
    failed = [judged(o.question, o.answer, []) for o in failed]
    report = report_of(
        *mixed(),
        *(replace(o, question=replace(o.question, id="f" + o.question.id)) for o in failed),
    )
    assert report.scores["best_exact"].value == pytest.approx(report.squad_v2["best_exact"])
    assert report.scores["best_f1"].value == pytest.approx(report.squad_v2["best_f1"])


def test_tables_count_every_question_once() -> None:
    report = summarise(rows_of(mixed()), {}, [Skipped("q.jsonl#row 9", "not JSON")], COST)
    assert report.counts == {
        "questions": 5,
        "answerable": 3,
        "unanswerable": 2,
        "retrieval_only": 0,
        "errors": 0,
        "skipped": 1,
    }
    assert report.decisions == {
        "answerable": {"answered": 2, "refused": 1},
        "unanswerable": {"answered": 1, "refused": 1},
    }


def test_slices_of_a_kind_hold_every_question_once() -> None:
    report = report_of(*mixed())
    assert tuple(report.slices) == SLICES
    for parts in report.slices.values():
        assert sum(figures["coverage"].total for figures in parts.values()) == 5
    assert values(report.slices["answer type"]["name"]) == {
        "exact_match": (near(100 / 3), 3),
        "f1": (near(100 / 3), 3),
        "recall@5": (100.0, 3),
        "coverage": (near(200 / 3), 3),
    }


def test_small_parts_beyond_the_greatest_stand_as_one() -> None:
    outlets = [replace(mixed()[0], slices={"outlet": f"Outlet {n:02}"}) for n in range(14)]
    parts = report_of(*outlets, outlets[13]).slices["outlet"]
    assert [*parts][:2] == ["Outlet 13", "Outlet 00"]
    assert (len(parts), parts["all others"]["coverage"].total) == (13, 2)


def test_times_are_percentiles_of_each_stage() -> None:
    report = report_of(*mixed())
    assert values(report.latency_ms["read"]) == {"p50": (3.0, 5), "p95": (5.0, 5)}
    assert values(report.latency_ms["total"]) == {"p50": (30.0, 5), "p95": (50.0, 5)}
    p50 = report.latency_ms["total"]["p50"]
    assert 10 <= p50.low <= 30 <= p50.high <= 50
    assert sum(report.latency_histogram["counts"]) == 5
    assert report.speed["answers_per_second"] == 2.5
    assert report.speed["low"] < 2.5 < report.speed["high"]


def test_speed_is_that_of_the_questions_that_were_asked() -> None:
    report = summarise(rows_of(mixed()), {}, [], replace(COST, asked=1))
    assert (report.speed["asked"], report.speed["answers_per_second"]) == (1.0, 0.5)


def test_misses_say_what_was_wanted_given_and_where() -> None:
    report = report_of(*mixed())
    assert [(miss.id, miss.explanation["cause"]) for miss in report.misses] == [
        ("q2", "not_read"),
        ("q3", "refused"),
        ("q5", "answered_unanswerable"),
    ]
    wrong = report.misses[0]
    assert (wrong.gold, wrong.given, wrong.where) == (("Oslo",), "Rome", "talks [10:14]")
    assert (wrong.explanation["article_rank"], wrong.explanation["read"]) == (2, 1)


def test_causes_add_up_and_each_perfect_stage_mends_its_own() -> None:
    report = report_of(*mixed())
    assert tuple(report.causes) == CAUSES
    assert {cause: n for cause, n in report.causes.items() if n} == {
        "not_read": 1,
        "refused": 1,
        "answered_unanswerable": 1,
    }
    assert report.misses_total == 5 - 2
    assert [(step.stage, step.exact_match.value) for step in report.oracle] == [
        ("as it is", 40.0),
        ("surface form", 40.0),
        ("decision", 80.0),
        ("reader", 80.0),
        ("depth", 100.0),
        ("passage retrieval", 100.0),
        ("article retrieval", 100.0),
        ("machinery", 100.0),
    ]


def test_retrieval_only_question_is_a_miss_when_nothing_right_was_found() -> None:
    found = outcome(1, None, "Oslo", 0.9)
    deep = judged(found.question, found.answer, [HITS[0], HITS[0], HITS[1]])
    lost = judged(found.question, found.answer, [])
    report = report_of(judged(found.question, found.answer, [HITS[1]]), deep, lost)
    assert [miss.explanation["cause"] for miss in report.misses] == [
        "article_not_retrieved",
        "not_read",
    ]
    assert (report.squad_v1, report.squad_v2, report.scores, report.abstention) == ({}, {}, {}, {})
    assert (report.counts["retrieval_only"], report.reliability) == (3, ())
    assert report.oracle[0].exact_match.value == pytest.approx(100 / 3)


def test_long_list_of_misses_is_cut_and_counted() -> None:
    wrong = [outcome(n, ("Oslo",), "Rome", 0.9) for n in range(1, MISSES_SHOWN + 4)]
    report = report_of(outcome(0, (), "Rome", 0.7), *wrong)
    assert (len(report.misses), report.misses_total) == (MISSES_SHOWN + 1, MISSES_SHOWN + 4)
    assert "3 more are in rows.jsonl" in page(report)


def test_lines_are_a_short_table_with_the_figures() -> None:
    lines = report_of(*mixed()).lines()
    assert lines[0].split(maxsplit=1) == ["Questions", "5 (3 answerable, 2 unanswerable)"]
    assert any(
        line.startswith("Exact match, refusals counted") and " 40.0 " in line for line in lines
    )
    assert any(
        line.split() == ["Quotes", "that", "are", "not", "verbatim", "0", "of", "5"]
        for line in lines
    )
    assert any(line.split() == ["Misses", "3"] for line in lines)
    assert all(len(line) <= 100 for line in lines)


def test_report_is_plain_json() -> None:
    told = json.loads(json.dumps(report_of(*mixed(), mode="open").as_dict(), allow_nan=False))
    assert told["format"] == 2
    assert told["run"] == {"mode": "open"}
    assert told["scores"]["exact_match"]["value"] == 40.0


class Outline(HTMLParser):
    """Collects the elements, and every attribute by which a page could reach out or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.reaching: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in {"meta"}:
            self.open.append(tag)
        self.reaching += [n for n, _ in attrs if n in {"src", "href", "action"} or n[:2] == "on"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(text: str) -> Outline:
    parsed = Outline()
    parsed.feed(text)
    parsed.close()
    return parsed


def test_page_escapes_every_text() -> None:
    text = page(hostile_report())
    parsed = outline(text)
    assert not {"script", "img", "link", "iframe"} & set(parsed.tags)
    assert (parsed.reaching, parsed.open) == ([], [])
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 20


def test_page_shows_every_part_that_has_something_to_say() -> None:
    skipped = [Skipped("q.jsonl#row 9", "not JSON")]
    text = page(summarise(rows_of(mixed()), {"mode": "open"}, skipped, COST))
    for heading in ("Answers", "Answered or refused", "Confidence", "Retrieval", "SQuAD 2.0"):
        assert f"<h2>{heading}</h2>" in text
    for heading in ("What to mend", "Parts of the set", "Misses (3)", "Time"):
        assert f"<h2>{heading}</h2>" in text
    assert f"<summary>{CAUSE_LABELS['refused']} (1)</summary>" in text
    assert "2 passages retrieved, 1 read; right article: rank 2; right passage: rank 2." in text
    assert "talks [0:40] It was Oslo." in text
    assert "q.jsonl#row 9" in text
    assert "All 5 quotes are verbatim." in text


def test_page_leaves_out_what_was_not_measured_and_names_false_quotes() -> None:
    text = page(report_of(replace(outcome(1, ("Oslo",), "Oslo", 0.9), misquoted=1)))
    assert "SQuAD 2.0" not in text
    assert "1 of 1 quotes are not verbatim." in text
    assert '<p class="good">None.</p>' in text
    assert "plot-causes" not in text


def test_page_of_no_row_at_all_stands() -> None:
    assert outline(page(report_of())).open == []


def test_equal_reports_give_equal_pages() -> None:
    assert page(report_of(*mixed())) == page(report_of(*mixed()))


def test_what_differs_between_two_runs_stands_in_one_section() -> None:
    one = report_of(*mixed())
    slower = replace(COST, seconds=9.0, peak_memory_mb=700.0)
    timed = [replace(o.answer, timings_ms={"total": 7.0}) for o in mixed()]
    later = [replace(o, answer=answer) for o, answer in zip(mixed(), timed, strict=True)]
    other = summarise(rows_of(later), {}, [], slower)
    ends = '<section id="time">'
    assert page(one) != page(other)
    assert page(one).split(ends)[0] == page(other).split(ends)[0]


def colours() -> Iterator[dict[str, str]]:
    """The colours of the light and of the dark page, by name."""
    for part in STYLE.split(":root {")[1:3]:
        block = part.split("}")[0]
        pairs = (line.split(":") for line in block.replace("\n", "").split(";") if "--" in line)
        yield {name.strip(): value.strip() for name, value in pairs}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", list(colours()))
@pytest.mark.parametrize("ink", ["--ink", "--quiet", "--bad", "--good", "--mark"])
@pytest.mark.parametrize("ground", ["--paper", "--tile"])
def test_colours_have_the_contrast_of_wcag_aa(theme: dict[str, str], ink: str, ground: str) -> None:
    dark, light = sorted((luminance(theme[ink]), luminance(theme[ground])))
    assert (light + 0.05) / (dark + 0.05) >= 4.5
