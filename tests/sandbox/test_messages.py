"""Questions of a confined child, their replies, and children that misuse them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from jepamine.sandbox.limits import Limits
from jepamine.sandbox.server_pool import pool

LIMITS = Limits(memory=256, deadline=120)
SHORT = Limits(memory=256, deadline=0.6)
RAW = "import os, struct, time\n"


@pytest.fixture(scope="module")
def asking():
    with pool("asking_task", path=[Path(__file__).parent / "tasks"], bubblewrap=False) as servers:
        yield servers


def answer(servers, code, reply=None):
    end, said = servers.ask({"code": code}, LIMITS, reply)
    assert end.how == "answered"
    return json.loads(said)


def works(servers):
    return answer(servers, "said = ask([1])", lambda question: [*question, 2])["answer"]["said"] == [1, 2]


def test_a_question_is_answered_by_the_process_that_sent_the_code(asking):
    code = "said = [ask({'a': 1}), ask('ä'), ask(None)]"
    asked = []

    def reply(question):
        asked.append(question)
        return {"number": len(asked)}

    assert answer(asking, code, reply)["answer"]["said"] == [{"number": n} for n in (1, 2, 3)]
    assert asked == [{"a": 1}, "ä", None]


def test_a_reply_of_three_megabytes_arrives_whole(asking):
    said = answer(asking, "said = len(ask(0))", lambda _: "x" * 3_000_000)["answer"]["said"]
    assert said == 3_000_000


def test_without_answers_a_question_gets_an_error(asking):
    assert answer(asking, "said = ask(1)")["answer"]["said"] == {"error": "this question has no answer here"}


@pytest.mark.slow
def test_the_wait_for_a_reply_is_not_the_time_of_the_code(asking):
    def slow(_):
        time.sleep(0.9)
        return 1

    began = time.monotonic()
    end, said = asking.ask({"code": "said = ask(0)"}, LIMITS, slow)
    assert json.loads(said)["answer"]["said"] == 1
    assert end.seconds <= time.monotonic() - began - 0.9
    _, said = asking.ask({"code": "ask(0)\nwhile True: pass"}, SHORT, slow)
    assert json.loads(said)["problem"]["message"] == "still running after 0.6 s"


def test_an_error_while_answering_reaches_the_caller_and_the_server_works_after_it(asking):
    def broken(_):
        raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        asking.ask({"code": "ask(0)"}, LIMITS, broken)
    assert works(asking)


@pytest.mark.parametrize(
    "code",
    [
        "os.write(QUESTIONS, struct.pack('!II', 2**31, 0))\ntime.sleep(60)",
        "os.write(QUESTIONS, struct.pack('!II', 2, 7) + b'12')\ntime.sleep(60)",
        "os.write(QUESTIONS, struct.pack('!II', 1, 0) + b'1' + b'x' * 90)\ntime.sleep(60)",
        "data = struct.pack('!II', 1, 0) + b'1'\nos.write(QUESTIONS, data)\ntime.sleep(0.2)\n"
        "os.write(QUESTIONS, data)\ntime.sleep(60)",
    ],
    ids=["huge", "body", "more", "twice"],
)
def test_a_child_that_breaks_the_rules_of_questions_is_ended(code, asking):
    def slow(_):
        time.sleep(0.4)
        return "x" * 10**6

    end, said = asking.ask({"code": RAW + code}, LIMITS, slow)
    assert (end.how, said) == ("question", b"")
    assert works(asking)


@pytest.mark.parametrize(
    "code",
    [
        "os.write(QUESTIONS, b'abc')\ntime.sleep(60)",
        "os.write(QUESTIONS, struct.pack('!II', 1, 0) + b'1')\ntime.sleep(60)",
        "os.write(QUESTIONS, struct.pack('!II', 3, 0) + b'{{{')\ntime.sleep(60)",
    ],
    ids=["half", "unread", "not_json"],
)
def test_a_child_that_hangs_after_a_question_meets_its_deadline(code, asking):
    _, said = asking.ask({"code": RAW + code}, SHORT, lambda _: "x" * 10**6)
    assert json.loads(said)["problem"]["kind"] == "deadline"
    assert works(asking)


def test_a_child_that_ends_without_waiting_leaves_no_reply_to_the_next(asking):
    code = RAW + "os.write(QUESTIONS, struct.pack('!II', 1, 0) + b'1')\ntime.sleep(0.1)\nos._exit(0)"

    def slow(_):
        time.sleep(0.3)
        return "late"

    end, _ = asking.ask({"code": code}, LIMITS, slow)
    assert end.how == "ended"
    assert works(asking)


def test_a_question_that_is_too_long_is_an_error_in_the_code(asking):
    problem = answer(asking, "ask('x' * LARGEST)")["problem"]
    assert problem["message"] == "ValueError: a question is longer than 65,536 bytes"
