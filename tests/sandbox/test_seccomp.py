"""The filter as a program, run by an interpreter of the few instructions that it uses."""

from __future__ import annotations

import errno

import pytest

from jepamine.sandbox import seccomp as bpf
from jepamine.sandbox.seccomp import ALLOWED, CHECKED, MACHINES

ME = 4321
EPERM, ENOSYS = bpf.ERROR | errno.EPERM, bpf.ERROR | errno.ENOSYS
X86, ARM = MACHINES["x86_64"], MACHINES["aarch64"]
MACHINE = pytest.mark.parametrize("machine", [X86, ARM], ids=["x86_64", "aarch64"])


def verdict(machine, number, *arguments, audit=None):
    """What the filter returns for a call, as the kernel would run it."""
    words = {bpf.NUMBER: number, bpf.ARCHITECTURE: machine.audit if audit is None else audit}
    for place in range(6):
        value = arguments[place] if place < len(arguments) else 0
        words[bpf.ARGUMENTS + 8 * place] = value & 0xFFFFFFFF
        words[bpf.ARGUMENTS + 8 * place + 4] = value >> 32 & 0xFFFFFFFF
    code = bpf.program(machine, ME)
    loaded, at = 0, 0
    while True:
        kind, yes, no, constant = code[at]
        at += 1
        if kind == bpf.RETURN:
            return constant
        if kind == bpf.LOAD:
            loaded = words[constant]
        elif kind == bpf.AND:
            loaded &= constant
        else:
            tests = {
                bpf.EQUAL: loaded == constant,
                bpf.AT_LEAST: loaded >= constant,
                bpf.ANY_BIT: bool(loaded & constant),
            }
            at += yes if tests[kind] else no


def number(machine, name):
    return (ALLOWED | CHECKED)[name][machine.column]


@MACHINE
def test_every_allowed_call_is_let_through(machine):
    numbers = [found[machine.column] for found in ALLOWED.values() if found[machine.column] is not None]
    assert len(numbers) == len(set(numbers))
    assert {verdict(machine, one) for one in numbers} == {bpf.ALLOW}


@MACHINE
def test_whatever_is_not_listed_is_refused(machine):
    listed = {found[machine.column] for found in (ALLOWED | CHECKED).values()}
    verdicts = {one: verdict(machine, one) for one in range(600) if one not in listed}
    assert set(verdicts.values()) == {EPERM, ENOSYS}
    # glibc tries clone3 first, and falls back on clone, whose flags can be looked at.
    assert verdicts[435] == ENOSYS


@pytest.mark.parametrize(
    ("machine", "names"),
    [
        (
            X86,
            {"socket": 41, "connect": 42, "execve": 59, "fork": 57, "vfork": 58, "ptrace": 101, "chmod": 90},
        ),
        (X86, {"truncate": 76, "symlink": 88, "process_vm_readv": 310, "setsid": 112, "mount": 165}),
        (ARM, {"socket": 198, "connect": 203, "execve": 221, "ptrace": 117, "fchmodat": 53, "truncate": 45}),
        (ARM, {"symlinkat": 36, "process_vm_readv": 270, "setsid": 157, "mount": 40}),
    ],
    ids=["x86_64", "x86_64-more", "aarch64", "aarch64-more"],
)
def test_calls_that_reach_others_are_refused(machine, names):
    assert {name: verdict(machine, one) for name, one in names.items()} == dict.fromkeys(names, EPERM)


@MACHINE
def test_a_thread_may_be_started_and_a_process_may_not(machine):
    clone = number(machine, "clone")
    # As glibc's pthread_create and fork call it; then a thread in a user namespace of its own.
    assert verdict(machine, clone, 0x3D0F00) == bpf.ALLOW
    assert verdict(machine, clone, 0x1200011) == EPERM
    assert verdict(machine, clone, 0x3D0F00 | 0x10000000) == EPERM
    # A thread with a descriptor table of its own.
    assert verdict(machine, clone, 0x3D0F00 & ~0x400) == EPERM


@MACHINE
def test_signals_go_to_oneself_only(machine):
    for name in ("kill", "tgkill"):
        one = number(machine, name)
        assert verdict(machine, one, ME, ME, 6) == bpf.ALLOW
        for other in (1, ME + 1, 0, -1, -ME):
            assert verdict(machine, one, other, other, 9) == EPERM
    # The kernel takes a pid as 32 bits: what stands above them must not matter.
    assert verdict(machine, number(machine, "kill"), 1 << 32 | ME, 6) == bpf.ALLOW


@MACHINE
def test_limits_may_be_read_of_oneself_and_not_set(machine):
    one = number(machine, "prlimit64")
    assert verdict(machine, one, 0, 7, 0, 0x7FFF0000) == bpf.ALLOW
    assert verdict(machine, one, ME + 1, 7, 0, 0x7FFF0000) == EPERM
    assert verdict(machine, one, 0, 7, 0x7FFF0000, 0) == EPERM
    assert verdict(machine, one, 0, 7, 0x7FFF << 32, 0) == EPERM


@MACHINE
def test_a_descriptor_cannot_be_told_to_signal_others(machine):
    one = number(machine, "fcntl")
    assert verdict(machine, one, 3, 3) == bpf.ALLOW
    assert {verdict(machine, one, 3, command, ME + 1) for command in (8, 10, 15)} == {EPERM}
    assert verdict(machine, number(machine, "ioctl"), 3, 0x8901) == EPERM
    assert verdict(machine, number(machine, "ioctl"), 3, 0x5401) == bpf.ALLOW


@MACHINE
def test_a_file_is_emptied_only_where_it_may_be_written(machine):
    one = number(machine, "openat")
    assert verdict(machine, one, -100, 0, 0x80000) == bpf.ALLOW
    assert verdict(machine, one, -100, 0, 0x200 | 0x1) == bpf.ALLOW
    assert verdict(machine, one, -100, 0, 0x200) == EPERM
    assert verdict(X86, 2, 0, 0x200) == EPERM


@MACHINE
def test_numbers_of_another_architecture_end_the_process(machine):
    assert verdict(machine, number(machine, "read"), audit=0x40000003) == bpf.KILL
    assert verdict(X86, bpf.X32 | 1) == bpf.KILL


@MACHINE
def test_jumps_stay_inside_the_program(machine):
    code = bpf.program(machine, ME)
    assert len(code) <= 4096
    for place, (kind, yes, no, _) in enumerate(code):
        if kind not in (bpf.RETURN, bpf.LOAD, bpf.AND):
            assert max(yes, no) <= 255 and place + 1 + max(yes, no) < len(code)
    assert code[-1][0] == bpf.RETURN
