"""The fork server: what its children are, what they say, and what becomes of it."""

from __future__ import annotations

import errno
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.sandbox import server_pool
from jepamine.sandbox.bubblewrap import HOME_BYTES
from jepamine.sandbox.limits import Limits
from jepamine.sandbox.server_pool import Abandoned, Handle, ServerLost, pool
from jepamine.utils.temporary import remove_abandoned

TASKS = [Path(__file__).parent / "tasks"]
LIMITS = Limits(memory=256)
THREADS = """
import threading, time
for number in range(40):
    threading.Thread(target=time.sleep, args=(99,)).start()
time.sleep(99)
"""


def answer(servers, code, limits=LIMITS):
    end, said = servers.ask({"code": code}, limits)
    assert end.how == "answered"
    return json.loads(said)


def said(servers, code, limits=LIMITS):
    return answer(servers, code, limits)["answer"]["said"]


def problem(servers, code, limits=LIMITS):
    return answer(servers, code, limits)["problem"]


def test_a_child_begins_where_the_server_is_and_nothing_of_it_stays(plain):
    assert said(plain, "import math; math.mine = 1; open('file', 'w').write('x'); said = 1") == 1
    assert said(plain, "import math, os; said = [hasattr(math, 'mine'), os.listdir()]") == [False, []]


def test_the_folder_of_a_child_is_gone_with_it(plain):
    folder = Path(answer(plain, "open('file', 'w').write('x')")["answer"]["folder"])
    assert folder.parent.is_dir() and not folder.exists()


def test_a_child_has_an_environment_of_its_own_and_descriptors_to_nowhere(plain, monkeypatch):
    monkeypatch.setenv("JEPAMINE_TEST_SECRET", "x")
    assert said(plain, "import os; said = sorted(os.environ)") == [
        "HOME",
        "LANG",
        "OMP_NUM_THREADS",
        "PATH",
        "TMPDIR",
    ]
    assert said(plain, "import os; said = os.environ['HOME'] == os.getcwd()") is True
    code = """
import os
said = []
for number in range(64):
    try:
        said.append([number, os.fstat(number).st_rdev])
    except OSError:
        pass
"""
    null = Path(os.devnull).stat().st_rdev
    assert said(plain, code) == [[0, null], [1, null], [2, null], [3, 0], [4, 0], [5, 0]]


@pytest.mark.parametrize(
    ("code", "line", "message"),
    [
        ("x = 1\n\n1 / 0\n", 3, "ZeroDivisionError: division by zero"),
        ("def f():\n    return [][1]\n\nf()\n", 2, "IndexError: list index out of range"),
        ("import json\n\njson.loads('')\n", 3, "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        ("x = 1\ny = (\n", 2, "SyntaxError: '(' was never closed"),
        ("def f():\n    f()\n\n\nf()\n", 2, "RecursionError: maximum recursion depth exceeded"),
        ("\nraise SystemExit\n", 2, "SystemExit"),
        ("\nraise ValueError('a\\x1b[31m\\nb')\n", 2, "ValueError: a?[31m b"),
        ("data = bytes(10**11)\n", 1, "MemoryError"),
    ],
    ids=["direct", "in a function", "in a library", "syntax", "recursion", "exit", "terminal", "memory"],
)
def test_an_error_names_the_line_of_the_code_that_was_handed_in(code, line, message, plain):
    assert problem(plain, code) == {"kind": "failed", "line": line, "message": message}


def test_what_runs_too_long_is_reported_with_the_line_that_it_is_in(plain):
    found = problem(plain, "x = 0\nwhile True:\n    x += 1\n", Limits(deadline=0.2))
    assert (found["kind"], found["message"]) == ("deadline", "still running after 0.2 s")
    assert found["line"] in (2, 3)


def test_what_does_not_listen_is_ended_with_all_that_it_started(plain):
    end, text = plain.ask(
        {"code": "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"},
        Limits(deadline=0.2),
    )
    assert (end.how, text) == ("deadline", b"")


def test_a_crash_is_reported_by_its_signal(plain):
    end, text = plain.ask({"code": "import ctypes; ctypes.string_at(0)"}, LIMITS)
    assert (end.how, end.signal, text) == ("ended", signal.SIGSEGV, b"")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("folder", "for n in range(10**6): open(f'file-{n}', 'wb').close()"),
        ("folder", "for n in range(10**6): open(f'file-{n}', 'wb').write(bytes(10**6))"),
        ("answer", "import os\nwhile True: os.write(3, bytes(10**5))"),
        ("threads", THREADS),
    ],
    ids=["files", "bytes", "answer", "threads"],
)
def test_what_takes_too_much_is_ended(how, code, plain):
    limits = Limits(memory=1024, folder=8, entries=100, threads=16, answer=1, deadline=120)
    assert plain.ask({"code": code}, limits)[0].how == how


