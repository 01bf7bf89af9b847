"""The articles of an archive by date, as a bar plot and as a table. Only digits get into it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ui.words import count, date_words

Unit = Literal["month", "year", "decade", "century"]

MOST_MONTHS = 36
MOST_BARS = 60
LABELS = 8
NUMBERED = 18
_YEARS: tuple[tuple[Unit, int], ...] = (("year", 1), ("decade", 10), ("century", 100))
_MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar plot: a label and a number for each unit of time without a gap, the articles of which
    only the year is known where the units are months, and those without a date."""

    unit: Unit
    bars: tuple[tuple[str, int], ...]
    year_only: int
    undated: int


def bars_of(counts: Mapping[str | None, int]) -> Bars:
    """Choose the unit by the span of time, and count.

    :param counts: articles by ``YYYY-MM``, by ``YYYY`` and by None; what is no such date counts as
        None.
    :returns: the plot; without bars where no article has a date.
    """
    months: Counter[int] = Counter()
    years: Counter[int] = Counter()
    undated = 0
    for month, number in counts.items():
        match = _MONTH.fullmatch(month or "")
        if match is None:
            undated += number
            continue
        years[int(match[1])] += number
        if match[2] is not None:
            months[12 * int(match[1]) + int(match[2]) - 1] += number
    year_only = years.total() - months.total()
    if months and max(months) - min(months) < MOST_MONTHS and months.total() >= year_only:
        found = [(_month(at), months[at]) for at in range(min(months), max(months) + 1)]
        return Bars("month", tuple(found), year_only, undated)
    return Bars(*_by_years(years), 0, undated)


def _month(at: int) -> str:
    return date_words(f"{at // 12:04}-{at % 12 + 1:02}")


def _by_years(years: Counter[int]) -> tuple[Unit, tuple[tuple[str, int], ...]]:
    """Count by the least unit that gives no more bars than fit."""
    if not years:
        return "year", ()
    first, last = min(years), max(years)
    fits = ((unit, n) for unit, n in _YEARS if last // n - first // n < MOST_BARS)
    unit, size = next(fits, _YEARS[-1])
    found: Counter[int] = Counter()
    for year, number in years.items():
        found[year // size] += number
    labels = range(first // size, last // size + 1)
    return unit, tuple((_years(at * size, size), found[at]) for at in labels)


def _years(first: int, size: int) -> str:
    return f"{first}" if size == 1 else f"{first}–{first + size - 1}"


def draw(plot: Bars) -> str:
    """Draw a plot.

    :param plot: the plot.
    :returns: HTML of one block, with its table and with what stands outside of it in words. Every
        text in it is a number or of this module.
    """
    if not plot.bars:
        return f'<p class="pq-outside">{_outside(plot) or "No article is dated."}</p>'
    most = max(number for _, number in plot.bars)
    step = -(-len(plot.bars) // LABELS)
    numbered = len(plot.bars) <= NUMBERED
    columns = "".join(
        f'<div class="pq-column" title="{label}: {number:,}"><b>{_shown(number, numbered)}</b>'
        f'<i style="height:{100 * number / most:.1f}%"></i>'
        f"<small>{_short(label) if at % step == 0 else ''}</small></div>"
        for at, (label, number) in enumerate(plot.bars)
    )
    rows = "".join(
        f'<tr><th scope="row">{label}</th><td>{number:,}</td></tr>' for label, number in plot.bars
    )
    told = "; ".join(f"{label}: {number:,}" for label, number in plot.bars)
    return (
        f'<figure class="pq-dates"><figcaption>Articles by {plot.unit}</figcaption>'
        f'<div class="pq-columns" role="img" aria-label="Articles by {plot.unit}. {told}.">'
        f'{columns}</div></figure><p class="pq-outside">{_outside(plot)}</p>'
        f'<details class="pq-as-table"><summary>The same as a table</summary><table><thead><tr>'
        f'<th scope="col">{plot.unit.capitalize()}</th><th scope="col">Articles</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></details>"
    )


def _shown(number: int, numbered: bool) -> str:
    return f"{number:,}" if numbered and number else ""


def _short(label: str) -> str:
    """A label below its bar: "Nov 2017" for a month, the first year of several."""
    name, _, year = label.partition(" ")
    return f"{name[:3]} {year}" if year else label.partition("–")[0]


def _outside(plot: Bars) -> str:
    told = []
    if plot.year_only:
        told.append(f"{count(plot.year_only, 'article')} of which only the year is known")
    if plot.undated:
        told.append(f"{count(plot.undated, 'article')} without a date")
    return f"Not in the plot: {' and '.join(told)}." if told else ""
