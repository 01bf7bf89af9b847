"""The outlet's own name behind a headline, as pages write it into their titles."""

import re

_TAIL = re.compile(r"(?P<headline>.*\S)\s+[|–—-]\s+(?P<tail>[^|]{2,40})", re.DOTALL)
_DOMAIN = re.compile(r"(?:www\.)?(?P<name>[\w-]+)(?:\.[a-z]{2,4}){1,2}", re.IGNORECASE)
_CUT = re.compile(r"\s*(?:\.{3}|…)$")
_WORDS = 4


def without_outlet(title: str | None, source: str | None) -> str | None:
    """Take the outlet's name, or that of one of its desks, from the end of a headline:
    "Talks resume | Harbour Wire Business" of the Harbour Wire, "Talks resume - HWN" of hwn.net.
    A name that was cut short counts where three dots say so.

    :param title: the headline, or None.
    :param source: the outlet, or the host name of its site; None if not known.
    :returns: the headline; as it was where nothing of the outlet ends it.
    """
    found = None if title is None or source is None else _TAIL.fullmatch(title)
    if found is None or source is None:
        return title
    domain = _DOMAIN.fullmatch(source)
    outlet = _letters(domain["name"] if domain else source)
    tail = found["tail"]
    name = _letters(_CUT.sub("", tail))
    whole = name.startswith(outlet) and len(tail.split()) <= _WORDS
    cut = _CUT.search(tail) is not None and len(name) >= 2 and outlet.startswith(name)
    return found["headline"] if outlet and (whole or cut) else title


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()