UNLINKED = """
import os, time
kept = []
for number in range(40):
    file = open('file', 'wb')
    os.unlink('file')
    file.write(bytes(10**6))
    file.flush()
    kept.append(file)
time.sleep(99)
"""
MAPPED = """
import mmap, os, time
kept = []
for number in range(40):
    with open('file', 'w+b') as file:
        file.write(bytes(10**6))
        file.flush()
        kept.append(mmap.mmap(file.fileno(), 4096))
    os.unlink('file')
time.sleep(99)
"""
CHURN = """
import os, threading
def churn():
    while True:
        open('churn', 'wb').close()
        os.unlink('churn')
for _ in range(4):
    threading.Thread(target=churn, daemon=True).start()
for number in range(40):
    open(f'file-{number}', 'wb').write(bytes(10**6))
threading.Event().wait(99)
"""


@pytest.mark.parametrize("code", [UNLINKED, MAPPED, CHURN], ids=["open", "mapped", "churn"])
def test_deleted_files_and_constant_change_do_not_evade_the_disk_limit(plain, code):
    end, _ = plain.ask({"code": code}, Limits(memory=1024, folder=16, deadline=120))
    assert end.how == "folder"


def test_deleted_files_within_the_limit_are_allowed(plain):
    code = UNLINKED.replace("range(40)", "range(10)").replace("sleep(99)", "sleep(0.3); said = 1")
    assert said(plain, code, Limits(memory=256, folder=16)) == 1


def test_a_lost_server_is_restarted_and_asked_again(temporary):
    handle = Handle("plain_task", TASKS, bubblewrap=False)
    try:
        first = handle.pid
        os.kill(first, signal.SIGKILL)
        assert said(handle, "said = 2") == 2
        assert handle.pid != first
    finally:
        handle.close()
    assert list(Path(temporary).glob(handle._folder.path.name)) == []


def test_a_server_lost_twice_in_one_request_is_an_error_and_the_next_request_runs(temporary, monkeypatch):
    handle = Handle("plain_task", TASKS, bubblewrap=False)
    arrives = server_pool.arrives

    def lose(descriptor, seconds):
        os.kill(handle.pid, signal.SIGKILL)
        return arrives(descriptor, seconds)

    try:
        with monkeypatch.context() as patched:
            patched.setattr(server_pool, "arrives", lose)
            with pytest.raises(ServerLost, match="lost twice"):
                handle.ask({"code": "said = 1"}, LIMITS)
        assert said(handle, "said = 2") == 2
    finally:
        handle.close()


def test_a_server_that_cannot_be_restarted_is_an_error_each_time(temporary, monkeypatch):
    handle = Handle("plain_task", TASKS, bubblewrap=False)

    def fail():
        raise UserError("no memory")

    monkeypatch.setattr(handle, "_start", fail)
    os.kill(handle.pid, signal.SIGKILL)
    for _ in range(2):
        with pytest.raises(ServerLost, match="cannot be restarted: no memory"):
            handle.ask({"code": "said = 1"}, LIMITS)
    handle.close()


