"""Resource limits and capabilities of a confined child."""

from __future__ import annotations

import ctypes
import resource
import struct
from dataclasses import dataclass
from pathlib import Path

from jepamine.sandbox.linux import checked, libc

MIB = 2**20
OPEN_FILES = 64
#: The largest file that a child can write, in bytes.
MAX_FILE = 4 * MIB
CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True)
class Limits:
    """`deadline` in seconds of wall time; `memory` in MiB beyond what the child starts with.

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


def set_limits(limits: Limits) -> tuple[str, ...]:
    """Limit this process; return the limits in force. It cannot raise them again."""
    seconds = int(limits.deadline) + 2
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
