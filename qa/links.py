"""Lines between the paragraphs that lead to another story.

Such a line is a headline behind a label: the label is a word for related stories, or is grown
together with the headline (a bold run of the page lost its space), or follows an arrow, or is in
capitals. A question may be the label, and an arrow alone may do. Labels that come again and again
in an article are its own: speakers, places, results.
"""

import re
from collections import Counter
from collections.abc import Sequence

_LONGEST = 260  # characters of a link
_WORDS = 40  # and words
_ARROW = re.compile(r"\A(?:[►▶▸▹➤➡→»👉📺🎧📷]\ufe0f?|>{2,})\s*")
_ARROWED = re.compile(r"[►▶▸▹➤➡→»]\ufe0f?\s*(?:\S+ ){3,24}\S*(?:[^\s.!:;,…\"”]|(?<![.!,])[\"”])")
_PICTURED = re.compile(r"📸\ufe0f? (?:\S+ ){2,15}\S*[^\s📸:]")
_ASKED = re.compile(r"\w[^?\"“”]{8,100}\?[A-Z][\w'’]* [^\"“”]{3,120}")
_POSTED = re.compile(r"\(@\w+\) [A-Z]\w+ \d")  # a post that the story quotes
_EMOJI = re.compile(r"\A[\u2600-\u27bf\U0001f300-\U0001faff\ufe0f\u200d]+\s+")
_LABEL = re.compile(r"(?P<label>[^\s:][^:]{0,89}?):(?P<gap>\s*)(?P<rest>\S.*)")
_GLUED_START = re.compile(r"[\w\"'‘“¿$#]")
_RELATED = re.compile(
    r"""(?:
    (?:(?:read|see|watch|hear|learn|know|and|find \s out|even|much) \s)? more
      (?: \s (?:coverage|news|stories|headlines|reading|here|from|on|about) \b .{0,40} )?
    | (?:also \s)? (?:read|see|watch|listen|look|explore|view)
      (?: \s (?:also|this|next|now|here|the \s original \s article
            |the \s (?:full|whole|rest|story) \b .{0,20}) )?
    | see \s also | you \s (?:may|might) \s (?:also \s)? (?:like|enjoy) | don['’]?t \s miss
    | related (?: \s (?:stories|story|articles?|links?|content|coverage|video|news|reading))?
    | (?:photo \s | picture \s)? galler(?:y|ies) | photos? | pictures? | in \s pictures | slideshow
    | videos? | podcasts? | interactive | graphics? | live \s updates? | full \s (?:list|coverage)
    | complete \s coverage | opinion | column | editorial | op-?ed | analysis | explainer
    | exclusive | perspective | commentary | fact[ -]?checks? | from \s the \s archives?
    | recommended | most \s (?:read|popular) | trending | what \s to \s read | previously
    | story | timeline | quiz | poll
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_WIDE = re.compile(  # words that may head a line of the story too, if a space follows the colon
    r"photos?|pictures?|videos?|podcasts?|stor(?:y|ies)|timeline|quiz|poll|look|listen|graphics?|"
    r"opinion|column|editorial|analysis|perspective|commentary|exclusive|previously|recommended|"
    r"trending|explainer|see|fact[ -]?checks?|interactive",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"(?:q|a|question|answer|details?|contact|tickets?|info|when|where|cost|price|location|"
    r"address|hours|source|sources|note|correction|contributing|contributors?|editor['’]s note|"
    r"photo by|credit|yield|serves|ingredients|step \d+)",
    re.IGNORECASE,
)
_ADDRESSES = re.compile(
    r"(?:(?:https?://|www\.|[\w-]+\.(?:com|org|net)\b)\S*(?:\s*(?:and|or|,|\||&|;)?\s*|\Z)){1,4}",
    re.IGNORECASE,
)
_LINK_WORD = re.compile(r"\A(?:for )?(?:more(?! info)|follow|ap)\b", re.IGNORECASE)
_SHOUTED = re.compile(r"[^\W\d_][^\d()@/]* [^\d()@/]*")
_NAME = re.compile(r"(?:\S+ )?[a-z]{1,2}")  # a colon right behind it may be part of a name
_HOUR = re.compile(r".*(?<!\d)\d{1,2}", re.DOTALL)  # a colon and digits behind it tell the time


def labels(lines: Sequence[str]) -> Counter[str]:
    """Count the labels that an article uses, and how often it runs one into a long paragraph.

    :param lines: the lines of a normalised article.
    :returns: for each label how many lines have it; under ``""`` the number of paragraphs too long
        for a link whose label is grown together with their text.
    """
    counted: Counter[str] = Counter()
    for line in lines:
        found = _LABEL.fullmatch(line.strip()) if ":" in line[:96] else None
        if found is not None:
            counted[found["label"].casefold()] += 1
            if not found["gap"] and len(line) > _LONGEST and _GLUED_START.match(found["rest"]):
                counted[""] += 1
    return counted


def is_link(line: str, counted: Counter[str]) -> bool:
    """Tell whether a line leads to another story.

    :param line: a line without white space at its ends.
    :param counted: the labels of its article, from ``labels``.
    :returns: whether it is such a line.
    """
    if len(line) > _LONGEST or len(line.split()) > _WORDS:
        return False
    if "@" in line and _POSTED.search(line) is not None:
        return False
    if _ARROWED.fullmatch(line) is not None or _PICTURED.fullmatch(line) is not None:
        return True
    if "?" in line and _ASKED.fullmatch(line) is not None:
        return True
    bare = _EMOJI.sub("", line)
    bare = _ARROW.sub("", bare)
    found = _LABEL.fullmatch(bare)
    if found is None or _OWN.fullmatch(found["label"].strip()):
        return False
    if _ADDRESSES.fullmatch(found["rest"]):
        return _LINK_WORD.search(found["label"]) is not None
    if _RELATED.fullmatch(found["label"].strip()):
        return _is_related(found)
    if bare != line and _is_arrow_link(found):
        return True
    return _is_glued(found, counted) or _is_shouted(found, counted)


def _is_related(found: re.Match[str]) -> bool:
    """Whether the headline fits a label for related stories: a sentence with its full stop may be
    the story's own where the word has more than that one meaning."""
    wide = _WIDE.fullmatch(found["label"].strip()) is not None
    rest = found["rest"]
    return not (wide and found["gap"] and (rest.endswith((".", ".”", '."')) or "://" in rest))


def _is_arrow_link(found: re.Match[str]) -> bool:
    """Whether an item behind an arrow is label and headline, not a sentence or a figure."""
    rest = found["rest"]
    return not rest.endswith(".") and len(rest.split()) >= 3 and not rest[:1].isdigit()


def _is_glued(found: re.Match[str], counted: Counter[str]) -> bool:
    """Whether label and headline are grown together, in an article that does not run its own
    labels into its paragraphs."""
    rest = found["rest"]
    if found["gap"] or not _GLUED_START.match(rest) or len(rest.split()) < 2:
        return False
    label = found["label"]
    if _NAME.fullmatch(label) or (rest[:1].isdigit() and _HOUR.fullmatch(label)):
        return False
    if counted[""] >= 3 or counted[label.casefold()] >= 3:
        return False
    words = len(rest.split()) + len(label.split())
    return words <= (26 if rest.endswith(".") else 34)


def _is_shouted(found: re.Match[str], counted: Counter[str]) -> bool:
    """Whether a label of several words in capitals, used once, stands before a headline in small
    letters."""
    label, rest = found["label"], found["rest"]
    return (
        label.isupper()
        and _SHOUTED.fullmatch(label) is not None
        and counted[label.casefold()] == 1
        and len(rest.split()) >= 5
        and not rest.isupper()
        and not rest.endswith((".", "!", ".”", '."'))
    )
