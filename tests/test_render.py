"""Answers become Markdown in which only checked quotes and our own tags stand."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from made_answers import HALL, ONE, POISONED, REFUSED, SEVERAL, MadePipeline
from qa.datatypes import Answer, Group, Reason, TimeMention
from ui.render import Holdings, render_answer, render_holdings, render_no_archive, render_notice
from ui.words import escape, refusal_words

OURS = {"div", "span", "br", "strong", "mark", "details", "summary"}
ARTICLES = MadePipeline().article
MARKED = "<strong><mark>the harbour hall</mark></strong>"


def render(answer: Answer) -> str:
    return render_answer(answer, ARTICLES)


def test_the_answer_is_bold_in_its_sentence_in_its_passage() -> None:
    page = render(ONE)
    assert f"would reopen in {MARKED} at noon\\." in page
    assert '<span class="pq-rest">Dockers and owners have not met for nine days\\. </span>' in page
    assert '<span class="pq-answer">the harbour hall</span>' in page


def test_headline_outlet_date_and_confidence_are_named() -> None:
    page = render(ONE)
    assert "Harbour talks move to neutral ground" in page
    assert "Harbour Wire · 27 April 2019" in page
    assert "Certain \\(91\\%\\)" in page


def test_copies_are_listed_in_one_line_by_outlet_and_date() -> None:
    assert "Same story\\: Evening Star\\, 28 April 2019" in render(ONE)
    gone = replace(ONE, quotes=(replace(ONE.quotes[0], copies=("gone",)),))
    assert "Same story\\: gone" in render(gone)


def test_a_single_answer_has_no_fold() -> None:
    assert "<details" not in render(ONE)


def test_other_answers_are_folded_in_order_of_date_with_the_one_above_named() -> None:
    page = render(SEVERAL)
    fold = page[page.index("<details") :]
    assert "<summary>2 other answers, in order of date</summary>" in fold
    places = [fold.index(value) for value in ("harbour hall", "seamen\\'s chapel", "town library")]
    assert places == sorted(places)
    assert fold.count("shown above") == 1
    assert fold.index("shown above") < places[1]
    assert "Meridian Post · 2 May 2019 · likely \\(74\\%\\)" in fold
    assert "undated · possible \\(41\\%\\)" in fold
    assert "would reopen in" not in fold


def test_groups_keep_the_order_of_the_record_even_when_the_best_is_not_first() -> None:
    moved = replace(SEVERAL, groups=(SEVERAL.groups[1], SEVERAL.groups[0], SEVERAL.groups[2]))
    fold = render(moved).split("<details")[1]
    assert fold.index("seamen") < fold.index("shown above") < fold.index("town library")


def test_more_passages_with_the_same_answer_are_folded() -> None:
    quotes = (ONE.quotes[0], replace(ONE.quotes[0], confidence=0.6))
    same = replace(ONE, quotes=quotes, groups=(Group("the harbour hall", (0, 1), 2, None),))
    page = render(same)
    assert "<summary>1 more passage with this answer</summary>" in page
    assert "2 independent sources" in page


@pytest.mark.parametrize("reason", ["nothing_in_range", "off_topic", "below_threshold", "error"])
def test_a_refusal_gives_its_reason_and_no_answer(reason: Reason) -> None:
    page = render(replace(REFUSED, reason=reason))
    assert escape(refusal_words(reason)) in page
    assert "No answer found" in page
    assert "<mark>" not in page


def test_a_refusal_shows_the_nearest_passages_with_grey_candidates() -> None:
    page = render(REFUSED)
    assert "<summary>The 2 nearest passages</summary>" in page
    assert 'On Saturday <span class="pq-candidate">Ms\\. Quill</span> said' in page
    assert "confidence 12\\%" in page


def test_a_refusal_without_candidates_has_no_fold() -> None:
    assert "<details" not in render(replace(REFUSED, quotes=()))


def test_at_most_five_nearest_passages_are_shown() -> None:
    page = render(replace(REFUSED, quotes=REFUSED.quotes * 4))
    assert page.count("pq-candidate") == 5


def test_an_answer_that_its_article_does_not_say_is_never_shown() -> None:
    forged = replace(ONE.quotes[0], answer="the harbour hell")
    page = render(replace(ONE, answer="the harbour hell", quotes=(forged,)))
    assert "hell" not in page
    assert "do not match the stored article" in page


def test_other_answers_that_do_not_stand_are_left_out() -> None:
    forged = replace(SEVERAL.quotes[1], end=SEVERAL.quotes[1].end - 1)
    page = render(replace(SEVERAL, quotes=(SEVERAL.quotes[0], forged, SEVERAL.quotes[2])))
    assert "seamen" not in page
    assert "<summary>1 other answer, in order of date</summary>" in page


def test_the_value_of_a_group_is_taken_from_a_checked_quote() -> None:
    groups = (SEVERAL.groups[0], replace(SEVERAL.groups[1], value="made up"))
    assert "made up" not in render(replace(SEVERAL, groups=groups))


def test_a_question_read_otherwise_says_so() -> None:
    assert "Read as\\: Where\\, exactly\\?" in render(replace(ONE, read_as="Where, exactly?"))
    assert "Read as" not in render(ONE)


def test_what_a_time_means_stands_beside_the_quote_and_not_in_it() -> None:
    saturday = TimeMention("Saturday", 51, 59, "2019-04-27")
    page = render(replace(ONE, quotes=(replace(ONE.quotes[0], times=(saturday,)),)))
    note = '<span class="pq-times">“Saturday” is 27 April 2019</span>'
    assert page.count(note) == 1
    assert page.index(note) > page.index(MARKED)
    assert page.replace(f"\n\n{note}", "") == render(ONE)


def test_times_are_told_for_other_answers_refusals_and_the_question() -> None:
    times = (TimeMention("last week", 0, 9, "2019-04-15/2019-04-21"),)
    note = '<span class="pq-times">“last week” is 15 April 2019 to 21 April 2019</span>'
    quotes = (SEVERAL.quotes[0], replace(SEVERAL.quotes[1], times=times), SEVERAL.quotes[2])
    assert note in render(replace(SEVERAL, quotes=quotes)).split("<details")[1]
    nearest = (replace(REFUSED.quotes[0], times=times),)
    assert note in render(replace(REFUSED, quotes=nearest)).split("<details")[1]
    assert render(replace(ONE, times=times)).startswith(note)


def test_a_hostile_time_is_escaped() -> None:
    hostile = TimeMention("<b>*last*</b>", 0, 13, "<script>/[x](y)")
    page = render(replace(ONE, times=(hostile,)))
    assert f"“{escape('<b>*last*</b>')}” is {escape('<script> to [x](y)')}" in page
    assert "<script>" not in page


def test_foreign_text_brings_no_tags_of_its_own() -> None:
    page = render(POISONED)
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", page)
    assert set(re.findall(r"</?(\w+)", bare)) <= OURS
    assert not re.search(r"[\[\]$`*_~#]", re.sub(r"<[^>]*>", "", bare))
    assert escape("<script>window.ran=1</script>") in page


def test_an_article_without_title_goes_by_its_id() -> None:
    assert '<span class="pq-headline">note</span>' in render(SEVERAL)


def test_holdings_are_one_line() -> None:
    few = Holdings(8, ("Harbour Wire", "Post & Co"), "2017-11-04", "2019-05")
    assert render_holdings(few) == (
        "8 articles · Harbour Wire\\, Post \\& Co · 4 November 2017 to May 2019"
    )
    many = Holdings(4828, tuple("abcde"), "2019", "2019")
    assert render_holdings(many) == "4\\,828 articles · 5 outlets · 2019"
    assert render_holdings(Holdings(1)) == "1 article"


def test_without_articles_the_command_lines_are_exact() -> None:
    page = render_no_archive(Path("my store"))
    assert "\npullquote index PATH --store 'my store'\n" in page
    assert "\npullquote chat --store 'my store'\n" in page


def test_a_notice_is_escaped() -> None:
    assert "names \\*no\\* archive\\." in render_notice("names *no* archive.")


def test_the_passage_comes_from_the_article_not_from_the_record() -> None:
    longer = replace(ONE.quotes[0], passage_start=0, passage_end=len(HALL.text) + 99)
    assert "since the eighteenth\\.</span>" in render(replace(ONE, quotes=(longer,)))
