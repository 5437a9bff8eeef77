"""Take all powers from a process but reading some folders and writing one: limits, Landlock, seccomp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jepamine.sandbox.landlock import restrict
from jepamine.sandbox.limits import Limits, be_first_to_go, drop_capabilities, set_limits
from jepamine.sandbox.linux import PR_SET_NO_NEW_PRIVS, prctl
from jepamine.sandbox.seccomp import filter_calls


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
