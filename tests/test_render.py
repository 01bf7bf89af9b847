"""Answers become Markdown in which only checked quotes and our own tags stand."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from made_answers import ONE, POISONED, REFUSED, SEVERAL, MadePipeline
from qa.datatypes import Answer, Filters, Group, Reason, TimeMention
from ui.render import Holdings, render_answer, render_holdings, render_no_archive, render_notice
from ui.words import escape, refusal_words

OURS = {
    *("div", "span", "br", "strong", "mark", "details", "summary"),
    *("a", "button", "ol", "ul", "li"),
}
ARTICLES = MadePipeline().article
MARKED = "<strong><mark>the harbour hall</mark></strong>"


def render(answer: Answer) -> str:
    return render_answer(answer, ARTICLES)


def test_the_answer_is_bold_in_its_sentence_with_a_grey_one_on_each_side() -> None:
    page = render(ONE)
    assert f"would reopen in {MARKED} at noon\\." in page
    assert '<span class="pq-rest">Dockers and owners have not met for nine days\\. </span>' in page
    assert "a place that belongs to neither\\.</span>" in page
    assert "The strike has closed" not in page
    assert '<span class="pq-answer">the harbour hall</span>' in page


def test_headline_outlet_date_and_confidence_are_named() -> None:
    page = render(ONE)
    assert "Harbour talks move to neutral ground" in page
    assert "Harbour Wire · 27 April 2019" in page
    assert '<span class="pq-meta">Certain</span>' in page


def test_the_number_of_the_confidence_is_there_on_demand() -> None:
    (sure,) = re.findall(r'<details class="pq-sure">.*?</details>', render(ONE), re.DOTALL)
    assert "<summary>Certain</summary>" in sure
    assert "91\\%\\: of answers as sure as this one\\, about that share are right\\." in sure
    assert "91" not in render(ONE).replace(sure, "")


def test_marks_lead_to_numbered_cards_that_open_their_article() -> None:
    page = render_answer(SEVERAL, ARTICLES, "0a1b2c3d")
    assert 'hall</span> <a class="pq-ref" href="#pq-0a1b2c3d-0" title="To the evidence">' in page
    for place, number in enumerate("123"):
        card = f'<div class="pq-evidence pq-quote-{place}" id="pq-0a1b2c3d-{place}" tabindex="-1">'
        assert page.count(card) == 1
        assert page.split(card)[1].strip().startswith(f'<span class="pq-number">{number}</span>')
        assert f'href="#pq-0a1b2c3d-{place}"' in page
        assert f'class="pq-read" value="0a1b2c3d-{place}">Read the article</button>' in page


def test_the_lead_has_the_marks_of_all_that_say_the_same() -> None:
    same = replace(SEVERAL, groups=(Group("the harbour hall", (0, 2), 2, None), SEVERAL.groups[1]))
    lead = render(same).split("</div>")[0]
    assert re.findall(r"#pq-answer-(\d)", lead) == ["0", "2"]


def test_numbers_count_only_what_stands_and_places_stay_those_of_the_record() -> None:
    forged = replace(SEVERAL.quotes[1], start=0)
    page = render(replace(SEVERAL, quotes=(SEVERAL.quotes[0], forged, SEVERAL.quotes[2])))
    third = page.split('<div class="pq-evidence pq-quote-2"')[1]
    assert '<span class="pq-number">2</span>' in third
    assert "pq-quote-1" not in page


def test_copies_are_listed_in_one_line_by_outlet_and_date() -> None:
    assert "Same story\\: Evening Star\\, 28 April 2019" in render(ONE)
    gone = replace(ONE, quotes=(replace(ONE.quotes[0], copies=("gone",)),))
    assert "Same story\\: gone" in render(gone)


def test_a_single_answer_has_neither_timeline_nor_fold() -> None:
    assert "pq-timeline" not in render(ONE)
    assert "pq-fold" not in render(ONE)


def test_other_answers_have_their_cards_in_a_fold() -> None:
    fold = render(SEVERAL).split('<details class="pq-fold"><summary>2 more passages</summary>')[1]
    assert "Meridian Post · 2 May 2019" in fold
    assert fold.index("seamen") < fold.index("town library")
    assert re.findall(r'pq-sure"><summary>(\w+)</summary>', fold) == ["Likely", "Possible"]


def test_more_passages_with_the_same_answer_are_folded_and_no_timeline_is_drawn() -> None:
    quotes = (ONE.quotes[0], replace(ONE.quotes[0], confidence=0.6))
    same = replace(ONE, quotes=quotes, groups=(Group("the harbour hall", (0, 1), 2, None),))
    page = render(same)
    assert "<summary>1 more passage</summary>" in page
    assert "2 independent sources" in page
    assert "pq-timeline" not in page


@pytest.mark.parametrize("reason", ["nothing_in_range", "off_topic", "below_threshold", "error"])
def test_a_refusal_gives_its_reason_and_no_answer(reason: Reason) -> None:
    page = render(replace(REFUSED, reason=reason))
    assert escape(refusal_words(reason)) in page
    assert "No answer found" in page
    assert "<mark>" not in page


def test_a_refusal_shows_the_nearest_passages_in_grey_cards() -> None:
    page = render(REFUSED)
    assert '<span class="pq-label">The 2 nearest passages</span>' in page
    assert 'On Saturday <span class="pq-candidate">Ms\\. Quill</span> said' in page
    assert page.count('class="pq-evidence pq-quote-0 pq-faint"') == 1
    assert page.count("Read the article</button>") == 2
    assert "<summary>Not sure enough</summary>\n\n12\\%\\: of answers" in page


def test_a_refusal_says_what_to_try() -> None:
    held = replace(REFUSED, filters=Filters(after="2019", before="2019"))
    tried = render(held).split("What to try")[1]
    assert "Widen the dates\\: only articles of 2019 were searched\\." in tried
    assert tried.count('<li class="pq-try">') == 3


def test_a_refusal_without_candidates_has_no_cards() -> None:
    page = render(replace(REFUSED, quotes=()))
    assert "nearest" not in page
    assert "What to try" in page


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
    assert "Articles differ: 2 answers by date" in page


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
    assert note in render(replace(SEVERAL, quotes=quotes)).split("pq-fold")[1]
    nearest = (replace(REFUSED.quotes[0], times=times),)
    assert note in render(replace(REFUSED, quotes=nearest)).split("pq-nearest")[1]
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
