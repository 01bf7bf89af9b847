"""What a browser may do with its earlier chats. Ids come from the browser and are never trusted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from qa.schema import now
from ui.chat import Answering, Message
from ui.chat_export import Whole, as_json, as_markdown
from ui.chat_file import NotKept
from ui.feedback import Given
from ui.history import Chat
from ui.keeping import SHOWN_TURNS, Keeper, replayed
from ui.wire import text
from ui.words import count

Told = dict[str, Any]

NOT_HERE = "This chat is not here."
NO_COOKIE = "This browser takes no cookies, so its chats are not kept."
_NO_ARTICLES = "There are no articles in the archive any more, so no chat can be shown."
_NO_NAME = "Give the chat a name that can be seen."
_UNKNOWN = "This cannot be done here."


@dataclass(frozen=True, slots=True)
class Reply:
    """What to tell the script. ``opened`` takes the place of the conversation that is shown, and
    ``chat`` then is the chat it is; None for a new one. ``opened`` None leaves it as it is."""

    told: Told
    opened: tuple[Message, ...] | None = None
    chat: str | None = None


def answer(
    message: Told,
    owner: str | None,
    current: str | None,
    keeper: Keeper,
    pipeline: Answering | None,
) -> Reply:
    """Do what a script asks for.

    :param message: its message; anything.
    :param owner: the browser it came from.
    :param current: the chat that is shown.
    :param keeper: of the chats.
    :param pipeline: opens the articles that are quoted; None where there are none.
    :returns: what came of it; a fault is told in a sentence.
    """
    if owner is None:
        return Reply({"error": NO_COOKIE})
    chat = text(message, "chat")
    try:
        match message.get("act"):
            case "list":
                return Reply(_listed(owner, keeper))
            case "open":
                return _opened(owner, chat, keeper, pipeline)
            case "rename":
                return _renamed(owner, chat, text(message, "name"), keeper)
            case "delete":
                return _deleted(owner, chat, current, keeper)
            case "delete-all":
                return _deleted(owner, None, current, keeper)
            case "export":
                return _exported(owner, chat, text(message, "form"), keeper)
    except NotKept as error:
        return Reply({"error": str(error)})
    return Reply({"error": _UNKNOWN})


def verdicts(given: Sequence[Given]) -> dict[str, Told]:
    """Tell verdicts to the script.

    :param given: those of one browser.
    :returns: by turn, what was said, with the right words where they were told.
    """
    return {
        one.judged.turn: {
            "verdict": one.judged.verdict,
            "words": "" if one.judged.place is None else one.judged.place.answer,
            "comment": one.comment,
        }
        for one in given
    }


def _listed(owner: str, keeper: Keeper) -> Told:
    chats = [asdict(chat) for chat in keeper.history.chats(owner)]
    notes = [keeper.file.notice or ""]
    if gone := keeper.history.dropped(owner):
        notes.append(f"{count(gone, 'old chat')} made room for newer ones.")
    return {"chats": chats, "notice": " ".join(note for note in notes if note)}


def _opened(owner: str, chat: str, keeper: Keeper, pipeline: Answering | None) -> Reply:
    turns = keeper.history.turns(owner, chat)
    if turns is None:
        return Reply({"error": NOT_HERE})
    if pipeline is None:
        return Reply({"error": _NO_ARTICLES})
    shown = {one.id for one in turns[-SHOWN_TURNS:]}
    older = len(turns) - len(shown)
    notice = f"{count(older, 'older turn')} of this chat can be exported." if older else ""
    told = {"verdicts": verdicts(keeper.feedback.on(owner, shown)), "notice": notice}
    return Reply(told, tuple(replayed(turns, pipeline)), chat)


def _renamed(owner: str, chat: str, name: str, keeper: Keeper) -> Reply:
    if keeper.history.rename(owner, chat, name):
        return Reply(_listed(owner, keeper))
    there = any(one.id == chat for one in keeper.history.chats(owner))
    return Reply({"error": _NO_NAME if there else NOT_HERE})


def _deleted(owner: str, chat: str | None, current: str | None, keeper: Keeper) -> Reply:
    if not keeper.history.forget(owner, chat) and chat is not None:
        return Reply({"error": NOT_HERE})
    reply = Reply(_listed(owner, keeper))
    return replace(reply, opened=()) if chat is None or chat == current else reply


def _exported(owner: str, chat: str, form: str, keeper: Keeper) -> Reply:
    chosen = [one for one in keeper.history.chats(owner) if chat in ("", one.id)]
    if not chosen:
        return Reply({"error": NOT_HERE})
    whole: list[Whole] = [(one, keeper.history.turns(owner, one.id) or []) for one in chosen]
    write, suffix, kind = _FORMS.get(form, _FORMS["markdown"])
    name = _file_name(chosen[0]) if chat else "pullquote-chats"
    file = {"name": f"{name}.{suffix}", "kind": kind, "text": write(whole, now())}
    return Reply({"file": file})


_FORMS = {
    "markdown": (as_markdown, "md", "text/markdown"),
    "json": (as_json, "json", "application/json"),
}


def _file_name(chat: Chat) -> str:
    """A name that every file system takes."""
    plain = "".join(one if one.isalnum() and one.isascii() else " " for one in chat.name)
    return "-".join(["pullquote", *plain.lower().split()])[:60].rstrip("-")
