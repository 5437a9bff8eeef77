"""FiftyOne: its dataset on disk, decoded as its own reader does (MongoDB's extended JSON, numpy's bytes)."""

from __future__ import annotations

import base64
import io
import json
import zlib
from pathlib import Path

import numpy as np
import pytest

from jepamine.data.frames import Frames
from jepamine.errors import UserError
from jepamine.mining.export.formats import export


def dataset(folder):
    metadata = json.loads((folder / "metadata.json").read_text())
    return metadata, json.loads((folder / "samples.json").read_text())["samples"]


def test_a_clip_is_one_sample_with_scores_and_labels(scores, labels, jepamine, tmp_path):
    result = jepamine("export", scores, "--to", "fiftyone", "--labels", labels)
    assert result.exit_code == 0, result.output
    metadata, samples = dataset(tmp_path / "scores.fiftyone")
    assert metadata["media_type"] == "image"
    first = samples[0]
    assert first["filepath"] == str(tmp_path / "c.jpg")
    assert first["frame_paths"] == [str(tmp_path / "a b.jpg"), str(tmp_path / "c.jpg")]
    assert (first["clip_id"], first["score"], first["score_scene"]) == ("b", 0.75, 2.0)
    assert (first["binary_label"]["label"], first["night"]["label"]) == ("1", "0")
    assert samples[1]["cut_in"]["_cls"] == "Classification"
    assert metadata["info"]["tasks"] == {"binary_label": "binary_label", "cut_in": "cut in", "night": "night"}
    assert len({sample["_id"]["$oid"] for sample in samples}) == 3
    # Every field of a sample is described, but for what FiftyOne keeps itself.
    described = {field["db_field"] for field in metadata["sample_fields"]}
    assert {key for sample in samples for key in sample} - {"_rand", "_media_type"} <= described
    compile((tmp_path / "scores.fiftyone/load.py").read_text(), "load.py", "exec")


def test_a_segment_of_a_video_has_the_frames_it_covers(video_scores):
    output, _ = export(video_scores, "fiftyone")
    metadata, samples = dataset(output)
    assert metadata["media_type"] == "video"
    assert {sample["clip_id"]: sample["support"] for sample in samples} == {"v": [6, 15], "w": [21, 30]}


def test_files_in_a_store_are_refused(tmp_path):
    scores = tmp_path / "s.jsonl"
    scores.write_text('{"clip_id": "a", "score": 1, "frame_paths": ["s3://b/1.jpg"]}\n')
    with pytest.raises(UserError, match=r"1 of 1 clips are in a store, such as s3://b/1.jpg; copy them"):
        export(scores, "fiftyone", manifest=scores)


def test_embeddings_are_those_of_the_run(recipe, clips, jepamine, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    assert jepamine("run", recipe, "--name", "r").exit_code == 0
    assert jepamine("score", "--run", "r", clips).exit_code == 0
    (scores,) = (tmp_path / "experiments/r/scores").glob("*.jsonl")
    for to in ("fiftyone", "parquet"):
        result = jepamine("export", scores, "--to", to, "--embeddings")
        assert result.exit_code == 0, result.output
    metadata, samples = dataset(scores.with_suffix(".fiftyone"))
    assert [field["ftype"] for field in metadata["sample_fields"] if field["name"] == "embedding"] == [
        "fiftyone.core.fields.VectorField"
    ]
    stored = base64.b64decode(samples[0]["embedding"]["$binary"]["base64"])
    vector = np.load(io.BytesIO(zlib.decompress(stored)))
    assert (vector.dtype, vector.shape) == (np.float32, (48,))
    table = pq.read_table(scores.with_suffix(".parquet"))
    assert table["embedding"][0].as_py() == vector.tolist()
    # The tiny encoder's embedding: mean colours of 4 x 4 cells.
    frames = Frames((224, 224))
    pixels = frames.pixels([frames[Path(path)] for path in samples[0]["frame_paths"]])
    cells = pixels.reshape(4, 4, 56, 4, 56, 3).mean(axis=(0, 2, 4)) / 255
    assert np.allclose(vector, cells.ravel(), atol=1e-5)
    elsewhere = tmp_path / "scores.jsonl"
    elsewhere.write_text(scores.read_text())
    refused = jepamine("export", elsewhere, "--to", "parquet", "--embeddings")
    assert "is not in a run's folder; name the run of the embeddings: --run NAME" in refused.output
    assert jepamine("export", elsewhere, "--to", "parquet", "--embeddings", "--run", "r").exit_code == 0
    refused = jepamine("export", scores, "--to", "cvat", "--embeddings")
    assert "cvat has no place for embeddings; these have: parquet, fiftyone" in refused.output
