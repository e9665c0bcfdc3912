"""Several processes of Rasa: one that is away or dies with a message costs nobody an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.addresses import Addresses
from bot.chat.assistant import AssistantError, RasaAssistant
from tests.chat.standin import StandInForRasa, actions_routes
from tests.ports import free_port

SAID = {"text": "hej"}
SECRET = "secret"


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[str]:
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


def nobody() -> str:
    """An address at which nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


def dying() -> web.Application:
    """Takes the message and is gone, as a process that is killed with it."""

    async def die(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    app = web.Application()
    app.router.add_post("/webhooks/door/message", die)
    return app


def run(work: Callable[[AsyncExitStack], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        async with AsyncExitStack() as stack:
            return await work(stack)

    return asyncio.run(inside())


def test_messages_go_round() -> None:
    async def work(stack: AsyncExitStack) -> list[int]:
        rasas = [StandInForRasa(SECRET), StandInForRasa(SECRET)]
        urls = [await stack.enter_async_context(listening(rasa.routes())) for rasa in rasas]
        assistant = RasaAssistant(Addresses(tuple(urls)), SECRET, Addresses((nobody(),)))
        stack.push_async_callback(assistant.close)
        for number in range(4):
            await assistant.ask("talk", str(number), SAID, 5)
        return [len(rasa.asked) for rasa in rasas]

    assert run(work) == [2, 2]


@pytest.mark.parametrize("kind", ["away", "dying"])
def test_the_next_one_answers_for_one_that_does_not(kind: str) -> None:
    async def work(stack: AsyncExitStack) -> list[str]:
        rasa = StandInForRasa(SECRET)
        there = await stack.enter_async_context(listening(rasa.routes()))
        gone = nobody() if kind == "away" else await stack.enter_async_context(listening(dying()))
        assistant = RasaAssistant(Addresses((gone, there)), SECRET, Addresses((nobody(),)))
        stack.push_async_callback(assistant.close)
        answers = [await assistant.ask("talk", str(number), SAID, 5) for number in range(3)]
        assert [body["message_id"] for body in rasa.asked] == ["0", "1", "2"]
        return [answer.drafts[0].text for answer in answers]

    assert run(work) == ["du skrev: hej"] * 3


def test_one_that_is_slow_is_not_asked_beside() -> None:
    """It is at work: a second one would do the same work in the same talk."""

    async def work(stack: AsyncExitStack) -> tuple[str, int]:
        async def hang(_body: dict[str, Any]) -> tuple[int, Any]:
            await asyncio.sleep(3)
            return 200, {}

        slow, other = StandInForRasa(SECRET, script=hang), StandInForRasa(SECRET)
        urls = [await stack.enter_async_context(listening(rasa.routes())) for rasa in (slow, other)]
        assistant = RasaAssistant(Addresses(tuple(urls)), SECRET, Addresses((nobody(),)))
        stack.push_async_callback(assistant.close)
        with pytest.raises(AssistantError) as raised:
            await assistant.ask("talk", "1", SAID, 0.5)
        return raised.value.code, len(other.asked)

    assert run(work) == ("timeout", 0)


@pytest.mark.parametrize(("rasas", "actions", "away"), [(1, 1, []), (0, 1, ["rasa"]), (1, 0, ["actions"])])
def test_something_is_away_only_when_none_of_it_is_there(rasas: int, actions: int, away: list[str]) -> None:
    async def work(stack: AsyncExitStack) -> list[str]:
        rasa_urls, action_urls = [nobody()], [nobody()]
        for _ in range(rasas):
            rasa_urls.append(await stack.enter_async_context(listening(StandInForRasa(SECRET).routes())))
        for _ in range(actions):
            action_urls.append(await stack.enter_async_context(listening(actions_routes())))
        assistant = RasaAssistant(Addresses(tuple(rasa_urls)), SECRET, Addresses(tuple(action_urls)))
        stack.push_async_callback(assistant.close)
        return await assistant.away()

    assert run(work) == away
