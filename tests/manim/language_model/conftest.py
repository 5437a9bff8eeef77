"""A server with OpenAI's chat completions whose answers are scripted."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

pytest.importorskip("openai", reason="the extra llm is not installed")

from jepamine.manim.language_model.chat import Chat, Endpoint


@dataclass(frozen=True)
class Stream:
    """An answer of the server's own form: lines of events, then silence of some seconds, then the end."""

    lines: tuple[str, ...] = ()
    silence: float = 0.0


class Script:
    """Answers in order: a text to stream, an HTTP status or a `Stream`; `requests` are bodies received."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: list[str | int | Stream] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []


@pytest.fixture
def server() -> Iterator[Script]:
    """A server on loopback, and what it is to answer."""

    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            script.requests.append(json.loads(body))
            script.keys.append(self.headers["Authorization"])
            answer = script.answers.pop(0)
            if isinstance(answer, int):
                message = f"refused {self.headers['Authorization']}"
                content = json.dumps({"error": {"message": message}}).encode()
                self.send_response(answer)
                self.send_header("Retry-After", "0")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            if isinstance(answer, Stream):
                self.wfile.write("".join(f"data: {line}\n\n" for line in answer.lines).encode())
                self.wfile.flush()
                ended.wait(answer.silence)
                return
            try:
                for start in range(0, len(answer), 1000):
                    delta = {"content": answer[start : start + 1000]}
                    self._event({"choices": [{"index": 0, "delta": delta}]})
                self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
                self._event({"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 20}})
                self.wfile.write(b"data: [DONE]\n\n")
            except ConnectionError:
                script.answers.insert(0, "the client closed the connection")

        def _event(self, fields: dict[str, Any]) -> None:
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"} | fields
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")

        def log_message(self, *words: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        script = Script(f"http://127.0.0.1:{http.server_port}/v1")
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield script
        ended.set()
        http.shutdown()
        thread.join()


@pytest.fixture
def chat(server, tmp_path, monkeypatch):
    """A client of the server, with a key."""
    monkeypatch.setenv("MY_KEY", "secret-key")
    return Chat(Endpoint("small", server.url, "MY_KEY", 10.0, 2, 0.2, 500), tmp_path / "answers")


@pytest.fixture
def stream():
    """Return `Stream`."""
    return Stream
