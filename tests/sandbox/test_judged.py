"""A task with a judge: another child, forked beside the one that runs the code, answers in its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jepamine.sandbox.limits import Limits
from jepamine.sandbox.server_pool import pool

TASKS = [Path(__file__).parent / "tasks"]
REACH_OTHERS = """
import os, signal
said = {"reached": [], "others": 0}
for number in range(os.getppid(), os.getpid() + 3):
    if number == os.getpid():
        continue
    said["others"] += 1
    for reach in (lambda: os.kill(number, signal.SIGKILL), lambda: open(f"/proc/{number}/mem", "r+b")):
        try:
            reach()
        except OSError:
            continue
        said["reached"].append(number)
"""


@pytest.fixture(scope="module")
def judged(temporary):
    with pool("judged_task", path=TASKS, bubblewrap=False) as servers:
        yield servers


def ask(servers, code, judge="said = heard", **limits):
    end, answer = servers.ask({"code": code, "judge": judge}, Limits(**({"memory": 256} | limits)))
    return end.how, json.loads(answer).get("answer", {}).get("said") if answer else None


def test_the_judge_answers_for_the_code(judged):
    assert ask(judged, "said = 20", "said = heard + 1") == ("answered", 21)


def test_what_the_code_writes_reaches_the_judge_whole(judged):
    assert ask(judged, "said = 'x' * 20_000_000", "said = len(heard)") == ("answered", 20_000_000)


@pytest.mark.slow
def test_the_judge_has_two_seconds_of_its_own(judged):
    slow = "import time; time.sleep(1.5); said = 1"
    assert ask(judged, slow, slow, deadline=1.8) == ("answered", 1)


def test_a_judge_that_runs_on_is_ended(judged):
    assert ask(judged, "said = 1", "while True: pass", deadline=1.0)[1] is None


def test_without_an_answer_of_the_code_there_is_none_of_the_judge(judged):
    assert ask(judged, "import os; os._exit(3)") == ("ended", None)
    assert ask(judged, "said = 5") == ("answered", 5)


def test_the_code_cannot_reach_the_judge(judged):
    how, said = ask(judged, REACH_OTHERS)
    assert (how, said["reached"]) == ("answered", [])
    assert said["others"] >= 2
