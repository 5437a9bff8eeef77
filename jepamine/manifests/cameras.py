"""Which cameras footage has, and which of them were asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from jepamine.errors import UserError, did_you_mean


def check_cameras(wanted: Sequence[str], there: Collection[str], where: str) -> None:
    """Raise UserError for the first of `wanted` that is not `there`; it lists those of `where` that are."""
    for camera in wanted:
        if camera not in there:
            listed = ", ".join(sorted(there)) or "none"
            raise UserError(
                f"{where}: no camera '{camera}'{did_you_mean(camera, there)}; cameras there: {listed}"
            )
