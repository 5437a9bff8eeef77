"""Limits on requests before they are handled: size, time to arrive, number at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

#: A body that is too large is read up to here, as the client would not receive the response otherwise.
DRAINED = 64 * 2**20
FULL = "too many requests at a time; try again in a moment"


class Refused(Exception):
    """A request that is not accepted: an HTTP status and the reason."""

    def __init__(self, status: int, detail: str) -> None:
        self.status, self.detail = status, detail


@dataclass(frozen=True)
class Bounds:
    """Limits: bytes of a request, seconds for it to arrive, requests with a body at a time, their bytes."""

    largest: int = 12 * 2**20
    seconds: float = 30.0
    most: int = 256
    heaviest: int = 192 * 2**20


class RequestLimits:
    """ASGI middleware that passes on requests with a complete body; `refuse` answers the others."""

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
        """Fill `body`; return False if the client disconnects before it is complete. Raises Refused."""
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
                complete = await self._read(body, receive)
        except TimeoutError:
            raise Refused(
                408, f"the request was not complete after {self._bounds.seconds:g} seconds"
            ) from None
        if len(body) > self._bounds.largest:
            raise too_large
        return complete

    async def _read(self, body: bytearray, receive: Receive) -> bool:
        """Read the body, keeping at most one byte more than `largest`."""
        read = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return False
            chunk = message.get("body", b"")
            read += len(chunk)
            keeping = chunk[: self._bounds.largest + 1 - len(body)]
            body += keeping
            self._held += len(keeping)
            if self._held > self._bounds.heaviest:
                raise Refused(503, FULL)
            if not message.get("more_body", False) or read > DRAINED:
                return True


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the whole body first, then later messages such as a disconnect."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return first.pop() if first else await receive()

    return replayed
