"""Limits on requests: their size, the time to receive them, and how many are received at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

#: A body that is too large is still received up to this size: its sender reads no response before its end.
MAX_DRAINED = 64 * 2**20
BUSY = "too many requests at a time; try again in a moment"


class Refused(Exception):
    """A request that is rejected with an HTTP status and a reason."""

    def __init__(self, status: int, detail: str) -> None:
        self.status, self.detail = status, detail


@dataclass(frozen=True)
class Bounds:
    """The bytes of a body, the seconds to receive it, the number and total bytes of bodies at a time, the
    seconds to receive headers and the number of open connections.
    """

    max_bytes: int = 12 * 2**20
    seconds: float = 30.0
    max_requests: int = 256
    max_total_bytes: int = 192 * 2**20
    header_seconds: float = 10.0
    max_connections: int = 512


class RequestLimits:
    """ASGI middleware that passes on requests whose whole body has arrived; `refuse` answers the others."""

    def __init__(self, app: App, *, bounds: Bounds, refuse: Callable[[int, str], App]) -> None:
        self._app, self._refuse, self._bounds = app, refuse, bounds
        self._requests = self._total_bytes = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        self._requests += 1
        body = bytearray()
        try:
            if await self._receive(body, scope, receive):
                await self._app(scope, _replayed(bytes(body), receive), send)
        except Refused as refused:
            await self._refuse(refused.status, refused.detail)(scope, receive, send)
        finally:
            self._requests -= 1
            self._total_bytes -= len(body)

    async def _receive(self, body: bytearray, scope: Message, receive: Receive) -> bool:
        """Fill `body`; return False if the client disconnects first. Raises Refused."""
        headers = dict(scope["headers"])
        size = headers.get(b"content-length", b"")
        announced = int(size) if size.isdigit() else 0
        asks_first = headers.get(b"expect", b"").lower() == b"100-continue"
        too_large = Refused(413, f"the request is larger than {self._bounds.max_bytes:,} bytes")
        if announced > MAX_DRAINED or (announced > self._bounds.max_bytes and asks_first):
            raise too_large
        if self._requests > self._bounds.max_requests:
            raise Refused(503, BUSY)
        try:
            async with asyncio.timeout(self._bounds.seconds):
                complete = await self._read(body, receive)
        except TimeoutError:
            raise Refused(
                408, f"the request was not complete after {self._bounds.seconds:g} seconds"
            ) from None
        if len(body) > self._bounds.max_bytes:
            raise too_large
        return complete

    async def _read(self, body: bytearray, receive: Receive) -> bool:
        """Keep at most one byte more than `max_bytes`."""
        read = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return False
            chunk = message.get("body", b"")
            read += len(chunk)
            kept = chunk[: self._bounds.max_bytes + 1 - len(body)]
            body += kept
            self._total_bytes += len(kept)
            if self._total_bytes > self._bounds.max_total_bytes:
                raise Refused(503, BUSY)
            if not message.get("more_body", False) or read > MAX_DRAINED:
                return True


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that yields the whole body first, then what follows: the disconnect."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return first.pop() if first else await receive()

    return replayed
