"""Lines that show by themselves that the page put them there: icons, templates, share buttons, and
what stands around players and photo galleries.

Each is recognised by its words and its shape together: a whole line of button names, a placeholder
and next to nothing else, a player's words beside a running time, a gallery's beside a counter.
"""

import re

_LONG = 240  # characters from which only a few kinds are looked for

_ICON = re.compile(
    r"Icon|Arrow|Chevron|Artboard|Created with Sketch|Path Layer|Menu Burger|Title|Search|"
    r"Facebook|Twitter|Linkedin|LinkedIn|Google Plus|Instagram|Youtube|RSS|Mail|Print"
)
_GLUED = re.compile(r"[a-z.\d][A-Z]")
_SHARE = re.compile(
    r"(?:(?:share|tweet|email|e-mail|mail|print|save|copy link|facebook|twitter|linkedin|whatsapp|"
    r"reddit|pinterest|instagram|youtube|telegram|flipboard|rss|comments?)\b[ |•,/]*){3,}",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\{\{\s*[\w$.-]+\s*\}\}")
_ALLOWANCE = re.compile(r"\bfree articles?\b|\bthis month\b|\bsubscri|\blog ?in\b", re.IGNORECASE)

_RUNNING = r"(?<![\d:])\d{1,2}(?::\d{2}){1,2}(?![\d:])"  # a running time, such as 01:23
_PLAYER = re.compile(
    rf"""(?:
    video \s ad \s feedback \b .*
    | just \s watched \b .* \b (?:replay|must \s watch) \b .*
    | now \s playing \b .{{0,200}} {_RUNNING} .{{0,40}}
    | now \s playing (?: \s* [:•-] .{{0,120}} )?
    | {_RUNNING} \s* [-–|] \s* source: .{{1,200}}
    | .{{1,200}} \s {_RUNNING} \s* [-–|] \s* source: .{{1,40}}
    | .{{0,200}} \b replay \s (?:more \s videos?|video) \b .*
    | (?:play|watch) \s video (?: \s {_RUNNING} )?
    | (?:video|advertisement|ad) \s (?:player \s is \s)? loading \W*
    | (?:ad|advertisement|content) \s feedback
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_GALLERY = re.compile(r"\b(?:hide|show) caption\b", re.IGNORECASE)
_COUNTER = re.compile(r"(?:(?:photo|image|slide)s?:? )?\d{1,3} ?(?:of|/) ?\d{1,3}", re.IGNORECASE)
_ENDING = re.compile(r"(?:\b\d{1,3} of \d{1,3}|\b(?:hide|show) caption)\W*\Z", re.IGNORECASE)
_BUTTON = re.compile(
    r"\W*(?:advertisement|skip (?:to (?:main )?content|advertisement|ad)|back to top|"
    r"(?:view|see|show) (?:more )?comments|(?:read|show|see|load|view) (?:more|less)|"
    r"(?:read|view|see) (?:the )?(?:full|whole|rest of the) (?:story|article)|"
    r"continue reading(?: below)?|(?:click|tap) here(?: to (?:view|read|see|watch)(?: more)?)?|"
    r"(?:article|story) continues (?:below|after) ?[\w ]{0,24}|scroll (?:down )?to continue|"
    r"(?:accept|reject|manage) (?:all )?cookies|hide caption|show caption|"
    r"(?:previous|next) (?:slide|photo|image))\W*",
    re.IGNORECASE,
)


def is_chrome(line: str) -> bool:
    """Tell whether a line is an icon run, a template, a button, or a player's or gallery's.

    :param line: a line without white space at its ends.
    :returns: whether the page put it there.
    """
    plain = len(line) > _LONG and "video" not in (small := line.lower()) and "watch" not in small
    if plain and "caption" not in small:
        return _is_icons(line) or _is_template(line)
    return (
        _BUTTON.fullmatch(line) is not None
        or _PLAYER.fullmatch(line) is not None
        or _is_gallery(line)
        or _SHARE.fullmatch(line) is not None
        or _is_icons(line)
        or _is_template(line)
    )


def _is_gallery(line: str) -> bool:
    """Whether a line is a photo of a gallery: its counter alone, or the caption's buttons together
    with a counter or button at the end."""
    if _GALLERY.search(line) is not None:
        return _ENDING.search(line) is not None
    return _COUNTER.fullmatch(line) is not None


def _is_icons(line: str) -> bool:
    """Whether a line is a run of icon names: many of their words, several grown together, and
    little besides."""
    names = _ICON.findall(line)
    if len(names) < 5 or len(_GLUED.findall(line)) < 3:
        return False
    named = sum(len(name.replace(" ", "")) for name in names)
    return 2 * named > sum(map(str.isalpha, line))


def _is_template(line: str) -> bool:
    """Whether a line is a template that was never filled in: placeholders, and either no more than
    three words besides or words about the reader's allowance."""
    rest, count = _PLACEHOLDER.subn(" ", line)
    return count > 0 and (len(rest.split()) <= 3 or _ALLOWANCE.search(rest) is not None)
