"""Lists of what a store holds: by date, by words, by story."""

from pathlib import Path

import pytest

from made_store import BRIDGE, HARBOUR, MARKET, article, index
from qa.catalog import Catalog
from qa.errors import InputError
from qa.generations import FOLDER, STORIES
from qa.listing import Listing, months, newest, numbered, stories
from qa.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.create(tmp_path / "store")
    index(
        store,
        [
            article("hall", HARBOUR, title="Harbour hall opens", published="2019-05-02"),
            article("bridge", BRIDGE, title="BRÜCKE geschlossen", published="2019", source="Post"),
            article("market", MARKET, source="Harbour Wire", published="2019-05"),
            article("undated", HARBOUR, title="A 100% copy"),
        ],
    )
    return store


def ids(listing: Listing) -> list[str]:
    return [one.id for one in listing.articles]


def test_articles_are_counted_by_month_in_the_precision_of_their_dates(store: Store) -> None:
    with store.catalog() as catalog:
        assert months(catalog) == {"2019-05": 2, "2019": 1, None: 1}


def test_newest_comes_first_and_undated_last(store: Store) -> None:
    with store.catalog() as catalog:
        assert ids(newest(catalog)) == ["bridge", "market", "hall", "undated"]


def test_words_are_found_in_headline_id_and_outlet_whatever_their_case(store: Store) -> None:
    with store.catalog() as catalog:
        assert ids(newest(catalog, "harbour")) == ["market", "hall"]
        assert ids(newest(catalog, "HALL harbour")) == ["hall"]
        assert ids(newest(catalog, "brücke")) == ["bridge"]
        assert ids(newest(catalog, "post")) == ["bridge"]
        assert ids(newest(catalog, "%")) == ["undated"]
        assert newest(catalog, "submarine") == Listing(0, ())


def test_a_part_of_the_list_tells_how_long_the_whole_is(store: Store) -> None:
    with store.catalog() as catalog:
        part = newest(catalog, start=1, limit=2)
    assert (part.total, ids(part)) == (4, ["market", "hall"])


def test_an_article_is_found_by_its_number_until_it_goes(store: Store) -> None:
    with store.catalog() as catalog:
        number = newest(catalog, "market").articles[0].number
        assert numbered(catalog, number) == "market"
    store.remove(["market"])
    with store.catalog() as catalog, pytest.raises(InputError, match="not in the archive any more"):
        numbered(catalog, number)


def test_articles_of_one_text_are_one_story_earliest_first(store: Store) -> None:
    with store.catalog() as catalog:
        assert [[one.id for one in story.articles] for story in stories(catalog)] == [
            ["hall", "undated"]
        ]


def test_versions_of_a_story_stand_together(sample_store: Path) -> None:
    with Catalog.open(sample_store) as catalog:
        (story,) = stories(catalog)
    assert [one.id for one in story.articles] == [
        "ferry-aground",
        "ferry-aground-meridian",
        "ferry-aground-kestrel",
    ]


def test_a_damaged_file_of_stories_leaves_equal_texts(store: Store) -> None:
    for path in (store.path / FOLDER).glob(f"*/{STORIES}"):
        path.write_bytes(b"no such file")
    with store.catalog() as catalog:
        assert len(stories(catalog)) == 1


def test_an_empty_store_lists_nothing(tmp_path: Path) -> None:
    with Store.create(tmp_path / "store").catalog() as catalog:
        assert (months(catalog), newest(catalog), stories(catalog)) == ({}, Listing(0, ()), ())
