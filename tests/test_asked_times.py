"""Which times of a question restrict when its answer was published, and which do not."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made_answers import ONE
from qa.datatypes import Filters, Hit, Passage, TimeMention
from qa.events import Almanac
from qa.questions import Turn, Understood, understand

TODAY = "2024-05-15"


def told(title: str, text: str, published: str, source: str = "Meridian Post") -> Passage:
    return Passage(title, 1, 0, len(text), text, title, published, source)


PASSAGES = (
    told(
        "Leaders part without a deal",
        "HANOI - The summit in Hanoi ended on Thursday. Kim left by train.",
        "2019-02-28",
    ),
    told("Quiet streets before the summit", "Hanoi waits.", "2019-02-24", "Harbour Wire"),
    told("Dockers end the strike", "The strike began on September 2, 2019.", "2019-09-06"),
    told("Marrant wins", "The election was held on Sunday.", "2018-05-07"),
    told("Achard wins", "The election was held on Sunday.", "2022-05-09", "Harbour Wire"),
)


def search(query: str, k: int, filters: Filters) -> list[Hit]:
    assert filters.asked == TODAY
    return [Hit(one, 1.0, 1.0, 1.0) for one in PASSAGES][:k]


ALMANAC = Almanac("2016-10-21", "2024-05-14", search)


def read(question: str, *turns: Turn, almanac: Almanac | None = ALMANAC) -> Understood:
    return understand(question, turns, TODAY, ("Harbour Wire",), almanac=almanac)


@pytest.mark.parametrize(
    ("question", "phrase", "after", "before"),
    [
        ("Who visited Japan in 2019?", "in 2019", "2019", None),
        ("In 2019, who visited Japan?", "In 2019", "2019", None),
        ("Who was the mayor in the year 2019?", "in the year 2019", "2019", None),
        ("How many people were reported missing in 2019?", "in 2019", "2019", None),
        ("What did the minister say in May 2018?", "in May 2018", "2018-05", None),
        ("Who resigned on 3 May 2018?", "on 3 May 2018", "2018-05-03", None),
        ("Who went to Hanoi in early 2019?", "in early 2019", "2019-01", None),
        ("Who was mayor at the end of 2018?", "at the end of 2018", "2018-12", None),
        ("What burnt down in the summer of 2018?", "in the summer of 2018", "2018-06", None),
        ("Who won between 2017 and 2018?", "between 2017 and 2018", "2017", None),
        ("Who coached the Rovers from 2017 to 2021?", "from 2017 to 2021", "2017", None),
        ("Who was coach from May 2018 on?", "from May 2018", "2018-05", None),
        ("Who played the day after the summit?", "after the summit", "2019-02-28", None),
        ("Who won in 2018 and who in 2020?", "in 2018", "2018", None),
        ("What happened last week?", "last week", "2024-05-06", None),
        ("What happened yesterday?", "yesterday", "2024-05-14", None),
        ("What was decided two days ago?", "two days ago", "2024-05-13", None),
        ("Who spoke on Monday?", "on Monday", "2024-05-13", None),
        ("Who was elected last year?", "last year", "2023", None),
        ("Who has joined since March?", "since March", "2024-03", None),
        ("What has changed since 2019?", "since 2019", "2019", None),
        ("Who came to Quellhaven after 2018?", "after 2018", "2019-01-01", None),
        ("Who was mayor before 2018?", "before 2018", None, "2017-12-31"),
        ("Who was mayor before June 2018?", "before June 2018", None, "2018-05-31"),
        ("Who was mayor until 2018?", "until 2018", None, "2018"),
        ("Who was ready to talk before the summit?", "before the summit", None, "2019-02-27"),
        ("Who spoke before the Hanoi summit?", "before the Hanoi summit", None, "2019-02-27"),
        ("Who left after the summit in Hanoi?", "after the summit in Hanoi", "2019-02-28", None),
        ("Before the 2019 summit, who spoke?", "Before the 2019 summit", None, "2019-02-27"),
        (
            "Who spoke before the election in May 2022?",
            "before the election in May 2022",
            None,
            "2022-05-07",
        ),
        ("What was said during the summit?", "during the summit", "2019-02-28", None),
        ("What has been unloaded since the strike?", "since the strike", "2019-09-02", None),
        ("Who was mayor ahead of the strike?", "ahead of the strike", None, "2019-09-01"),
        ("Who ran during the race in May 2022?", "in May 2022", "2022-05", None),
        ("Who was mayor before the 2022 election?", "before the 2022 election", None, "2022-05-07"),
        (
            "What did Achard promise before the election?",
            "before the election",
            None,
            "2022-05-07",
        ),
    ],
)
def test_a_time_restricts_from_its_first_day_or_up_to_it(
    question: str, phrase: str, after: str | None, before: str | None
) -> None:
    understood = read(question)
    (found,) = understood.times
    assert (found.text, question[found.start : found.end]) == (phrase, phrase)
    assert understood.filters == Filters(after, before, undated=True)
    assert (understood.read_as, understood.asked) == (question, ())


@pytest.mark.parametrize(
    "question",
    [
        "What is the 2019 budget?",
        "What is in the 2019 budget?",
        "What was the 2018 visit about?",
        "Who won last year's election?",
        "Who wrote Nineteen Eighty-Four?",
        "Who wrote 1984?",
        "What is Apollo 11?",
        "Who starred in Blade Runner 2049?",
        "Who directed 2017: A Space Odyssey?",
        "Who starred in 2017: A Space Odyssey?",
        "Who drew up Agenda 2030?",
        "Who won the World Cup of 2022?",
        "Which law was passed by the council of 2018?",
        "Who signed the treaty from 2019?",
        "How many of the 2019 people stayed?",
        "Who ran 2019 metres?",
        "What costs 2,019 crowns?",
        "Who appeared before the court?",
        "Who came after all?",
        "Who spoke before the council?",
        "Who climbed before the summit of Mount Everest?",
        "Who called before the fire department came?",
        "Who spoke before the second summit?",
        "Who spoke before the election?",
        "Who spoke before the Singapore summit?",
        "Who spoke before the 2018 summit?",
        "Who spoke before the summit in May 2022?",
        "Where will the Group of 20 meet in June 2019?",
        "What was planned for June 2019?",
        "Who is going to visit Japan in May 2019?",
        "What is scheduled for next week?",
        "Which year held the record before 2018?",
        "When did they meet before the summit?",
        "What was said the day before the summit?",
        "How many seals were there three years before 2019?",
        "In what year did a ferry last ground before 2020?",
        "Who was the last mayor before 2018?",
        "How much has the sea risen since 1950?",
        "Who was mayor in 2016?",
        "Who was mayor before 2030?",
        "How many times did he cross?",
        "What did May say to Marsh?",
        "Who met Theresa May?",
        "What is open on Mondays?",
        "What did he say in the last week?",
    ],
)
def test_what_is_no_time_of_the_answer_restricts_nothing(question: str) -> None:
    assert read(question) == Understood(question, question)


def test_without_the_dates_of_an_archive_no_time_restricts() -> None:
    question = "Who visited Japan in 2019?"
    assert read(question, almanac=None).times == ()
    assert read(question, almanac=Almanac(None, None, search)).times == ()
    assert read(question, almanac=Almanac("2019-05", "2021", search)).times == ()
    assert read(question, almanac=Almanac("2018-12-31", "2021", search)).times != ()


def test_a_time_that_all_articles_are_within_restricts_nothing() -> None:
    almanac = Almanac("2019-01-01", "2019-12-31", search)
    assert read("Who visited Japan in 2019?", almanac=almanac).times == ()
    assert read("Who visited Japan before 2020?", almanac=almanac).times == ()
    assert read("Who visited Japan until 2018?", almanac=almanac).times != ()


def test_two_ends_may_be_given_and_must_leave_a_day() -> None:
    both = read("Who spoke after the summit and before the strike?")
    assert both.filters == Filters("2019-02-28", "2019-09-01", undated=True)
    assert read("Who spoke after the strike and before the summit?").times == ()


def test_the_event_and_who_tells_of_it_are_kept() -> None:
    (found,) = read("Who spoke before the summit?").times
    assert found.event is not None
    assert (found.event.day, found.event.source) == ("2019-02-28", "Meridian Post")


def test_an_earlier_answer_tells_the_day_of_an_event_before_the_archive_does() -> None:
    quote = replace(ONE.quotes[0], source="Evening Star")
    when = TimeMention("June 28", quote.start, quote.end, "2019-06-28")
    answer = replace(ONE, answer="June 28", quotes=(replace(quote, times=(when,)),))
    turn = Turn("When is the summit in Osaka?", answer)
    (found,) = read("Who was ready to talk before the summit?", turn).times
    assert found.filters == Filters(before="2019-06-27", undated=True)
    assert found.event is not None
    assert found.event.source == "Evening Star"
    other = read("Who was ready to talk before the Hanoi summit?", turn)
    assert other.filters.before == "2019-02-27"


def test_words_of_publishing_go_first_and_keep_to_exact_dates() -> None:
    exact = read("Who visited Japan in 2018, in articles from 2019?")
    assert (exact.filters, exact.times) == (Filters("2019", "2019"), ())
    event = read("Who is mayor in articles before the summit?")
    assert event.filters == Filters(before="2019-02-27")
    assert event.read_as == "Who is mayor?"
    outlet = read("Who visited Japan in 2019, according to the Harbour Wire?")
    assert outlet.filters == Filters("2019", sources=("Harbour Wire",), undated=True)


def after(question: str) -> Turn:
    """A question of its own, with the filters that it gave."""
    return Turn(question, replace(ONE, read_as=question, filters=read(question).filters))


@pytest.mark.parametrize(
    ("typed", "read_as", "filters"),
    [
        ("And in 2018?", "Who won the cup in 2018?", Filters("2018", undated=True)),
        ("What about 2018?", "Who won the cup in 2018?", Filters("2018", undated=True)),
        ("And in 2016?", "Who won the cup in 2016?", Filters()),
        ("Why?", "Why?", Filters()),
    ],
)
def test_a_follow_up_restricts_by_its_own_words(typed: str, read_as: str, filters: Filters) -> None:
    understood = read(typed, after("Who won the cup in 2019?"))
    assert (understood.read_as, understood.filters) == (read_as, filters)


def test_a_time_that_is_carried_restricts_if_it_did_before() -> None:
    asked = after("Who did Abe meet in 2019?")
    assert read("What about Trump?", asked).filters == Filters("2019", undated=True)
    free = replace(asked, answer=replace(asked.answer, filters=Filters()))
    assert read("What about Trump?", free).filters == Filters()
    again = read("Who did Trump meet in 2019?", free)
    assert again.filters == Filters("2019", undated=True)


def test_a_question_at_any_time_keeps_its_outlet() -> None:
    question = "Who visited Japan in 2019, according to the Harbour Wire?"
    free = read(question).at_any_time
    assert (free.filters, free.times) == (Filters(sources=("Harbour Wire",)), ())
    assert [one.text for one in free.set_aside] == ["in 2019"]
    assert free.at_any_time == free


WORDS = (
    "Who was mayor in on since until before after during between and 2018 2019 May 3 1600 9999 the "
    "summit Hanoi visit Trump's to of election? strike, last week year yesterday Monday will when "
    "ahead from articles ’ : -"
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=14).map(" ".join))
def test_whatever_is_typed_its_times_stand_in_it_and_leave_a_day(question: str) -> None:
    understood = read(question)
    for one in understood.times:
        assert understood.read_as[one.start : one.end] == one.text
        assert one.filters.undated
    filters = understood.filters
    if filters.after and filters.before:
        assert f"{filters.after}-00-00"[:10] <= f"{filters.before}-99-99"[:10]
