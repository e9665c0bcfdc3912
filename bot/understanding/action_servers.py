"""The action servers, where there are several: asked in turn, and one that has gone away costs nobody an answer.

Rasa itself knows one address. When it cannot be reached Rasa goes on as if the action had said nothing, and the talk's
memory with it is lost (`channel.py` starts its tracker anew). So another connection is tried first. That is safe: a
case is unique by conversation and message, and an action does nothing else that lasts.
"""

from __future__ import annotations

import logging
from typing import Any

import aiohttp
from rasa.utils.endpoints import EndpointConfig

from bot.addresses import Addresses

logger = logging.getLogger(__name__)


class ActionServers(EndpointConfig):  # type: ignore[misc]
    """In the place of the one endpoint of deploy/endpoints.yml; everything but the address is as it says there."""

    def __init__(self, named: EndpointConfig, addresses: Addresses) -> None:
        """`named`: what the file says."""
        super().__init__(named.url, headers=named.headers, **named.kwargs)
        self._addresses = addresses

    async def request(self, *given: Any, **named: Any) -> Any:
        """As in Rasa.

        Raises:
            aiohttp.ClientConnectionError: none of them could be reached.
        """
        broken: aiohttp.ClientConnectionError | None = None
        for address in self._addresses.in_turn():
            one = EndpointConfig(f"{address}/webhook", headers=self.headers)
            try:
                return await one.request(*given, **named)
            except aiohttp.ClientConnectionError as error:
                logger.warning("An action server could not be reached: %s", type(error).__name__)
                self._addresses.note_failure(address)
                broken = error
        raise broken or aiohttp.ClientConnectionError("no action server is named")
