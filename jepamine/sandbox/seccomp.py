"""The calls that confined code may make, and the seccomp filter of them: a pure function, to be tested."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from jepamine.sandbox.limits import PR_SET_SECCOMP, prctl


@dataclass(frozen=True)
class Machine:
    """`audit` is the AUDIT_ARCH number of linux/audit.h, `column` the column of the tables below."""

    audit: int
    column: int


MACHINES = {"x86_64": Machine(0xC000003E, 0), "aarch64": Machine(0xC00000B7, 1)}

#: Allowed whatever their arguments. Paths are checked by Landlock, and no other descriptors are open.
ALLOWED: dict[str, tuple[int, int | None]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "fstat": (5, 80), "stat": (4, None),
    "lstat": (6, None), "newfstatat": (262, 79), "statx": (332, 291), "lseek": (8, 62), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "mremap": (25, 216), "brk": (12, 214), "madvise": (28, 233),
    "msync": (26, 227), "mincore": (27, 232), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "sigaltstack": (131, 132), "pread64": (17, 67), "pwrite64": (18, 68),
    "readv": (19, 65), "writev": (20, 66), "preadv": (295, 69), "pwritev": (296, 70), "access": (21, None),
    "faccessat": (269, 48), "faccessat2": (439, 439), "pipe": (22, None), "pipe2": (293, 59), "dup": (32, 23),
    "dup2": (33, None), "dup3": (292, 24), "select": (23, None), "pselect6": (270, 72), "poll": (7, None),
    "ppoll": (271, 73), "epoll_create1": (291, 20), "epoll_ctl": (233, 21), "epoll_wait": (232, None),
    "epoll_pwait": (281, 22), "eventfd2": (290, 19), "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123), "sched_getparam": (143, 121), "sched_getscheduler": (145, 120),
    "sched_getattr": (315, 275), "nanosleep": (35, 101), "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96, 169), "time": (201, None),
    "times": (100, 153), "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173),
    "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177),
    "getgroups": (115, 158), "getresuid": (118, 148), "getresgid": (120, 150), "getpgrp": (111, None),
    "getpgid": (121, 155), "getsid": (124, 156), "uname": (63, 160), "sysinfo": (99, 179),
    "getrusage": (98, 165), "getrlimit": (97, 163), "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50),
    "getdents64": (217, 61), "readlink": (89, None), "readlinkat": (267, 78), "fsync": (74, 82),
    "fdatasync": (75, 83), "ftruncate": (77, 46), "fallocate": (285, 47), "fadvise64": (221, 223),
    "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276), "unlink": (87, None),
    "unlinkat": (263, 35), "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "futex": (202, 98),
    "set_robust_list": (273, 99), "set_tid_address": (218, 96), "rseq": (334, 293), "membarrier": (324, 283),
    "getcpu": (309, 168), "getrandom": (318, 278), "exit": (60, 93), "exit_group": (231, 94),
    "arch_prctl": (158, None), "copy_file_range": (326, 285), "sendfile": (40, 71), "umask": (95, 166),
    "fstatfs": (138, 44), "statfs": (137, 43), "restart_syscall": (219, 128), "close_range": (436, 436),
    "setitimer": (38, 103),
}  # fmt: skip
#: Allowed with some arguments only; see `seccomp`.
CHECKED: dict[str, tuple[int, int | None]] = {
    "clone": (56, 220), "kill": (62, 129), "tgkill": (234, 131), "prctl": (157, 167), "prlimit64": (302, 261),
    "ioctl": (16, 29), "fcntl": (72, 25), "open": (2, None), "openat": (257, 56),
}  # fmt: skip
#: execve: allowed only to a process that becomes another program.
EXECUTE: tuple[int, int | None] = (59, 221)


def this_machine() -> Machine | None:
    """Return the machine this runs on; None if no filter is known for it."""
    if sys.platform != "linux" or sys.maxsize < 2**32:
        return None
    return MACHINES.get(platform.machine())


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


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.c_char_p))


def filter_calls(execute: bool = False) -> bool:
    """Filter this process's system calls from here on, also across exec; irreversible.

    Returns False if the machine or the kernel has no filter. New privileges must have been given up before.
    """
    machine = this_machine()
    if machine is None:
        return False
    code = program(machine, os.getpid(), execute)
    # One pack: a ctypes structure for each takes 3 ms of every child.
    instructions = struct.pack("=" + "HBBI" * len(code), *chain.from_iterable(code))
    try:
        prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(_Program(len(code), instructions)))
    except OSError:
        return False
    return True
