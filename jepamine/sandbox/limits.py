"""Resource limits and capabilities of a confined child, and the system calls that Python lacks."""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38


@cache
def libc() -> Any:
    """Return the C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def checked(result: int) -> int:
    """Return the result of a libc call. Raises OSError with its errno if it is negative."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def prctl(option: int, *arguments: Any) -> None:
    """Call prctl(2), integers as unsigned longs. Raises OSError."""
    words = [ctypes.c_ulong(word) if isinstance(word, int) else word for word in arguments]
    checked(libc().prctl(option, *words, *[ctypes.c_ulong(0)] * (4 - len(words))))


def syscall(number: int, *arguments: Any) -> int:
    """Call syscall(2), integers as longs. Raises OSError."""
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    return checked(libc().syscall(ctypes.c_long(number), *words))


MIB = 2**20
OPEN_FILES = 64
#: The largest file that a child can write, in bytes.
MAX_FILE = 4 * MIB
CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True)
class Limits:
    """`deadline` in seconds of wall time; `memory` in MiB beyond what the child starts with.

    `cpu` in seconds of processor time of each process; None: the deadline and 2 s.

    `folder` in MiB and `entries` bound its folder, `answer` in MiB its answer, and `draft` in MiB what it
    hands to the child that answers in its place, if the task has a `judge`.
    """

    deadline: float = 10.0
    memory: int = 512
    folder: int = 32
    entries: int = 500
    threads: int = 32
    answer: int = 8
    draft: int = 32
    cpu: int | None = None


def set_limits(limits: Limits) -> tuple[str, ...]:
    """Limit this process; return the limits in force. It cannot raise them again."""
    seconds = int(limits.deadline) + 2 if limits.cpu is None else limits.cpu
    limit = {
        "CORE": 0,
        "CPU": seconds,
        "FSIZE": MAX_FILE,
        "NOFILE": OPEN_FILES,
        "MEMLOCK": 0,
        "MSGQUEUE": 0,
    }
    at_start = _virtual_memory()
    if at_start is not None:
        limit["AS"] = at_start + limits.memory * MIB
    set_ones = []
    for name, value in limit.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            continue
        set_ones.append(name)
    return tuple(set_ones)


def drop_capabilities() -> bool:
    """Drop the superuser's capabilities. Returns False if the system has no capabilities."""
    if not hasattr(libc(), "capset"):
        return False
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    try:
        checked(libc().capset(ctypes.c_char_p(header), ctypes.c_char_p(bytes(24))))
    except OSError:
        return False
    return True


def be_first_to_go() -> None:
    """Ask the kernel to kill this process before any other if memory runs out."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        return


def _virtual_memory() -> int | None:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return None
    return pages * resource.getpagesize()
