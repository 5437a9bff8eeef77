import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from jepamine.mining.street.events import KINDS
from jepamine.mining.street.generate import choose_events, generate

SMALL = (64, 36)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def made(folder: Path, **changes: Any) -> Path:
    folder.mkdir()
    asked = {"clips": 6, "event_rate": 0.5, "seed": 3, "frames": 2, "size": SMALL, **changes}
    generate(folder, **asked)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    assert contents(made(tmp_path / "a")) == contents(made(tmp_path / "b"))


def test_another_seed_draws_other_frames(tmp_path: Path) -> None:
    first, second = contents(made(tmp_path / "a")), contents(made(tmp_path / "b", seed=4))
    frames = [name for name in first if name.endswith(".jpg")]
    assert frames
    assert all(first[name] != second[name] for name in frames)


@pytest.mark.parametrize(
    ("clips", "event_rate", "events"),
    [(10, 0.0, 0), (10, 0.3, 3), (7, 1.0, 7), (5, 0.01, 1), (1, 1.0, 1), (9, 0.5, 4), (500, 0.04, 20)],
)
def test_the_number_of_events_is_exact(clips: int, event_rate: float, events: int) -> None:
    for seed in range(5):
        chosen = choose_events(clips, event_rate, seed, 4)
        assert len(chosen) == events
        assert all(0 <= clip < clips for clip in chosen)


def test_the_labels_hold_the_chosen_events(tmp_path: Path) -> None:
    labels = lines(made(tmp_path / "a", clips=9, event_rate=0.5) / "labels.jsonl")
    chosen = choose_events(9, 0.5, 3, 4)
    assert [line["kind"] for line in labels] == [chosen.get(k) for k in range(9)]
    assert [line["binary_label"] for line in labels] == [int(k in chosen) for k in range(9)]


def test_events_lie_in_different_scenes_while_there_are_any_left() -> None:
    for seed in range(20):
        chosen = choose_events(40, 0.25, seed, 4)
        assert sorted(clip // 4 for clip in chosen) == list(range(10))
        assert {clip // 4 for clip in choose_events(40, 0.3, seed, 4)} == set(range(10))


def test_kinds_are_spread_evenly() -> None:
    kinds = list(choose_events(400, 0.1, 0, 4).values())
    counts = [kinds.count(kind) for kind in KINDS]
    assert sum(counts) == 40
    assert max(counts) - min(counts) <= 1


def test_an_ordinary_clip_does_not_depend_on_the_number_of_clips(tmp_path: Path) -> None:
    few, many = made(tmp_path / "few", event_rate=0.2), made(tmp_path / "many", clips=9, event_rate=0.4)
    plain = [
        {line["clip_id"] for line in lines(folder / "labels.jsonl") if not line["binary_label"]}
        for folder in (few, many)
    ]
    shared = [line for line in lines(few / "manifest.jsonl") if line["clip_id"] in plain[0] & plain[1]]
    assert shared
    others = {line["clip_id"]: line for line in lines(many / "manifest.jsonl")}
    for line in shared:
        assert others[line["clip_id"]] == line
        for path in line["frame_paths"]:
            assert (few / path).read_bytes() == (many / path).read_bytes()


def test_an_event_changes_its_own_clip_only(tmp_path: Path) -> None:
    without, with_event = made(tmp_path / "a", event_rate=0.0), made(tmp_path / "b", event_rate=0.17)
    for clip, label in zip(
        lines(without / "manifest.jsonl"), lines(with_event / "labels.jsonl"), strict=True
    ):
        for path in clip["frame_paths"]:
            same = (without / path).read_bytes() == (with_event / path).read_bytes()
            assert same is (label["kind"] is None)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_can_be_drawn_in_every_scene(kind: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("jepamine.mining.street.generate.KINDS", (kind,))
    folder = made(tmp_path / "a", clips=7, event_rate=1.0, clips_per_scene=1)
    assert {line["kind"] for line in lines(folder / "labels.jsonl")} == {kind}


@pytest.mark.parametrize(("frames", "clips", "clips_per_scene"), [(2, 1, 4), (4, 5, 2), (6, 4, 3), (8, 3, 1)])
def test_frames_are_jpegs_of_the_size_and_run_on_through_the_scene(
    frames: int, clips: int, clips_per_scene: int, tmp_path: Path
) -> None:
    folder = made(tmp_path / "a", frames=frames, clips=clips, clips_per_scene=clips_per_scene)
    manifest = lines(folder / "manifest.jsonl")
    assert len(manifest) == clips
    named = []
    for k, clip in enumerate(manifest):
        scene, part = divmod(k, clips_per_scene)
        assert clip["clip_id"] == f"street-{scene:04d}-{part}"
        numbers = range(part * frames, (part + 1) * frames)
        assert clip["frame_paths"] == [f"frames/street-{scene:04d}/{n:04d}.jpg" for n in numbers]
        named += clip["frame_paths"]
        for path in clip["frame_paths"]:
            with Image.open(folder / path) as image:
                assert (image.format, image.size, image.mode) == ("JPEG", SMALL, "RGB")
    assert sorted(named) == [name for name in contents(folder) if name.endswith(".jpg")]


def test_timestamps_rise_by_the_same_step_through_a_scene(tmp_path: Path) -> None:
    manifest = lines(made(tmp_path / "a", frames=4, clips=4) / "manifest.jsonl")
    times = [time for clip in manifest for time in clip["timestamps"]]
    assert len(times) == 16
    assert {later - earlier for earlier, later in itertools.pairwise(times)} == {125_000}


def test_the_manifest_reports_no_label(tmp_path: Path) -> None:
    manifest = lines(made(tmp_path / "a", event_rate=1.0) / "manifest.jsonl")
    known = {"clip_id", "scene", "camera", "frame_paths", "timestamps", "time_of_day", "weather"}
    for clip in manifest:
        assert set(clip) == known
        assert clip["time_of_day"] in ("day", "dusk", "night")
        assert clip["weather"] in ("clear", "overcast", "rain", "fog", "snow")
        assert not any(kind in json.dumps(clip) for kind in KINDS)


def test_each_finished_clip_is_reported(tmp_path: Path) -> None:
    calls: list[None] = []
    made(tmp_path / "a", on_clip=lambda: calls.append(None))
    assert len(calls) == 6
