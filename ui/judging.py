"""A verdict from the page becomes feedback: checked against the session and the stored article."""

import json
from collections.abc import Sequence
from typing import Any, cast

from qa.datatypes import Answer
from qa.errors import PullquoteError
from qa.schema import now
from ui.chat import Answering, Message
from ui.chat_file import NotKept
from ui.feedback import VERDICTS, Feedback, Judged, Place, Verdict
from ui.feedback_export import squad
from ui.keeping import find_turn
from ui.selection import ANSWER_CHARS, located
from ui.shelf import NO_COOKIE, Told, verdicts
from ui.wire import number, text

NOT_HERE = "This answer is not here."
_NO_SHOWN = "No answer was shown that could be right."
_NO_WORDS = (
    f"These words could not be placed. Select up to {ANSWER_CHARS} characters within the shown "
    "passage or the opened article."
)
_NOTHING = "There is no feedback of yours yet."


def judge(
    message: Told,
    owner: str | None,
    messages: Sequence[Message],
    feedback: Feedback,
    pipeline: Answering | None,
) -> Told:
    """Do what a script asks for.

    :param message: its message; anything.
    :param owner: the browser it came from.
    :param messages: the conversation, as it stays on the server.
    :param feedback: where verdicts are kept.
    :param pipeline: opens articles; None where there are none.
    :returns: the verdicts that changed, by turn, or a file, or ``error`` with a sentence.
    """
    if owner is None:
        return {"error": NO_COOKIE}
    try:
        if message.get("act") == "export":
            return _exported(owner, feedback, pipeline)
        found = find_turn(messages, message.get("turn"))
        if found is None:
            return {"error": NOT_HERE}
        return _changed(message, owner, found, feedback, pipeline)
    except NotKept as error:
        return {"error": str(error).replace("Chats are", "Feedback is")}


def _changed(
    message: Told, owner: str, found: Message, feedback: Feedback, pipeline: Answering | None
) -> Told:
    turn = found["kept"].turn
    match message.get("act"):
        case "give":
            judged = _judged(message, found, pipeline)
            if isinstance(judged, str):
                return {"error": judged}
            feedback.give(owner, judged)
        case "undo":
            feedback.take_back(owner, turn)
            return {"verdicts": {turn: None}}
        case "comment":
            feedback.comment(owner, turn, text(message, "comment"))
        case _:
            return {"error": NOT_HERE}
    return {"verdicts": verdicts(feedback.on(owner, {turn}))}


def _judged(message: Told, found: Message, pipeline: Answering | None) -> Judged | str:
    """The verdict; a sentence where it makes no sense."""
    wanted = message.get("verdict")
    if wanted not in VERDICTS:
        return NOT_HERE
    verdict, shown = cast(Verdict, wanted), found["turn"].answer
    place: Place | str | None
    if verdict == "words":
        place = _selected(message, pipeline)
    elif verdict == "right" and shown.status != "answered":
        place = _NO_SHOWN
    else:
        place = _best(shown)
    if isinstance(place, str):
        return place
    mark, understood = found["kept"], found["understood"]
    names = (mark.turn, mark.chat, mark.asked, understood.question, understood.read_as)
    return Judged(*names, shown.answer, verdict, place)


def _best(shown: Answer) -> Place | None:
    if not shown.quotes:
        return None
    best = shown.quotes[0]
    return Place(best.article_id, best.revision, best.answer, best.start)


def _selected(message: Told, pipeline: Answering | None) -> Place | str:
    """The words that were selected, cut out of the stored text of their article."""
    revision, start = number(message, "revision"), number(message, "start")
    if pipeline is None or revision < 1 or start < 0:
        return _NO_WORDS
    try:
        article = pipeline.article(text(message, "article"), revision)
    except PullquoteError:
        return _NO_WORDS
    found = located(article.text, start, number(message, "before"), text(message, "selected"))
    if found is None:
        return _NO_WORDS
    return Place(article.id, revision, article.text[slice(*found)], found[0])


def _exported(owner: str, feedback: Feedback, pipeline: Answering | None) -> Told:
    given = feedback.everything(owner)
    if not given or pipeline is None:
        return {"error": _NOTHING}
    document: dict[str, Any] = squad(given, pipeline.article)
    name = f"pullquote-feedback-{now()[:10]}.json"
    written = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return {"file": {"name": name, "kind": "application/json", "text": written}}
