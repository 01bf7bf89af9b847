"""The bar plot of dates: the unit fits the span, nothing is left out unsaid."""

from ui.date_plot import bars_of, draw


def test_a_short_span_is_shown_by_month_without_a_gap() -> None:
    plot = bars_of({"2019-11": 2, "2020-01": 5, None: 1})
    assert plot.unit == "month"
    assert plot.bars == (("November 2019", 2), ("December 2019", 0), ("January 2020", 5))
    assert (plot.year_only, plot.undated) == (0, 1)


def test_dates_of_a_year_alone_stand_outside_of_months_but_count_in_years() -> None:
    months = bars_of({"2019-11": 2, "2019": 1})
    assert (months.unit, months.year_only) == ("month", 1)
    years = bars_of({"2019-11": 2, "2019": 1, "2023-01": 4})
    assert years.bars == (("2019", 3), ("2020", 0), ("2021", 0), ("2022", 0), ("2023", 4))
    assert years.year_only == 0


def test_a_long_span_is_shown_by_decade_or_century() -> None:
    decades = bars_of({"1908-01": 1, "2024-01": 2})
    assert (decades.unit, decades.bars[0], len(decades.bars)) == ("decade", ("1900–1909", 1), 13)
    centuries = bars_of({"0001-01": 1, "9999-12": 2})
    assert (centuries.unit, len(centuries.bars)) == ("century", 100)


def test_what_is_no_date_counts_as_undated() -> None:
    plot = bars_of({"<script>": 3, "20-1": 1})
    assert (plot.bars, plot.undated) == ((), 4)
    assert draw(plot) == ('<p class="pq-outside">Not in the plot: 4 articles without a date.</p>')


def test_the_drawing_has_a_text_and_a_table_and_says_what_is_not_in_it() -> None:
    drawn = draw(bars_of({"2019-11": 2000, "2019-12": 500, None: 1}))
    assert 'aria-label="Articles by month. November 2019: 2,000; December 2019: 500."' in drawn
    assert '<i style="height:25.0%">' in drawn
    assert '<th scope="row">November 2019</th><td>2,000</td>' in drawn
    assert "Not in the plot: 1 article without a date." in drawn
