"""The seccomp filter as a BPF program: a pure function, so that it can be tested without a kernel.

What is not allowed fails with EPERM, and with ENOSYS if the number is newer than clone3's neighbours: glibc
then falls back on the older call, which is filtered by its arguments. Calls of another architecture's numbers
(32-bit, x32) kill the process.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterable

from jepamine.sandbox.linux import PR_SET_SECCOMP, prctl
from jepamine.sandbox.syscalls import ALLOWED, CHECKED, EXECUTE, Machine, this_machine

#: (code, jump if true, jump if false, constant): struct sock_filter.
Instruction = tuple[int, int, int, int]

LOAD, EQUAL, AT_LEAST, ANY_BIT, AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
KILL, ERROR, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
# Offsets in struct seccomp_data; an argument has its low half first on both machines.
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16

CLONE_THREAD, CLONE_FILES = 0x00010000, 0x00000400
# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
NAMESPACES = 0x7E020000
O_TRUNC, O_ACCMODE = 0x200, 0x3
PR_NAMES = (15, 16)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONCLEX, FIOCLEX: what inspecting a file descriptor needs.
IOCTLS = (0x5401, 0x5413, 0x541B, 0x5450, 0x5451)
# F_DUPFD to F_SETFL, F_DUPFD_CLOEXEC. F_SETOWN and F_SETSIG would send signals to others.
FCNTLS = (0, 1, 2, 3, 4, 1030)
# Since 5.0 the numbers are the same on all machines from here on; clone3 is 435.
NEW = 424
X32 = 0x40000000

DENY: list[Instruction] = [(RETURN, 0, 0, ERROR | errno.EPERM)]
PASS: list[Instruction] = [(RETURN, 0, 0, ALLOW)]


def program(machine: Machine, pid: int, execute: bool = False) -> list[Instruction]:
    """Return the filter for the process `pid`, which may send signals to itself only.

    `execute` lets it replace itself by another program, which the filter then holds for.
    """
    code: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, machine.audit),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    if machine.column == 0:
        code += [(AT_LEAST, 0, 1, X32), (RETURN, 0, 0, KILL)]
    for numbers in (*ALLOWED.values(), *([EXECUTE] if execute else [])):
        code += _on(numbers[machine.column], PASS)
    own_pid = _among(0, [pid])
    rules = {
        "clone": _threads_only(),
        "kill": own_pid,
        "tgkill": own_pid,
        "prctl": _among(0, PR_NAMES),
        "prlimit64": _reads_own_limits(),
        "ioctl": _among(1, IOCTLS),
        "fcntl": _among(1, FCNTLS),
        "open": _truncates_only_what_it_writes(1),
        "openat": _truncates_only_what_it_writes(2),
    }
    for name, numbers in CHECKED.items():
        code += _on(numbers[machine.column], rules[name])
    return [*code, (AT_LEAST, 0, 1, NEW), (RETURN, 0, 0, ERROR | errno.ENOSYS), *DENY]


def _on(number: int | None, block: list[Instruction]) -> list[Instruction]:
    # Each block ends in returns only, so the number is still loaded after it.
    return [] if number is None else [(EQUAL, 0, len(block), number), *block]


def _low(argument: int) -> Instruction:
    return LOAD, 0, 0, ARGUMENTS + 8 * argument


def _among(argument: int, values: Iterable[int]) -> list[Instruction]:
    # The kernel takes these arguments as 32 bits, whatever the upper half holds.
    tests = [instruction for value in values for instruction in _on(value, PASS)]
    return [_low(argument), *tests, *DENY]


def _threads_only() -> list[Instruction]:
    # With a descriptor table of its own a thread could open more files than the limit.
    tests = [(ANY_BIT, 2, 0, NAMESPACES), (ANY_BIT, 0, 1, CLONE_THREAD), (ANY_BIT, 1, 0, CLONE_FILES)]
    return [_low(0), *tests, *DENY, *PASS]


def _reads_own_limits() -> list[Instruction]:
    # prlimit64(0, resource, NULL, old): the pointer is 64 bits.
    pointer = _low(2)
    upper = (LOAD, 0, 0, pointer[3] + 4)
    return [_low(0), (EQUAL, 0, 4, 0), pointer, (EQUAL, 0, 2, 0), upper, (EQUAL, 1, 0, 0), *DENY, *PASS]


def _truncates_only_what_it_writes(argument: int) -> list[Instruction]:
    # Landlock before its third version lets O_RDONLY | O_TRUNC empty any file that may be read.
    return [_low(argument), (ANY_BIT, 0, 3, O_TRUNC), (AND, 0, 0, O_ACCMODE), (EQUAL, 0, 1, 0), *DENY, *PASS]


MODE_FILTER = 2


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("jt", ctypes.c_uint8),
        ("jf", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def filter_calls(execute: bool = False) -> bool:
    """Filter this process's system calls from here on, also across exec; irreversible.

    Returns False if the machine or the kernel has no filter. New privileges must have been given up before.
    """
    machine = this_machine()
    if machine is None:
        return False
    code = program(machine, os.getpid(), execute)
    instructions = (_Instruction * len(code))(*(_Instruction(*words) for words in code))
    try:
        prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(_Program(len(code), instructions)))
    except OSError:
        return False
    return True
