"""The report adds up, says what was missed, and is a page that can be trusted."""

import json
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from browsing import chromium_browser
from eval.metrics import interval
from eval.page import STYLE, page
from eval.questions import Question
from eval.report import Cost, Report
from eval.rows import Outcome, score
from eval.summary import MISSES_SHOWN, summarise
from qa.datatypes import Answer, Filters, Quote, Skipped

HOSTILE = "<script>alert(1)</script><img src=http://x.test/ onerror=alert(1)>\"'&"
COST = Cost(seconds=2.0, peak_memory_mb=512.0)


def outcome(
    number: int, golds: tuple[str, ...] | None, best: str, confidence: float, refuse: bool = False
) -> Outcome:
    found = Quote(
        answer=best,
        article_id="talks",
        revision=1,
        start=10,
        end=10 + len(best),
        title=None,
        source=None,
        published=None,
        url=None,
        sentence=f"It was {best}.",
        sentence_start=0,
        sentence_end=40,
        passage_start=0,
        passage_end=40,
        confidence=confidence,
        group=0,
    )
    answer = Answer(
        question="W?",
        read_as="W?",
        filters=Filters(),
        status="unanswered" if refuse else "answered",
        reason="below_threshold" if refuse else None,
        answer=None if refuse else best,
        confidence=confidence,
        quotes=(found,),
        timings_ms={"read": float(number), "total": 10.0 * number},
    )
    question = Question(f"q{number}", f"What is {number}?", golds, ("talks",))
    ranking = [frozenset({"other"}), frozenset({"talks"})]
    return Outcome(question, answer, score(question, answer, ranking), 1)


def mixed() -> list[Outcome]:
    return [
        outcome(1, ("Oslo",), "Oslo", 0.9),
        outcome(2, ("Oslo",), "Rome", 0.8),
        outcome(3, ("Oslo",), "Oslo", 0.4, refuse=True),
        outcome(4, (), "Oslo", 0.3, refuse=True),
        outcome(5, (), "Rome", 0.7),
    ]


def report_of(*outcomes: Outcome, **run: Any) -> Report:
    return summarise(outcomes, run, [], COST)


def test_figures_are_means_of_the_rows_with_their_interval() -> None:
    report = report_of(*mixed())
    exact = report.scores["exact_match"]
    assert (exact.value, exact.total) == (40.0, 5)
    assert (exact.low, exact.high) == interval([100.0, 0.0, 0.0, 100.0, 0.0])
    assert {name: (f.value, f.total) for name, f in report.scores.items()} == {
        "exact_match": (40.0, 5),
        "f1": (40.0, 5),
        "exact_match_forced": (pytest.approx(200 / 3), 3),
        "f1_forced": (pytest.approx(200 / 3), 3),
        "exact_match_when_answered": (pytest.approx(100 / 3), 3),
    }
    assert {name: (f.value, f.total) for name, f in report.retrieval.items()} == {
        "recall@1": (0.0, 3),
        "recall@5": (100.0, 3),
        "recall@20": (100.0, 3),
        "reciprocal_rank": (50.0, 3),
    }


def test_official_scores_agree_with_the_rows() -> None:
    report = report_of(*mixed())
    assert report.squad_v1["exact_match"] == report.scores["exact_match_forced"].value
    assert report.squad_v2["exact"] == report.scores["exact_match"].value
    # In order of confidence: Oslo right (3 of 5), Rome wrong, Rome invented (2), Oslo right (3).
    assert report.squad_v2["best_exact"] == 60.0
    assert report.squad_v2["best_exact_confidence"] == 0.9


def test_tables_count_every_question_once() -> None:
    report = summarise(mixed(), {}, [Skipped("q.jsonl#row 9", "not JSON")], COST)
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


