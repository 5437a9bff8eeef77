"""Limits on connections: how many are open, and how long one may take to send its headers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from jepamine.serving.middleware import Bounds


class LimitedProtocol(H11Protocol):
    """Uvicorn's protocol with a header timeout and a bound on open connections; see `limited_protocol`.

    Beyond the bound the oldest connection without a complete request is closed, so that clients that hold
    connections open do not lock out others.
    """

    header_seconds: float
    max_connections: int
    _timer: asyncio.TimerHandle | None = None
    _opened = 0.0

    @property
    def waits_for_headers(self) -> bool:
        """Whether no request is being processed."""
        cycle: Any = self.cycle
        return cycle is None or cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._opened = self.loop.time()
        self._start_timer()
        if len(self.connections) > self.max_connections:
            open_connections = cast("set[LimitedProtocol]", self.connections)
            waiting = [connection for connection in open_connections if connection.waits_for_headers]
            min(waiting, key=lambda connection: connection._opened).abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.waits_for_headers:
            self._stop_timer()
        elif self._timer is None:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close the connection at once."""
        self.connections.discard(self)
        self.transport.abort()

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self.header_seconds, self.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def limited_protocol(bounds: Bounds) -> type[LimitedProtocol]:
    """Return the protocol class with these bounds, for `uvicorn.Config(http=...)`."""
    limits = {"header_seconds": bounds.header_seconds, "max_connections": bounds.max_connections}
    return type("BoundedProtocol", (LimitedProtocol,), limits)
