"""HTTP responses: JSON that can always be encoded, common headers, errors in one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from jepamine.serving.metrics import Metrics
from jepamine.serving.middleware import App, Message, Receive, Send
from jepamine.serving.service import finite

#: Seconds after which a client that got 503 may retry.
RETRY_AFTER = 2
# No client receives this response: it has disconnected.
GONE = 499


def as_json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return JSON in ASCII: lone surrogates, which some clients and some code send, are escaped."""
    return Response(
        json.dumps(finite(value), allow_nan=False).encode("ascii"),
        status,
        {"Cache-Control": "no-store"} | dict(headers or {}),
        "application/json",
    )


def error_response(status: int, detail: str) -> Response:
    """Return an error as {"detail": ...}."""
    headers = {"Retry-After": str(RETRY_AFTER)} if status == 503 else {}
    return as_json({"detail": detail}, status, headers)


def validation_message(error: RequestValidationError) -> str:
    """Return every mistake of a request with the name of its field."""
    lines = []
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"] if part != "body") or "body"
        message = str(problem["msg"])
        message = {"extra_forbidden": "unknown key", "missing": "missing"}.get(problem["type"], message)
        lines.append(f"{place}: {message[:1].lower()}{message[1:]}")
    return "; ".join(dict.fromkeys(lines))[:2000]


class Outermost:
    """ASGI middleware: common headers, and a count of the responses by route."""

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
                message = {**message, "headers": [*message["headers"], *self._headers]}
                # The route, not the path: clients can invent any number of paths.
                route: Any = scope.get("route")
                self._metrics.request(getattr(route, "path", "other"), message["status"])
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
