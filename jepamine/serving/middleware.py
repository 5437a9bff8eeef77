"""Limits on requests: their size, time and number, and who may use the service (Host, Origin, a token)."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jepamine.errors import UserError

#: Scenes that run at the same time.
WORKERS = 2
#: Attempts before falling back to the generator `template`.
TRIES = 3
#: Responses to cache, and requests that may wait.
CACHE, WAITING = 1000, 64
#: Time limit of submitted code, in seconds.
DEADLINE = 5.0


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


LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
# Addresses that stand for all interfaces, which no client sends as its Host.
WILDCARDS = ("0.0.0.0", "::")
MIN_TOKEN = 16


@dataclass(frozen=True)
class AccessRules:
    """The accepted values of Host, without ports and in lower case, and the bearer token, None for none."""

    hosts: frozenset[str]
    token: str | None = None


def access_rules(bound: str, allowed: Iterable[str] = (), token_file: Path | None = None) -> AccessRules:
    """Return the rules for a service bound to the address `bound`: it, localhost and `allowed` are accepted.

    Raises UserError if the token file is unreadable, or its token is short or has spaces.
    """
    hosts = {*LOCAL_HOSTS, *(_bracketed(host) for host in allowed)}
    if bound not in WILDCARDS:
        hosts.add(_bracketed(bound))
    return AccessRules(frozenset(hosts), None if token_file is None else _read_token(token_file))


def _bracketed(host: str) -> str:
    host = host.lower()
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _read_token(path: Path) -> str:
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not ASCII"
        raise UserError(f"--token-file {path}: {reason}") from None
    if len(token) < MIN_TOKEN or token.split() != [token]:
        raise UserError(
            f"--token-file {path}: the token needs at least {MIN_TOKEN} characters and no spaces; "
            f"create one with: openssl rand -hex 32 > {path}"
        )
    return token


class AccessControl:
    """ASGI middleware that passes on requests within the rules; `refuse` answers the others.

    The Host check stops DNS rebinding, the Origin check requests that other sites' pages make. /healthz needs
    no token.
    """

    def __init__(self, app: App, *, rules: AccessRules, refuse: Callable[[int, str], App]) -> None:
        self._app, self._rules, self._refuse = app, rules, refuse

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        problem = self._problem(scope) if scope["type"] == "http" else None
        app = self._app if problem is None else self._refuse(*problem)
        await app(scope, receive, send)

    def _problem(self, scope: Message) -> tuple[int, str] | None:
        headers: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, []).append(value.decode("latin-1"))
        hosts, origins = headers.get(b"host", []), headers.get(b"origin", [])
        if len(hosts) != 1 or without_port(hosts[0]) not in self._rules.hosts:
            return 400, "this Host is not served here; the operator can add it with --allowed-host"
        if scope["method"] not in ("GET", "HEAD") and any(
            _host_of(origin) != hosts[0].lower() for origin in origins
        ):
            return 403, "requests from other origins are not accepted"
        if self._rules.token is not None and scope["path"] != "/healthz":
            credentials = " ".join(headers.get(b"authorization", []))
            scheme, _, token = credentials.partition(" ")
            correct = hmac.compare_digest(token.strip().encode(), self._rules.token.encode())
            if scheme.lower() != "bearer" or not correct:
                return 401, "send the token: Authorization: Bearer TOKEN"
        return None


def _host_of(origin: str) -> str | None:
    """Return host and port of an Origin in lower case, None for one that is no URL."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def without_port(host: str) -> str:
    """Return the name or address of a Host header, in lower case; IPv6 addresses keep their brackets."""
    host = host.strip().lower()
    return re.sub(r":[0-9]*$", "", host) if host.startswith("[") or host.count(":") == 1 else host
