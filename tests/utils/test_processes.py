"""Work in processes of one's own."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.utils.processes import cores, processes


def own_threads(_: int) -> tuple[int, str | None]:
    return os.getpid(), os.environ.get("OMP_NUM_THREADS")


def end_abruptly(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def mark(path: str) -> None:
    with Path(path).open("a") as file:
        file.write("started\n")


def test_there_is_a_core_at_least():
    assert 1 <= cores() <= (os.cpu_count() or 1)


def test_other_processes_work_with_one_thread_each_and_this_one_keeps_its_own(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    with processes(1, "killed") as pool:
        ((pid, threads),) = pool.map(own_threads, [0])
    assert pid != os.getpid()
    assert threads == "1"
    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_each_process_starts_with_the_function_for_it(tmp_path):
    path = tmp_path / "starts"
    with processes(1, "killed", mark, (str(path),)) as pool:
        list(pool.map(own_threads, range(3)))
    assert path.read_text() == "started\n"


def test_a_killed_process_is_an_error_with_the_given_text():
    with pytest.raises(UserError, match="a process was killed"), processes(1, "a process was killed") as pool:
        list(pool.map(end_abruptly, [0]))
