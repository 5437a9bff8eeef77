"""Ranking statistics of scores against labels."""

import json

import pytest

from jepamine.errors import UserError
from jepamine.mining.ranking import Origin, flagged, origin, rank, read_labels, read_scores


@pytest.fixture
def lines(tmp_path):
    """Write objects as JSONL."""

    def write(*objects):
        path = tmp_path / "lines.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in objects))
        return path

    return write


def label(clip_id, value):
    return {"clip_id": clip_id, "binary_label": value}


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
    clips = [f"clip-{number}" for number in range(40)]
    labels = {name: int(number < 10) for number, name in enumerate(clips)}
    scores = {"x": {name: float(number % 7) for number, name in enumerate(clips)}}
    dataset = {name: "waymo" if labels[name] else "nuscenes" for name in clips}
    camera = {name: "left" if number % 2 else "right" for number, name in enumerate(clips)}
    assert flagged(ranked(scores, labels, dataset=dataset, camera=camera)) == ["dataset"]


def test_origins_come_from_any_line_of_a_clip_the_first_counts():
    score = {"clip_id": "a", "scene": "s", "camera": "front", "sources": {"weather": "rain"}}
    label = {"clip_id": "a", "camera": "rear", "dataset": "d", "metadata": {"source": "drive.ai"}}
    assert origin(score, label) == Origin(
        "s", {"camera": "front", "weather": "rain", "dataset": "d", "source": "drive.ai"}
    )


def test_labels_are_read_and_null_is_not_a_label(lines):
    path = lines(label("a", 1), label("b", 0), label("c", None), label("a", 1), label(7, 1))
    assert read_labels(path)[0] == {"a": 1, "b": 0, "7": 1}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"clip_id": "a", "binary_labl": 1}, "no key 'binary_label' (did you mean 'binary_labl'?)"),
        ({"binary_label": 1}, "no key 'clip_id'"),
        (label("a", 2), "binary_label is 2; expected 0, 1 or null"),
        (label("a", "1"), "binary_label is '1'; expected 0, 1 or null"),
        (label("a", []), "binary_label is []; expected 0, 1 or null"),
        (label("first", 0), "clip 'first' is labelled both 0 and 1"),
    ],
)
def test_a_bad_label_is_an_error_that_names_file_and_line(lines, line, error):
    path = lines(label("first", 1), line)
    with pytest.raises(UserError) as raised:
        read_labels(path)
    assert str(raised.value) == f"{path}:2: {error}"


def test_scores_are_read_by_scorer_and_clips_that_failed_are_left_out(lines):
    path = lines(
        {"clip_id": "a", "score": 0.5, "scores": {"predicted": 0.5, "masked": 1}},
        {"clip_id": "b", "score": None, "error": "cannot be read"},
        {"clip_id": "c", "score": 0.25, "scores": {"predicted": 0.25, "masked": 0.75}},
    )
    assert read_scores(path)[0] == {"predicted": {"a": 0.5, "c": 0.25}, "masked": {"a": 1.0, "c": 0.75}}


def test_a_score_file_of_another_tool_needs_only_clip_id_and_score(lines):
    assert read_scores(lines({"clip_id": "a", "score": 3}))[0] == {"score": {"a": 3.0}}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"clip_id": "b", "score": None}, "'score' is not a finite number: None"),
        ({"clip_id": "b", "score": float("nan")}, "'score' is not a finite number: nan"),
        ({"clip_id": "b", "score": "0.5"}, "'score' is not a finite number: '0.5'"),
        ({"clip_id": "b", "score": True}, "'score' is not a finite number: True"),
        ({"score": 0.5}, "no key 'clip_id'"),
        ({"clip_id": "b", "score": 0.5, "scores": [0.5]}, ""),
    ],
)
def test_a_bad_score_is_an_error_that_names_file_and_line(lines, line, error):
    path = lines({"clip_id": "a", "score": 0.5}, line)
    with pytest.raises(UserError) as raised:
        read_scores(path)
    assert str(raised.value).startswith(f"{path}:2: {error}")
