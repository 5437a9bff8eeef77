"""Which layer of the sandbox stops which hostile program: a table of those stopped by each layer alone.

The programs are those of the tests (`tests/sandbox/programs*.txt`). Each runs with one layer at a time, and
with all of them. Only programs whose harm can be seen count: one that reads the canary, writes or connects
outside its folder, leaves a process, or signals another. What is stopped without any layer cannot be done by
a child of this machine in the first place. The check of names stops a program if it objects to it. Exit code
1 if all layers together let one through.
"""

from __future__ import annotations

import argparse
import ast
import os
import signal
import sys
import tempfile
import textwrap
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from jepamine.manim.validation.syntax import objections
from jepamine.sandbox.handle import pool
from jepamine.sandbox.limits import Limits
from jepamine.utils.printing import table

TESTS = Path(__file__).parent.parent / "tests" / "sandbox"
sys.path.insert(0, str(TESTS))
KINDS = ("leak", "write", "network", "process", "signal")
SCENE = "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
# Runs in the server only: the layers that are left out do nothing there.
TASK = """
from jepamine.sandbox import landlock, seccomp
from plain_task import run

def prepare():
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


def main() -> None:
    """Run every program with every layer and print the table."""
    from conftest import World, programs  # type: ignore[import-not-found]

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="programs whose name contains this")
    given = parser.parse_args()
    every = [one for one in programs(TESTS / "programs.txt") if one[1].split()[0] in KINDS]
    every = [one for one in every if given.only is None or given.only in one[0]]
    rows: list[list[object]] = [["layer", *KINDS, "stopped", "of"]]
    through: dict[str, list[str]] = {}
    for signal_number in (signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(signal_number, lambda *_: None)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        tempfile.tempdir = name
        stack.callback(setattr, tempfile, "tempdir", None)
        folder = Path(name)
        for layer, (landlock, seccomp, bubblewrap) in LAYERS.items():
            task = f"task_{len(rows)}"
            (folder / f"{task}.py").write_text(TASK.format(landlock=landlock, seccomp=seccomp))
            stopped: Counter[str] = Counter()
            path = [folder, TESTS / "tasks"]
            with pool(task, path=path, bubblewrap=bubblewrap) as servers:
                for number, (program, harm, code) in enumerate(every):
                    kind = harm.split()[0]
                    world = World(folder / f"world-{len(rows)}-{number}", name)
                    quick = Limits(deadline=2, memory=256, folder=16, entries=300, answer=1)
                    _, said = servers.ask({"code": world.code(code)}, quick)
                    if kind not in world.harm(said.decode("utf-8", "replace")):
                        stopped[kind] += 1
                    else:
                        through.setdefault(layer, []).append(program)
                    for process in world.processes() - world.before[2]:
                        os.kill(process, signal.SIGKILL)
                    for listener in world.listeners:
                        listener.close()
            rows.append([layer, *(stopped[kind] for kind in KINDS), stopped.total(), len(every)])
            print(table(rows[:1] + rows[-1:]), flush=True)
    refused = Counter(
        harm.split()[0]
        for _, harm, code in every
        if objections(ast.parse(SCENE + textwrap.indent(code, " " * 8)))
    )
    rows.append(["check of names", *(refused[kind] for kind in KINDS), refused.total(), len(every)])
    print(table(rows))
    print(f"through all layers but the check: {', '.join(through.get('all but the check', [])) or 'none'}")
    sys.exit("all but the check" in through)


if __name__ == "__main__":
    main()
