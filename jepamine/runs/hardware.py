"""What a command uses of this machine in place of what the recipe says: device and loader threads."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Hardware:
    """`device` and `threads` of the command line; None: those of the recipe."""

    device: str | None = None
    threads: int | None = None


_RECIPES = Hardware()
_HARDWARE: ContextVar[Hardware] = ContextVar("jepamine_hardware", default=_RECIPES)


@contextlib.contextmanager
def using(device: str | None, threads: int | None) -> Iterator[None]:
    """Load runs in the block for `device`, and read frames in `threads` threads (0: one per core)."""
    token = _HARDWARE.set(Hardware(device, threads))
    try:
        yield
    finally:
        _HARDWARE.reset(token)


def hardware() -> Hardware:
    """Return what the command line asked for."""
    return _HARDWARE.get()
