"""`[scoring] relative_to`: each camera's clips moved to the training clips' mean."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from jepamine.mining.bank import Bank
from jepamine.mining.bank_columns import Place
from jepamine.mining.relative_to import Groups
from jepamine.mining.scene_context import read_together
from jepamine.mining.scorers.neighbours import knn, mahalanobis
from jepamine.protocols import ClipEmbeddings, Extent


def clip(name: str, vector, camera: str | None, start: float = 0.0) -> ClipEmbeddings:
    clean = np.asarray(vector, dtype=np.float32)[None]
    extent = Extent(b"", f"drive {name}", start, start + 1)
    return ClipEmbeddings(
        name, None, clean, clean, clean, name.encode(), lambda: clean, extent, "d", camera=camera
    )


def bank_of(clips: list[ClipEmbeddings]) -> Bank:
    return Bank(
        [one.clip_id for one in clips],
        [one.content.hex() for one in clips],
        np.stack([one.clean[0] for one in clips]),
        [one.extent for one in clips],
        [Place(one.drive, one.camera) for one in clips],
    )


def cloud(camera: str | None, count: int, shift, seed: int) -> list[ClipEmbeddings]:
    rng = np.random.default_rng(seed)
    centre = np.array([10, 0, 0, 0, 0, 0]) + shift
    return [clip(f"{camera}{n}", centre + rng.normal(size=6), camera) for n in range(count)]


SHIFT = np.array([0, 4.0, -4, 0, 0, 0])


def test_clips_of_an_unknown_camera_score_as_those_of_the_known_one():
    training, near, far = cloud("a", 40, 0, 0), cloud("a", 30, 0, 1), cloud("b", 30, SHIFT, 2)
    near = [clip(f"new-{one.clip_id}", one.clean[0], "a") for one in near]
    groups = Groups(bank_of(training), ["camera"])
    read_together([groups], [*near, *far])
    for scorer in (knn, mahalanobis):
        plain, relative = scorer(bank_of(training)), scorer(bank_of(training), groups)
        assert np.mean(plain(far)) > 3 * np.mean(plain(near))
        assert np.mean(relative(far)) < 1.4 * np.mean(relative(near))


def test_what_is_unusual_for_its_own_camera_stays_unusual():
    training, far = cloud("a", 40, 0, 0), cloud("b", 30, SHIFT, 2)
    odd = clip("odd", np.array([10, 4, -4, 9, 0, 0]), "b")
    groups = Groups(bank_of(training), ["camera"])
    read_together([groups], [*far, odd])
    relative = knn(bank_of(training), groups)
    assert relative([odd])[0] > max(relative(far))


def test_the_mean_leaves_out_the_clip_itself_and_clips_without_a_camera_stay():
    training = [clip("t", [1, 0], "a"), clip("u", [0, 1], "b")]
    groups = Groups(bank_of(training), ["camera"])
    first, second, without = clip("x", [1, 0], "c"), clip("y", [0, 1], "c"), clip("z", [0, 2], None)
    read_together([groups], [first, second, without])
    # Centre (0.5, 0.5); the mean of the others of camera c is (0, 1).
    assert groups.moved(first, first.clean)[0] == pytest.approx([1.5, -0.5])
    assert groups.moved(without, without.clean)[0] == pytest.approx([0, 1])
    # z has no camera; t and u are alone in theirs.
    assert groups.warning().startswith("3 clips have no camera, or no other clip in it")


def test_training_clips_are_part_of_their_cameras_mean_and_count_once():
    training = cloud("a", 20, 0, 0)
    groups = Groups(bank_of(training), ["camera"])
    read_together([groups], [])
    alone = groups.moved(training[3], training[3].clean)
    read_together([groups], training)
    assert groups.moved(training[3], training[3].clean) == pytest.approx(alone)
    assert groups.bank.vectors[3] == pytest.approx(alone[0], abs=1e-6)


@pytest.mark.parametrize("together", [1, 500])
def test_neither_the_order_of_the_clips_nor_how_many_are_written_together_change_a_bit(together, monkeypatch):
    monkeypatch.setattr("jepamine.mining.grouped_clips.TOGETHER", together)
    clips = [clip(one.clip_id, one.clean[0], "b", start) for start, one in enumerate(cloud("b", 50, 0, 3))]
    moved = []
    for order in (clips, clips[::-1], clips[1::2] + clips[::2]):
        groups = Groups(bank_of(cloud("a", 3, 0, 0)), ["camera"])
        read_together([groups], order)
        moved.append(b"".join(groups.moved(one, one.clean).tobytes() for one in clips))
    assert moved[0] == moved[1] == moved[2]
    # The first clip less the mean of the other 49, moved to the training clips' mean.
    unit = np.stack([one.clean[0] / np.linalg.norm(one.clean[0]) for one in clips])
    expected = unit[0] - unit[1:].mean(axis=0) + groups.centre
    assert np.frombuffer(moved[0], np.float32)[:6] == pytest.approx(expected, abs=1e-6)


def test_clips_that_overlap_are_left_out_by_content_frames_or_time():
    def seen(name, frames, start, content=None):
        one = clip(name, [1.0, len(name)], "c", start)
        extent = Extent(frames, "drive d", start, start + 1)
        return replace(one, extent=extent, content=content or one.content)

    first = seen("x", b"frame--1", 0)
    others = [seen("xx", b"frame--1frame--2", 50), seen("xxx", b"", 1), seen("xxxx", b"", 70, first.content)]
    groups = Groups(bank_of([clip("t", [1, 0], "a"), clip("u", [0, 1], "b")]), ["camera"])
    read_together([groups], [first, *others])
    assert groups.moved(first, first.clean) == pytest.approx(first.clean / np.sqrt(2))  # nothing is left
    assert groups.warning().startswith("3 clips")  # it, and the two that are alone in their cameras
    far = seen("xxxxx", b"", 99)
    read_together([groups], [first, *others, far])
    mean = np.array([1, 5]) / np.sqrt(26)
    expected = first.clean[0] / np.sqrt(2) - mean + groups.centre
    assert groups.moved(first, first.clean)[0] == pytest.approx(expected)


def two_cameras(clips, tmp_path):
    """Return a manifest of the fixture's clips, with a red cast for a second camera, split by scene."""
    lines = []
    for line in map(json.loads, clips.read_text().splitlines()):
        paths = [clips.parent / path for path in line["frame_paths"]]
        reddish = []
        for path in paths:
            target = tmp_path / "red" / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.asarray(Image.open(path)) // 2 + np.uint8([120, 0, 0])
            Image.fromarray(pixels).save(target)
            reddish.append(str(target))
        lines.append(line | {"frame_paths": [str(path) for path in paths]})
        lines.append(
            line
            | {
                "clip_id": line["clip_id"] + "-b",
                "scene": line["scene"] + "-b",
                "camera": "CAM_RED",
                "frame_paths": reddish,
            }
        )
    manifest = tmp_path / "cameras.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return manifest


