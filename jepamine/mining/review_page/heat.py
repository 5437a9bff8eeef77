"""Heat maps on the review page: the maps of the frames shown, on one scale for the page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.mining.heat_maps import HeatMap, View, read_heat
from jepamine.mining.score_files import Scored
from jepamine.utils.progress import notify

# Percentiles of the page's cells between which colours change: below, a frame stays as it is.
LOW, HIGH = 50, 99.5


@dataclass(frozen=True)
class Heat:
    """One map for each shown frame, float32 (frames, rows, columns), over `view` of the frame."""

    maps: NDArray[np.float32]
    view: View


def shown(heat: HeatMap, tubelet_size: int, frames: Sequence[int]) -> Heat:
    """Return the maps of `frames`, numbers from 0 in a clip of tubelets of `tubelet_size` frames."""
    each = heat.maps.shape[1]
    numbers = np.array(frames, dtype=np.int64)
    maps = heat.maps[numbers // tubelet_size, numbers % tubelet_size * each // tubelet_size]
    return Heat(maps, heat.view)


def scale(heats: Sequence[Heat]) -> tuple[float, float] | None:
    """Return the distances of no colour and of the strongest; None without maps."""
    if not heats:
        return None
    low, high = np.percentile(np.concatenate([heat.maps.ravel() for heat in heats]), (LOW, HIGH))
    return float(low), float(high)


def as_json(heat: Heat, low: float, high: float) -> dict[str, Any]:
    """Return what the script draws: `maps` are bytes in base64, 0 at `low` and 255 at `high`."""
    shares = (heat.maps - low) / max(high - low, 1e-9)
    levels = np.round(255 * shares.clip(0, 1)).astype(np.uint8)
    _, rows, columns = levels.shape
    return {
        "rows": rows,
        "columns": columns,
        "view": list(heat.view),
        "maps": base64.b64encode(levels.tobytes()).decode(),
    }


def read_maps(scored: Sequence[Scored], scores: Path) -> list[HeatMap | None]:
    """Return the clips' heat maps; None for those without, with one warning for all that cannot be read."""
    maps: list[HeatMap | None] = []
    errors: list[UserError] = []
    for item in scored:
        try:
            maps.append(read_heat(item.line, scores))
        except UserError as error:
            maps.append(None)
            errors.append(error)
    if errors:
        notify(f"warning: {len(errors)} clips are shown without their heat maps, the first: {errors[0]}")
    return maps
