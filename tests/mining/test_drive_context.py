"""Means of a drive without the clip's own time, and the training clips' deviations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jepamine.mining.bank import Bank
from jepamine.mining.bank_columns import Place
from jepamine.mining.distances import fit_whitening
from jepamine.mining.drive_context import DriveContext, clean_vector
from jepamine.mining.scene_context import read_together
from jepamine.mining.scorers.scene_and_drive import Camera, Drive, Variogram
from jepamine.protocols import ClipEmbeddings, Extent
from jepamine.utils import spilled_groups


def clip(name: str, vector, drive: str | None = "d", start: float | None = None, order: str = ""):
    clean = np.asarray(vector, dtype=np.float32)[None]
    extent = Extent() if start is None else Extent(b"", f"scene {drive}", start, start + 1)
    return ClipEmbeddings(name, None, clean, clean, clean, name.encode(), lambda: clean, extent, drive, order)


def bank_of(clips) -> Bank:
    return Bank(
        [one.clip_id for one in clips],
        [one.content.hex() for one in clips],
        np.stack([clean_vector(one) for one in clips]),
        [one.extent for one in clips],
        [Place(one.drive, None, one.order) for one in clips],
    )


def training(seed: int = 0) -> list[ClipEmbeddings]:
    """Two drives of 12 clips that drift through a circle, one time unit apart."""
    rng = np.random.default_rng(seed)
    return [
        clip(
            f"{drive}{n}",
            [1, np.sin(n / 8) + 0.02 * rng.normal(), np.cos(n / 8), number],
            drive,
            2.0 * n,
        )
        for number, drive in enumerate("ab")
        for n in range(12)
    ]


def context_of(bank: Bank, clips) -> DriveContext:
    context = DriveContext(bank)
    context.columns["clean"] = clean_vector
    read_together([context], clips)
    return context


def test_the_mean_leaves_out_the_clip_and_those_that_overlap_it_in_time():
    clips = [clip("x", [1, 0], start=0), clip("y", [0, 1], start=0.5), clip("z", [0, -2], start=9)]
    context = context_of(bank_of(clips), clips)
    assert context.mean("clean", clips[0]) == pytest.approx([0, -1])
    assert context.mean("clean", clips[2]) == pytest.approx([0.5, 0.5])


def test_a_clip_of_another_drive_or_of_none_is_in_no_mean():
    clips = [clip("x", [1, 0]), clip("y", [0, 1], "e"), clip("z", [0, 1], None)]
    context = context_of(bank_of(clips), clips)
    assert [context.mean("clean", one) for one in clips] == [None, None, None]
    assert context.alone() == 3
    assert context.warning().startswith("3 clips have no drive, or no other clip in it")


def test_gaps_are_in_lengths_of_the_median_clip_or_in_clips_where_times_are_unknown():
    timed = [clip("x", [1, 0], start=0), clip("y", [0, 1], start=3), clip("z", [0, 1], start=10)]
    untimed = [clip("q10", [1, 0], "e", order="q10"), clip("q2", [0, 1], "e", order="q02")]
    context = context_of(bank_of(timed), [*timed, *untimed])
    assert context.distances("clean", timed[0])[1].tolist() == [3, 10]
    assert context.distances("clean", untimed[0])[1].tolist() == [1]


@pytest.mark.parametrize("count", [30, 3])
def test_a_whitened_deviation_has_the_length_of_scikit_learns_mahalanobis_distance(count):
    from sklearn.covariance import LedoitWolf

    deviations = np.random.default_rng(0).normal(size=(30, 5)) @ np.diag([1, 2, 3, 4, 5])
    expected = LedoitWolf(assume_centered=True).fit(deviations[:count]).mahalanobis(deviations)
    assert fit_whitening(deviations[:count]).length(deviations) ** 2 * 5 == pytest.approx(expected)


def test_the_whitening_is_that_of_deviations_from_the_own_drive_and_not_of_drives_from_each_other():
    context = DriveContext(bank_of(training()))
    within, between = context.whitening.length(np.array([[0, 0.1, 0, 0], [0, 0, 0, 0.1]]))
    assert between > 3 * within


def test_an_older_bank_without_places_is_whitened_by_deviations_from_its_mean():
    whole = bank_of(training())
    context = DriveContext(Bank(whole.clip_ids, whole.contents, whole.vectors, whole.extents))
    centred = whole.unit.astype(float) - whole.unit.mean(axis=0, dtype=float)
    assert context.whitening.length(centred) == pytest.approx(fit_whitening(centred).length(centred))


@pytest.mark.parametrize("scorer", [Drive, Variogram])
def test_the_odd_clip_of_a_drive_scores_highest_and_a_clip_without_others_0(scorer):
    bank = bank_of(training())
    clips = [clip(f"n{n}", [1, np.sin(n / 8), np.cos(n / 8), 5], "c", 2.0 * n) for n in range(8)]
    clips[3] = clip("odd", [1, -1, -1, 5], "c", 6.0)
    clips.append(clip("alone", [0, 1, 0, 0], "x"))
    context = DriveContext(bank)
    built = scorer(context)
    read_together([context], clips)
    scores = [float(score) for score in built(clips)]
    assert int(np.argmax(scores)) == 3
    assert scores[-1] == 0


def test_the_ends_of_a_drive_that_drifts_are_no_farther_by_the_variogram():
    bank = bank_of(training())
    clips = [clip(f"n{n}", [1, np.sin(n / 8), np.cos(n / 8), 1], "c", 2.0 * n) for n in range(12)]
    ratios = {}
    for scorer in (Drive, Variogram):
        context = DriveContext(bank)
        built = scorer(context)
        read_together([context], clips)
        scores = [float(score) for score in built(clips)]
        ratios[scorer] = scores[0] / scores[5]
    assert ratios[Variogram] < 1.5 < 2 < ratios[Drive]


@pytest.mark.parametrize("scorer", [Drive, Variogram])
def test_scores_depend_on_neither_order_nor_batches_nor_other_drives(scorer):
    bank = bank_of(training())
    rng = np.random.default_rng(3)
    clips = [
        clip(f"{d}{n}", rng.normal(size=4), d, float(n) if d == "p" else None, f"{n:02d}")
        for d in "pqr"
        for n in range(7)
    ]

    def scored(context_clips, ranked):
        context = DriveContext(bank)
        built = scorer(context)
        read_together([context], context_clips)
        return {one.clip_id: float(score) for one, score in zip(ranked, built(ranked), strict=True)}

    whole = scored(clips, clips)
    assert scored(clips[::-1], clips[::-1]) == pytest.approx(whole, abs=1e-6)
    assert {k: v for one in clips for k, v in scored(clips, [one]).items()} == pytest.approx(whole, abs=1e-6)
    shard = [one for one in clips if one.drive == "q"]
    assert scored(shard, shard) == pytest.approx({k: whole[k] for k in whole if k[0] == "q"}, abs=1e-6)


def test_the_camera_of_a_clip_says_what_is_usual():
    rng = np.random.default_rng(0)
    spread = {"even": 0.01, "varied": 0.2}
    own = [
        replace(clip(f"{name}{n}", [1, shift, *(size * rng.normal(size=2))], name, 2.0 * n), camera=name)
        for (name, size), shift in zip(spread.items(), (0, 1), strict=True)
        for n in range(20)
    ]
    bank = replace(bank_of(own), places=[Place(one.drive, one.camera, one.order) for one in own])
    scorer = Camera(bank)
    odd = [
        replace(clip(f"odd-{name}", [1, shift, 0.15, 0], f"new {name}"), camera=camera)
        for name, shift, camera in [("even", 0, "even"), ("varied", 1, "varied"), ("none", 0, None)]
    ]
    even, varied, without = (float(score) for score in scorer(odd))
    assert even > 5 > 2 > varied
    # Without a camera it is compared with the clips of all cameras, whose usual distance is larger.
    assert varied < without < even
    assert scorer.usual("even") < scorer.usual("varied")


def test_a_training_clip_is_not_compared_with_itself_by_its_camera():
    own = [replace(clip(f"x{n}", [1, 0.1 * n, 0], "d", 2.0 * n), camera="c") for n in range(8)]
    bank = replace(bank_of(own), places=[Place(one.drive, one.camera, one.order) for one in own])
    scorer = Camera(bank)
    scores = [float(score) for score in scorer(own)]
    assert min(scores) > 0.5
    assert np.quantile(scores, 0.9) == pytest.approx(1)
    assert [float(scorer([one])[0]) for one in own] == pytest.approx(scores, abs=1e-6)


def test_means_and_distances_are_the_same_bits_where_nothing_stays_in_memory(monkeypatch):
    clips = training()
    whole = context_of(bank_of(clips), clips)
    wanted = [(whole.mean("clean", one), *(whole.distances("clean", one) or ())) for one in clips]
    monkeypatch.setattr(spilled_groups, "IN_MEMORY", 1)
    monkeypatch.setattr(spilled_groups, "KEPT", 1)
    context = context_of(bank_of(clips), clips)
    for one, values in zip(clips, wanted, strict=True):
        found = context.mean("clean", one), *(context.distances("clean", one) or ())
        assert [value.tobytes() for value in found] == [value.tobytes() for value in values]
