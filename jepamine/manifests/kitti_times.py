"""The times of KITTI raw's frames: timestamps.txt, one line per frame number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from jepamine.errors import UserError
from jepamine.utils.progress import notify


class KittiTimes:
    """Reads files of lines such as `2011-09-26 13:02:25.964389445`."""

    def of(self, path: Path, numbers: Sequence[int]) -> list[int | None]:
        """Return the time of each frame number, microseconds since 1970, the file's clock taken as UTC.

        Without the file, or if it has too few lines for `numbers`, times are None, with a notice. Raises
        UserError, with file and line, for a line that is not a time.
        """
        if not path.is_file():
            notify(f"{path}: no such file, so the frames beside it have no times")
            return [None] * len(numbers)
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        times = [_microseconds(line, f"{path}:{number}") for number, line in enumerate(lines, 1)]
        if max(numbers) >= len(times):
            notify(
                f"{path}: {len(times)} lines, but there is a frame {max(numbers)}: the frames have no times"
            )
            return [None] * len(numbers)
        return [times[number] for number in numbers]


def _microseconds(line: str, place: str) -> int:
    whole, _, fraction = line.strip().partition(".")
    try:
        seconds = datetime.strptime(whole, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
        return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0")[:6])
    except ValueError:
        raise UserError(f"{place}: not a time like 2011-09-26 13:02:25.964389445: {line[:60]!r}") from None
