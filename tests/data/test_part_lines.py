"""The lines of parts: each part's are those of its shard, read alone as they are read with all others."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jepamine.data.clips import read_clips_or_errors
from jepamine.data.drives import drive_of
from jepamine.data.part_lines import Item, PartLines, clips_in, item_of, items_of
from jepamine.data.shards import dealt
from jepamine.errors import UserError
from jepamine.protocols import Source


def shown(item):
    return str(item) if isinstance(item, UserError) else item


def drive(item):
    return None if isinstance(item, UserError) else drive_of(item)


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
        plan = PartLines(source.manifest, items_of(source, stop=False), parts)
        found = [list(map(shown, clips_in(source, plan.ranges(part + 1)))) for part in range(plan.parts)]
        numbered = list(dealt(read_clips_or_errors(source), drive))
        wanted = [
            [shown(item) for place, item in numbered if place % plan.parts == part]
            for part in range(plan.parts)
        ]
        assert plan.ranges(plan.parts + 1) == []
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
        PartLines(source.manifest, items_of(source, stop=True), 2)


FORMS = [
    {"frame_paths": ["a.png", "b.png"]},
    {"frame_paths": ["a.png", "b.png"], "scene": 3, "drive": "d", "clip_id": 4},
    {"frame_paths": ["a.png", "b.png"], "scene_id": "s", "log": "l"},
    {"frame_paths": ["a.png", "b.png"], "scene": "", "drive": ""},
    {"frames": ["a.png", "b.png", "c.png", "d.png"], "scene": "s"},
    {"video": "v.mp4", "start": 0, "end": 1, "fps": 4, "scene": "s"},
    {"cameras": {"l": ["a.png", "b.png"], "r": ["c.png", "d.png"]}, "scene": "s"},
    {"frame_paths": ["a.png"], "scene": "s"},
    {"frame_paths": ["a.png", ""], "scene": "s"},
    {"frame_paths": ["a.png", 1], "scene": "s"},
    {"frame_paths": "ab", "scene": "s"},
    {"frame_paths": [], "scene": "s"},
    {"frame_paths": None, "video": "v.mp4", "start": 0, "end": 1, "fps": 4},
    {"frame_paths": ["a.png", "b.png"], "scene": ["s"]},
    {"frame_paths": ["a.png", "b.png"], "scene": True},
    {"frame_paths": ["a.png", "b.png"], "clip_id": 1.5},
    {"frame_paths": ["a.png", "b.png"], "camera": {}},
    {"scene": "s"},
    [],
]


@pytest.mark.parametrize("form", FORMS, ids=json.dumps)
def test_the_item_of_a_line_is_that_of_its_clip(tmp_path, form):
    source = Source(tmp_path / "m.jsonl")
    source.manifest.write_text(json.dumps(form))
    (found,) = read_clips_or_errors(source)
    assert list(items_of(source, stop=False)) == [item_of(found)]
    if isinstance(found, UserError):
        with pytest.raises(UserError) as raised:
            list(items_of(source, stop=True))
        assert str(raised.value) == str(found)
