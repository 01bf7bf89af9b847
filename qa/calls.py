"""Lines that call on the reader: to sign up, to subscribe, to follow, to write, to agree.

A call is known by a verb that orders or invites, at the start of a sentence or clause, together
with what it is about. Prose of the story about the same things has other verbs; a biography of the
author stays, and so does a note of the editor, whatever they invite to at their end.
"""

import re

_LONGEST = 420  # characters of a call
_TIMES = 3  # articles of a source in which a line repeated by the page stands
_EDGE = (
    r"(?:\A|[.?!:;,)(\"”’—–|]\s*|-\s+)"
    r"(?:please\s+|and\s+|so\s+|just\s+|you\s+can\s+(?:also\s+)?)?"
)
_STORY = re.compile(
    r"\A\W*(?i:editor['’]?s['’]? note|contributing|correction|update|note)s?\b|"
    r"\A(?!The )(?:[A-Z][\w.'’-]+ ){2,4}"
    r"(?:is|was|are|covers?|writes?|reports?|has|works?|serves?|hosts?)\b|"
    r"\b(?:said|says|told|tweeted|wrote|according to)\b"
)
_SIGN_UP = re.compile(
    rf"""{_EDGE}
    (?: (?:sign[ -]?up|subscribe|register \s (?:for|now|here|today)) \b [^.?!]{{0,80}}
        \b (?:newsletters?|inbox|alerts?|updates?|e?mails?|texts?|here|now|today|daily|weekly
        |briefings?|headlines|digital|podcast|delivered|free|our|coverage) \b
    | subscribe \s to \s [^.?!]{{1,60}} )""",
    re.IGNORECASE | re.VERBOSE,
)
_DELIVERED = re.compile(
    rf"""{_EDGE}
    (?:get|receive|want|join|follow|try|never \s miss|don['’]t \s miss|delivered|stay|keep \s up)
    \b [^?!]{{0,110}} \b (?:newsletters? | (?:your|my) \s (?:inbox|phone|email)
        | text \s (?:message \s)? alerts? | telegram | whatsapp )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NEWSLETTER = re.compile(
    r"\A\W*(?:would you like to receive|do you want to (?:stay|receive|get)|"
    r"the [\w ]{1,30}newsletter (?:provides|brings|gives|sends) you|subscribe to our)\b|"
    r"\A\W*want (?:more|this)\b(?=.*\b(?:subscri|newsletter|inbox|sign up|download))|"
    r"\bnewsletter\b.{0,60}\byour (?:inbox|phone|email)\b",
    re.IGNORECASE,
)
_SUPPORT = re.compile(
    rf"{_EDGE}(?:(?:support|thank you for supporting|thanks for supporting|consider supporting|"
    r"empower|fund)\b[^.?!]{0,40}\bjournalism\b|(?:please )?consider (?:a subscription|subscribing|"
    r"becoming a (?:subscriber|member))|become a (?:digital )?(?:subscriber|member)\b)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"@\w|\w@\s?\w|\bhttps?://|\bwww\.|\b[\w-]+\.(?:com|org|net)\b|\b\d{3}-\d{4}\b|"
    r"\b(?:twitter|facebook|instagram|tiktok|linkedin|snapchat|flipboard|telegram)\b",
    re.IGNORECASE,
)
_REACH = re.compile(
    r"\A\W*(?:(?:you can )?(?:follow|contact|reach|e-?mail|tweet|find|connect with|write to|"
    r"message|text|call|talk to)\b(?!:)|have (?:a|any) (?:news )?(?:tips?|questions?)\b|"
    r"(?:got|send) (?:a |your )?(?:news |story )?(?:tips?|questions?|ideas?)\b)",
    re.IGNORECASE,
)
_REACHED = re.compile(r"\A(?:\S+ ){1,6}can be reached\b.{0,40}\S@\S", re.IGNORECASE)
_US = re.compile(rf"{_EDGE}(?:(?:follow|like) us (?:on|at|@)|like our page\b)", re.IGNORECASE)
_NOTICE = re.compile(
    r"""
    \b(?:content|editorial) \s partner \b
    | \b(?:is|are|was) \s (?:supported|funded|made \s possible) \b .{0,40} \b (?:grants?|donations?)
      \b (?=.*\b(?:follow|our|coverage|facebook)\b)
    | \A our \b .{0,40} \b (?:is|are) \s (?:supported|funded|made \s possible) \b
    | \b(?:through|using|via) \s our \s (?:affiliate \s)? links? \b | \bearn \s (?:us \s)? (?:a|an)
      \s (?:affiliate \s)? commission \b
    | \bour \s (?:privacy|cookies?) \s (?:policy|notice|settings|preferences) \b
    | \A we \s (?:will \s)? (?:use|store|process) \b .{0,60}
      \b (?:cookies|details|information|data) \b
    | \A if \s you \s wish \s to \b .{0,60} \b (?:tick|click|here|unsubscribe)\b
    | \A ['"‘“]we['"’”] \s includes \b | \bpublishes \s diverse \s opinions \b
    | \A prices \s were \s accurate \s at \s the \s time \b
    | \A [^.]{0,60} \b (?:coverage|journalism|work) \b [^.]{0,40}
      \b (?:is|are) \s (?:made \s possible|supported|funded) \b .{0,60} \b grants? \b
    | \bread \s more \s (?:columns|stories|articles) \s like \s this \b
    | \A all \s rights \s reserved \b | \bmay \s not \s be \s (?:published|reproduced) , .{0,40}
      \b (?:rewritten|redistributed) \b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_POINTER = re.compile(
    r"\A\W*(?:check|take|click|see|find|watch|vote|listen|read|visit|hear|play|shop|follow|"
    r"get|calculate|search|browse|tap|tell us|join)\b[^.?!]{0,110}\bhere\b\W*\Z|"
    r"\A\W*to (?:read|see|learn|follow|watch|hear|subscribe)\b[^.?!]{0,80}, "
    r"(?:click|tap) here\b\W*\Z|"
    r"\A\W*(?:live )?(?:coverage|updates|results|scores)\b[^.?!]{0,40}\bfound here\b\W*\Z|"
    r"\A\W*story continues below\b|"
    r"\bclick here to read our\b|\bjoin us on (?:reddit|facebook|twitter|instagram)\b|"
    r"\A\W*(?:(?:what['’]s|how['’]s|is it)\b[^?.]{0,70}\? ?)?check your (?:local )?forecast\b|"
    r"\A\W*(?:looking for|wondering)\b[^?]{0,90}\? we(?:['’]ve)? got you\b|"
    r"\btest your (?:knowledge|memory)\b.{0,20}\bquiz\W*\Z|"
    r"\A\W*want more\b[^?.!]{1,30}\?(?:\W*\Z|.*\b(?:get the full|we also have)\b)|"
    r"\A\W*(?:visit|go to|head to)\b[^.?!]{1,80}(?:\.com\S*)?[^.?!]{0,40}\bfor more "
    r"(?:news|stories|features|podcasts|videos|coverage)\b|"
    r"\A\W*take\b.{0,60}\b(?:quiz|poll|survey)\b.{0,50}\Z|"
    r"\A\W*read more (?:here )?(?:about|on|from)\b[^.?!]{0,90}\W*\Z|"
    r"\A\W*click (?:here|on|through)\b[^.?!]{0,90}\W*\Z|"
    r"(?:\A|[.?!:] )shop (?:our|the)\b[^.?!]{0,60}\b(?:collection|store|shop)\b\W*\Z|"
    r"\A\W*follow every \w+: .{3,60}\Z",
    re.IGNORECASE,
)
_HELP = re.compile(r"\b(?:hotline|helpline|lifeline|crisis line)\b", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:newsletter|subscri\w+|sign up|inbox|click|podcasts?|journalism|apps?|our|us|your|here|"
    r"facebook|twitter|forecast|quiz|follow|editors|deals|links|download|text messages?)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    rf"{_EDGE}(?:sign up|subscribe|follow|check|get|join|download|watch|listen|shop|take|read|see|"
    r"click|visit|support|become|prefer to listen|keep|find|try|tackle|want|like|indicate|play)\b",
    re.IGNORECASE,
)
_NOTICE_HINTS = (
    *("content partner", "editorial partner", "grant", "donation", "our ", "privacy"),
    *("cookie", "commission", "wish to", "includes", "diverse opinions", "rights reserved"),
    *("like this", "prices were", "rewritten", "redistributed", "details", "information", "data"),
)
_INVITE_HINTS = (
    *("sign", "subscri", "register", "newsletter", "inbox", "phone", "email", "journalism"),
    *("alert", "member", " here", "quiz", "poll", "survey", "read more", "click", "shop", "follow"),
    *("like", "telegram", "whatsapp", "found here", "continues below", "forecast", "got you"),
    *("join us", "test your", "want more", "for more"),
)


def is_call(line: str, repeats: int) -> bool:
    """Tell whether a line calls on the reader instead of telling the story.

    :param line: a line without white space at its ends.
    :param repeats: in how many articles of its source it stands; 0 if that is not known.
    :returns: whether it is such a line.
    """
    if len(line) > _LONGEST:
        return False
    small = line.lower()
    if _has(small, _NOTICE_HINTS) and _NOTICE.search(line) is not None:
        return True
    if _STORY.search(line) is not None:
        return False
    invites = _has(small, _INVITE_HINTS) and _invites(line)
    return invites or _gives_address(line) or _is_repeated(line, repeats)


def _has(small: str, hints: tuple[str, ...]) -> bool:
    """Whether one of the hints is in a line in small letters; saves most lines the patterns."""
    return any(hint in small for hint in hints)


def _invites(line: str) -> bool:
    """Whether a line invites to a newsletter, a subscription, or to look elsewhere."""
    kinds = (_SIGN_UP, _DELIVERED, _NEWSLETTER, _SUPPORT, _POINTER, _US)
    return any(kind.search(line) is not None for kind in kinds)


def _gives_address(line: str) -> bool:
    """Whether a line tells how to reach or follow somebody, and nothing else before it. Who is in
    need is told where to find help by the story."""
    if _REACHED.search(line) is not None:
        return True
    if _REACH.match(line) is None or _HELP.search(line) is not None:
        return False
    return _ADDRESS.search(line) is not None


def _is_repeated(line: str, repeats: int) -> bool:
    """Whether a line of several articles orders or invites, in words of the page."""
    return repeats >= _TIMES and _VERB.search(line) is not None and _TOLD.search(line) is not None
