"""The small words of English that say how a question is built, the words that carry it, and what
answers of different words have in common."""

import re
import string
from calendar import day_name, month_name


def listed(words: str) -> frozenset[str]:
    """Make a set of the words of a line.

    :param words: words with spaces between.
    :returns: each once.
    """
    return frozenset(words.split())


AUXILIARIES = listed(
    "is are was were do does did has have had will would can could shall should may might "
    "must isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't won't "
    "wouldn't"
)
COPULAS = frozenset(("is", "are", "was", "were"))
PREPOSITIONS = listed(
    "about above across after against along among around at before behind below beside "
    "between beyond by down during for from in inside into near of off on onto out outside "
    "over past since through to toward towards under until up upon via with within without"
)
PRONOUNS = listed(
    "i me my we us our you your he him his she her hers it its they them their theirs there "
    "then this that these those one ones"
)
ASKING = listed("who whom whose what which when where why how")
FUNCTION = frozenset(
    AUXILIARIES
    | PREPOSITIONS
    | PRONOUNS
    | ASKING
    | listed(
        "a an the and or but so if than as be been being not no many much long often all any some "
        "both each every other another such also only just too very more most ever still yet "
        "exactly please tell name give list say says said go went come came get got make made "
        "happen happened old big high day year time first last new"
    )
)
CALENDAR = frozenset(name.lower() for name in (*month_name, *day_name) if name)
_DEMONYMS = listed(
    "african american asian australian british canadian chinese dutch english european french "
    "german indian irish israeli italian japanese korean mexican russian scottish spanish "
    "swedish turkish ukrainian welsh"
)
NO_NAMES = CALENDAR | _DEMONYMS

WORD = re.compile(r"[^\W_]+(?:[.,'’&-][^\W_]+)*")
_ENDINGS = re.compile(r"(?:ations?|ings?|ers?|ed|es|s|e)$")
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_UNSAID = str.maketrans("", "", string.punctuation + "“”‘’«»—–")
_STEM = 4  # letters that a word keeps at least, so that "Rovers" is not taken for "roving"


def words(text: str) -> list[str]:
    """Split a text into its words.

    :param text: any text.
    :returns: the words in order, in lower case, without possessive endings.
    """
    return [re.sub(r"['’]s$", "", found[0].lower()) for found in WORD.finditer(text)]


def content(text: str) -> frozenset[str]:
    """Give the words of a text that carry its meaning, cut to their stems.

    :param text: any text.
    :returns: the stems, without small words and without months and weekdays.
    """
    kept = (word for word in words(text) if word not in FUNCTION and word not in CALENDAR)
    return frozenset(_stem(word) for word in kept if len(word) > 1)


def _stem(word: str) -> str:
    cut = _ENDINGS.sub("", word)
    return cut if len(cut) >= _STEM else word


def capitalised(text: str) -> str:
    """Let a sentence begin with a capital.

    :param text: a sentence.
    :returns: the same with its first letter in upper case.
    """
    return text[:1].upper() + text[1:]


def value_key(answer: str) -> str:
    """Give what equal answers have in common: no case, punctuation, articles or extra space.

    :param answer: the words of a quote.
    :returns: the key; the answer itself where nothing else is left of it.
    """
    bare = answer.casefold().translate(_UNSAID)
    return " ".join(_ARTICLES.sub(" ", bare).split()) or answer
