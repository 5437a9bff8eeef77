"""`jepamine eval`: cosines on held-out clips, ranking statistics, the strict audit, compare."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jepamine.mining.evaluation import baseline_warning


@pytest.fixture
def run(jepamine, recipe):
    assert jepamine("run", recipe).exit_code == 0


def test_figures_of_the_clips_that_chose_the_epoch_say_so_and_those_of_a_test_part_do_not(jepamine, recipe):
    run = jepamine("run", recipe, "--set", "trainer.test_fraction=0.2")
    assert run.exit_code == 0, run.output
    notice = "The epoch was chosen on these clips"
    assert notice in jepamine("eval", "--run", "small").stdout
    assert notice not in jepamine("eval", "--run", "small", "--split", "test").stdout
    val = json.loads(jepamine("eval", "--run", "small", "--json").stdout)
    test = json.loads(jepamine("eval", "--run", "small", "--split", "test", "--json").stdout)
    assert not set(val["per_scene"]) & set(test["per_scene"])


@pytest.fixture
def labels(clips, tmp_path) -> Path:
    """Clips of scenes 0 to 3, the first of each scene positive."""
    path = tmp_path / "labels.jsonl"
    lines = [json.loads(line) for line in clips.read_text().splitlines()]
    path.write_text(
        "".join(
            json.dumps({"clip_id": line["clip_id"], "binary_label": int(line["clip_id"].endswith("-0"))})
            + "\n"
            for line in lines
        )
    )
    return path


def split_of(folder: Path) -> dict[str, str]:
    lines = (folder / "experiments" / "small" / "manifest.jsonl").read_text().splitlines()
    return {line["clip_id"]: line["split"] for line in map(json.loads, lines)}


def test_the_output_is_the_contracts_on_the_held_out_scene(jepamine, run, tmp_path):
    found = json.loads(jepamine("eval", "--run", "small", "--json").stdout)
    held_out = [name for name, part in split_of(tmp_path).items() if part == "val"]
    assert (found["clips"], found["tubelets"]) == (3, 6) == (len(held_out), 2 * len(held_out))
    assert set(found) == {
        "mean_cosine_similarity", "std_cosine_similarity", "masked_cosine_similarity",
        "per_scene", "clips", "tubelets",
    }  # fmt: skip
    (scene,) = found["per_scene"].values()
    assert scene == pytest.approx(found["mean_cosine_similarity"])
    record = json.loads((tmp_path / "experiments" / "small" / "record.json").read_text())
    for key in ("mean_cosine_similarity", "masked_cosine_similarity"):
        assert found[key] == pytest.approx(record["metrics"][key], abs=1e-6)


@pytest.mark.parametrize(("split", "clips_of"), [("val", 3), ("train", 9), ("all", 12)])
def test_split_picks_the_part(split, clips_of, jepamine, run):
    assert (
        json.loads(jepamine("eval", "--run", "small", "--split", split, "--json").stdout)["clips"] == clips_of
    )


def test_a_manifest_is_evaluated_whole(jepamine, run, clips):
    assert json.loads(jepamine("eval", "--run", "small", clips, "--json").stdout)["clips"] == 12


def test_labels_add_the_ranking_and_it_agrees_with_that_of_the_score_file(
    jepamine, run, clips, labels, tmp_path
):
    found = json.loads(jepamine("eval", "--run", "small", clips, "--labels", labels, "--json").stdout)
    assert set(found["ranking"]) == {"predicted", "masked"}
    assert found["labelled"] == {"clips": 12, "positives": 4, "scenes": 4}
    scores, output = tmp_path / "scores.jsonl", tmp_path / "out.json"
    assert jepamine("score", "--run", "small", clips, "--output", scores).exit_code == 0
    result = jepamine("eval", "--scores", scores, "--labels", labels, "--json", "--output", output)
    ranking = json.loads(result.stdout)["ranking"]
    assert ranking["predicted"]["auroc"] == pytest.approx(found["ranking"]["predicted"]["auroc"])
    assert json.loads(output.read_text())["ranking"] == ranking


def test_without_json_the_verdict_is_in_words(jepamine, run, clips, labels):
    text = jepamine("eval", "--run", "small", clips, "--labels", labels).stdout
    assert "chance AP" in text
    assert "chance: predicted" in text or "chance: masked" in text


def test_strict_exits_with_1_where_the_dataset_alone_predicts_the_label(jepamine, tmp_path):
    scores, labels = tmp_path / "scores.jsonl", tmp_path / "labels.jsonl"
    with scores.open("w") as file, labels.open("w") as answers:
        for number in range(60):
            dataset = "other" if number < 15 else "own"
            line = {
                "clip_id": str(number),
                "scene": str(number // 3),
                "dataset": dataset,
                "score": number % 11,
            }
            file.write(json.dumps(line) + "\n")
            answers.write(json.dumps({"clip_id": str(number), "binary_label": int(number < 15)}) + "\n")
    words = ("eval", "--scores", scores, "--labels", labels)
    loose, strict = jepamine(*words, "--json"), jepamine(*words, "--strict")
    assert loose.exit_code == 0
    assert json.loads(loose.stdout)["audit"]["dataset"]["auroc"] >= 0.9
    assert strict.exit_code == 1
    assert "PREDICTS THE LABEL" in strict.stdout
    assert "the dataset alone predicts the label" in strict.stderr


def test_compare_shows_what_evals_found(jepamine, recipe, clips, labels):
    for name, lr in (("one", 1e-3), ("two", 1e-2)):
        jepamine("run", recipe, "--name", name, "--lr", lr)
        jepamine("eval", "--run", name, clips, "--labels", labels)
    metrics = json.loads(jepamine("compare", "one", "two", "--all", "--json").stdout)["metrics"]
    assert set(metrics["manifest-all-labels.predicted.verdict"]) <= {
        "above chance", "indistinguishable from chance", "below chance"
    }  # fmt: skip
    assert len(metrics["manifest-all-labels.predicted.auroc"]) == 2


def test_strict_exits_with_1_where_labels_match_no_clip(jepamine, run, clips, labels):
    with labels.open("a") as file:
        file.write(json.dumps({"clip_id": "gone", "binary_label": 1}) + "\n")
    words = ("eval", "--run", "small", clips, "--labels", labels)
    text = jepamine(*words).stdout
    assert "12 clips have a score and a label (12 scores, 13 labels)" in text
    assert "1 of 13 labels match no scored clip: gone" in text
    result = jepamine(*words, "--strict")
    assert result.exit_code == 1
    assert "1 of 13 labels match no scored clip: gone (--strict)" in result.stderr


def test_labels_of_the_other_split_are_no_loss(jepamine, run, clips, labels):
    found = json.loads(jepamine("eval", "--run", "small", "--labels", labels, "--strict", "--json").stdout)
    assert (found["join"]["matched"], found["join"]["elsewhere"]) == (3, 9)
    assert found["join"]["unscored"]["count"] == 0


def test_pixel_baselines_are_ranked_beside_the_scorers_and_do_not_change_them(
    jepamine, run, clips, labels, tmp_path
):
    words = ("eval", "--run", "small", clips, "--labels", labels)
    result = json.loads(jepamine(*words, "--json").stdout)
    assert list(result["baselines"]) == ["darkness", "contrast", "frame-difference", "jpeg-size"]
    scores = tmp_path / "scores.jsonl"
    jepamine("score", "--run", "small", clips, "--output", scores)
    of_file = json.loads(jepamine("eval", "--scores", scores, "--labels", labels, "--json").stdout)
    assert result["ranking"]["masked"]["p"] == of_file["ranking"]["masked"]["p"]
    assert "Pixel baselines, which a scorer should beat" in jepamine(*words).stdout


@pytest.mark.parametrize(
    ("scorer", "pixels", "warned"),
    [(0.6, 0.7, True), (0.6, 0.2, True), (0.7, 0.69, False), (0.1, 0.8, False)],
)
def test_a_pixel_statistic_that_is_better_than_every_scorer_is_a_warning(scorer, pixels, warned):
    ranking = {"knn": {"auroc": scorer}, "random": {"auroc": 0.5}}
    warnings = baseline_warning(ranking, {"darkness": {"auroc": pixels}, "contrast": {"auroc": 0.5}})
    assert ["'darkness' tells these labels apart" in line for line in warnings] == [True] * warned


def test_a_baseline_that_the_recipe_names_is_one_of_its_scorers(jepamine, recipe, clips, labels):
    jepamine("run", recipe, "--set", 'scoring.also=["darkness"]')
    words = ("eval", "--run", "small", clips, "--labels", labels, "--json")
    result = json.loads(jepamine(*words).stdout)
    assert list(result["ranking"]) == ["predicted", "darkness"]
    assert "darkness" not in result["baselines"]


def test_several_tags_give_a_table_each(jepamine, run, clips, tmp_path):
    path = tmp_path / "tags.jsonl"
    names = [json.loads(line)["clip_id"] for line in clips.read_text().splitlines()]
    lines = [
        {"clip_id": name, "labels": {"first": int(number % 3 == 0), "second": int(number % 3 == 1)}}
        for number, name in enumerate(names)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    words = ("eval", "--run", "small", clips, "--labels", path)
    tasks = json.loads(jepamine(*words, "--json").stdout)["tasks"]
    assert {name: task["labelled"]["positives"] for name, task in tasks.items()} == {"first": 4, "second": 4}
    text = jepamine(*words).stdout
    assert "== first ==" in text
    assert "== second ==" in text


def test_two_manifest_lines_with_one_id_are_an_error_that_names_both(jepamine, run, clips, labels):
    lines = clips.read_text().splitlines()
    manifest = clips.with_name("twice.jsonl")
    manifest.write_text("\n".join([*lines, lines[0]]) + "\n")
    result = jepamine("eval", "--run", "small", manifest, "--labels", labels)
    assert result.exit_code == 1
    assert f"{manifest}:13: clip_id '" in result.stderr
    assert f"is also that of {manifest}:1" in result.stderr
