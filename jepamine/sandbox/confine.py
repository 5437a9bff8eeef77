"""A process gives up its powers."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jepamine.sandbox.landlock import restrict
from jepamine.sandbox.limits import Limits, be_first_to_go, drop_capabilities, set_limits
from jepamine.sandbox.linux import PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, prctl
from jepamine.sandbox.seccomp_ import filter_calls


@dataclass(frozen=True)
class Confinement:
    """What is in force: the version of Landlock (0 without), the rest as it is called."""

    no_new_privileges: bool
    landlock: int
    seccomp: bool
    limits: tuple[str, ...]


def confine(limits: Limits, reading: Sequence[Path], folder: Path) -> Confinement:
    """Leave this process nothing but reading below `reading` and writing in `folder`; it cannot be undone.

    Call it in a child with one thread. What the kernel lacks is left out, and missing from what is returned.
    """
    be_first_to_go()
    in_force = set_limits(limits)
    drop_capabilities()
    try:
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    except (OSError, AttributeError):
        return Confinement(False, 0, False, in_force)
    version = restrict(reading, [folder])
    return Confinement(True, version, filter_calls(), in_force)


def die_with_parent(parent: int) -> None:
    """End this process when the process `parent`, which forked it, ends."""
    try:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)
