"""The calls of docs/api.md as plain values: what each is given, and the JSON that it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.chat.callers import Caller
from bot.chat.own_case.sharing import read_preview
from bot.chat.parts import Parts
from bot.chat.web import door
from bot.chat.whole_talk import read_talk

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Json:
    """An answer; None is an empty one."""

    content: Mapping[str, Any] | None
    status: int = 200


async def open_conversation(parts: Parts, caller: Caller, fields: Fields) -> Json:  # noqa: ARG001
    """A token, and the first message."""
    session = await door.open_conversation(parts, caller)
    return Json({"token": session.token, "messages": await door.welcome(parts, caller.language)}, 201)


async def read_conversation(parts: Parts, caller: Caller, fields: Fields) -> Json:  # noqa: ARG001
    """The talk so far, for a page that comes back to it."""
    talk = await read_talk(parts, caller)
    return Json({"messages": talk.messages, "listen": talk.has_case, "sensitive": talk.sensitive})


async def forget(parts: Parts, caller: Caller, fields: Fields) -> Json:  # noqa: ARG001
    """Everything but a case is deleted."""
    await door.forget(parts, caller)
    return Json(None, 204)


async def say(parts: Parts, caller: Caller, fields: Fields) -> Json:
    """The answer to a message."""
    return Json(asdict(await door.say(parts, caller, fields)))


async def read_news(parts: Parts, caller: Caller, fields: Fields) -> Json:
    """What was written since `after`."""
    return Json({"messages": await door.read_news(parts, caller, fields.get("after", ""))})


async def mark_read(parts: Parts, caller: Caller, fields: Fields) -> Json:
    """The person has what staff wrote on the screen."""
    await door.mark_read(parts, caller, fields.get("id"))
    return Json(None, 204)


async def leave_contact(parts: Parts, caller: Caller, fields: Fields) -> Json:
    """A case with contact details."""
    return Json({"messages": await door.leave_contact(parts, caller, fields)}, 201)


async def show_sharing(parts: Parts, caller: Caller, fields: Fields) -> Json:  # noqa: ARG001
    """What staff would see of the talk, for each choice."""
    shown = await read_preview(parts, caller)
    return Json({"texts": shown.texts, "until": shown.until})


async def judge(parts: Parts, caller: Caller, fields: Fields) -> Json:
    """Whether an answer helped."""
    return Json({"answer": (await door.judge(parts, caller, fields)).answer})


async def use_receipt(parts: Parts, caller: Caller, fields: Fields) -> Json:
    """The thread of a case."""
    session, messages = await door.use_receipt(parts, caller, fields.get("code"))
    return Json({"token": session.token, "messages": messages})
