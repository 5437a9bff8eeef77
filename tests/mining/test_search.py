"""Search by example: exact results on clips of one colour each, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from jepamine.mining import search as search_module
from jepamine.mining.search import search, searched_source
from jepamine.mining.search_examples import Query
from jepamine.runs.loading import load_run

# An encoder of one token: a frame's mean red, green and blue, with texts in the same space.
COLOURS = """
import torch

class Colours:
    name, weights_sha256, preprocessing, batch_size, dim = "colours", "0" * 64, "none", 4, 3
    by_frame = True
    pooled = POOLED

    def __call__(self, frames):
        return frames.float().mean(dim=(2, 3)) / 255
"""
TEXTS = """
    def text(self, texts):
        rows = {"red": [1.0, 0, 0], "green": [0, 1.0, 0], "blue": [0, 0, 1.0]}
        return torch.tensor([rows[text] for text in texts])
"""
COLOUR = {
    "red": (200, 20, 20),
    "dark-red": (120, 20, 20),
    "orange": (200, 110, 20),
    "green": (20, 200, 20),
    "lime": (110, 200, 20),
    "blue": (20, 20, 200),
    "violet": (110, 20, 200),
    "grey": (90, 90, 90),
}


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    """A manifest of clips of one colour, each a scene of its own, named after the colour."""
    lines = []
    for name, colour in COLOUR.items():
        file = tmp_path / f"{name}.png"
        Image.new("RGB", (32, 32), colour).save(file)
        lines.append({"clip_id": name, "scene": name, "frame_paths": [file.name] * 2})
    path = tmp_path / "colours.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def train(jepamine, recipe, colours, tmp_path):
    """Train a run on the colours with the encoder above."""

    def run(encoder: str = COLOURS.replace("POOLED", "True") + TEXTS, name: str = "colours") -> str:
        (tmp_path / "colours.py").write_text(encoder)
        words = ["--set", f'dataset.manifest="{colours}"', "--set", 'encoder={plugin="./colours.py:Colours"}']
        result = jepamine("run", recipe, *words, "--epochs", 1, "--name", name)
        assert result.exit_code == 0, result.output
        return name

    return run


def expected(tmp_path: Path, like: list[str], unlike: list[str]) -> list[tuple[str, float]]:
    """The clips by the definition: mean cosine to `like` less that to `unlike`, centred by the bank."""
    from jepamine.mining.bank import load_bank

    def unit(vector: np.ndarray) -> np.ndarray:
        return vector / np.linalg.norm(vector)

    centre = load_bank(tmp_path / "experiments" / "colours" / "bank.safetensors").unit.mean(axis=0)
    vectors = {name: unit(unit(np.array(colour) / 255) - centre) for name, colour in COLOUR.items()}
    scores = {}
    for name, vector in vectors.items():
        score = np.mean([vector @ vectors[other] for other in like])
        score -= np.mean([vector @ vectors[other] for other in unlike]) if unlike else 0
        scores[name] = float(score)
    rest = [name for name in COLOUR if name not in (*like, *unlike)]
    return sorted(((name, scores[name]) for name in rest), key=lambda entry: -entry[1])


EXACT = ("--threshold", 1, "--diversity", 0, "--json")


@pytest.mark.parametrize(
    ("like", "unlike"),
    [(["red"], []), (["red", "blue"], []), (["green"], ["lime"]), (["red"], ["orange", "violet"])],
)
def test_clips_come_by_cosine_to_the_examples_less_that_to_what_they_must_differ_from(
    like, unlike, train, jepamine, tmp_path
):
    train()
    words = [word for name in like for word in ("--like", name)]
    words += [word for name in unlike for word in ("--unlike", name)]
    result = jepamine("search", "--run", "colours", *words, *EXACT)
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    right = expected(tmp_path, like, unlike)
    assert [row["clip_id"] for row in rows] == [name for name, _ in right]
    assert [row["score"] for row in rows] == pytest.approx([score for _, score in right], abs=1e-5)


def test_an_image_is_an_example_and_an_equal_clip_is_found_first_with_cosine_1(train, jepamine, tmp_path):
    train()
    Image.new("RGB", (50, 40), COLOUR["blue"]).save(tmp_path / "query.png")
    result = jepamine("search", "--run", "colours", "--image", tmp_path / "query.png", "-k", 2, *EXACT)
    rows = json.loads(result.stdout)
    assert [row["clip_id"] for row in rows] == ["blue", "violet"]
    assert rows[0]["score"] == pytest.approx(1, abs=1e-5)


def test_a_text_finds_clips_by_the_cosine_to_its_feature(train, jepamine):
    train()
    result = jepamine("search", "--run", "colours", "--text", "green", "-k", 3, *EXACT)
    rows = json.loads(result.stdout)
    assert [row["clip_id"] for row in rows] == ["green", "lime", "grey"]
    lengths = {name: np.linalg.norm(COLOUR[name]) for name in ("green", "lime", "grey")}
    cosines = [COLOUR[name][1] / length for name, length in lengths.items()]
    assert [row["score"] for row in rows] == pytest.approx(cosines, abs=1e-5)


def test_the_result_does_not_depend_on_the_size_of_blocks(train, tmp_path, monkeypatch):
    train()
    opened = load_run(tmp_path / "experiments", "colours")
    results = []
    for block in (1, 3, 256):
        monkeypatch.setattr(search_module, "BLOCK", block)
        found = search(opened, searched_source(opened, None), Query(like=["red"]), 3, 1.0, 0.0)
        results.append([(choice.scored.clip.clip_id, choice.scored.score) for choice in found.choices])
        assert (found.searched, found.left_out, found.unreadable) == (7, 1, 0)
    for result in results:
        assert [name for name, _ in result] == [name for name, _ in results[0]]
        assert [score for _, score in result] == pytest.approx([score for _, score in results[0]], abs=1e-6)


def test_clips_that_share_frames_with_an_example_are_left_out(train, jepamine, tmp_path):
    train()
    lines = [
        {"clip_id": "again", "frame_paths": ["red.png", "orange.png"]},
        {"clip_id": "other", "frame_paths": ["orange.png", "orange.png"]},
    ]
    other = tmp_path / "other.jsonl"
    other.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = jepamine("search", "--run", "colours", "--like", "red", "--manifest", other)
    assert result.exit_code == 0, result.output
    assert "other" in result.stdout
    assert "again" not in result.stdout
    assert "1 clips are examples or overlap one and are left out" in result.stdout


def test_only_clean_embeddings_are_computed_and_only_once(train, jepamine, tmp_path, monkeypatch):
    train()
    other = tmp_path / "other.jsonl"
    Image.new("RGB", (32, 32), (1, 2, 3)).save(tmp_path / "new.png")
    other.write_text(json.dumps({"clip_id": "new", "frame_paths": ["new.png"] * 4}) + "\n")
    opened = load_run(tmp_path / "experiments", "colours")
    frames = []
    encoder = type(opened.parts.encoder)
    encode = encoder.__call__
    monkeypatch.setattr(encoder, "__call__", lambda self, x: frames.append(x.shape[:2]) or encode(self, x))
    source = searched_source(opened, other)
    for _ in range(2):
        search(opened, source, Query(like=["red"]), 1, 1.0, 0.0)
    assert frames == [torch.Size([1, 1])]  # four times the same frame


def test_the_output_is_a_manifest_with_scores_that_the_review_page_shows(train, jepamine, colours, tmp_path):
    train()
    output = tmp_path / "found.jsonl"
    result = jepamine("search", "--run", "colours", "--like", "red", "-k", 3, "--output", output)
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert lines[0]["frame_paths"] == [str(tmp_path / f"{lines[0]['clip_id']}.png")] * 2
    assert lines[0]["manifest"] == str(tmp_path / "experiments" / "colours" / "manifest.jsonl")
    assert f"jepamine report --run colours {output}" in result.stdout.replace("'", "")
    page = jepamine("report", "--run", "colours", output, "--output", tmp_path / "page.html")
    assert page.exit_code == 0, page.output
    assert lines[0]["clip_id"] in (tmp_path / "page.html").read_text()
    audit = jepamine("manifest", "audit", output)
    assert "Traceback" not in audit.output
    assert "3 clips" in audit.output


def test_wrong_examples_are_one_line_with_the_next_step(train, jepamine, tmp_path):
    train()
    manifest = tmp_path / "experiments" / "colours" / "manifest.jsonl"
    for words, message in (
        (["--like", "dark-rod"], f"no clip 'dark-rod' in {manifest} (did you mean 'dark-red'?)"),
        (["--like", "red", "--unlike", "gren"], f"no clip 'gren' in {manifest} (did you mean 'green'?)"),
        ([], "pass --like CLIP_ID, --image FILE or --text TEXT"),
        (["--unlike", "red"], "pass --like CLIP_ID"),
        (["--text", "red", "--like", "red"], "--text cannot be combined with"),
        (["--image", tmp_path / "none.png"], "none.png: no such file"),
    ):
        result = jepamine("search", "--run", "colours", *words)
        assert result.exit_code == 1
        assert message in result.output
        assert len(result.output.strip().splitlines()) == 1


def test_texts_need_an_encoder_that_has_them_in_the_space_of_its_embeddings(train, jepamine):
    train(COLOURS.replace("POOLED", "True"), "without")
    result = jepamine("search", "--run", "without", "--text", "red")
    assert (result.exit_code, "encoder 'colours' has no texts" in result.output) == (1, True)
    train(COLOURS.replace("POOLED", "False") + TEXTS, "patches")
    result = jepamine("search", "--run", "patches", "--text", "red")
    assert (result.exit_code, "means over patches" in result.output) == (1, True)
