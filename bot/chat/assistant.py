"""The way to Rasa: one HTTP client for the inner channel (bot/understanding/channel.py).

Every way in which an answer can be missing or malformed is one `AssistantError` here: the caller has one case, and says
the phone numbers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from bot.addresses import Addresses
from bot.chat.draft import Draft, Option
from bot.sentences import SWEDISH

logger = logging.getLogger(__name__)
# Longer than Rasa itself waits for the action server: it is to have the time to say which of the two is away.
PROBE_SECONDS = 3.0
# More at a time make Rasa no faster, only each answer later. Whoever finds no place within half their time gets the
# phone numbers then, and Rasa is not asked for an answer that nobody will wait for.
AT_A_TIME = 16
PATIENCE = 0.5
NO_ACTIONS = "no action server"
CHANNEL = "/webhooks/door"
SECRET_HEADER = "X-Inner-Secret"
URGENT_KINDS = ("emergency", "suicide_risk")


class AssistantError(RuntimeError):
    """No usable answer; `code` is a short word for the log and the transcript, never anybody's words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What Rasa said and what it understood."""

    drafts: tuple[Draft, ...]
    understood: Mapping[str, Any]


class Assistant(Protocol):
    """What the front door needs of an assistant; tests pass one of their own."""

    async def ask(self, conversation_id: str, message_id: str, said: Mapping[str, str], seconds: float) -> Answer:
        """The answer to {"text": …} or {"payload": …} within so many seconds; raises AssistantError."""

    async def forget(self, conversation_id: str) -> None:
        """Rasa forgets the conversation; raises AssistantError."""

    async def away(self) -> list[str]:
        """What of the assistant is away: any of `rasa` (also without a model) and `actions`."""

    async def close(self) -> None:
        """Give the connections back."""


class RasaAssistant:
    """The inner channel over HTTP.

    A Rasa that cannot be reached, or that goes away in the midst of a message, is followed by the next one, within the
    same time: the message has an id, by which a case is opened once.
    """

    def __init__(self, rasa: Addresses, secret: str, actions: Addresses) -> None:
        self._rasa, self._actions = rasa, actions
        self._headers = {SECRET_HEADER: secret}
        self._client: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(AT_A_TIME)

    async def ask(self, conversation_id: str, message_id: str, said: Mapping[str, str], seconds: float) -> Answer:
        """As in `Assistant`. An empty answer is asked for once more: the channel has then started the tracker anew."""
        body = {"conversation_id": conversation_id, "message_id": message_id, **said}
        until = asyncio.get_running_loop().time() + seconds
        try:
            await asyncio.wait_for(self._places.acquire(), max(seconds * PATIENCE, 0.001))
        except asyncio.TimeoutError as error:
            raise AssistantError("busy") from error
        try:
            return await self._ask(body, until)
        finally:
            self._places.release()

    async def _ask(self, body: Mapping[str, str], until: float) -> Answer:
        loop = asyncio.get_running_loop()
        status, content = await self._any("POST", "/message", body, until - loop.time())
        if status == 500 and content.get("error") == "empty reply":
            logger.warning("Rasa had gone mute in a talk; its tracker was started anew and is asked again.")
            status, content = await self._any("POST", "/message", body, until - loop.time())
        if status != 200:
            raise AssistantError(f"status {status}")
        return read_answer(content)

    async def forget(self, conversation_id: str) -> None:
        """As in `Assistant`."""
        status, _ = await self._any("DELETE", f"/conversations/{conversation_id}", None, PROBE_SECONDS)
        if status not in (204, 404):
            raise AssistantError(f"status {status}")

    async def away(self) -> list[str]:
        """As in `Assistant`. The two are asked apart: whoever is woken at night is to know which one to look at."""
        asked = {
            "rasa": [f"{url}{CHANNEL}/ready" for url in self._rasa.urls],
            "actions": [f"{url}/health" for url in self._actions.urls],
        }
        there = await asyncio.gather(*(self._any_answers(addresses) for addresses in asked.values()))
        return [name for name, answers in zip(asked, there, strict=True) if not answers]

    async def _any_answers(self, addresses: Iterable[str]) -> bool:
        return any(await asyncio.gather(*map(self._probe, addresses)))

    async def _probe(self, address: str) -> bool:
        try:
            status, content = await self._call("GET", address, None, PROBE_SECONDS)
        except AssistantError:
            return False
        return status == 200 or content.get("error") == NO_ACTIONS

    async def close(self) -> None:
        """As in `Assistant`."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _any(self, method: str, path: str, body: object, seconds: float) -> tuple[int, dict[str, Any]]:
        until, broken = asyncio.get_running_loop().time() + seconds, AssistantError("unreachable")
        for url in self._rasa.in_turn():
            left = until - asyncio.get_running_loop().time()
            try:
                return await self._call(method, f"{url}{CHANNEL}{path}", body, left)
            except AssistantError as error:
                if error.code != broken.code:
                    raise
                self._rasa.note_failure(url)
        raise broken

    async def _call(self, method: str, address: str, body: object, seconds: float) -> tuple[int, dict[str, Any]]:
        if seconds <= 0:
            raise AssistantError("timeout")
        if self._client is None:
            self._client = aiohttp.ClientSession(headers=self._headers)
        limit = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._client.request(method, address, json=body, timeout=limit) as response:
                content = await response.json() if response.content_type == "application/json" else {}
                return response.status, content if isinstance(content, dict) else {}
        except asyncio.TimeoutError as error:
            raise AssistantError("timeout") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise AssistantError("unreachable") from error


def read_answer(content: Mapping[str, Any]) -> Answer:
    """The channel's JSON as values.

    Raises:
        AssistantError: it is empty or not as agreed.
    """
    try:
        drafts = tuple(_draft(message) for message in content["messages"])
        understood = {**content.get("understood", {}), "model": content.get("model")}
    except (KeyError, TypeError, AttributeError) as error:
        raise AssistantError("malformed") from error
    if not any(draft.text or draft.service for draft in drafts):
        raise AssistantError("empty")
    return Answer(drafts, understood)


def _draft(message: Mapping[str, Any]) -> Draft:
    service, case, urgent = message.get("service"), message.get("case"), message.get("urgent")
    return Draft(
        text=str(message["text"]),
        choices=tuple(Option(str(c["label"]), str(c["payload"])) for c in message.get("choices") or ()),
        service={"id": str(service["id"]), "district": service.get("district")} if service else None,
        urgent=urgent if urgent in URGENT_KINDS else None,
        case_id=str(case["id"]) if case else None,
        form="contact" if message.get("form") == "contact" else None,
        language=str(message.get("language") or SWEDISH),
    )
