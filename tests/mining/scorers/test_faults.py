"""Faults of a recording, in frames made up for each."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest

from jepamine.data.embedding_store import Store
from jepamine.mining.bank import Bank
from jepamine.mining.bank_columns import Place
from jepamine.mining.drive_context import DriveContext
from jepamine.mining.scene_context import read_together
from jepamine.mining.scorers import pixel_scorers
from jepamine.mining.scorers.sensor import FAULTS, Sensor
from jepamine.protocols import ClipEmbeddings

LEVELS = np.arange(0, 80, 10)


def clip(levels, name: str = "x") -> ClipEmbeddings:
    """Frames of a bright bar over a ramp; `levels` moves it by as many rows."""
    frames = np.zeros((len(levels), 96, 96, 3), dtype=np.uint8)
    for frame, level in zip(frames, levels, strict=True):
        frame += np.arange(96, dtype=np.uint8)[None, :, None]
        if level is None:
            frame[:] = 0
        else:
            frame[int(level) : int(level) + 12] += 120
    pixels = frames.reshape(-1, 2, 96, 96, 3)
    vectors = np.zeros((len(pixels), 2), dtype=np.float32)
    return ClipEmbeddings(name, None, vectors, vectors, vectors, name.ljust(32).encode(), lambda: pixels)


def grey(levels: list[int], name: str) -> ClipEmbeddings:
    pixels = np.array(levels, dtype=np.uint8).repeat(192).reshape(-1, 8, 8, 3)
    return replace(clip([0, 0], name), frames=lambda: pixels[None])


FAULTY = {
    "frozen": clip([0, 10, 20, 30, 30, 30, 30, 30], "f"),
    "spliced": clip([0, 1, 2, 3, 80, 80.0, 81, 82], "s"),
    "shuffled": clip([50, 0, 70, 10, 40, 20, 60, 30], "h"),
    "dropped": clip([0, 3, 6, 9, 39, 42, 45, 48], "d"),
    "blank": clip([0, 10, 20, None, 40, 50, 60, 70], "b"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_scores_higher_than_even_motion(tmp_path, fault):
    with Store(tmp_path) as store:
        even, faulty = getattr(pixel_scorers, fault)(store)([clip(np.arange(0, 24, 3)), FAULTY[fault]])
    assert faulty > even + 0.05


def test_a_foreign_piece_scores_its_smaller_cut_less_the_other_changes(tmp_path):
    # Steps 1 1 70 1 60 1 1 give min(70, 60) - 1, steps 2 2 30 2 give 30 - 2.
    inside, behind = grey([0, 1, 2, 72, 73, 13, 14, 15], "i"), grey([0, 2, 4, 34, 36], "e")
    with Store(tmp_path) as store:
        found = pixel_scorers.spliced(store)([inside, behind])
    assert [float(value) * 255 for value in found] == pytest.approx([59, 28], abs=0.5)


def test_frames_in_order_are_nearest_to_their_neighbours_and_score_1(tmp_path):
    with Store(tmp_path) as store:
        (even,) = pixel_scorers.shuffled(store)([clip(np.arange(0, 24, 3))])
    assert even == pytest.approx(1, abs=0.02)


def test_a_clip_of_identical_frames_is_stillest(tmp_path):
    with Store(tmp_path) as store:
        (score,) = pixel_scorers.frozen(store)([clip([5] * 8)])
    assert score == pytest.approx(-np.log(pixel_scorers.NOISE / 100))


def test_a_clip_of_two_frames_has_every_score(tmp_path):
    with Store(tmp_path) as store:
        assert all(np.isfinite(getattr(pixel_scorers, name)(store)([clip([0, 9])])[0]) for name in FAULTS)


def test_frames_are_decoded_once_for_all_faults(tmp_path):
    reads = []
    original = clip(LEVELS)
    counted = ClipEmbeddings(**{**vars(original), "frames": lambda: reads.append(1) or original.frames()})
    for _ in range(2):
        with Store(tmp_path) as store:
            for name in FAULTS:
                getattr(pixel_scorers, name)(store)([counted])
    assert len(reads) == 1


BANK = Bank(["a"], ["00"], np.eye(1, dtype=np.float32), [], [Place("d", "known")])


AMONG_THE_RUNS = [1 + np.log1p(excess / 2) for excess in (0.5, 1, 3, 37)]
# The others are 4, 6 of the first, 3.5, 6 of the second, 3.5, 4 of the third and 3.5, 4, 6 of the last clip:
# 40 is far from the rest and in nobody's reference.
AMONG_ITS_DRIVES = [2.5 / 4, 3.2 / 4, 1 + np.log1p(2 / 3), 1 + np.log1p(34 / 5)]


@pytest.mark.parametrize(
    ("camera", "ranks"), [("known", AMONG_THE_RUNS), (None, AMONG_THE_RUNS), ("new", AMONG_ITS_DRIVES)]
)
def test_a_new_cameras_faults_are_ranked_among_its_drives_other_clips_too(tmp_path, camera, ranks):
    values = {"w": 3.5, "x": 4.0, "y": 6.0, "z": 40.0}

    def scorer(clips):
        return [np.float64(values[one.clip_id]) for one in clips]

    panel = SimpleNamespace(
        reference=lambda names, parts: {name: np.array([1.0, 2.0, 3.0]) for name in names},
        scores=lambda name, clips: scorer(clips),
        scorer=lambda name: scorer,
    )
    drives = DriveContext(BANK)
    clips = [replace(clip([1, 1], name), drive="d", camera=camera) for name in values]
    with Store(tmp_path) as store:
        sensor = Sensor(panel, drives, store)
        read_together([drives], clips)
        assert sensor(clips) == pytest.approx(ranks)


def test_a_random_order_is_the_mean_over_all_orders_of_the_frames(tmp_path):
    levels = [10, 60, 80, 200]
    with Store(tmp_path) as store:
        orders = [grey(list(order), f"o{number}") for number, order in enumerate(permutations(levels))]
        shuffled = pixel_scorers.shuffled(store)(orders)
        (excess,) = pixel_scorers.random_order(store)([grey(levels, "x")])
    assert excess == pytest.approx(np.mean(shuffled) - 1, abs=1e-5)


def test_disorder_beyond_steady_clips_counts_in_units_of_half_a_random_order(tmp_path):
    references = {name: np.array([0.0, 100.0]) for name in FAULTS} | {"shuffled": np.array([1.0, 1.01])}
    with Store(tmp_path) as store:
        scorers = {name: getattr(pixel_scorers, name)(store) for name in FAULTS}
        panel = SimpleNamespace(
            reference=lambda names, parts: references, scores=lambda name, clips: scorers[name](clips)
        )
        turn = [grey([0, 90, 30, 120], "t")]
        (value,), (excess,) = scorers["shuffled"](turn), pixel_scorers.random_order(store)(turn)
        (score,) = Sensor(panel, DriveContext(BANK), store)(turn)
    assert excess > 0.01
    assert score == pytest.approx(1 + np.log1p((value - 1.01) / (excess / 2)))


def test_sensor_is_the_highest_rank_and_names_the_fault_beyond_all_clips_of_the_run(tmp_path):
    with Store(tmp_path) as store:
        scorers = {name: getattr(pixel_scorers, name)(store) for name in FAULTS}
        # Nearly even motion: one step of each is longer.
        held_out = [
            clip(np.cumsum([0, step, step, step, longer, step, step, step]), f"v{step}")
            for step, longer in ((2, 2), (3, 4), (4, 8), (5, 6))
        ]
        references = {name: np.sort(np.stack(scorer(held_out))) for name, scorer in scorers.items()}
        panel = SimpleNamespace(
            reference=lambda names, parts: {name: references[name] for name in names},
            scores=lambda name, clips: scorers[name](clips),
        )
        sensor = Sensor(panel, DriveContext(BANK), store)
        clips = [held_out[1], FAULTY["frozen"], FAULTY["shuffled"], FAULTY["blank"], FAULTY["dropped"]]
        scores = [float(score) for score in sensor(clips)]
        findings = sensor.findings(clips)
    assert scores[0] <= 1 < min(scores[1:])
    assert findings == ["", "frozen frames", "shuffled frames", "blank frames", "dropped frames"]
