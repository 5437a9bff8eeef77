"""The fork server: imports once, then forks a confined child for each request on its stdin.

Messages (`questions`): it sends {"ready": ..., "trial": ...} or {"error": ...}, then answers each request
with how its child ended (`watch.End`) and, as the message's body, the child's answer, unparsed. Before that
it may send a child's questions (`questions`).
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

from jepamine.errors import UserError
from jepamine.sandbox import protection as trial
from jepamine.sandbox.bubblewrap import readable
from jepamine.sandbox.child import live
from jepamine.sandbox.limits import Limits
from jepamine.sandbox.messages import Closed, Exchange, handed_over, receive, send
from jepamine.sandbox.task import Task
from jepamine.sandbox.watch import Child, End
from jepamine.utils.temporary import clear

# Seconds for the judge of a request that used up its own.
LEAST = 2.0


class Server:
    """Forks children of one task; run by `main`."""

    def __init__(self, task: Task, asker: int, out: int, home: Path) -> None:
        self.task, self.asker, self.out, self.home = task, asker, out, home
        self.reading = readable()
        #: Whether children cannot reach one another, which `trial` finds out.
        self.apart = False

    def ask(self, task: Task, request: dict[str, Any], limits: Limits) -> tuple[End, bytes]:
        """Run `request` in a new child, and have the task's judge, if it has one, answer in another."""
        judge = getattr(task, "judge", None)
        progress = getattr(task, "progress", None)

        def run(folder: Path) -> dict[str, Any]:
            return task.run(request, folder)

        if judge is None:
            with self._forked(run, limits, progress) as child:
                return child.watch(limits, limits.answer)

        def answer_for(folder: Path) -> dict[str, Any]:
            answer: dict[str, Any] = judge(request, handed_over, folder)
            return answer

        with ExitStack() as children:
            first = children.enter_context(self._forked(run, limits, progress))
            # Confined and ready by the time that it is needed: 15 of its 35 ms.
            second = children.enter_context(self._forked(answer_for, limits)) if self.apart else None
            end, said = first.watch(limits, limits.draft)
            if end.how != "answered":
                return end, said
            second = second or children.enter_context(self._forked(answer_for, limits))
            # It does not have less time than its scene needs to be drawn once.
            left = replace(limits, deadline=max(limits.deadline - end.seconds, LEAST))
            ended, answer = second.watch(left, limits.answer, said)
        return replace(ended, seconds=end.seconds + ended.seconds), answer

    @contextmanager
    def _forked(
        self, run: Callable[[Path], dict[str, Any]], limits: Limits, progress: Callable[[], str] | None = None
    ) -> Iterator[Child]:
        """Run `run` in a new child, which ends with the block; its folder is deleted afterwards."""
        folder = Path(tempfile.mkdtemp(prefix="child-", dir=self.home))
        (mine, its), (asked, asks), (hears, told) = os.pipe(), os.pipe(), os.pipe()
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            live(
                run,
                progress=progress,
                parent=parent,
                folder=folder,
                answer=its,
                questions=asks,
                replies=hears,
                limits=limits,
                reading=self.reading,
            )
        for descriptor in (its, asks, hears):
            os.close(descriptor)
        child = Child(pid, mine, Exchange(asked, told, self.asker, self.out), folder)
        try:
            yield child
        finally:
            child.end()
            for descriptor in (mine, asked, told):
                os.close(descriptor)
            clear(folder)

    def trial(self, outside: str) -> dict[str, Any]:
        """Return a child's report of its confinement and of its attempts to break out."""
        request = {"outside": outside, "parent": os.getpid()}
        end, report = self.ask(trial, request, Limits())
        if end.how != "answered":
            raise UserError(f"a confined process cannot run here: {end.how}, signal {end.signal}")
        result = cast(dict[str, Any], json.loads(report))
        in_force = result["confinement"]
        self.apart = bool(in_force["landlock"] and in_force["seccomp"])
        return result


def main() -> None:
    """Serve. `argv[1]` is JSON.

    `task` (a module's name), `home` (an own folder), `outside` (a file elsewhere).
    """
    settings = json.loads(sys.argv[1])
    asker, out = os.dup(0), os.dup(1)
    # What imports print must not get between the messages.
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    home = Path(settings["home"])
    try:
        task = cast(Task, importlib.import_module(settings["task"]))
        task.prepare()
        server = Server(task, asker, out, home)
        gc.collect()
        # Children share existing pages; the garbage collector would write to all of them.
        gc.freeze()
        send(out, {"ready": os.getpid(), "trial": server.trial(settings["outside"])})
        while True:
            request, _ = receive(asker)
            if "request" not in request:
                # The reply to a child that did not wait for it.
                continue
            end, settings_message = server.ask(task, request["request"], Limits(**request["limits"]))
            send(out, asdict(end), settings_message)
    except Closed:
        return
    except UserError as error:
        send(out, {"error": str(error)})
    except Exception:
        send(out, {"bug": traceback.format_exc()})
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
