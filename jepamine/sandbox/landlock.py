"""Confine a process to reading some folders and writing one: by Landlock, and by taking all other powers."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jepamine.sandbox.limits import (
    PR_SET_NO_NEW_PRIVS,
    Limits,
    be_first_to_go,
    drop_capabilities,
    prctl,
    set_limits,
    syscall,
)
from jepamine.sandbox.seccomp import filter_calls

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
VERSION_FLAG, PATH_BENEATH = 1, 1

EXECUTE = 1 << 0
READ_FILE, READ_DIR = 1 << 2, 1 << 3
WRITE_FILE, REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 1, 1 << 4, 1 << 5, 1 << 7, 1 << 8
REFER, TRUNCATE = 1 << 13, 1 << 14
# What each version of Landlock can refuse: the first 13 rights, then one more in 2 (rename and link across
# folders), 3 (truncate) and 5 (ioctl on devices).
RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
# Binding and connecting of TCP since 4; abstract sockets and signals to others since 6.
NETWORK, SCOPES = 0b11, 0b11
OF_FILES = EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE
READING = READ_FILE | READ_DIR
# No links, sockets, pipes or devices: nothing that could trip the clean-up.
WRITING = READING | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE


def version() -> int:
    """Return the kernel's version of Landlock; 0 without."""
    if sys.platform != "linux":
        return 0
    try:
        return syscall(CREATE_RULESET, None, 0, VERSION_FLAG)
    except OSError:
        return 0


def restrict(reading: Iterable[Path], writing: Iterable[Path], running: Iterable[Path] = ()) -> int:
    """Let this process read below `reading`, read and write below `writing`, execute `running`, nothing else.

    Irreversible; what is already open stays open. Paths that do not exist are skipped. Returns the version of
    Landlock in force, 0 without. New privileges must have been given up before.
    """
    existing = version()
    if not existing:
        return 0
    handled = RIGHTS[min(existing, max(RIGHTS))]
    attributes = struct.pack("=Q", handled)
    if existing >= 4:
        attributes += struct.pack("=Q", NETWORK)
    if existing >= 6:
        attributes += struct.pack("=Q", SCOPES)
    ruleset = syscall(CREATE_RULESET, ctypes.c_char_p(attributes), len(attributes), 0)
    try:
        for paths, rights in ((reading, READING), (writing, WRITING), (running, EXECUTE | READ_FILE)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        syscall(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return existing


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= OF_FILES
        rule = struct.pack("=Qi", rights, descriptor)
        syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Confinement:
    """The protections in force: the version of Landlock (0 without), the others by name."""

    no_new_privileges: bool
    landlock: int
    seccomp: bool
    limits: tuple[str, ...]


def confine(
    limits: Limits, reading: Sequence[Path], folder: Path, running: Sequence[Path] = ()
) -> Confinement:
    """Leave this process only reading below `reading` and writing in `folder`; irreversible.

    `running` are programs that it may become by execve.

    Call it in a child with one thread. What the kernel lacks is skipped, and missing from the result.
    """
    be_first_to_go()
    in_force = set_limits(limits)
    drop_capabilities()
    try:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    except (OSError, AttributeError):
        return Confinement(False, 0, False, in_force)
    version = restrict(reading, [folder], running)
    return Confinement(True, version, filter_calls(execute=bool(running)), in_force)