def test_folders_of_killed_processes_are_removed_at_start_and_folders_in_use_are_not(temporary):
    code = f"""
import os, sys, tempfile
tempfile.tempdir = {temporary!r}
from jepamine.utils.temporary import LockedFolder
folder = LockedFolder()
(folder.path / "home").mkdir()
print(folder.path, flush=True)
sys.stdin.read()
"""
    start = [sys.executable, "-c", code]
    owners = [
        subprocess.Popen(start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    killed, used = (Path(owner.stdout.readline().strip()) for owner in owners)
    owners[0].kill()
    owners[0].wait()
    try:
        with pool("plain_task", path=TASKS, bubblewrap=False):
            assert (killed.exists(), used.exists()) == (False, True)
    finally:
        owners[1].kill()
        owners[1].wait()
        for owner in owners:
            owner.stdin.close()
            owner.stdout.close()
    remove_abandoned()
    assert not used.exists()


def test_a_child_whose_answer_is_no_longer_wanted_is_ended_and_the_server_goes_on(plain, world):
    began = time.monotonic()
    with pytest.raises(Abandoned):
        plain.ask(
            {"code": "import time\ntime.sleep(600)"},
            Limits(deadline=600),
            gone=lambda: time.monotonic() > began + 0.3,
        )
    assert time.monotonic() - began < 500
    with pytest.raises(Abandoned):
        plain.ask({"code": "said = 1"}, Limits(), gone=lambda: True)
    assert json.loads(plain.ask({"code": "said = 6 * 7"}, Limits())[1])["answer"]["said"] == 42


def test_askers_at_the_same_time_each_get_their_own_answer(temporary):
    with (
        pool("plain_task", workers=2, path=TASKS, bubblewrap=False) as servers,
        ThreadPoolExecutor(8) as askers,
    ):
        answers = list(askers.map(lambda number: said(servers, f"said = {number} ** 2"), range(40)))
    assert answers == [number**2 for number in range(40)]


def test_who_asks_once_does_not_wait_for_who_asks_all_the_time(temporary):
    order = []
    with pool("plain_task", path=TASKS, bubblewrap=False) as servers, ThreadPoolExecutor(2) as askers:

        def ask(name, times):
            for _ in range(times):
                said(servers, "said = 1")
                order.append(name)

        busy = askers.submit(ask, "busy", 40)
        while not order:
            pass
        askers.submit(ask, "once", 1).result()
        busy.result()
    assert order.index("once") < 20


def test_no_server_and_no_folder_is_left_behind(temporary, world):
    before = sorted(Path(temporary).iterdir())
    with pool("plain_task", workers=2, path=TASKS, bubblewrap=False) as servers:
        assert said(servers, "said = 1") == 1
        assert len(world.processes() - world.before[2]) == 2
    assert sorted(Path(temporary).iterdir()) == before
    assert world.processes() == world.before[2]


def test_a_server_ends_when_whoever_started_it_does(temporary, world):
    code = f"""
import os, sys, tempfile
tempfile.tempdir = {temporary!r}
from pathlib import Path
from jepamine.sandbox.bubblewrap import HOME_BYTES
from jepamine.sandbox import server_pool
from jepamine.utils.temporary import remove_abandoned
from jepamine.sandbox.server_pool import Abandoned, Handle, ServerLost
from jepamine.sandbox.limits import Limits
handle = Handle("plain_task", [Path({str(TASKS[0])!r})], bubblewrap=False)
print(handle.pid, flush=True)
handle.ask({{"code": "while True: pass"}}, Limits(deadline=60))
"""
    asker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with asker:
        ended = os.pidfd_open(int(asker.stdout.readline()))
        asker.kill()
        # Its stdin has ended: it ends its child, clears up, and goes.
        assert select.select([ended], [], [], 30)[0]
    os.close(ended)
    assert world.processes() == world.before[2]


def test_what_a_task_lacks_is_asked_to_the_user(temporary):
    with pytest.raises(UserError, match="nothing to run with: install it"):
        Handle("broken_task", TASKS, bubblewrap=False)


def test_a_bug_in_a_task_shows_itself(temporary):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        Handle("buggy_task", TASKS, bubblewrap=False)


def test_a_module_beside_the_working_folder_takes_no_module_s_place(temporary, tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit(7)\n")
    monkeypatch.chdir(tmp_path)
    handle = Handle("plain_task", TASKS, bubblewrap=False)
    handle.close()


def bubblewrap_works():
    program = shutil.which("bwrap")
    words = [program, "--unshare-all", "--ro-bind", "/", "/", "true"]
    return program is not None and subprocess.run(words, check=False, capture_output=True).returncode == 0


needs_bubblewrap = pytest.mark.skipif(
    not bubblewrap_works(), reason="no bubblewrap that works here: apt-get install bubblewrap"
)


@needs_bubblewrap
def test_bubblewrap_is_used_where_it_works_and_named(temporary, tmp_path):
    (tmp_path / "canary").write_text("x")
    with pool("plain_task", path=TASKS) as servers:
        assert "bubblewrap" in str(servers.protection)
        assert said(servers, f"import os; said = os.path.exists({str(tmp_path / 'canary')!r})") is False
        assert said(servers, "import os; said = os.path.exists('/etc/passwd')") is False
        assert said(servers, "import os; said = os.getppid() < 10") is True


@needs_bubblewrap
def test_the_folder_in_bubblewrap_is_a_tmpfs_of_a_fixed_size(temporary):
    code = """
import os
said = 0
try:
    for number in range(60):
        file = os.open(f'file-{number}', os.O_WRONLY | os.O_CREAT)
        for _ in range(4):
            said += os.write(file, bytes(2**20))
        os.close(file)
except OSError as error:
    said = [said, error.errno]
"""
    with pool("plain_task", path=TASKS, bubblewrap=True) as servers:
        written, number = said(servers, code, Limits(folder=1000, memory=256))
        assert (number, written <= HOME_BYTES) == (errno.ENOSPC, True)
        assert said(servers, "import os; said = os.listdir()") == []


def test_bubblewrap_that_is_asked_for_and_missing_is_reported(temporary, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match="bubblewrap"):
        Handle("plain_task", TASKS, bubblewrap=True)
