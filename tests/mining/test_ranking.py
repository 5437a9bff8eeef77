"""Ranking statistics of scores against labels."""

import json

import pytest

from jepamine.errors import UserError
from jepamine.mining.labels import Origin
from jepamine.mining.ranking import flagged, losses, rank, rank_files


@pytest.fixture
def files(tmp_path):
    """Write a score file and a label file."""

    def write(scores, labels):
        paths = tmp_path / "scores.jsonl", tmp_path / "labels.jsonl"
        for path, objects in zip(paths, (scores, labels), strict=True):
            path.write_text("".join(json.dumps(line) + "\n" for line in objects))
        return paths

    return write


def clip_ids(count):
    return [f"clip-{number}" for number in range(count)]


def ranked(scores, labels, **fields):
    """`rank` with each clip a scene of its own, unless `fields` says otherwise."""
    names = {name for column in scores.values() for name in column} | set(labels)
    origins = {name: Origin(None, {key: values[name] for key, values in fields.items()}) for name in names}
    return rank(scores, labels, origins)


def test_average_precision_and_auroc_are_exact():
    found = ranked({"x": {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.1}}, {"a": 1, "b": 0, "c": 1, "d": 0})
    # Positives at rank 1 and 3: (1/1 + 2/3) / 2; three of the four pairs are in order.
    assert found["ranking"]["x"]["average_precision"] == pytest.approx(5 / 6, abs=1e-12)
    assert found["ranking"]["x"]["auroc"] == pytest.approx(0.75, abs=1e-12)
    assert found["labelled"] == {"clips": 4, "positives": 2, "scenes": 4}


def test_the_order_of_files_changes_nothing():
    scores, labels = {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.1}, {"a": 1, "b": 0, "c": 1, "d": 0}
    backwards = dict(reversed(scores.items())), dict(reversed(labels.items()))
    assert ranked({"x": scores}, labels) == ranked({"x": backwards[0]}, backwards[1])


def test_clips_without_a_label_and_labels_without_a_clip_do_not_count():
    found = ranked({"x": {"a": 0.9, "b": 0.8, "new": 1.0}}, {"a": 1, "b": 0, "gone": 1})
    assert found["labelled"] == {"clips": 2, "positives": 1, "scenes": 2}


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"a": 0, "b": 0}, "of 2 scored clips 2 are labelled, 0 of them 1"),
        ({"a": 1}, "of 2 scored clips 1 are labelled, 1 of them 1"),
        ({"other": 1}, "of 2 scored clips 0 are labelled, 0 of them 1"),
    ],
)
def test_labels_of_one_kind_only_are_an_error_that_counts_them(labels, said):
    with pytest.raises(UserError) as raised:
        ranked({"x": {"a": 0.9, "b": 0.8}}, labels)
    assert str(raised.value).startswith(said)


def test_a_source_that_alone_predicts_the_label_is_flagged():
    clips = clip_ids(40)
    labels = {name: int(number < 10) for number, name in enumerate(clips)}
    scores = {"x": {name: float(number % 7) for number, name in enumerate(clips)}}
    dataset = {name: "waymo" if labels[name] else "nuscenes" for name in clips}
    camera = {name: "left" if number % 2 else "right" for number, name in enumerate(clips)}
    assert flagged(ranked(scores, labels, dataset=dataset, camera=camera)) == ["dataset"]


def test_what_does_not_meet_is_counted_and_named(files):
    scores = [{"clip_id": name, "score": int(name[5:]) % 7} for name in clip_ids(20)]
    scores[3] = {"clip_id": "clip-3", "score": None, "error": "cannot be read"}
    labels = [{"clip_id": name, "binary_label": int(name[5:]) % 3 // 2} for name in clip_ids(12)]
    labels += [{"clip_id": f"other-{number}", "binary_label": 1} for number in range(7)]
    result = rank_files(*files(scores, labels))
    join = result["join"]
    assert (join["scored"], join["labels"], join["matched"]) == (19, 19, 11)
    assert join["unscored"] == {"count": 7, "first": [f"other-{number}" for number in range(5)]}
    assert join["failed"] == {"count": 1, "first": ["clip-3"]}
    assert join["unlabelled"]["count"] == 8
    expected = [
        "7 of 19 labels match no scored clip: other-0, other-1, other-2, other-3, other-4, ...",
        "1 labelled clips (0 positive) could not be scored and do not count: clip-3",
    ]
    assert losses(result) == result["warnings"][:2] == expected


def test_a_scorer_that_lacks_clips_is_ranked_on_its_own_and_the_others_keep_theirs(files):
    names = clip_ids(40)
    scores = [
        {"clip_id": name, "score": 1, "scores": {"x": number % 7} | ({"y": number} if number < 10 else {})}
        for number, name in enumerate(names)
    ]
    labels = [{"clip_id": name, "binary_label": int(number % 4 == 0)} for number, name in enumerate(names)]
    result = rank_files(*files(scores, labels))
    assert {name: scorer["clips"] for name, scorer in result["ranking"].items()} == {"x": 40, "y": 10}
    assert result["labelled"]["clips"] == 40
    assert losses(result) == [
        "'y' lacks 30 of the 40 labelled clips: clip-10, clip-11, clip-12, clip-13, clip-14, ..."
    ]


def test_each_tag_is_ranked_and_a_tag_with_one_label_only_is_reported(files):
    names = clip_ids(12)
    scores = [{"clip_id": name, "score": number} for number, name in enumerate(names)]
    labels = [
        {"clip_id": name, "labels": {"fog": int(number > 8), "snow": 0}} for number, name in enumerate(names)
    ]
    tasks = rank_files(*files(scores, labels))["tasks"]
    assert tasks["fog"]["ranking"]["score"]["auroc"] == 1
    assert tasks["snow"]["error"].startswith("snow: of 12 scored clips 12 are labelled, 0 of them 1")


def test_the_position_in_the_drive_is_a_field_of_the_audit(files):
    scores = [
        {"clip_id": f"{drive}-{step}", "scene": f"d{drive}", "score": step, "first_frame": f"{step}.jpg"}
        for drive in range(12)
        for step in range(9, 15)
    ]
    labels = [
        {"clip_id": line["clip_id"], "binary_label": int(line["clip_id"].endswith("-14"))} for line in scores
    ]
    result = rank_files(*files(scores, labels))
    position = result["audit"]["position"]
    assert position["sources"]["last"] == {"clips": 12, "positives": 12}
    assert (position["auroc"], position["flagged"]) == (1.0, True)
    assert result["ranking"]["score"]["limited_by"] == ["position"]
    assert not result["audit"]["scene"]["separable"]
