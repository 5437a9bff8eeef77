"""System calls without a Python wrapper."""

from __future__ import annotations

import ctypes
import os
from functools import cache
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
