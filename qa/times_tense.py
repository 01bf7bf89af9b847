"""Whether the words around an expression of time speak of the past or of the future."""

import re
from typing import Literal

Tense = Literal["past", "future", "unclear"]

_REACH = 160  # characters on each side that are looked at
_OPENING = 5  # words before an expression that may open a sentence: "In talks on Monday, …"
_SENTENCE = re.compile(
    r"(?<!\b[A-Z])(?<!\b[DM]r)(?<!\bMs)(?<!\bMrs)[.!?][\"”’')]?\s+(?=[A-Z“\"])|\n"
)
_CLAUSE = re.compile(r"[,;:—–“”\"()]|\s-\s|--")
_JOINED = re.compile(
    r"[,;:—–“”\"()]|\s-\s|--|\b(?:after|before|when|while|because|which|who|whose|but|although)\b"
    r"|\band\s(?=(?:will|would|is|are|has|have|can|could|may|might|must|should|plans?)\b)"
)

# With an auxiliary goes its verb, which would look like a past tense: "will be held".
_REST = r"(?:\s(?:not|also|then|be|been|\w+ly))*(?:\s[a-z]+)?"
_FUTURE = rf"""
    (?:[Ww]ill|shall|would(?!\shave)|won[’']t){_REST} | \w+[’']ll{_REST} | upcoming | forthcoming
  | (?:is|are|be|been|being)\s(?:also\s|still\s)?(?:going|due|set|expected|scheduled|slated|likely|
    unlikely|poised|planned|arranged|planning|supposed)\b(?:\s(?:to\s(?:be\s)?\w+|for))?
  | (?:is|are)\sto\s(?:be\s)?[a-z]+
  | (?:re)?opens | closes | begins | starts | ends | expires | premieres | kicks\soff
  | (?:takes|goes\sinto|comes\sinto)\s(?:effect|force) | goes\son\s(?:sale|trial|strike)
  | (?:plans?|hopes?|intends?|aims?|expects?|vows?|scheduled|slated|arranged|set|timed|booked|due|
    preparing)\s(?:to\s(?:be\s)?\w+|for)
"""
_UNCLEAR = rf"""
    (?:may|might|could|should|can|must|would){_REST} | if | whether
  | to\s(?!the\b|an?\b|his\b|her\b|its\b|their\b|this\b|that\b)(?:be\s)?[a-z]+
  | (?:is|are|be|being|am)\s(?:not\s|also\s|\w+ly\s)?[a-z]+
  | (?:was|were|had)\s(?:also\s|\w+ly\s)?(?:to|due|set|expected|scheduled|slated|likely|planned|
    arranged|supposed|hoped|intended)\b(?:\s(?:to\s(?:be\s)?\w+|for))?
  | (?:expected|planned|scheduled|slated|due|arranged|hoped|intended|proposed|delayed|postponed|
    rescheduled|moved|pushed|called\sfor)\b(?:\s(?:to|for))?
  | (?:until|till|before|by|ahead\sof)(?=\s*\Z)
"""
_PAST = r"""
    [Ss]ince(?=\s*\Z) |
    [Dd]id | didn[’']t | [Ww]as | [Ww]ere | wasn[’']t | weren[’']t | had | said | told | met | came
  | beat | went | took | made | gave | won | lost | held | left | saw | spoke | began | became
  | found
  | got | kept | led | paid | ran | rose | fell | sent | shot | sold | spent | stood | struck
  | thought | wrote | brought | built | bought | broke | chose | drew | drove | flew | grew | heard
  | knew | sat | sought | swore | taught | threw | withdrew | wore | felt | fought | caught
  | laid | shook | slid | swept | tore | understood | slept | hit | sank
  | blew | hung | stole | sang | dealt
  | (?<!\b[Tt]he\s)(?<!\ba\s)(?<!\ban\s)(?<!\bits\s)(?<!\bhis\s)(?<!\bher\s)(?<!\btheir\s)
    (?<!\bthis\s)(?<!\bthat\s)(?<!\bof\s)
    (?!need|speed|feed|seed|bleed|breed|hundred|indeed|weed|exceed|proceed|succeed|embed|shed)
    [a-z]{2,}ed
"""
_MARK = re.compile(
    rf"(?<![\w’'-])(?:(?P<future>{_FUTURE})|(?P<unclear>{_UNCLEAR})|(?P<past>{_PAST}))(?![\w-])",
    re.VERBOSE,
)


def tense(text: str, start: int, end: int) -> Tense | None:
    """Judge an expression of time by the verb that is nearest to it: the last one before it in its
    clause, else the first one after it; for one that opens its sentence, the next clause's.

    :param text: any text.
    :param start: where the expression starts.
    :param end: and where it ends.
    :returns: None if there is no verb that says.
    """
    before = _SENTENCE.split(text[max(0, start - _REACH) : start])[-1]
    after = _SENTENCE.split(text[end : end + _REACH], maxsplit=1)[0]
    joint = _JOINED.search(after)
    own = after[: joint.start()] if joint else after
    found = _last(_CLAUSE.split(before)[-1]) or _first(own)
    if found is not None or joint is None or joint[0].startswith("and"):
        return found
    opens = len(before.split()) <= _OPENING and not _CLAUSE.search(before)
    return _first(after[joint.end() :]) if opens else None


def _last(clause: str) -> Tense | None:
    marks = list(_MARK.finditer(clause))
    return _kind(marks[-1]) if marks else None


def _first(clause: str) -> Tense | None:
    mark = _MARK.search(clause)
    return _kind(mark) if mark else None


def _kind(mark: re.Match[str]) -> Tense:
    return "past" if mark["past"] else "future" if mark["future"] else "unclear"
