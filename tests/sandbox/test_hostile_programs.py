"""Hostile programs with no check of what they say: what holds them back is the kernel alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from jepamine.sandbox.limits import Limits

LIMITS = Limits(memory=256, folder=16, entries=300, answer=1)
ENDLESS = Limits(deadline=0.4, memory=256, folder=16, entries=300, answer=1)


@pytest.fixture(autouse=True)
def closed(plain):
    if plain.protection.open:
        pytest.skip(f"this system cannot close {', '.join(plain.protection.open)} open to confined code")


def limits_of(name):
    return ENDLESS if name.startswith("endless") else LIMITS


@pytest.mark.slow
def test_a_hostile_program_gets_nothing_and_the_server_continues(program, plain, world):
    name, _, code = program
    _, said = plain.ask({"code": world.code(code)}, limits_of(name))
    assert world.harm(said.decode("utf-8", "replace")) == set()
    assert json.loads(plain.ask({"code": "said = 6 * 7"}, LIMITS)[1])["answer"]["said"] == 42


def test_the_same_program_does_its_harm_without_a_sandbox(harmful, world, temporary):
    _, harm, code = harmful
    run = [sys.executable, "-c", world.code(code), temporary]
    # Into a file: a pipe would be held open by the processes that it leaves.
    errors = world.outside.parent / "errors"
    with errors.open("w") as file:
        subprocess.run(run, stderr=file, timeout=300, cwd=world.outside.parent)
    left = world.processes() - world.before[2]
    found = world.harm(errors.read_text())
    for number in left:
        os.kill(number, signal.SIGKILL)
    assert harm in found
