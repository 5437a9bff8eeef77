"""Resource limits and capabilities of a confined child."""

from __future__ import annotations

import ctypes
import resource
import struct
from dataclasses import dataclass
from pathlib import Path

from jepamine.sandbox.linux import checked, libc

MIB = 2**20
# Open files: what is written to a file that was removed is not seen by the watch over the folder.
OPEN_FILES = 64
CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True)
class Limits:
    """`deadline` in seconds of wall time; `memory` in MiB beyond what the child begins with.

    `folder` in MiB and `entries` bound what its folder holds, `answer` in MiB what it says.
    """

    deadline: float = 10.0
    memory: int = 512
    folder: int = 32
    entries: int = 500
    threads: int = 32
    answer: int = 8


def set_limits(limits: Limits) -> tuple[str, ...]:
    """Limit this process; returns which limits are in force. It cannot raise them again."""
    seconds = int(limits.deadline) + 2
    wanted = {
        "CORE": 0,
        "CPU": seconds,
        "FSIZE": 4 * MIB,
        "NOFILE": OPEN_FILES,
        "MEMLOCK": 0,
        "MSGQUEUE": 0,
    }
    begun = _virtual_memory()
    if begun is not None:
        wanted["AS"] = begun + limits.memory * MIB
    set_ones = []
    for name, value in wanted.items():
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
    """Give up what only the superuser may do. False where the system knows no capabilities."""
    if not hasattr(libc(), "capset"):
        return False
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    try:
        checked(libc().capset(ctypes.c_char_p(header), ctypes.c_char_p(bytes(24))))
    except OSError:
        return False
    return True


def be_first_to_go() -> None:
    """Ask the kernel to end this process before any other where memory runs out."""
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
