"""An S3 server on loopback (moto) that counts requests, and that can fail or be slow on demand."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class StoreServer:
    """`url`: a new bucket; `requests`: (method, object, status, bytes sent) of each one since `clear`.

    `fails(number)` says whether request `number` (from 0) gets the answer 503; `delay` is in seconds.
    """

    url: str = ""
    requests: list[tuple[str, str, int, int]] = field(default_factory=list)
    fails: Callable[[int], bool] = lambda number: False
    delay: float = 0.0
    # Answers to GET and HEAD are kept and given again: moto takes milliseconds of the processor for each.
    replays: bool = False
    busiest: int = 0
    _answers: dict[tuple[str, str], tuple[str, Any, bytes]] = field(default_factory=dict)
    _busy: int = 0
    _number: int = 0
    _lock: Any = field(default_factory=threading.Lock)

    def methods(self) -> list[tuple[str, str]]:
        """The methods and objects of all requests, sorted."""
        return sorted((method, name) for method, name, _, _ in self.requests)

    def clear(self) -> None:
        self.requests.clear()
        self.busiest = 0

    def put(self, folder: Path) -> None:
        """Upload the files below a folder."""
        import fsspec

        system, root = fsspec.core.url_to_fs(self.url)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                system.pipe_file(f"{root}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def wrap(self, app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            name = environ["PATH_INFO"].removeprefix("/").partition("/")[2]
            with self._lock:
                number, self._number = self._number, self._number + 1
                self._busy += 1
                self.busiest = max(self.busiest, self._busy)
            try:
                time.sleep(self.delay)
                if self.fails(number):
                    self.requests.append((environ["REQUEST_METHOD"], name, 503, 0))
                    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                    start("503 Service Unavailable", [("Content-Length", "0")])
                    return [b""]
                key = (environ["REQUEST_METHOD"], name)
                if not self.replays or key not in self._answers:
                    self._answers[key] = self._answer(app, environ)
                line, headers, body = self._answers[key]
                start(line, headers)
                self.requests.append((*key, int(line.split()[0]), len(body)))
                return [body]
            finally:
                with self._lock:
                    self._busy -= 1

        return answer

    def _answer(self, app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> tuple[str, Any, bytes]:
        head: list[tuple[str, Any]] = []
        body = b"".join(app(environ, lambda line, headers, *rest: head.append((line, headers))))
        return *head[0], body


@contextmanager
def serving() -> Iterator[StoreServer]:
    """Run a server; the variables that boto reads must then name its `host`."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, *words: Any, **more: Any) -> None: ...

    server = StoreServer()
    app = server.wrap(DomainDispatcherApplication(create_backend_app))
    http = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def new_bucket(server: StoreServer) -> None:
    """Make `server.url` a new, empty bucket."""
    import fsspec

    server.delay, server.fails = 0.0, lambda number: False
    bucket = f"bucket-{uuid.uuid4().hex[:8]}"
    fsspec.filesystem("s3").mkdir(bucket)
    server.url = f"s3://{bucket}"
    server.clear()
