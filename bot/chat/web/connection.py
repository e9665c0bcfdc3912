"""The connection of one client, with a clock that dripping does not wind up.

Sanic 21.12 starts its time-outs anew with every byte that arrives: a client that sends one byte every ten seconds holds
its connection for a day. Here they count from the first byte of a request; what is sent still renews them, so that a
stream of events lives as long as it likes.
"""

from __future__ import annotations

from sanic.http import Stage
from sanic.server.protocols.http_protocol import HttpProtocol

# A flood of bodies that are too large would else hold all of them for a quarter of a minute: 650 MB in eight seconds.
CLOSING_SECONDS = 5.0


class TimedProtocol(HttpProtocol):  # type: ignore[misc]
    """A request must be there in whole within `REQUEST_TIMEOUT` (its head) and `RESPONSE_TIMEOUT` (its body)."""

    _time: float

    def data_received(self, data: bytes) -> None:
        """As in Sanic, but more of the same request does not renew the clock."""
        if self.transport is None or self.transport.is_closing():
            return
        # The first bytes may come before Sanic has set the connection up.
        http, before = getattr(self, "_http", None), self._time
        under_way = http is not None and http.stage is not Stage.IDLE
        super().data_received(data)
        if under_way:
            self._time = before

    def close(self, timeout: float | None = None) -> None:
        """As in Sanic, but what has been refused is let go at once, not after fifteen seconds."""
        super().close(CLOSING_SECONDS if timeout is None else timeout)

    def connection_lost(self, error: Exception | None) -> None:
        """As in Sanic, and the bytes that nobody will read are given back."""
        super().connection_lost(error)
        self.recv_buffer = bytearray()
