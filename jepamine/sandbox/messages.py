"""Messages between processes: a length, then that many bytes; and a child's questions, one at a time."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal


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


Reply = Callable[[Any], Any]
#: The descriptors in a child.
QUESTIONS, REPLIES = 4, 5
#: The largest question in bytes; a child that puts a larger one is ended.
LARGEST = 2**16
_HEAD = struct.Struct("!II")


def ask(question: Any) -> Any:
    """Put a question from within a child and return the reply; the wait does not count as its time.

    Raises ValueError for a question over LARGEST bytes, and Closed outside of a child.
    """
    if len(json.dumps(question)) > LARGEST:
        raise ValueError(f"a question is longer than {LARGEST:,} bytes")
    with _no_deadline():
        send(QUESTIONS, question)
        return receive(REPLIES)[0]


def handed_over() -> bytes:
    """Return, in a child, what the server hands over to it; the wait does not count as its time."""
    with _no_deadline():
        return receive(REPLIES)[1]


@contextlib.contextmanager
def _no_deadline() -> Iterator[None]:
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)


def reply_to(question: bytes, reply: Reply) -> bytes:
    """Return the bytes of the reply to a question, which untrusted code may have written."""
    try:
        value = json.loads(question)
    except (ValueError, RecursionError):
        return json.dumps(refuse(None)).encode()
    return json.dumps(reply(value)).encode()


def refuse(_: Any) -> dict[str, str]:
    """Reply where no questions are answered."""
    return {"error": "this question has no answer here"}


class Exchange:
    """The server's side: passes on a child's questions and the replies, without blocking on the child."""

    def __init__(self, questions: int, replies: int, asker: int, out: int) -> None:
        """`questions` and `replies` lead to the child, `asker` and `out` to the process outside."""
        self._questions, self._replies, self._asker, self._out = questions, replies, asker, out
        os.set_blocking(replies, False)
        self._question, self._reply = bytearray(), bytearray()
        self._since: float | None = None
        self._waited = 0.0

    def hand_over(self, body: bytes) -> None:
        """Write `body` to the child, which reads it by `receive`, once `register` was called."""
        self._reply += _HEAD.pack(len(b"null"), len(body)) + b"null" + body

    def register(self, poll: select.poll) -> None:
        """Add the descriptors to those that are waited for."""
        self._poll = poll
        poll.register(self._questions, select.POLLIN)
        poll.register(self._asker, select.POLLIN)
        if self._reply:
            poll.register(self._replies, select.POLLOUT)

    def waited(self) -> float:
        """Return the seconds that the child has waited for replies until now."""
        return self._waited + (time.monotonic() - self._since if self._since is not None else 0.0)

    def go_on(self, descriptor: int, event: int) -> Literal["asker gone", "question"] | None:
        """Read or write what a descriptor is ready for; return why the child must end, if it must."""
        if descriptor == self._asker:
            return self._from_asker(event)
        if descriptor == self._replies:
            self._to_child()
            return None
        return self._from_child()

    def _from_child(self) -> Literal["question"] | None:
        chunk = os.read(self._questions, LARGEST)
        if not chunk:
            self._poll.unregister(self._questions)
            return None
        self._question += chunk
        if self._since is not None or self._reply:
            # It does not wait for the reply to the one before.
            return "question"
        if len(self._question) < _HEAD.size:
            return None
        head, body = _HEAD.unpack_from(self._question)
        if body or head > LARGEST or len(self._question) > _HEAD.size + head:
            return "question"
        if len(self._question) == _HEAD.size + head:
            self._since = time.monotonic()
            send(self._out, {"question": True}, bytes(self._question[_HEAD.size :]))
            self._question.clear()
        return None

    def _from_asker(self, event: int) -> Literal["asker gone"] | None:
        if not event & select.POLLIN:
            return "asker gone"
        try:
            head, reply = receive(self._asker)
        except Closed:
            return "asker gone"
        if self._since is None or "reply" not in head:
            # It no longer wants the answer.
            return "asker gone"
        self._waited, self._since = self.waited(), None
        self._reply += _HEAD.pack(len(reply), 0) + reply
        self._poll.register(self._replies, select.POLLOUT)
        return None

    def _to_child(self) -> None:
        try:
            with contextlib.suppress(BlockingIOError):
                del self._reply[: os.write(self._replies, self._reply)]
        except OSError:
            self._reply.clear()
        if not self._reply:
            self._poll.unregister(self._replies)
