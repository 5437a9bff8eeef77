"""Before a request is looked at: how large it may be, how long it may take to come, how many may come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

#: What is too large is still read to its end up to here: who sends would not hear the answer otherwise.
DRAINED = 64 * 2**20
FULL = "too many requests at a time; try again in a moment"


class Refused(Exception):
    """A request that is not let in: an HTTP status and why."""

    def __init__(self, status: int, detail: str) -> None:
        self.status, self.detail = status, detail


@dataclass(frozen=True)
class Bounds:
    """Bytes of a request, seconds until it must be there, requests with a body at a time and their bytes."""

    largest: int = 12 * 2**20
    seconds: float = 30.0
    most: int = 256
    heaviest: int = 192 * 2**20


class Doorkeeper:
    """ASGI middleware that hands on requests whose whole body is there; `refuse` answers the others."""

    def __init__(self, app: App, *, bounds: Bounds, refuse: Callable[[int, str], App]) -> None:
        self._app, self._refuse, self._bounds = app, refuse, bounds
        self._inside = self._held = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        self._inside += 1
        body = bytearray()
        try:
            if await self._fill(body, scope, receive):
                await self._app(scope, _replayed(bytes(body), receive), send)
        except Refused as refused:
            await self._refuse(refused.status, refused.detail)(scope, receive, send)
        finally:
            self._inside -= 1
            self._held -= len(body)

    async def _fill(self, body: bytearray, scope: Message, receive: Receive) -> bool:
        """Fill `body`; False where the client goes away before it is there. Raises Refused."""
        headers = dict(scope["headers"])
        size = headers.get(b"content-length", b"")
        announced = int(size) if size.isdigit() else 0
        asks_first = headers.get(b"expect", b"").lower() == b"100-continue"
        too_large = Refused(413, f"the request is larger than {self._bounds.largest:,} bytes")
        if announced > DRAINED or (announced > self._bounds.largest and asks_first):
            raise too_large
        if self._inside > self._bounds.most:
            raise Refused(503, FULL)
        try:
            async with asyncio.timeout(self._bounds.seconds):
                whole = await self._read(body, receive)
        except TimeoutError:
            raise Refused(408, f"the request was not there after {self._bounds.seconds:g} seconds") from None
        if len(body) > self._bounds.largest:
            raise too_large
        return whole

    async def _read(self, body: bytearray, receive: Receive) -> bool:
        """Keeps at most a byte more than `largest`."""
        read = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return False
            chunk = message.get("body", b"")
            read += len(chunk)
            kept = chunk[: self._bounds.largest + 1 - len(body)]
            body += kept
            self._held += len(kept)
            if self._held > self._bounds.heaviest:
                raise Refused(503, FULL)
            if not message.get("more_body", False) or read > DRAINED:
                return True


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the whole body first, then what else comes: that the client goes away."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return first.pop() if first else await receive()

    return replayed
