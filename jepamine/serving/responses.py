"""HTTP responses: JSON that is always valid, one-line errors, and the headers of every response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from jepamine.serving.middleware import App, Message, Receive, Send
from jepamine.serving.prometheus import Metrics
from jepamine.serving.request_logs import LOGGER
from jepamine.utils.json_files import json_text

#: The Retry-After of a 503, in seconds.
RETRY_AFTER = 2
# The status for a client that has closed its connection, as nginx logs it.
CLIENT_CLOSED_REQUEST = 499


def json_response(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response in ASCII JSON: lone surrogates, which clients and code may contain, are escaped."""
    return Response(
        json_text(value).encode("ascii"),
        status,
        {"Cache-Control": "no-store"} | dict(headers or {}),
        "application/json",
    )


def error_response(status: int, detail: str) -> Response:
    """Return an error as {"detail": ...}."""
    headers = {503: {"Retry-After": str(RETRY_AFTER)}, 401: {"WWW-Authenticate": "Bearer"}}.get(status, {})
    return json_response({"detail": detail}, status, headers)


def describe_errors(error: RequestValidationError) -> str:
    """Return every error of a request body with the name of its field, in one line."""
    lines = []
    for problem in error.errors():
        field = ".".join(str(part) for part in problem["loc"] if part != "body") or "body"
        message = str(problem["msg"])
        message = {"extra_forbidden": "unknown key", "missing": "missing"}.get(problem["type"], message)
        lines.append(f"{field}: {message[:1].lower()}{message[1:]}")
    return "; ".join(dict.fromkeys(lines))[:2000]


def content_security_policy(preview_url: str) -> str:
    """Return a policy that allows only this service and the host of the previews."""
    parts = urlsplit(preview_url)
    preview_host = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' blob:{preview_host}; media-src 'self'{preview_host}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class InternalErrors:
    """ASGI middleware that logs unexpected exceptions and answers with a 500."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            LOGGER.exception("internal error")
            if not started:
                await error_response(500, "internal error; see the server log")(scope, receive, send)


class CommonHeaders:
    """ASGI middleware that adds the headers of every response and counts responses by route."""

    def __init__(self, app: App, *, policy: str, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics
        self._headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"content-security-policy", policy.encode()),
        ]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *self._headers]
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-cache"))
                message = {**message, "headers": headers}
                # The route, not the path: clients can make up any number of paths.
                route: Any = scope.get("route")
                self._metrics.count_response(getattr(route, "path", "other"), message["status"])
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
