"""Messages between processes: a length of four bytes, then that many bytes. Nothing is unpickled."""

from __future__ import annotations

import json
import os
import select
import struct
import time
from typing import Any


class Closed(Exception):
    """The peer has exited, or did not answer in time."""


def send(descriptor: int, value: Any, body: bytes = b"") -> None:
    """Write a JSON value, followed by bytes. Raises Closed."""
    head = json.dumps(value).encode()
    data = struct.pack("!II", len(head), len(body)) + head + body
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError as error:
        raise Closed from error


def arrives(descriptor: int, seconds: float) -> bool:
    """Return whether there is something to read, or the peer has exited, within some seconds."""
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))


def receive(descriptor: int, deadline: float | None = None) -> tuple[Any, bytes]:
    """Read what `send` wrote. `deadline` is a time of time.monotonic(). Raises Closed."""
    head, body = struct.unpack("!II", _exactly(descriptor, 8, deadline))
    value = json.loads(_exactly(descriptor, head, deadline))
    return value, _exactly(descriptor, body, deadline)


def _exactly(descriptor: int, count: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < count:
        remaining = None if deadline is None else max(deadline - time.monotonic(), 0.0)
        if remaining is not None and not arrives(descriptor, remaining):
            raise Closed
        try:
            chunk = os.read(descriptor, min(count - len(data), 2**20))
        except OSError as error:
            raise Closed from error
        if not chunk:
            raise Closed
        data += chunk
    return bytes(data)
