"""`jepamine serve`: a socket, uvicorn, and an orderly end."""

from __future__ import annotations

import os
import signal
import socket
from typing import NoReturn

from jepamine.errors import UserError
from jepamine.progress import tell
from jepamine.serving.opening import Settings, opened

LOCAL = ("127.0.0.1", "::1", "localhost")


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until a signal says to stop. Raises UserError as `opened`, and for an address that is taken."""
    # SystemExit at the signal: what was opened is closed.
    signal.signal(signal.SIGTERM, _stop)
    with listening(host, port) as door:
        if settings.run is None:
            tell("no --run: layouts come from descriptions alone")
        with opened(settings) as (service, desk):
            import uvicorn

            from jepamine.serving.app import Bounds, create_app

            if host not in LOCAL:
                tell(f"warning: {host} can be reached from elsewhere; nobody is asked who they are")
            app = create_app(service, desk, Bounds())
            config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=15)
            protection = service.chain.validator.protection
            shown = f"[{host}]" if ":" in host else host
            tell(f"protection in force: {protection}")
            tell(f"serving on http://{shown}:{door.getsockname()[1]} (Ctrl-C ends it)")
            uvicorn.Server(config).run(sockets=[door])


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises UserError where it cannot."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        door = socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        # What Python adds to the system's words says the address a second time; names that do not resolve
        # have numbers of their own.
        said = os.strerror(error.errno) if (error.errno or 0) > 0 else error.strerror
        raise UserError(f"--host {host} --port {port}: {said}; --port 0 takes a free one") from None
    # Connections have it from the door. Without it a second request of a client waits 40 ms for its answer.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door


def _stop(*_: object) -> NoReturn:
    raise SystemExit(0)
