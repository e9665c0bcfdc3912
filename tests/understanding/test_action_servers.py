"""Several action servers: Rasa's own endpoint, but one that is gone costs nobody an answer."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.ports import free_port
from tests.test_tree import ROOT

pytestmark = pytest.mark.slow


def ask(addresses: list[str]) -> tuple[Any, list[Any]]:
    """What the endpoint of the file says, asked at these addresses beside one that answers; and what that one heard."""
    from rasa.core.utils import AvailableEndpoints

    from bot.addresses import Addresses
    from bot.understanding.action_servers import ActionServers

    heard: list[Any] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append((request.headers.get("X-Inner-Secret"), await request.json()))
        return web.json_response({"events": []})

    async def run() -> Any:
        app = web.Application()
        app.router.add_post("/webhook", answer)
        runner, port = web.AppRunner(app), free_port()
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        named = AvailableEndpoints.read_endpoints(str(ROOT / "deploy" / "endpoints.yml")).action
        whole = [address.replace("{here}", f"http://127.0.0.1:{port}") for address in addresses]
        servers = ActionServers(named, Addresses(tuple(whole)))
        assert servers.kwargs == named.kwargs
        try:
            return await servers.request(json={"next_action": "action_route"}, method="post")
        finally:
            await servers.close()
            await runner.cleanup()

    return asyncio.run(run()), heard


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAGVISAREN_INNER_SECRET", "hemlis")
    monkeypatch.setenv("VAGVISAREN_ACTIONS_URL", "http://127.0.0.1:1")


def test_the_next_one_is_asked_with_the_same_secret() -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    answer, heard = ask([gone, "{here}"])
    assert answer == {"events": []}
    assert heard == [("hemlis", {"next_action": "action_route"})]


def test_when_none_can_be_reached_it_is_said_as_rasa_says_it() -> None:
    with pytest.raises(aiohttp.ClientConnectionError):
        ask([f"http://127.0.0.1:{free_port()}"])


def test_the_connection_is_kept_and_one_that_was_closed_meanwhile_costs_nobody_an_answer() -> None:
    from rasa.utils.endpoints import EndpointConfig

    from bot.addresses import Addresses
    from bot.understanding.action_servers import ActionServers

    callers: list[Any] = []

    async def answer(request: web.Request) -> web.Response:
        callers.append(request.transport.get_extra_info("peername") if request.transport else None)
        return web.json_response({"events": []})

    async def start(port: int) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/webhook", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner

    async def run() -> None:
        port = free_port()
        servers = ActionServers(EndpointConfig(), Addresses((f"http://127.0.0.1:{port}",)))
        runner = await start(port)
        for _ in range(2):
            assert await servers.request(json={}) == {"events": []}
        await runner.cleanup()
        runner = await start(port)
        assert await servers.request(json={}) == {"events": []}
        await servers.close()
        await runner.cleanup()

    asyncio.run(run())
    assert callers[0] == callers[1] != callers[2]
