"""Which layer of the sandbox stops which hostile program: a table of those stopped by each layer alone.

The programs are those of the tests (`tests/sandbox/programs*.txt`): Python, run as it is, and scenes, run
with Manim. Each runs with one layer at a time, and with all of them. For those that read the canary, write,
connect, leave a process or signal, a layer counts as stopping what was not seen to happen; what is stopped
without any layer cannot be done by a child of this machine in the first place. Programs that only take what
they can get ("bounded") count if they ended within their limits and the server answered the next request; the
limits on memory, time and files hold with every layer. Those that start processes or threads run only where
seccomp is among the layers, as it alone forbids them, and with `--contained` everywhere: run that in a cgroup
with a `pids.max`, as a fork bomb could take the machine. Steps
towards all of Python ("walk") are the check's to stop, which stops a program by objecting to it. Exit code 1
if all layers together let one through.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import signal
import sys
import tempfile
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from jepamine.manim.latex.cache import Cache
from jepamine.manim.latex.typesetter import Typesetter
from jepamine.manim.validation.syntax import objections
from jepamine.sandbox.limits import Limits
from jepamine.sandbox.server_pool import ServerLost, pool
from jepamine.utils.printing import table

TESTS = Path(__file__).parent.parent / "tests" / "sandbox"
sys.path.insert(0, str(TESTS))
KINDS = ("leak", "write", "network", "process", "signal", "bounded", "walk")
SCENE = "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
GOOD = SCENE + "        self.add(Circle())\n"
FILES = {
    "plain_task": ("programs.txt", "programs_further.txt"),
    "jepamine.manim.validation.scene_task": ("programs_manim.txt", "programs_manim_further.txt"),
}
#: In the code of programs that start processes or threads.
STARTS = re.compile(
    r"fork|spawn|clone|Popen|subprocess|system\(|popen|multiprocessing|[Tt]hread|Executor|vfork|syscall"
)
QUICK = Limits(deadline=2, memory=256, folder=16, entries=300, answer=1)
# Seconds beyond the deadline of the code and of what draws its scene.
LATE = 6
# Runs in the server only: the layers that are left out do nothing there.
TASK = """
from jepamine.sandbox import landlock, seccomp
import {task} as task
from {task} import run

if hasattr(task, "judge"):
    judge = task.judge

def prepare():
    task.prepare()
    if not {landlock}:
        landlock.restrict = lambda *given: 0
    if not {seccomp}:
        landlock.filter_calls = lambda *given, **named: False
"""
LAYERS = {
    "none": (False, False, False),
    "Landlock": (True, False, False),
    "seccomp": (False, True, False),
    "bubblewrap": (False, False, True),
    "Landlock and seccomp": (True, True, False),
    "all but the check": (True, True, True),
}
Ask = Callable[[str], str]
#: Task, name, kind of harm, code.
Program = tuple[str, str, str, str]


def scene(code: str) -> str:
    """Return code as the body of a scene."""
    return SCENE + textwrap.indent(code, " " * 8)


@contextmanager
def server(task: str, layers: tuple[bool, bool, bool], folder: Path) -> Iterator[Ask]:
    """Start a server with these layers: code -> its answer."""
    landlock, seccomp, bubblewrap = layers
    name = f"task_{time.monotonic_ns()}"
    # Apart from the worlds: bubblewrap shows the server this folder.
    folder = folder / "tasks"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(TASK.format(task=task, landlock=landlock, seccomp=seccomp))
    with pool(name, path=[folder, TESTS / "tasks"], bubblewrap=bubblewrap) as servers:
        formulas = Typesetter(Cache(folder / name), bubblewrap)

        def ask(code: str) -> str:
            request: dict[str, Any] = {"code": code}
            if task != "plain_task":
                request |= {"scene": None, "check": False, "preview": None, "every": False}
                request |= {"modules": {}, "files": {}}
            return servers.ask(request, QUICK, formulas.scene().reply)[1].decode("utf-8", "replace")

        yield ask


def stopped(ask: Ask, task: str, harm: str, code: str, world: Any) -> bool:
    """Run a program and return whether nothing of its kind of harm happened."""
    plain = task == "plain_task"
    began = time.monotonic()
    try:
        said = ask(world.code(code) if plain else scene(world.code(code)))
    except ServerLost:
        # It killed its own server, and the next one.
        return False
    if harm != "bounded":
        return harm.replace("walk", "leak") not in world.harm(said)
    on_time = time.monotonic() - began < QUICK.deadline + LATE
    if plain:
        return on_time and json.loads(ask("said = 6 * 7"))["answer"]["said"] == 42
    return on_time and json.loads(ask(GOOD))["answer"]["problems"] == []


def main() -> None:
    """Run every program with every layer and print the table."""
    from conftest import programs  # type: ignore[import-not-found]

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="programs whose name contains this")
    parser.add_argument("--harm", choices=KINDS, help="only programs of this kind")
    parser.add_argument("--layer", choices=LAYERS, action="append", help="only this layer")
    parser.add_argument(
        "--contained",
        action="store_true",
        help="a cgroup bounds the processes of this command: run what forks with every layer",
    )
    given = parser.parse_args()
    every = [
        (task, name, harm.split()[0].replace("none", "bounded"), code)
        for task, files in FILES.items()
        for file in files
        for name, harm, code in programs(TESTS / file)
        if (given.only is None or given.only in name)
        and given.harm in (None, harm.split()[0].replace("none", "bounded"))
    ]
    rows: list[list[object]] = [["layer", *KINDS, "stopped", "of"]]
    left: dict[str, set[str]] = {}
    worlds: list[Any] = []
    for number in (signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, lambda found, _: worlds[-1].signals.append(found))

    def add(layer: str, tried: list[Program], through: set[str]) -> None:
        held = Counter(harm for _, name, harm, _ in tried if name not in through)
        kinds = {harm for _, _, harm, _ in tried}
        left[layer] = through
        rows.append([layer, *(held[k] if k in kinds else "-" for k in KINDS), held.total(), len(tried)])
        print(table([rows[0], rows[-1]]), flush=True)

    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        tempfile.tempdir = name
        stack.callback(setattr, tempfile, "tempdir", None)
        for layer in given.layer or LAYERS:
            forbids = LAYERS[layer][1] or given.contained
            tried = [one for one in every if forbids or one[2] != "bounded" or not STARTS.search(one[3])]
            add(layer, tried, _through(LAYERS[layer], tried, Path(name), worlds))
    allowed = {name for _, name, _, code in every if not objections(ast.parse(scene(code)))}
    add("check of names", every, allowed)
    if "all but the check" in left:
        add("all", every, left["all but the check"] & allowed)
    print(table(rows))
    for layer, names in left.items():
        if layer not in ("none", "check of names"):
            print(f"through {layer}: {', '.join(sorted(names)) or 'none'}")
    sys.exit(bool(left.get("all")))


def _through(
    layers: tuple[bool, bool, bool], programs: list[Program], folder: Path, worlds: list[Any]
) -> set[str]:
    """Run programs with these layers and return the names of those that were not stopped."""
    from conftest import World

    through = set()
    for task in FILES:
        with server(task, layers, folder) as ask:
            for _, name, harm, code in (one for one in programs if one[0] == task):
                worlds.append(World(folder / f"world-{len(worlds)}", str(folder)))
                if not stopped(ask, task, harm, code, worlds[-1]):
                    through.add(name)
                for process in worlds[-1].processes() - worlds[-1].before[2]:
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)
                for listener in worlds[-1].listeners:
                    listener.close()
    return through


if __name__ == "__main__":
    main()
