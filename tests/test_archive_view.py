"""What the archive page says; foreign words stay words."""

import re

from made_answers import HOSTILE_TEXTS
from qa.catalog import Summary
from qa.datatypes import Article, Skipped
from qa.listing import Listed, Listing, Story
from ui.archive_view import (
    MOST_CHARS,
    MOST_SKIPPED,
    ORDERS,
    find_outlets,
    render_article,
    render_figures,
    render_listing,
    render_outlets,
    render_skipped,
    render_stories,
)
from ui.words import escape

BARE = re.compile(r"(?<!\\)(<(?!br>|/?span)|\]\((?!#pq-article-1\))|`)")
SUMMARY = Summary(
    articles=1200,
    revisions=1201,
    texts=1100,
    passages=5000,
    generation=3,
    published_at="2026-01-31T09:30:00+00:00",
    encoder="tiny",
    dims=64,
    sources=(("Wire", 700), (None, 300), ("Ämter Post", 200)),
    first_date="2016-10-21",
    last_date="2024",
    undated=4,
    bytes_on_disk=2_340_000,
    skipped=(),
)


def test_figures_are_told_in_large_numbers_and_a_line() -> None:
    told = render_figures(SUMMARY)
    assert "<b>1,200</b><span>articles</span>" in told
    assert "<b>2</b><span>outlets</span>" in told
    line = "21 October 2016 to 2024 · indexed 31 January 2026, 09:30 UTC · 2.3 MB on disk"
    assert told.endswith(escape(line))


def test_outlets_are_found_by_a_part_of_their_name_and_sorted_both_ways() -> None:
    assert [one for one, _ in find_outlets(SUMMARY, "", ORDERS[0])] == ["Wire", None, "Ämter Post"]
    assert [one for one, _ in find_outlets(SUMMARY, "", ORDERS[1])] == ["Wire", "Ämter Post", None]
    assert find_outlets(SUMMARY, " äMTER", "nonsense") == [("Ämter Post", 200)]
    assert find_outlets(SUMMARY, "no outlet", ORDERS[0]) == [(None, 300)]


def test_outlets_stand_in_a_table() -> None:
    assert render_outlets([("Wi|re", 1200), (None, 1)]) == (
        "| Outlet | Articles |\n|:---|---:|\n| Wi\\|re | 1,200 |\n| no outlet given | 1 |"
    )


def test_a_headline_leads_to_its_article_by_number_alone() -> None:
    one = Listed(17, "a](x)", "[A](http://192.0.2.1)", "Wire", "2019-04")
    assert render_listing(Listing(1, (one,))) == (
        f"- [{escape('[A](http://192.0.2.1)')}](#pq-article-17)<br>"
        f'<span class="pq-meta">{escape("Wire · April 2019")}</span>'
    )


def test_a_story_names_all_that_carried_it() -> None:
    told = [Listed(1, "a", "Sea rises", "Wire", "2019-04-27"), Listed(2, "b", None, None, None)]
    shown = render_stories([Story(tuple(told))])
    assert "1 story with 1 copy." in shown
    assert "- [Sea rises](#pq-article-1)<br>[Wire\\, 27 April 2019](#pq-article-1) · " in shown
    assert shown.endswith("[b\\, undated](#pq-article-2)")


def test_skipped_files_are_named_up_to_a_number() -> None:
    many = [Skipped(f"f{n}.txt", "is empty") for n in range(MOST_SKIPPED + 5)]
    shown = render_skipped(many)
    assert shown.count("is empty") == MOST_SKIPPED
    assert "And 5 more" in shown


def test_a_very_long_article_is_cut_and_says_so() -> None:
    long = Article("long", "x" * (MOST_CHARS + 1), "long.txt", title="Long")
    shown = render_article(long, ["copy"])
    assert shown.count("x") == MOST_CHARS + 1  # and that of "text"
    assert escape("These are the first 60,000 of 60,001 characters.") in shown
    assert escape("The same text: copy") in shown


def test_no_hostile_text_leaves_a_bare_mark_anywhere() -> None:
    for text in HOSTILE_TEXTS:
        one = Listed(1, text, text, text, text)
        article = Article(text, text, text, title=text, source=text)
        for shown in (
            render_outlets([(text, 1)]),
            render_listing(Listing(1, (one,))),
            render_stories([Story((one, one))]),
            render_skipped([Skipped(text, text)]),
            render_article(article, [text]),
        ):
            assert BARE.search(shown) is None
