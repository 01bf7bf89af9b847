"""How a run is told on the page; foreign words stay words."""

import re
from dataclasses import replace

from made_reports import HOSTILE, hostile_report, mixed, report_of
from ui.findings import render_left_out, render_misses, render_pace, render_report, render_runs
from ui.kept_runs import Kept
from ui.running import Pace
from ui.words import escape

KEPT = Kept(3, "set.jsonl", "questions.jsonl", 50, 0, "2026-01-31T09:30:00+00:00")


def test_progress_tells_count_rate_and_time_left() -> None:
    assert render_pace(Pace(12, 50, 3.14, 72.4)) == (
        '<p class="pq-pace"><progress max="50" value="12" aria-label="Questions answered">'
        "</progress>12 of 50 questions · 3.1 a second · 1 min 12 s to go</p>"
    )
    assert "working out the figures" in render_pace(Pace(50, 50, 3.1, 0.0))
    assert "Reading the questions" in render_pace(Pace(0, 0, 0.0, None))


def test_headline_figures_have_their_intervals() -> None:
    shown = render_report(report_of(*mixed(), mode="open"), "my set")
    assert shown.startswith("## my set\n\n5 \\(3 answerable\\, 2 unanswerable\\) questions.")
    assert "<b>40.0%</b><span>Exact match, refusals counted</span>" in shown
    assert "| Measure | Percent | 95% interval | Questions |\n|:-|-:|-:|-:|\n| Exact" in shown


def test_a_miss_leads_to_the_chat_with_its_question() -> None:
    shown = render_misses(report_of(*mixed(), mode="open"))
    assert "### Misses (3)" in shown
    assert "- [W\\?](/?q=W%3F)<br>Expected: Oslo<br>Given: Rome" in shown
    assert "Expected: no answer" in shown
    assert render_misses(report_of(mixed()[0], mode="open")) == "### Misses\n\nNone."


def test_each_run_tells_its_fate_and_what_can_be_done_with_it() -> None:
    finished = replace(KEPT, finished=True, total=50, exact_match=71.24)
    failed = replace(KEPT, number=2, error="No such set.")
    stopped, under_way = replace(KEPT, number=1), replace(KEPT, number=4)
    shown = render_runs([under_way, finished, failed, stopped], [5, 50, 0, 12], 4).split("\n")
    assert "under way" in shown[0]
    assert "#pq-drop" not in shown[0]
    assert escape("50 questions · exact match 71.2%") in shown[1]
    assert "#pq-resume" not in shown[1]
    assert "failed" in shown[2]
    assert escape("stopped after 12 questions") in shown[3]
    assert shown[3].endswith(" · [Go on](#pq-resume-1) · [Remove](#pq-drop-1)")
    assert render_runs([], [], None) == "None yet."


def test_hostile_words_leave_no_bare_mark() -> None:
    report = hostile_report()
    lone = replace(report.misses[0], question="half \ud800 of a pair", gold=("\udfff",))
    report = replace(report, misses=(*report.misses, lone))
    shown = "\n\n".join(
        [
            render_report(report, HOSTILE),
            render_misses(report),
            render_left_out(report),
            render_runs([replace(KEPT, name=HOSTILE)], [0], None),
        ]
    )
    assert re.search(r"(?<!\\)<(script|img)", shown) is None
    assert escape(HOSTILE) in shown
    assert shown.encode("utf-8")
