"""Run the service: a socket, uvicorn, limits on connections, and an orderly shutdown."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

from jepamine.errors import UserError
from jepamine.utils.progress import notify

if TYPE_CHECKING:
    import uvicorn

    from jepamine.serving.build_service import Settings
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


NEEDED = ("cachetools", "fastapi", "prometheus_client", "python_multipart", "uvicorn")
LOCAL = ("127.0.0.1", "::1", "localhost")
# Seconds for pending requests at shutdown.
DRAIN_SECONDS = 15


def run(experiments: Path, host: str, port: int, **settings: Any) -> None:
    """Serve until a signal arrives; `settings` are those of `jepamine.serving.build_service.Settings`.

    Raises UserError if a package is missing, and as `serve` does.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UserError(f"serve requires {', '.join(missing)}: pip install -e '.[serve]'")
    from jepamine.serving.build_service import Settings

    serve(Settings(experiments, **settings), host, port)


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until a signal arrives. Raises UserError as `open_service`, and for an address in use."""
    import uvicorn

    from jepamine.serving.app import create_app
    from jepamine.serving.build_service import open_service
    from jepamine.serving.middleware import Bounds, access_rules
    from jepamine.serving.request_logs import LOGGER, log_as_json

    rules = access_rules(host, settings.allowed_hosts, settings.token_file)
    if settings.json_logs:
        log_as_json()
    say = LOGGER.info if settings.json_logs else notify
    with ending_at_signals(), listening(host, port) as listener:
        if settings.run is None:
            say("no --run: layouts come from descriptions only")
        with open_service(settings) as (service, jobs):
            if host not in LOCAL and rules.token is None:
                say(f"warning: {host} is reachable from other machines, and there is no authentication")
            app = create_app(service, jobs, Bounds(), rules)
            config = uvicorn_config(app, Bounds(), json_logs=settings.json_logs)
            host_in_url = f"[{host}]" if ":" in host else host
            say(f"protection in force: {service.pipeline.validator.protection}")
            say(f"serving on http://{host_in_url}:{listener.getsockname()[1]} (Ctrl-C stops)")
            uvicorn.Server(config).run(sockets=[listener])


def uvicorn_config(app: Any, bounds: Bounds, *, json_logs: bool = False) -> uvicorn.Config:
    """Return the configuration of uvicorn: bounded connections, pending requests finish at shutdown."""
    import uvicorn

    return uvicorn.Config(
        app,
        http=limited_protocol(bounds),
        ws="none",
        log_config=None if json_logs else uvicorn.config.LOGGING_CONFIG,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


def listening(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises UserError if it cannot be opened."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        # What Python adds to the system's message repeats the address; names that do not resolve have error
        # numbers of their own.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise UserError(f"--host {host} --port {port}: {reason}; --port 0 picks a free one") from None
    # Accepted connections inherit it. Without it a client's second request waits 40 ms for its response.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


@contextmanager
def ending_at_signals() -> Iterator[None]:
    """End the block on SIGTERM and Ctrl-C, so that what it opened is closed; uvicorn passes both on."""
    before = {kind: signal.signal(kind, _stop) for kind in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _stop(*_: object) -> NoReturn:
    raise SystemExit(0)
