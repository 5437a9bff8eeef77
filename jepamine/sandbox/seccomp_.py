"""Puts the seccomp filter in force."""

from __future__ import annotations

import ctypes
import os

from jepamine.sandbox.linux import PR_SET_SECCOMP, prctl
from jepamine.sandbox.seccomp import program
from jepamine.sandbox.syscalls import this_machine

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


def filter_calls() -> bool:
    """Filter this process's system calls from here on, whatever it becomes; it cannot be undone.

    False where the machine or the kernel has no filter. No new privileges must have been given up before.
    """
    machine = this_machine()
    if machine is None:
        return False
    code = program(machine, os.getpid())
    instructions = (_Instruction * len(code))(*(_Instruction(*words) for words in code))
    try:
        prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(_Program(len(code), instructions)))
    except OSError:
        return False
    return True
