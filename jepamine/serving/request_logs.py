"""Request IDs, and logs as JSON lines on standard error."""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextvars import ContextVar
from typing import Any

from jepamine.serving.middleware import App, Message, Receive, Send
from jepamine.utils.json_files import json_text

LOGGER = logging.getLogger("jepamine.serving")
#: The ID of the request that this task handles.
REQUEST_ID: ContextVar[str | None] = ContextVar("jepamine_request_id", default=None)
# An ID that a proxy has assigned is kept if it is harmless in logs and headers.
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class JsonFormatter(logging.Formatter):
    """Formats a record as a line of JSON: time (UTC), level, message, request_id, the values in `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            "request_id": REQUEST_ID.get(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json_text(line)


def log_as_json() -> None:
    """Write the logs of this process to standard error as JSON lines, with a line for each response."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    LOGGER.setLevel(logging.INFO)


class RequestLog:
    """ASGI middleware that assigns an ID to each request, returns it as X-Request-ID and logs responses."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        request_id = given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex.encode()
        REQUEST_ID.set(request_id.decode())
        began = time.perf_counter()

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"x-request-id", request_id)]}
                fields = {
                    "client": (scope.get("client") or [None])[0],
                    "method": scope["method"],
                    "path": scope["path"][:200],
                    "status": message["status"],
                    "seconds": round(time.perf_counter() - began, 4),
                }
                LOGGER.info("response", extra={"fields": fields})
            await send(message)

        await self._app(scope, receive, with_id)
