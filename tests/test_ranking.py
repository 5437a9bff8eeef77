"""Ranking statistics of scores against labels."""

import json

import pytest

from jepamine.errors import UserError
from jepamine.ranking import rank, read_labels, read_scores


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


def test_average_precision_and_auroc_are_exact():
    scores = {"predicted": {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.1}}
    # Positives at rank 1 and 3: (1/1 + 2/3) / 2; three of the four pairs are in order.
    assert rank(scores, {"a": 1, "b": 0, "c": 1, "d": 0}) == {
        "predicted": {
            "average_precision": pytest.approx(5 / 6, abs=1e-15), "auroc": 0.75, "clips": 4, "positives": 2
        }
    }  # fmt: skip


def test_scores_that_are_all_the_same_rank_as_chance_does():
    found = rank({"x": dict.fromkeys("abcd", 0.5)}, {"a": 1, "b": 0, "c": 0, "d": 0})["x"]
    assert (found["average_precision"], found["auroc"]) == (0.25, 0.5)


def test_a_perfect_ranking_and_its_reverse_are_one_and_zero():
    found = rank({"good": {"a": 1.0, "b": 0.0}, "bad": {"a": 0.0, "b": 1.0}}, {"a": 1, "b": 0})
    assert [found[name]["auroc"] for name in ("good", "bad")] == [1.0, 0.0]


def test_clips_without_a_label_and_labels_without_a_clip_do_not_count():
    found = rank({"x": {"a": 0.9, "b": 0.8, "new": 1.0}}, {"a": 1, "b": 0, "gone": 1})["x"]
    assert found == {"average_precision": 1.0, "auroc": 1.0, "clips": 2, "positives": 1}


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
        rank({"x": {"a": 0.9, "b": 0.8}}, labels)
    assert str(raised.value).startswith(said)


def test_labels_are_read_and_null_is_no_label(lines):
    path = lines(label("a", 1), label("b", 0), label("c", None), label("a", 1), label(7, 1))
    assert read_labels(path) == {"a": 1, "b": 0, "7": 1}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"clip_id": "a", "binary_labl": 1}, "no key 'binary_label' (did you mean 'binary_labl'?)"),
        ({"binary_label": 1}, "no key 'clip_id'"),
        (label("a", 2), "binary_label is 2; it is 0, 1 or null"),
        (label("a", "1"), "binary_label is '1'; it is 0, 1 or null"),
        (label("a", []), "binary_label is []; it is 0, 1 or null"),
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
    assert read_scores(path) == {"predicted": {"a": 0.5, "c": 0.25}, "masked": {"a": 1.0, "c": 0.75}}


def test_a_score_file_of_another_tool_needs_only_clip_id_and_score(lines):
    assert read_scores(lines({"clip_id": "a", "score": 3})) == {"score": {"a": 3.0}}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"clip_id": "b", "score": None}, "'score' is no finite number: None"),
        ({"clip_id": "b", "score": float("nan")}, "'score' is no finite number: nan"),
        ({"clip_id": "b", "score": "0.5"}, "'score' is no finite number: '0.5'"),
        ({"clip_id": "b", "score": True}, "'score' is no finite number: True"),
        ({"score": 0.5}, "no key 'clip_id'"),
        ({"clip_id": "b", "score": 0.5, "scores": [0.5]}, ""),
    ],
)
def test_a_bad_score_is_an_error_that_names_file_and_line(lines, line, error):
    path = lines({"clip_id": "a", "score": 0.5}, line)
    with pytest.raises(UserError) as raised:
        read_scores(path)
    assert str(raised.value).startswith(f"{path}:2: {error}")
