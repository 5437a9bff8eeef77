"""Clips of several cameras: each camera is scored as a clip of its own, and all of them together."""

from __future__ import annotations

import json

import pytest

ALSO = ["masked", "knn", "mahalanobis"]


def written(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def rigs(clips):
    """Six rigs of two cameras: frames of scenes 0 and 1, and of scenes 2 and 3."""
    singles = {line["clip_id"]: line["frame_paths"] for line in lines_of(clips)}
    return [
        {
            "clip_id": f"r{scene}-{start}",
            "drive": f"d{scene}",
            "cameras": {"front": singles[f"s{scene}-{start}"], "left": singles[f"s{scene + 1}-{start}"]},
        }
        for scene in (0, 2)
        for start in (0, 4, 8)
    ]


@pytest.fixture
def run(jepamine, recipe):
    recipe.write_text(recipe.read_text() + f'[scoring]\nscorer = "knn"\nalso = {json.dumps(ALSO)}\n')
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0


def scored(jepamine, manifest, output, *words):
    result = jepamine("score", "--run", "small", manifest, "--output", output, *words)
    assert result.exit_code == 0, result.output
    return lines_of(output)


def test_each_camera_scores_as_it_would_alone_and_the_clip_as_its_most_novel_camera(
    jepamine, run, clips, rigs, tmp_path
):
    manifest = written(clips.with_name("rigs.jsonl"), rigs)
    singles = written(
        clips.with_name("singles.jsonl"),
        [
            {"clip_id": f"{line['clip_id']}__{camera}", "drive": line["drive"], "frame_paths": names}
            for line in rigs
            for camera, names in line["cameras"].items()
        ],
    )
    alone = {line["clip_id"]: line["scores"] for line in scored(jepamine, singles, tmp_path / "s.jsonl")}
    lines = scored(jepamine, manifest, tmp_path / "r.jsonl")
    assert [line["clip_id"] for line in lines] == [line["clip_id"] for line in rigs]
    for line in lines:
        assert list(line["cameras"]) == ["front", "left"]
        for camera, own in line["cameras"].items():
            for name in ("knn", "mahalanobis"):
                assert own["scores"][name] == pytest.approx(
                    alone[f"{line['clip_id']}__{camera}"][name], rel=1e-6
                )
            assert own["score"] == own["scores"]["knn"]
        for name, score in line["scores"].items():
            assert score == max(own["scores"][name] for own in line["cameras"].values())
        assert line["score"] == line["scores"]["knn"]
        assert len(line["tubelet_scores"]) == 4


def test_cameras_mean_takes_the_mean(jepamine, recipe, clips, rigs, tmp_path):
    recipe.write_text(recipe.read_text() + '[scoring]\nscorer = "knn"\ncameras = "mean"\n')
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    line = scored(jepamine, written(clips.with_name("rigs.jsonl"), rigs), tmp_path / "r.jsonl")[0]
    assert line["score"] == pytest.approx(sum(own["score"] for own in line["cameras"].values()) / 2)


def test_a_line_of_one_camera_has_no_scores_of_cameras(jepamine, run, clips, tmp_path):
    assert not any("cameras" in line for line in scored(jepamine, clips, tmp_path / "s.jsonl"))


def test_shards_of_rigs_together_are_the_whole(jepamine, run, clips, rigs, tmp_path):
    manifest = written(clips.with_name("rigs.jsonl"), rigs)
    whole = scored(jepamine, manifest, tmp_path / "w.jsonl")
    parts = [
        line
        for part in (1, 2)
        for line in scored(jepamine, manifest, tmp_path / f"{part}.jsonl", "--shard", f"{part}/2")
    ]
    assert sorted(parts, key=lambda line: line["clip_id"]) == whole


def test_a_run_is_trained_audited_evaluated_and_reported_on_rigs(jepamine, recipe, clips, rigs, tmp_path):
    manifest = written(clips.with_name("rigs.jsonl"), rigs)
    audited = json.loads(jepamine("manifest", "audit", manifest, "--json").stdout)
    assert audited["clips"] == 12
    assert {kind: ids for kind, ids in audited["findings"].items() if ids} == {}
    assert jepamine("run", recipe, "--epochs", 1, "--set", f"dataset.manifest={manifest}").exit_code == 0
    own = lines_of(tmp_path / "experiments" / "small" / "manifest.jsonl")
    assert len(own) == 12
    assert len({(line["drive"], line["split"]) for line in own}) == 2
    lines = scored(jepamine, manifest, tmp_path / "r.jsonl")
    trained = {line["drive"] for line in own if line["split"] == "train"}
    assert [line.get("trained_on", False) for line in lines] == [rig["drive"] in trained for rig in rigs]
    labels = [{"clip_id": rig["clip_id"], "binary_label": n % 2} for n, rig in enumerate(rigs)]
    path = written(tmp_path / "labels.jsonl", labels)
    result = jepamine("eval", "--run", "small", manifest, "--labels", path, "--split", "all", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["ranking"]["predicted"]["clips"] == 6
    top = jepamine("top", tmp_path / "r.jsonl", "--run", "small", "-k", 2)
    assert top.exit_code == 0, top.output
    page = tmp_path / "page.html"
    report = jepamine("report", "--run", "small", tmp_path / "r.jsonl", "--top", 2, "--output", page)
    assert report.exit_code == 0, report.output
    assert "front, left" in page.read_text()


def test_fix_and_split_keep_the_cameras_of_a_rig_together(jepamine, clips, rigs, tmp_path):
    manifest = written(clips.with_name("rigs.jsonl"), rigs)
    split = jepamine("manifest", "split", manifest, "--val", "0.5", "--output", tmp_path / "split.jsonl")
    assert split.exit_code == 0, split.output
    lines = lines_of(tmp_path / "split.jsonl")
    assert len({(line["drive"], line["split"]) for line in lines}) == 2
    # Elsewhere the paths of the frames are absolute.
    assert lines[0]["cameras"]["left"][0] == str(clips.parent / rigs[0]["cameras"]["left"][0])
    rigs[0]["cameras"]["left"] = ["gone.jpg"] * 4
    broken = written(clips.with_name("broken.jsonl"), rigs)
    fixed = jepamine("manifest", "fix", broken, "--output", clips.with_name("fixed.jsonl"))
    assert fixed.exit_code == 0, fixed.output
    remaining = lines_of(clips.with_name("fixed.jsonl"))
    assert [line["clip_id"] for line in remaining[:2]] == ["r0-0__front", "r0-4__front"]
    assert len(remaining) == 11
