"""Which lines of an article are the page around it: a line goes only on two kinds of evidence.

The kinds are the words of a line, its shape, where it stands, and in how many articles of its
source it stands. The words are those of the page's own business, never those of a subject.
"""

import re
from collections.abc import Callable, Sequence

from qa.calls import is_call
from qa.chrome import is_chrome
from qa.headlines import without_kicked, without_lists, without_titles
from qa.links import is_link, labels
from qa.offers import without_offers, without_polls

_RULE = re.compile(r"[\s_*=~•·—–-]*[_=~—–-]{2,}[\s_*=~•·—–-]*")


def without(lines: Sequence[str], repeats: Callable[[str], int]) -> list[str]:
    """Leave out the lines that are page furniture.

    :param lines: the lines of a normalised article.
    :param repeats: tells in how many articles of the source a line stands; 0 if not known.
    :returns: the others, unchanged and in order; leaving out furniture again changes nothing.
    """
    listed = without_lists(lines)  # before the buttons: a heading may look like one
    shown = {line for line in set(listed) if is_chrome(line.strip())}
    called = {line for line in set(listed) - shown if is_call(line.strip(), repeats(line))}
    kept = [line for line in listed if line not in shown]
    linked = False  # whether the article has links to other stories
    while True:
        bare = without_offers(without_polls(kept))  # first: calls are evidence beside an offer
        told = [line for line in bare if line not in called]
        unlinked = _without_links(told)
        linked = linked or len(unlinked) < len(told)
        bare = without_lists(without_kicked(unlinked) if linked else unlinked)
        fewer = _ended(without_titles(bare, repeats))
        if len(fewer) == len(kept):
            return kept
        kept = fewer


def _without_links(lines: Sequence[str]) -> list[str]:
    """Leave out the links to other stories."""
    counted = labels(lines)
    links = {line for line in set(lines) if is_link(line.strip(), counted)}
    return [line for line in lines if line not in links]


def _ended(lines: Sequence[str]) -> list[str]:
    """Leave out the rules that nothing follows or goes before."""
    first, last = 0, len(lines)
    while last > first and _is_empty(lines[last - 1]):
        last -= 1
    while first < last and _is_empty(lines[first]):
        first += 1
    return list(lines[first:last])


def _is_empty(line: str) -> bool:
    """Whether a line has nothing on it or a rule only."""
    return not line.strip() or _RULE.fullmatch(line) is not None
