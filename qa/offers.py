"""What the publisher offers behind the last prose of the story, and polls of its readers."""

import re
from collections.abc import Iterable, Sequence

_PROSE = 12  # words from which a line that is not known furniture is prose of the story
_FRAGMENT = 12  # words that the wrapped rest of an offer may have

_BULLET = re.compile(r"\A[•▪◦‣*-]\s+")
_CALL = re.compile(
    r"(?:e-?mail|send|tell) us (?:your|what you)\b.{0,40}|(?:have your say|let us know).{0,40}",
    re.IGNORECASE,
)
_READER = re.compile(r"\byour?\b", re.IGNORECASE)

_OFFER = re.compile(
    r"""(?:
    you \s have .{0,20} \b free \s articles? .{0,30}
    | this \s is \s your \s (?:last|final) \s free \s article .{0,20}
    | (?:subscribe|register|sign \s up|log \s in) \b .{0,20} \b (?:unlimited|full) \s access .{0,30}
    | get \s (?:unlimited|full) \s (?:digital \s)? access .{0,30}
    | try \s [\w-]+ \s (?:day|week|month|year)s? \s for .{1,15}
    | (?:this \s)? offer \s (?:ends|expires) \s (?:on \s)? \w+ \s \w+ (?:,?\s\d{4})?
    | your \s (?:free \s)? trial \s (?:period \s)? has \s (?:expired|ended)
    | your \s (?:full \s)? (?:access|subscription) \s to .{1,60} \s has \s (?:expired|ended)
    | you \s need \s a \s subscription \s to .{0,30}
    | (?:see|view) \s all \s offers (?: \s and \s subscribe)?
    | subscribe \s (?:now|today)
    | (?:read|enjoy) \s all \s (?:stories|articles) \s with \s unlimited \s access
    | use \s our \s mobile \s and \s tablet \s apps
    | source \s link
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_PROMISE = re.compile(
    r"""(?:
    stay \s ahead \s with \s our \b .{0,80}
    | get \s trusted \s insights? \b .{0,60}
    | benefit \s from \s in-depth \s journalism \b .{0,60}
    | (?:about \s)? sponsored \s content
    | (?:about \s sponsored \s content \s)? this \s content \s was \s
      (?:commissioned|produced|paid \s for) \s by .{1,60}
    | \w+ \s (?:site \s)? on \s
      (?:(?:print|phone|device|tablet|desktop|media|site|and) \b [,\s]*){3,}
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def without_polls(lines: Iterable[str]) -> list[str]:
    """Leave out each call to write in that stands under bulleted questions, and the questions.

    :param lines: the lines of a normalised article.
    :returns: the others, unchanged and in order.
    """
    kept: list[str] = []
    for line in lines:
        top = _poll_top(kept) if _CALL.fullmatch(line.strip(" :.")) else None
        if top is None:
            kept.append(line)
        else:
            del kept[top:]
    return kept


def _poll_top(above: Sequence[str]) -> int | None:
    """Find where the poll starts that ends these lines: a question to the reader, then bulleted
    questions. None if they are something else."""
    bullets = 0
    for at in range(len(above) - 1, -1, -1):
        line = above[at].strip()
        if not line:
            continue
        if not line.endswith("?"):
            return None
        if not _BULLET.match(line):
            return at if bullets and _READER.search(line) else None
        bullets += 1
    return None


def without_offers(lines: Sequence[str]) -> list[str]:
    """Leave out what the publisher offers behind the last prose of the story. Its promises go only
    where an offer stands beside them.

    :param lines: the lines of a normalised article.
    :returns: the others, unchanged and in order.
    """
    made = {line for line in set(lines) if _OFFER.fullmatch(_bare(line)) is not None}
    if not made:
        return list(lines)
    offers = [line in made for line in lines]
    known = _with_rests(lines, offers)
    prose = [at for at, line in enumerate(lines) if not known[at] and len(line.split()) >= _PROSE]
    tail = prose[-1] + 1 if prose else 0
    if not any(offers[tail:]):
        return list(lines)
    return [line for at, line in enumerate(lines) if at < tail or not known[at]]


def _with_rests(lines: Sequence[str], offers: Sequence[bool]) -> list[bool]:
    """Mark offers, promises, and the wrapped rest of one: short, right below, in lower case."""
    known: list[bool] = []
    for line, offer in zip(lines, offers, strict=True):
        bare = _bare(line)
        rest = bool(known) and known[-1] and bare[:1].islower() and len(bare.split()) < _FRAGMENT
        promise = _PROMISE.fullmatch(bare) or _CALL.fullmatch(bare)
        known.append(offer or rest or promise is not None)
    return known


def _bare(line: str) -> str:
    """A line without its bullet and the marks at its end."""
    return _BULLET.sub("", line.strip()).rstrip(" .:;!…")
