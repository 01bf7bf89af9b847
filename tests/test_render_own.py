"""The page of one's own articles as Markdown: every foreign word stands as it is."""

import pytest

from made_answers import HOSTILE_TEXTS
from qa.inventory import Listed
from qa.settings import Settings
from ui.desk import Fate
from ui.render_own import (
    render_article,
    render_fates,
    render_held,
    render_limits,
    render_plain,
    size_words,
)
from ui.words import escape


def listed(title: str | None = "A title", source: str | None = None) -> Listed:
    return Listed("mine", "a.txt", 1, title, "2019-05", source, 2_000)


def test_a_fate_has_name_stage_and_words() -> None:
    fates = (Fate("a.txt", "done", "added 1 article"), Fate("b", "reading"))
    assert render_fates(fates).split("\n\n") == [
        '<div class="pq-fate pq-done">',
        '<span class="pq-name">a\\.txt</span> – '
        '<span class="pq-stage">done\\: added 1 article</span>',
        "</div>",
        '<div class="pq-fate pq-reading">',
        '<span class="pq-name">b</span> – <span class="pq-stage">reading and cleaning</span>',
        "</div>",
    ]


def test_who_waits_is_told_how_many_are_before() -> None:
    fates = (Fate("a"),)
    assert render_fates(fates, 1).startswith("1 other request will be read before yours.\n\n<div")
    assert render_fates(fates, 3).startswith("3 other requests will be read before yours.\n\n<div")
    assert render_fates((), 0) == ""


def test_an_article_is_named_by_headline_outlet_date_and_size() -> None:
    assert render_article(listed(source="Post")) == (
        '<span class="pq-headline">A title</span><br>'
        '<span class="pq-meta">Post · May 2019 · 2 KB</span>'
    )
    assert '"pq-headline">mine<' in render_article(listed(None))


def test_the_room_that_is_left_is_told() -> None:
    assert render_held(()) == "Nothing yet. Drop files above, or paste a text."
    assert render_held((listed(), listed())) == (
        "2 of at most 200 articles\\, 4 KB of at most 20 MB\\. [Ask about them](/)"
    )


def test_the_limits_are_those_of_the_settings() -> None:
    said = render_limits(Settings(max_pages=7, parse_seconds=2.5, parse_memory_mb=2048))
    for part in ("20 files", "5 MB each", "7 pages", "2\\.5 seconds", "2\\,048 MB", "200 articles"):
        assert part in said


@pytest.mark.parametrize(
    ("size", "said"), [(0, "1 KB"), (1_500, "1 KB"), (1_600, "2 KB"), (3 * 2**20, "3.0 MB")]
)
def test_sizes_are_short(size: int, said: str) -> None:
    assert size_words(size) == said


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_text_is_escaped_in_every_field(text: str) -> None:
    for shown in (
        render_fates([Fate(text, "refused", text)]),
        render_article(listed(text, text)),
        render_plain(text),
    ):
        rest = shown.replace(escape(text), "")
        assert rest.count("<") == rest.count(">")
        assert escape(text) in shown
        assert text not in shown or text.isalnum()
