"""Run another program confined: it reads some folders, writes one, starts nothing and ends in time."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import jepamine
from jepamine.sandbox.bubblewrap import FONTS, LIBRARIES, program_prefix
from jepamine.sandbox.disk_usage import holds_more
from jepamine.sandbox.landlock import confine
from jepamine.sandbox.limits import MIB, Limits

LOOK = 0.05
BOOT = """
import json, sys
sys.path.append(sys.argv.pop())
from jepamine.sandbox.program import become
become(json.loads(sys.argv.pop()))
"""
# What a dynamically linked program is started by.
LOADERS = [("/lib64", "ld-linux*"), ("/lib", "ld-*"), ("/usr/lib64", "ld-linux*"), ("/usr/lib", "ld-linux*")]
# Status of a launcher that could not confine itself; programs use small numbers.
UNCONFINED = 117


@dataclass(frozen=True)
class Finished:
    """How a program ended: `status` as of subprocess, None if it was ended for `how`."""

    how: Literal["ended", "deadline", "folder", "unconfined"]
    status: int | None


def run_program(
    words: Sequence[str],
    folder: Path,
    *,
    reading: Sequence[Path],
    environment: Mapping[str, str],
    limits: Limits,
    bubblewrap: bool,
) -> Finished:
    """Run `words`, the first of which is a path, in `folder`, the only place that it can write to.

    It reads `reading` and the system's libraries and fonts, and cannot start a process. Its output is
    discarded. None of it is left when this returns. Without Landlock and bubblewrap it is not run.
    """
    settings = {
        "words": list(words),
        "folder": str(folder),
        "reading": [str(path) for path in reading],
        "limits": asdict(limits),
        "wrapped": bubblewrap,
    }
    package = Path(jepamine.__file__).parent
    prefix = program_prefix(folder, [package, *reading]) if bubblewrap else []
    process = subprocess.Popen(
        [*prefix, sys.executable, "-I", "-S", "-c", BOOT, json.dumps(settings), str(package.parent)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        how = _until_it_ends(process.stdout.fileno(), folder, limits)
        if how == "ended":
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        status = process.wait()
        process.stdout.close()
    if how != "ended":
        return Finished(how, None)
    return Finished("unconfined", None) if status == UNCONFINED else Finished("ended", status)


def _until_it_ends(output: int, folder: Path, limits: Limits) -> Literal["ended", "deadline", "folder"]:
    # The end of its output is seen at once; waiting for the process itself would be polling.
    ends = time.monotonic() + limits.deadline
    waiting = select.poll()
    waiting.register(output, select.POLLIN)
    while True:
        for _ in waiting.poll(LOOK * 1000):
            if not os.read(output, 2**16):
                return "ended"
        if time.monotonic() > ends:
            return "deadline"
        if holds_more(folder, limits.folder * MIB, limits.entries):
            return "folder"


def become(settings: dict[str, object]) -> None:
    """Confine this process and replace it by the program; called in a process of its own."""
    words = [str(word) for word in settings["words"]]  # type: ignore[attr-defined]
    program = Path(words[0])
    reading = [Path(path) for path in settings["reading"]]  # type: ignore[attr-defined]
    reading += [Path(path) for path in (*LIBRARIES, *FONTS, "/dev/null", "/dev/urandom")]
    loaders = [path for folder, pattern in LOADERS for path in Path(folder).glob(pattern)]
    limits = Limits(**settings["limits"])  # type: ignore[arg-type]
    folder = Path(str(settings["folder"]))
    in_force = confine(limits, reading, folder, running=[program.resolve(), *loaders])
    if not in_force.seccomp or not (in_force.landlock or settings["wrapped"]):
        os._exit(UNCONFINED)
    # Python ignores it, and the program would inherit that: a file over its limit ends it at once.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    os.execv(program.resolve(), [program.name, *words[1:]])