def test_times_are_percentiles_of_each_stage() -> None:
    report = report_of(*mixed())
    assert report.latency_ms["read"] == {"p50": 3.0, "p95": 5.0}
    assert report.latency_ms["total"] == {"p50": 30.0, "p95": 50.0}
    assert report.speed == {"seconds": 2.0, "answers_per_second": 2.5}


def test_misses_say_what_was_wanted_given_and_where() -> None:
    report = report_of(*mixed())
    assert [(miss.id, miss.kind) for miss in report.misses] == [
        ("q2", "wrong"),
        ("q3", "refused"),
        ("q5", "invented"),
    ]
    assert report.miss_counts == {"wrong": 1, "refused": 1, "invented": 1}
    wrong = report.misses[0]
    assert (wrong.gold, wrong.given, wrong.where) == (("Oslo",), "Rome", "talks [10:14]")


def test_retrieval_only_question_is_a_miss_when_nothing_right_was_found() -> None:
    found = outcome(1, None, "Oslo", 0.9)
    lost = replace(found, scores=score(found.question, found.answer, []))
    report = report_of(found, lost)
    assert [miss.kind for miss in report.misses] == ["not found"]
    assert (report.squad_v1, report.squad_v2, report.scores) == ({}, {}, {})
    assert report.counts["retrieval_only"] == 2


def test_long_list_of_misses_is_cut_and_counted() -> None:
    report = report_of(*[outcome(n, ("Oslo",), "Rome", 0.9) for n in range(1, MISSES_SHOWN + 4)])
    assert (len(report.misses), report.misses_total) == (MISSES_SHOWN, MISSES_SHOWN + 3)
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
    assert all(len(line) <= 100 for line in lines)


def test_report_is_plain_json() -> None:
    told = json.loads(json.dumps(report_of(*mixed(), mode="open").as_dict(), allow_nan=False))
    assert told["format"] == 1
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


def hostile_report() -> Report:
    wrong = outcome(1, (HOSTILE,), HOSTILE + " Rome", 0.9)
    question = replace(wrong.question, id=HOSTILE, question=HOSTILE, article_ids=(HOSTILE,))
    timings = {HOSTILE: 1.0}
    spoilt = replace(wrong, question=question, answer=replace(wrong.answer, timings_ms=timings))
    run = {"name": HOSTILE, "settings": {HOSTILE: HOSTILE}}
    return summarise([spoilt], run, [Skipped(HOSTILE, HOSTILE)], COST)


def test_page_escapes_every_text() -> None:
    text = page(hostile_report())
    parsed = outline(text)
    assert not {"script", "img", "link", "iframe"} & set(parsed.tags)
    assert (parsed.reaching, parsed.open) == ([], [])
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 10


def test_page_shows_every_part_that_has_something_to_say() -> None:
    text = page(summarise(mixed(), {"mode": "open"}, [Skipped("q.jsonl#row 9", "not JSON")], COST))
    for heading in ("Answers", "Answered or refused", "Retrieval", "SQuAD 2.0", "Time"):
        assert f"<h2>{heading}</h2>" in text
    assert "<h2>Misses (3)</h2>" in text
    assert "q.jsonl#row 9" in text
    assert "All 5 quotes are verbatim." in text


def test_page_leaves_out_what_was_not_measured_and_names_false_quotes() -> None:
    text = page(report_of(replace(outcome(1, ("Oslo",), "Oslo", 0.9), misquoted=1)))
    assert "SQuAD 2.0" not in text
    assert "1 of 1 quotes are not verbatim." in text
    assert '<p class="good">None.</p>' in text


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


def test_page_asks_for_nothing_in_a_browser_and_fits_a_telephone(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text(page(hostile_report()), encoding="utf-8")
    with chromium_browser() as browser:
        tab = browser.new_page(viewport={"width": 390, "height": 800})
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("dialog", lambda dialog: asked.append("dialog"))
        tab.goto(target.as_uri())
        wide = tab.evaluate("document.documentElement.scrollWidth")
    assert asked == [target.as_uri()]
    assert wide <= 390
