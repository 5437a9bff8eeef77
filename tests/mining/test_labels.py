"""Label files and origins."""

import pytest

from jepamine.data.drives import natural_order
from jepamine.errors import UserError
from jepamine.mining.labels import Origin, origin, read_labels, read_tasks


def label(clip_id, value):
    return {"clip_id": clip_id, "binary_label": value}


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
        (label("first", 0), "clip 'first' is labelled 0, but 1 on line 1"),
    ],
)
def test_a_bad_label_is_an_error_that_names_file_and_line(lines, line, error):
    path = lines(label("first", 1), line)
    with pytest.raises(UserError) as raised:
        read_labels(path)
    assert str(raised.value) == f"{path}:2: {error}"


def test_each_tag_of_labels_is_a_task_beside_binary_label(lines):
    path = lines(
        {"clip_id": "a", "labels": {"cyclist": 1, "fog": 0}, "scene": "s"},
        {"clip_id": "b", "labels": {"cyclist": 0, "fog": None}, "binary_label": 1},
        label("c", None),
    )
    found = read_tasks(path)
    assert found.tasks == {"cyclist": {"a": 1, "b": 0}, "fog": {"a": 0}, "binary_label": {"b": 1}}
    assert found.origins == {"a": Origin("s", {})}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"clip_id": "a", "labels": {"fog": 2}}, "fog is 2; expected 0, 1 or null"),
        ({"clip_id": "a", "labels": ["fog"]}, "'labels' is not an object: ['fog']"),
        ({"clip_id": "first", "labels": {"fog": 0}}, "clip 'first' is labelled 0, but 1 on line 1 (fog)"),
    ],
)
def test_a_bad_tag_is_an_error_that_names_file_and_line(lines, line, error):
    path = lines({"clip_id": "first", "labels": {"fog": 1}}, line)
    with pytest.raises(UserError) as raised:
        read_tasks(path)
    assert str(raised.value) == f"{path}:2: {error}"


def test_clips_are_ordered_by_timestamps_start_or_frame_numbers():
    assert natural_order("cam/9.jpg") < natural_order("cam/10.jpg")
    for early, late in (
        ({"timestamps": [900_000]}, {"timestamps": [1_000_000]}),
        ({"start": 9.5}, {"start": 10}),
        ({"first_frame": "f9.jpg"}, {"first_frame": "f10.jpg"}),
        ({"frame_paths": ["f9.jpg"]}, {"frame_paths": ["f10.jpg"]}),
    ):
        assert origin(early).order < origin(late).order
    assert origin({"clip_id": "a"}).order is None
