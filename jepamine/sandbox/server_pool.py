"""Fork servers from the outside: start, ask, stop one; or a pool of them."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jepamine
from jepamine.errors import UserError
from jepamine.sandbox.bubblewrap import installed, prefix
from jepamine.sandbox.limits import Limits
from jepamine.sandbox.messages import Closed, Reply, arrives, receive, refuse, reply_to, send
from jepamine.sandbox.protection import Protection, from_trial
from jepamine.sandbox.watch import GRACE, End
from jepamine.utils.temporary import LockedFolder, remove_abandoned

# Seconds for a cold start on a slow disk, for a server to clean up after a child, and between two looks at
# whether the answer is still wanted.
START, SLACK, LOOK = 120.0, 20.0, 0.1
# The interpreter's own folders come first, so that nothing beside the code at hand shadows a module.
BOOT = """
import json, sys
sys.path += [path for path in json.loads(sys.argv.pop()) if path not in sys.path]
from jepamine.sandbox.fork_server import main
main()
"""
# One thread for each library, before and after the fork; one arena, as each takes 64 MiB of a child's share.
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": os.defpath,
    "MALLOC_ARENA_MAX": "1",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
}


class ServerLost(UserError):
    """The server was lost twice during one request, or could not be restarted."""


class Abandoned(Exception):
    """Nothing waits for the answer any more."""


class Handle:
    """One server. Its children's answers come one at a time; callers must take turns."""

    def __init__(self, task: str, path: Sequence[Path] = (), bubblewrap: bool | None = None) -> None:
        """`task` is a module of `jepamine.sandbox.task.Task`, also looked up in `path`.

        `bubblewrap` is None to use it if it works. Raises UserError if the server cannot start.
        """
        self.task, self.path, self.bubblewrap = task, tuple(path), bubblewrap
        self._closed = False
        self._start()

    def ask(
        self,
        request: dict[str, Any],
        limits: Limits,
        reply: Reply | None = None,
        gone: Callable[[], bool] = bool,
    ) -> tuple[End, bytes]:
        """Return how the child of this request ended, and its answer.

        `reply` answers the questions that the child puts by `jepamine.sandbox.messages.ask`.

        A lost server is restarted and asked once more. Raises ServerLost if it is lost again, and Abandoned
        once `gone` is true, which ends the child.
        """
        for _ in range(2):
            try:
                return self._ask(request, limits, reply or refuse, gone)
            except Closed:
                self._restart()
        raise ServerLost("the sandbox server was lost twice while it ran this code; is memory short?")

    def _ask(
        self, request: dict[str, Any], limits: Limits, reply: Reply, gone: Callable[[], bool]
    ) -> tuple[End, bytes]:
        if gone():
            raise Abandoned
        send(self._in, {"request": request, "limits": asdict(limits)})
        while True:
            latest = time.monotonic() + limits.deadline + GRACE + SLACK
            while not (left := gone()) and not arrives(self._out, LOOK) and time.monotonic() < latest:
                pass
            if left:
                send(self._in, {"cancel": True})
            end, body = receive(self._out, latest)
            if left and "question" in end:
                end, body = receive(self._out, latest)
            if left:
                raise Abandoned
            if "question" not in end:
                return End(**end), body
            try:
                reply_body = reply_to(body, reply)
            except BaseException:
                # The child still waits for it.
                self._restart()
                raise
            send(self._in, {"reply": True}, reply_body)

    def _restart(self) -> None:
        if self._closed:
            raise ServerLost("the sandbox is shutting down")
        self._end()
        try:
            self._start()
        except (UserError, OSError) as error:
            raise ServerLost(f"the sandbox server cannot be restarted: {error}") from error

    def close(self) -> None:
        """Stop the server and any child, and delete its folder."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        # Their numbers may be reused once they are closed.
        self._in = self._out = -1
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()  # type: ignore[union-attr]
        self._folder.remove()

    def _start(self) -> None:
        if sys.platform == "win32":
            raise UserError("code runs in forked processes only: use Linux, macOS or WSL")
        wrapped = [True] if self.bubblewrap is not False and installed() else []
        for with_bubblewrap in (*wrapped, *([] if self.bubblewrap else [False])):
            try:
                self.protection = self._start_one(with_bubblewrap)
                return
            except Closed:
                # Many containers do not permit the namespaces that bubblewrap needs.
                self._end()
        raise UserError(
            "bubblewrap does not work here: `bwrap --unshare-all --ro-bind / / true` shows why"
            if self.bubblewrap
            else "the sandbox server exited at startup; is memory short?"
        )

    def _start_one(self, wrapped: bool) -> Protection:
        self._folder = LockedFolder()
        self._home = self._folder.path / "home"
        self._home.mkdir()
        outside = self._folder.path / "outside"
        outside.touch()
        path = [*self.path, *(Path(name) for name in sys.path if Path(name).is_absolute())]
        words = prefix(self._home, [Path(jepamine.__file__).parent, *self.path]) if wrapped else []
        settings = {"task": self.task, "home": str(self._home), "outside": str(outside)}
        python = [
            sys.executable,
            "-I",
            "-c",
            BOOT,
            json.dumps(settings),
            json.dumps([str(folder) for folder in path]),
        ]
        self._process = subprocess.Popen(
            [*words, *python],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**ENVIRONMENT, "HOME": str(self._home), "TMPDIR": str(self._home)},
            cwd=self._home,
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        first, _ = receive(self._out, time.monotonic() + START)
        if "ready" not in first:
            self._end()
            raise UserError(first["error"]) if "error" in first else RuntimeError(first["bug"])
        self.pid = first["ready"]
        return from_trial(first["trial"], wrapped)


class Pool:
    """Runs as many requests at a time as it has servers; made by `pool`."""

    def __init__(self, handles: Sequence[Handle], askers: Executor) -> None:
        self._idle: queue.SimpleQueue[Handle] = queue.SimpleQueue()
        for handle in handles:
            self._idle.put(handle)
        self._askers = askers
        self.protection: Protection = handles[0].protection

    def ask(
        self,
        request: dict[str, Any],
        limits: Limits,
        reply: Reply | None = None,
        gone: Callable[[], bool] = bool,
    ) -> tuple[End, bytes]:
        """Ask a free server, from any thread; first come, first served. More as for `Handle.ask`."""
        return self._askers.submit(self._ask, request, limits, reply, gone).result()

    def _ask(
        self, request: dict[str, Any], limits: Limits, reply: Reply | None, gone: Callable[[], bool]
    ) -> tuple[End, bytes]:
        # As many threads as servers, so one is idle. Callers waiting for it themselves would not take turns.
        handle = self._idle.get()
        try:
            return handle.ask(request, limits, reply, gone)
        finally:
            self._idle.put(handle)


@contextmanager
def pool(
    task: str,
    *,
    workers: int = 1,
    path: Sequence[Path] = (),
    bubblewrap: bool | None = None,
    meanwhile: Callable[[], object] = bool,
) -> Iterator[Pool]:
    """Start `workers` servers of a task (see `Handle`); they stop with the block.

    `meanwhile` is called while they start, which takes them a second or two.
    """
    remove_abandoned()
    with ThreadPoolExecutor(workers) as askers:
        futures = [askers.submit(Handle, task, path, bubblewrap) for _ in range(workers)]
        try:
            meanwhile()
            yield Pool([future.result() for future in futures], askers)
        finally:
            for future in futures:
                if future.exception() is None:
                    future.result().close()
