"""`jepamine serve`: a socket, uvicorn, and an orderly end."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from jepamine.errors import UserError
from jepamine.serving.build import Settings, opened
from jepamine.utils.progress import notify

LOCAL = ("127.0.0.1", "::1", "localhost")
# Seconds that requests under way have at the end.
LAST_ONES = 15


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until a signal says to stop. Raises UserError as `opened`, and for an address that is taken."""
    with ending_at_signals(), listening(host, port) as door:
        if settings.run is None:
            notify("no --run: layouts come from descriptions alone")
        with opened(settings) as (service, desk):
            import uvicorn

            from jepamine.serving.app import create_app
            from jepamine.serving.middleware import Bounds

            if host not in LOCAL:
                notify(f"warning: {host} can be reached from elsewhere; nobody is asked who they are")
            app = create_app(service, desk, Bounds())
            config = uvicorn.Config(
                app, log_level="warning", access_log=False, timeout_graceful_shutdown=LAST_ONES
            )
            shown = f"[{host}]" if ":" in host else host
            notify(f"protection in force: {service.chain.validator.protection}")
            notify(f"serving on http://{shown}:{door.getsockname()[1]} (Ctrl-C ends it)")
            uvicorn.Server(config).run(sockets=[door])


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises UserError where it cannot."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        door = socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        # What Python adds to the system's words says the address a second time; names that do not resolve
        # have numbers of their own.
        said = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise UserError(f"--host {host} --port {port}: {said}; --port 0 takes a free one") from None
    # Connections have it from the door. Without it a second request of a client waits 40 ms for its answer.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door


@contextmanager
def ending_at_signals() -> Iterator[None]:
    """Let SIGTERM and Ctrl-C end the block, so that what it opened is closed; uvicorn hands both on."""
    before = {kind: signal.signal(kind, _stop) for kind in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _stop(*_: object) -> NoReturn:
    raise SystemExit(0)


NEEDED = ("cachetools", "fastapi", "prometheus_client", "python_multipart", "uvicorn")


def run(experiments: Path, host: str, port: int, **settings: Any) -> None:
    """Serve until a signal says to stop; `settings` are those of `jepamine.serving.build.Settings`.

    Raises UserError where a package is missing, and as `jepamine.serving.server.serve`.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UserError(f"serve needs {', '.join(missing)}: pip install -e '.[serve]'")
    from jepamine.serving.build import Settings

    serve(Settings(experiments, **settings), host, port)
