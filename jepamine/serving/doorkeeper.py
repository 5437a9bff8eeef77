"""Before a request is looked at: how large it may be, how long it may take to come, how many may come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

#: What is too large is still read to its end up to here: who sends would not hear the answer otherwise.
DRAINED = 64 * 2**20


class Refused(Exception):
    """A request that is not let in: an HTTP status and why."""

    def __init__(self, status: int, detail: str) -> None:
        self.status, self.detail = status, detail


class Doorkeeper:
    """ASGI middleware that hands on requests whose whole body is there.

    `largest` in bytes, `seconds` until the last of them must have come, `most` requests with a body at a
    time. `refuse` answers the others.
    """

    def __init__(
        self,
        app: App,
        *,
        largest: int,
        seconds: float,
        most: int,
        refuse: Callable[[int, str], App],
    ) -> None:
        self._app, self._refuse = app, refuse
        self._largest, self._seconds, self._most = largest, seconds, most
        self._inside = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        self._inside += 1
        try:
            body = await self._body(scope, receive)
            if body is not None:
                await self._app(scope, _replayed(body, receive), send)
        except Refused as refused:
            await self._refuse(refused.status, refused.detail)(scope, receive, send)
        finally:
            self._inside -= 1

    async def _body(self, scope: Message, receive: Receive) -> bytes | None:
        """The body; None where the client went away before it was there. Raises Refused."""
        headers = dict(scope["headers"])
        size = headers.get(b"content-length", b"")
        announced = int(size) if size.isdigit() else 0
        asks_first = headers.get(b"expect", b"").lower() == b"100-continue"
        too_large = Refused(413, f"the request is larger than {self._largest:,} bytes")
        if announced > DRAINED or (announced > self._largest and asks_first):
            raise too_large
        if self._inside > self._most:
            raise Refused(503, "too many requests at a time; try again in a moment")
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._read(receive)
        except TimeoutError:
            raise Refused(408, f"the request was not there after {self._seconds:g} seconds") from None
        if body is not None and len(body) > self._largest:
            raise too_large
        return body

    async def _read(self, receive: Receive) -> bytes | None:
        """At most a byte more than `largest`."""
        body, read = bytearray(), 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunk = message.get("body", b"")
            read += len(chunk)
            body += chunk[: self._largest + 1 - len(body)]
            if not message.get("more_body", False) or read > DRAINED:
                return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the whole body first, then what else comes: that the client goes away."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return first.pop() if first else await receive()

    return replayed
