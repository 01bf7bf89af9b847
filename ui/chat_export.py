"""Chats as files for their owner: Markdown to read, JSON with every offset and revision."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote as percent_encoded

from qa.datatypes import Answer, Quote
from ui.history import Chat, Kept
from ui.words import (
    confidence_words,
    date_words,
    escape,
    refusal_words,
    time_words,
    told_times,
)

FORMAT = "pullquote-chats-1"
_LINK = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_KEPT_AS_IS = ":/?#[]@!$&'*+,;=%-._~"

Whole = tuple[Chat, Sequence[Kept]]


def as_json(chats: Sequence[Whole], exported: str) -> str:
    """Write chats as JSON.

    :param chats: each with its turns.
    :param exported: ISO time.
    :returns: a document; the ``record`` of a turn is what ``pullquote ask --json`` prints.
    """
    document = {
        "format": FORMAT,
        "exported": exported,
        "chats": [_chat(chat, turns) for chat, turns in chats],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_markdown(chats: Sequence[Whole], exported: str) -> str:
    """Write chats as Markdown in which every foreign text is escaped.

    :param chats: each with its turns.
    :param exported: ISO time.
    :returns: a document; each quote stands with its article, offsets and revision.
    """
    parts = [part for chat, turns in chats for part in _told(chat, turns)]
    return "\n\n".join([*parts, f"Exported from Pullquote, {_time(exported)}."]) + "\n"


def _chat(chat: Chat, turns: Sequence[Kept]) -> dict[str, Any]:
    return {
        "name": chat.name,
        "created": chat.created,
        "changed": chat.changed,
        "turns": [
            {
                "asked": one.asked,
                "question": one.question,
                "understood": one.understood,
                "generation": one.generation,
                "record": one.record,
            }
            for one in turns
        ],
    }


def _told(chat: Chat, turns: Sequence[Kept]) -> Iterator[str]:
    yield f"# {_line(chat.name)}"
    yield f"Begun {_time(chat.created)}, last changed {_time(chat.changed)}."
    for kept in turns:
        yield f"## {_line(kept.question)}"
        yield f"*Asked {_time(kept.asked)}*"
        try:
            answer = kept.restored().answer
        except ValueError:
            yield "The record of this answer cannot be read."
            continue
        if answer.read_as != answer.question:
            yield f"Read as: {_line(answer.read_as)}"
        yield from _answer(answer)


def _answer(answer: Answer) -> Iterator[str]:
    if answer.status == "answered":
        best, *others = answer.quotes
        sure = confidence_words(best.confidence).capitalize()
        yield f"**{_line(best.answer)}** · {_line(sure)}"
        yield _quoted(best)
        if others:
            yield "Also found:"
    else:
        others = list(answer.quotes)
        yield f"**No answer found.** {_line(refusal_words(answer.reason))}"
        if others:
            yield "The nearest passages:"
    yield from map(_quoted, others)


def _quoted(quote: Quote) -> str:
    """A sentence as a block quote, the answer bold in it, with its source below."""
    low, high = quote.start - quote.sentence_start, quote.end - quote.sentence_start
    before, words, after = (
        _inline(part) for part in (quote.sentence[:low], quote.answer, quote.sentence[high:])
    )
    told = [f"“{one.text}” is {time_words(one.value)}" for one in told_times(quote.times)]
    times = f"\n>\n> *{_line(' · '.join(told))}*" if told else ""
    return f"> “{before}**{words}**{after}”{times}\n>\n> — {_source(quote)}"


def _source(quote: Quote) -> str:
    headline = _line(quote.title if quote.title is not None else quote.article_id)
    url = None if quote.url is None else _LINK.fullmatch(quote.url.strip())
    if url is not None:
        target = percent_encoded(url[0], safe=_KEPT_AS_IS)
        headline = f"[{headline}](<{target}>)"
    outlet = "" if quote.source is None else _line(quote.source)
    place = f"{quote.article_id}, characters {quote.start}–{quote.end}, revision {quote.revision}"
    parts = (headline, outlet, _line(date_words(quote.published)))
    return f"{', '.join(part for part in parts if part)} ({_line(place)})"


def _inline(text: str) -> str:
    """A part of a line; the space at its ends belongs to the sentence."""
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() and text.strip() else ""
    return f"{lead}{_line(text)}{trail}"


def _line(text: str) -> str:
    return escape(" ".join(text.split()))


def _time(iso: str) -> str:
    return f"{date_words(iso[:10])}, {iso[11:16]} UTC"
