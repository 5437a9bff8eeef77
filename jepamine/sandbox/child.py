"""The forked child: give up permissions, run the task, answer and exit."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from jepamine.sandbox.landlock import confine
from jepamine.sandbox.limits import PR_SET_PDEATHSIG, Limits, prctl
from jepamine.sandbox.messages import QUESTIONS, REPLIES
from jepamine.sandbox.task import line_of, problem


def die_with_parent(parent: int) -> None:
    """End this process when its parent process `parent` ends."""
    try:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)


#: The descriptor of the answer; those of `questions` follow, and /dev/null is 0 to 2. Nothing else is open.
ANSWER = 3


def live(
    run: Callable[[Path], dict[str, Any]],
    *,
    progress: Callable[[], str] | None,
    parent: int,
    folder: Path,
    answer: int,
    questions: int,
    replies: int,
    limits: Limits,
    reading: Sequence[Path],
) -> NoReturn:
    """Run `run` in `folder`; write {"confinement", "problem" or "answer"} as JSON to the descriptor `answer`.

    `questions` and `replies` are the descriptors of `jepamine.sandbox.messages.ask`, `progress` is the
    task's.
    """
    try:
        _leave(parent, folder, (answer, questions, replies))
        message: dict[str, Any] = {}
        signal.signal(signal.SIGALRM, lambda _, frame: _too_late(message, limits, frame, progress))
        signal.setitimer(signal.ITIMER_REAL, limits.deadline)
        message["confinement"] = vars(confine(limits, reading, folder))
        try:
            message["answer"] = run(folder)
        except BaseException as error:
            message["problem"] = problem(error)
        _write_answer(message)
    finally:
        # Whatever happens, no handler and no thread of the code may go on running.
        os._exit(0)


def _leave(parent: int, folder: Path, keep: tuple[int, int, int]) -> None:
    """Release what the server holds: its session, its descriptors, its environment."""
    os.setsid()
    die_with_parent(parent)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    # First out of the way of the numbers that they get.
    above = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, REPLIES + 1) for descriptor in keep]
    for descriptor, number in zip(above, (ANSWER, QUESTIONS, REPLIES), strict=True):
        os.dup2(descriptor, number)
    os.closerange(REPLIES + 1, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(
        HOME=str(folder), TMPDIR=str(folder), LANG="C.UTF-8", PATH=os.defpath, OMP_NUM_THREADS="1"
    )
    tempfile.tempdir = None
    os.chdir(folder)


def _too_late(
    message: dict[str, Any], limits: Limits, frame: FrameType | None, progress: Callable[[], str] | None
) -> NoReturn:
    text = f"still running after {limits.deadline:g} s{progress() if progress else ''}"
    _write_answer({**message, "problem": {"kind": "deadline", "line": line_of(frame), "message": text}})
    os._exit(0)


def _write_answer(message: dict[str, Any]) -> None:
    try:
        data = json.dumps(message, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError, MemoryError) as error:
        data = json.dumps({**message, "answer": None, "problem": problem(error)}).encode()
    with contextlib.suppress(OSError):
        while data:
            data = data[os.write(ANSWER, data) :]
