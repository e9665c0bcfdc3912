"""The action servers, where there are several: asked in turn, and one that has gone away costs nobody an answer.

Rasa itself knows one address. When it cannot be reached Rasa goes on as if the action had said nothing, and the talk's
memory with it is lost (`channel.py` starts its tracker anew). So another connection is tried first. That is safe: a
case is unique by conversation and message, and an action does nothing else that lasts. The same holds for a connection
that was kept and is closed just as it is used.
"""

from __future__ import annotations

import contextlib
import logging
from typing import Any

import aiohttp
from rasa.core.actions.action import DEFAULT_REQUEST_TIMEOUT
from rasa.utils.endpoints import EndpointConfig

from bot.addresses import Addresses

logger = logging.getLogger(__name__)
KEPT_SECONDS = 3
"""A connection that has lain still so long is not used again: Sanic closes its end after five."""


class ActionServers(EndpointConfig):  # type: ignore[misc]
    """In the place of the one endpoint of deploy/endpoints.yml; everything but the address is as it says there."""

    def __init__(self, named: EndpointConfig, addresses: Addresses) -> None:
        """`named`: what the file says."""
        super().__init__(named.url, headers=named.headers, **named.kwargs)
        self._addresses = addresses
        self._kept: aiohttp.ClientSession | None = None

    async def request(self, *given: Any, **named: Any) -> Any:
        """As in Rasa.

        Raises:
            aiohttp.ClientConnectionError: none of them could be reached.
        """
        broken: aiohttp.ClientConnectionError | None = None
        for address in self._addresses.in_turn():
            one = _OverKept(self._connections(), f"{address}/webhook", headers=self.headers)
            try:
                return await one.request(*given, **named)
            except aiohttp.ClientConnectionError as error:
                logger.warning("An action server could not be reached: %s", type(error).__name__)
                self._addresses.note_failure(address)
                broken = error
        raise broken or aiohttp.ClientConnectionError("no action server is named")

    async def close(self) -> None:
        """Close the connections that are kept."""
        if self._kept:
            await self._kept.close()

    def _connections(self) -> aiohttp.ClientSession:
        if self._kept is None:
            connector = aiohttp.TCPConnector(keepalive_timeout=KEPT_SECONDS)
            timeout = aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT)
            self._kept = aiohttp.ClientSession(connector=connector, timeout=timeout)
        return self._kept


class _OverKept(EndpointConfig):  # type: ignore[misc]
    """Rasa's endpoint over connections that stay open; Rasa makes a session, and a connection, for each request."""

    def __init__(self, connections: aiohttp.ClientSession, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._connections = connections

    def session(self) -> Any:
        """What Rasa enters and leaves for a request: left open."""
        return contextlib.nullcontext(self._connections)