def test_eval_shows_each_camera_before_and_after(jepamine, recipe, clips, tmp_path):
    settings = ("--set", "scoring.scorer=knn", "--set", 'scoring.relative_to=["camera"]')
    assert jepamine("run", recipe, *settings).exit_code == 0
    manifest = two_cameras(clips, tmp_path)
    shown = jepamine("eval", "--run", "small", manifest)
    assert shown.exit_code == 0, shown.output
    assert "Relative to camera: mean rank among the run's held-out clips" in shown.stdout
    found = json.loads(jepamine("eval", "--run", "small", manifest, "--json").stdout)["relative"]
    assert set(found["scorers"]) == {"knn"}
    red = found["scorers"]["knn"]["groups"]["CAM_RED"]
    assert red["clips"] == 12
    assert red["after"] < red["before"] - 0.2


def test_scores_relative_to_a_camera_do_not_depend_on_the_order_and_are_not_made_in_parts(
    jepamine, recipe, clips, tmp_path
):
    settings = ("--set", "scoring.scorer=knn", "--set", 'scoring.relative_to=["camera"]')
    assert jepamine("run", recipe, *settings).exit_code == 0
    manifest = two_cameras(clips, tmp_path)
    backwards = tmp_path / "backwards.jsonl"
    backwards.write_text("".join(reversed(manifest.read_text().splitlines(keepends=True))))
    tables = []
    for order in (manifest, backwards):
        output = tmp_path / f"{order.stem}-scores.jsonl"
        assert jepamine("score", "--run", "small", order, "--output", output).exit_code == 0
        lines = map(json.loads, output.read_text().splitlines())
        tables.append({line["clip_id"]: line["score"] for line in lines})
    assert tables[0] == pytest.approx(tables[1], abs=1e-6)
    refused = jepamine("score", "--run", "small", manifest, "--shard", "1/2")
    assert refused.exit_code == 1
    assert "relative_to: the clips of a camera may be in several parts" in refused.stderr
