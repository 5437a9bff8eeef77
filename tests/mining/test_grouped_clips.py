"""Means of groups without the clips that overlap a given one, and what they take of memory."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from jepamine.mining.drive_clips import Row
from jepamine.mining.grouped_clips import STEP, GroupedClips
from jepamine.mining.overlap import ExtentIndex
from jepamine.protocols import Extent


def drawn_rows(count: int, seed: int) -> list[Row]:
    """Return clips of few frames, times and contents: many overlap."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        numbers = rng.integers(0, 4 * count, rng.integers(0, 4)).tolist()
        frames = b"".join((n << 40).to_bytes(8, "little") for n in numbers)
        timeline = [None, "drive a", "drive \udcff"][rng.integers(3)]
        start = float(rng.integers(0, 200)) / 3
        times = (timeline, start, start + float(rng.integers(0, 9)) / 7) if timeline else ()
        vector = rng.normal(size=5).astype(np.float32)
        content = bytes([rng.integers(2 * count) % 256])
        rows.append(Row(content, Extent(frames, *times), "", [vector / np.linalg.norm(vector)]))
    return rows


def mean_in_memory(rows: list[Row], row: Row) -> np.ndarray | None:
    """Compute the mean of the clips that do not overlap `row` from all of them."""
    own = {number for number, each in enumerate(rows) if each.content == row.content}
    own.update(ExtentIndex([each.extent for each in rows]).overlapping(row.extent).tolist())
    whole = [np.rint(each.vectors[0].astype(np.float64) / STEP).astype(np.int64) for each in rows]
    left = [vector for number, vector in enumerate(whole) if number not in own]
    return np.asarray(sum(left), dtype=np.float64) * STEP / len(left) if left else None


@pytest.mark.parametrize("together", [1, 7, 500])
@pytest.mark.parametrize("seed", range(6))
def test_means_have_the_bits_of_those_computed_in_memory(seed, together, monkeypatch):
    monkeypatch.setattr("jepamine.mining.grouped_clips.TOGETHER", together)
    rows = drawn_rows(40, seed)
    groups = {("a",): rows[:3], ("a", "b"): rows[3:12], ("b",): rows[12:]}
    clips = GroupedClips()
    for key, members in groups.items():
        for row in members:
            clips.add(key, row)
    alone = 0
    for key, members in groups.items():
        for row in rows:
            found, expected = clips.mean(key, row.content, row.extent), mean_in_memory(members, row)
            assert (found is None) == (expected is None)
            assert found is None or found.tobytes() == expected.tobytes()
            alone += expected is None and any(row is each for each in members)
    assert clips.alone() == alone
    assert clips.mean(("c",), rows[0].content, rows[0].extent) is None
    assert clips.mean(None, rows[0].content, rows[0].extent) is None


def test_a_clip_that_is_added_after_a_mean_counts_in_the_next():
    units = [np.array(unit, dtype=np.float32) for unit in np.eye(3).tolist()]
    first, second, third = (Row(unit.tobytes(), Extent(), "", [unit]) for unit in units)
    clips = GroupedClips()
    clips.add(("a",), first)
    assert clips.mean(("a",), first.content, first.extent) is None
    clips.add(("a",), second)
    assert clips.mean(("a",), first.content, first.extent).tolist() == [0, 1, 0]
    assert clips.mean(("a",), third.content, third.extent).tolist() == [0.5, 0.5, 0]


PEAK = """
import tracemalloc
import numpy as np
from jepamine.mining.drive_clips import Row
from jepamine.mining.grouped_clips import GroupedClips
from jepamine.protocols import Extent

def peak(count):
    vector = np.full(4, 0.5, dtype=np.float32)
    tracemalloc.start()
    clips = GroupedClips()
    for number in range(count):
        frames = b"".join((number * 32 + frame).to_bytes(8, "little") for frame in range(32))
        extent = Extent(frames, "drive a", 2.0 * number, 2.0 * number + 1)
        clips.add(("a",), Row(number.to_bytes(4, "little"), extent, "", [vector]))
    clips.alone()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found

peak(500)
print(peak(1_000) - peak(500))
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_clips_of_many_frames():
    # In a process of its own: threads that other tests left behind take memory, too.
    found = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True, check=True)
    assert int(found.stdout) < 500 * 50
