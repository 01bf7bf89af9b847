"""Headlines of other stories that stand bare: in a list under a heading, above the dateline, or
between paragraphs.

A headline of another story looks like a subhead, so its words decide: a subhead tells what the
paragraphs below it are about, a link brings words that the article has nowhere else.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

_WORDS = range(4, 27)  # words that a headline has
_PROSE = 18  # words from which a line is a paragraph, even without a full stop
_SHARE = 4  # a subhead shares one word in this many, or more, with the paragraph below it
_LISTED = 3  # words with a meaning that a headline in a list has
_CARRIED = 6  # words with a meaning from which a bare headline is judged
_ALONE = 8  # the same where no paragraph follows, which would tell a subhead
_KICKED = 6  # headlines with a kicker from which they are the article's own list

_HEAD = 20  # lines among which a dateline is looked for
_TIMES = 2  # articles of a source in which a headline above the dateline stands

_HEADING = re.compile(
    r"""\W* (?:
    (?!more \s (?:information|info|details|tidbits|about) \b)
      (?:read \s)? more (?: \s [\w'’./&-]+ ){0,6} \s? :
    | (?:read|more) \s (?:stories|coverage|reading|headlines) (?: \s [\w'’.-]+ ){0,5}
    | related (?: \s (?:stories|story|articles?|links?|content|coverage|news|reading|videos?))? :?
    | (?:you \s (?:may|might) \s (?:also \s)? like | in \s case \s you \s missed \s it
      | most \s (?:read|popular) | recommended (?: \s reading)?) :?
    | (?:don['’]t \s miss | (?:top|latest|other) \s (?:stories|headlines|reads)) \s? :
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOSED = re.compile(r"(?<!\b[A-Z]\.[A-Z])[.!:;,…][\"”'’)\]]*\Z")
_ITEM = re.compile(r"(?:[►▶▸▹➤→»•*-]\s*)?[\"“'‘$]?[^\W_]")
_DATELINE = re.compile(r"(?:[A-Z][\w.,'’ -]{0,60} )?[A-Z]{2,}(?: [A-Z][a-z]+)? [—–]")
_PHOTO = re.compile(r"\bphoto\b|/(?:AP|AFP|Getty|Reuters)\b", re.IGNORECASE)
_KICKER = re.compile(r"(?P<label>[^\W_](?:[^:?]{1,80})|['‘][^:?]{1,80})[:?]\s+(?P<rest>\S.*)")
_SERVICE = re.compile(
    r"(?:here['’]s|how|why|what|where|see|watch|everything|meet)\b.*[^?\"”'’]", re.IGNORECASE
)
_OWN = re.compile(
    r"(?:q|a|editor['’]?s['’]? note|note|contribut\w+|location|hours|when|where|details?|address|"
    r"authors?|.*\)|sources?|correction|clarification|age|by|update|photos? by|claim|trivia|"
    r"(?:and|but|so)\b.*|\w+day|\d.*|"
    r".*\b\d{1,2}:\d\d\b.*|.*\b\d{1,2} [ap]\.?m\b.*|"
    r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b.*)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]{3,}")
_EMPTY = frozenset(  # words that carry no meaning
    re.findall(
        r"\w+",
        "about after all amid and are back been but can could did does first for from get had has "
        "have her here his how into its just like may more most new not now off one our out over "
        "said say says she should than that the their these they this those two was were what "
        "when where who why will with would you your",
    )
)


def without_lists(lines: Sequence[str]) -> list[str]:
    """Leave out the lists of other stories, together with their headings.

    :param lines: the lines of a normalised article.
    :returns: the others, unchanged and in order.
    """
    told = [at for at, line in enumerate(lines) if line.strip()]
    gone: set[int] = set()
    for order, at in enumerate(told):
        if _HEADING.fullmatch(lines[at].strip()) is not None:
            below = [lines[other].strip() for other in told[order + 1 :]]
            count = _listed(below)
            if count or not below:
                gone.update(told[order : order + 1 + count])
    return [line for at, line in enumerate(lines) if at not in gone]


def _listed(below: Sequence[str]) -> int:
    """Count the headlines right below a heading, up to a subhead of what follows them."""
    for count, line in enumerate(below):
        after = below[count + 1] if count + 1 < len(below) else ""
        if not _is_headline(line) or len(_meaning(line)) < _LISTED:
            return count
        if _is_prose(after) and (line.endswith("?") or _introduces(line, after)):
            return count
    return len(below)


def without_titles(lines: Sequence[str], repeats: Callable[[str], int]) -> list[str]:
    """Leave out the titles of videos above a line that is a dateline only, if one of them stands in
    other articles of the source too.

    :param lines: the lines of a normalised article.
    :param repeats: tells in how many articles of the source a line stands; 0 if not known.
    :returns: the others, unchanged and in order.
    """
    told = [at for at, line in enumerate(lines) if line.strip()][:_HEAD]
    ends = [order for order, at in enumerate(told) if _DATELINE.fullmatch(lines[at].strip())]
    head = [(at, lines[at].strip()) for at in told[: ends[0]]] if ends else []
    titles = {at for at, line in head if _is_headline(line) and not _PHOTO.search(line)}
    if all(repeats(lines[at]) < _TIMES for at in titles):
        return list(lines)
    return [line for at, line in enumerate(lines) if at not in titles]


def without_kicked(lines: Sequence[str]) -> list[str]:
    """Leave out bare headlines of other stories that have a kicker: two or three words that end in
    a colon or a question mark, and a space. Only for articles that have other links.

    :param lines: the lines of a normalised article.
    :returns: the others, unchanged and in order.
    """
    told = [at for at, line in enumerate(lines) if line.strip()]
    kicked = [order for order, at in enumerate(told) if _is_kicked(lines[at].strip())]
    if not 0 < len(kicked) <= _KICKED:
        return list(lines)
    words = [_meaning(lines[at]) for at in told]
    stand = Counter(word for some in words for word in some)
    gone: set[int] = set()
    for order in kicked:
        if not 0 < order < len(told) - 1:
            continue
        above, line, below = (lines[told[order + step]].strip() for step in (-1, 0, 1))
        least = _CARRIED if _is_prose(below) else _ALONE
        foreign = _is_foreign(words[order], stand) or _serves(line)
        apart = _SHARE * len(words[order] & words[order + 1]) <= len(words[order])
        if _is_prose(above) and len(words[order]) >= least and foreign and apart:
            gone.add(told[order])
    return [line for at, line in enumerate(lines) if at not in gone]


def _is_foreign(words: frozenset[str], stand: Counter[str]) -> bool:
    """Whether at least half of the words stand in no other line of the article."""
    return 2 * sum(stand[word] == 1 for word in words) >= len(words)


def _serves(line: str) -> bool:
    """Whether a headline promises to explain, behind its kicker, and asks nothing."""
    found = _KICKER.fullmatch(line)
    return found is not None and _SERVICE.fullmatch(found["rest"]) is not None


def _is_headline(line: str) -> bool:
    """Whether a line has the shape of a headline: its length, and no full stop at its end."""
    return (
        len(line.split()) in _WORDS and _ITEM.match(line) is not None and not _CLOSED.search(line)
    )


def _is_kicked(line: str) -> bool:
    """Whether a line is a headline with a kicker that is no label of the story's own."""
    if len(line) > 240 or (": " not in line and "? " not in line) or not _is_headline(line):
        return False
    found = _KICKER.fullmatch(line)
    if found is None or _OWN.fullmatch(found["label"]) is not None:
        return False
    rest = found["rest"]
    question = line[found.end("label")] == "?"
    return (
        len(rest.split()) >= 4
        and (rest[0].isalpha() or rest[0] in "'‘")  # in double marks a speaker is quoted
        and ";" not in rest
        and not rest.endswith(".")
        and not (question and rest.endswith("?"))
        and "://" not in rest
    )


def _is_prose(line: str) -> bool:
    """Whether a line is a paragraph of the story: long, or a sentence that asks nothing."""
    words = len(line.split())
    return words >= _PROSE or (words >= 6 and line.rstrip("\"”'’)").endswith((".", "!", ":")))


def _introduces(line: str, paragraph: str) -> bool:
    """Whether a line shares its words with the paragraph below, as a subhead does."""
    words = _meaning(line)
    return _SHARE * len(words & _meaning(paragraph)) >= len(words)


def _meaning(line: str) -> frozenset[str]:
    """The words of a line that carry its meaning, cut so that forms of a word are one."""
    return frozenset(word[:5] for word in _WORD.findall(line.lower()) if word not in _EMPTY)
