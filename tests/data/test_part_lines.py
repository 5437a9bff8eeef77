"""The lines of parts: each part's are those of its shard, read alone as they are read with all others."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jepamine.data.clips import read_clips_or_errors
from jepamine.data.part_lines import Item, PartLines, clips_in, item_of
from jepamine.data.shards import Shard
from jepamine.errors import UserError
from jepamine.protocols import Source


def shown(item):
    return str(item) if isinstance(item, UserError) else item


def line(number: int, scene: int | None, tubelets: int) -> str:
    keys = {"scene": scene, "frame_paths": [f"{number}-{frame}.png" for frame in range(2 * tubelets)]}
    return json.dumps(keys)


LINE = st.one_of(
    st.builds(line, st.integers(0, 9), st.none() | st.integers(0, 3), st.integers(1, 3)),
    st.sampled_from(["", "  ", "not JSON", '{"frame_paths": ["odd.png"]}', '{"frame_paths": []}']),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=20), st.integers(1, 6), st.sampled_from([b"", b"\xef\xbb\xbf"]))
def test_each_part_reads_what_its_shard_reads_of_the_whole_manifest(lines, parts, mark):
    with tempfile.TemporaryDirectory() as folder:
        source = Source(Path(folder) / "m.jsonl")
        source.manifest.write_bytes(mark + "\n".join(["{}", *lines]).encode())
        plan = PartLines(source.manifest, map(item_of, read_clips_or_errors(source)), parts)
        found = [list(map(shown, clips_in(source, plan.ranges(part + 1)))) for part in range(plan.parts)]
        wanted = [
            list(map(shown, Shard(part + 1, plan.parts).part(read_clips_or_errors(source))))
            for part in range(plan.parts)
        ]
    assert found == wanted
    assert [plan.lines(part + 1) for part in range(plan.parts)] == [len(part) for part in found]
    assert 1 <= plan.parts <= parts


def test_lines_that_are_not_wanted_are_in_no_part_but_their_tubelets_count(tmp_path):
    source = Source(tmp_path / "m.jsonl")
    source.manifest.write_text("".join(line(number, number, 2) + "\n" for number in range(4)))
    items = (
        item_of(clip)._replace(wanted=number != 1) for number, clip in enumerate(read_clips_or_errors(source))
    )
    plan = PartLines(source.manifest, items, 2)
    first, second = (list(clips_in(source, plan.ranges(part))) for part in (1, 2))
    assert [(clip.scene, clip.first_tubelet, clip.place.rpartition(":")[2]) for clip in first] == [
        ("0", 0, "1"),
        ("3", 6, "4"),
    ]
    assert [clip.scene for clip in second] == ["2"]


def test_lines_that_follow_each_other_are_one_range(tmp_path):
    manifest = tmp_path / "m.jsonl"
    manifest.write_text("{}\n\n{}\n{}\n{}\n")
    plan = PartLines(manifest, [Item("a", 1), Item("a", 2), Item("b", 3), Item("a", 4)], 2)
    assert [tuple(each) for each in plan.ranges(1)] == [(1, 0, 2, 0), (5, 10, 1, 6)]
    assert [tuple(each) for each in plan.ranges(2)] == [(4, 7, 1, 3)]


def test_without_a_wanted_line_there_is_no_part(tmp_path):
    manifest = tmp_path / "m.jsonl"
    manifest.write_text("{}\n")
    assert PartLines(manifest, [Item(None, 1, wanted=False)], 3).parts == 0


def test_an_error_of_a_line_is_raised_at_once(tmp_path):
    source = Source(tmp_path / "m.jsonl")
    source.manifest.write_text("\n\n")
    with pytest.raises(UserError, match="contains no clip"):
        PartLines(source.manifest, map(item_of, read_clips_or_errors(source)), 2)
