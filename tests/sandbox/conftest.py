"""Hostile programs, and a small world outside of the sandbox that notices what reaches it."""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jepamine.sandbox.server_pool import pool

HERE = Path(__file__).parent
SECRET = "the secret of the canary"


@dataclass
class World:
    """What hostile code aims at. `harm` says what it reached."""

    outside: Path
    token: str
    listeners: list[socket.socket] = field(default_factory=list)
    signals: list[int] = field(default_factory=list)

    def __post_init__(self):
        self.outside.mkdir()
        self.canary = self.outside / "canary"
        self.canary.write_text(SECRET)
        (self.outside / "evil.py").write_text("open(__file__ + '.new', 'w')\n")
        self.listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self.port = self.listeners[0].getsockname()[1]
        self.listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", self.port))
        self.unix = str(self.outside / "socket")
        self.listen(socket.AF_UNIX, socket.SOCK_STREAM, self.unix)
        self.listen(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.unix)
        self.before = self.files(), self.powers(), self.processes()

    def listen(self, family, kind, address):
        listener = socket.socket(family, kind)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        self.listeners.append(listener)

    def files(self):
        found = {}
        for path in [self.outside, *sorted(self.outside.rglob("*"))]:
            if not os.path.lexists(path):
                continue
            status = path.lstat()
            content = path.read_bytes() if path.is_file() else None
            found[path] = (content, status.st_mode, status.st_mtime_ns, status.st_nlink)
        return found

    def powers(self):
        return resource.getrlimit(resource.RLIMIT_NOFILE), os.sched_getaffinity(0)

    def processes(self):
        """Processes with `token` on their command line, as forks of one have it too, but for zombies."""
        # A zombie has no command line any more.
        numbers = (path.name for path in Path("/proc").iterdir() if path.name.isdigit())
        return {int(number) for number in numbers if self.token in line(number)}

    def code(self, program):
        """The program with its aims before it."""
        aims = {"CANARY": str(self.canary), "OUTSIDE": str(self.outside), "PORT": self.port}
        aims |= {"UNIX": self.unix, "TESTER": os.getpid()}
        return "".join(f"{name} = {value!r}\n" for name, value in aims.items()) + program

    def harm(self, said):
        """The kinds of harm done since the world began; `said` is all that came back from the program."""
        found = set()
        if "leaked" in said or SECRET in said:
            found.add("leak")
        files, powers, processes = self.before
        if self.files() != files:
            found.add("write")
        if select.select(self.listeners, [], [], 0)[0]:
            found.add("network")
        if self.signals or self.powers() != powers:
            found.add("signal")
        if self.processes() - processes:
            found.add("process")
        return found


def line(number):
    """The command line of a process, empty for one that has gone."""
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


@pytest.fixture(scope="session")
def temporary(tmp_path_factory):
    """A folder that all of these tests' servers have their folders in, which tells their processes apart."""
    before = tempfile.tempdir
    tempfile.tempdir = str(tmp_path_factory.mktemp("servers"))
    yield tempfile.tempdir
    tempfile.tempdir = before


@pytest.fixture
def world(tmp_path, temporary, monkeypatch):
    monkeypatch.setenv("JEPAMINE_TEST_SECRET", SECRET)
    made = World(tmp_path / "outside", temporary)
    handlers = {
        number: signal.signal(number, lambda *found: made.signals.append(found[0])) for number in (10, 12)
    }
    yield made
    limits, processors = made.before[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    os.sched_setaffinity(0, processors)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    for listener in made.listeners:
        listener.close()


@pytest.fixture(scope="session")
def plain(temporary):
    """A server whose children run Python as it is, held back by the kernel alone."""
    with pool("plain_task", path=[HERE / "tasks"], bubblewrap=False) as servers:
        yield servers


@pytest.fixture(scope="session")
def every_program():
    """All programs, those with Manim's own means last."""
    return programs(HERE / "programs.txt") + programs(HERE / "programs_manim.txt")


def pytest_generate_tests(metafunc):
    every = programs(HERE / "programs.txt")
    # Those whose harm can be seen, and that do it on every system.
    harmful = [one for one in every if one[1] in ("leak", "write", "network", "process", "signal")]
    kinds = {"program": every, "harmful": harmful, "scene_program": programs(HERE / "programs_manim.txt")}
    for name, found in kinds.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, found, ids=[one[0] for one in found])


def programs(path):
    """(name, harm, code) of each."""
    found = []
    for part in path.read_text().split("\n== ")[1:]:
        head, _, code = part.partition("\n")
        name, _, harm = head.partition(": ")
        found.append((name, harm, code.rstrip() + "\n"))
    return found
