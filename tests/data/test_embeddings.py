"""Embedding clips: how often frames are read and tubelets encoded, and what the store makes of it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from jepamine.data import frames as frames_module
from jepamine.data.clips import read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Embedded, Unreadable, embed_clips
from jepamine.data.images import decode as decode_image
from jepamine.masking.patches import patches
from jepamine.protocols import Source


class Counting:
    """Mean colours of four rows; counts the tubelets it is given."""

    name, weights_sha256, preprocessing, dim, batch_size = "counting", "0" * 64, "none", 3, 2

    def __init__(self) -> None:
        self.tubelets = 0

    def __call__(self, frames: torch.Tensor) -> torch.Tensor:
        assert frames.dtype == torch.uint8
        assert len(frames) <= self.batch_size
        self.tubelets += len(frames)
        return frames.float().reshape(len(frames), 4, -1, 3).mean(dim=2)


class CountingFrames(Counting):
    """The same, as an image encoder."""

    by_frame = True


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, str]]:
    """How often each frame was read, and decoded."""
    counts: Counter[tuple[str, str]] = Counter()
    read, decode = frames_module._read, decode_image

    def counted_read(path: Path) -> bytes:
        counts["read", str(path)] += 1
        return read(path)

    def counted_decode(content: bytes, name: str) -> Image.Image:
        counts["decoded", name.removeprefix("frame ")] += 1
        return decode(content, name)

    monkeypatch.setattr(frames_module, "_read", counted_read)
    monkeypatch.setattr(frames_module, "decode", counted_decode)
    return counts


def embed(source: Source, encoder: Counting, folder: Path, ratio: float = 0.75) -> list[Embedded]:
    mask = patches((2, 224, 224), ratio=ratio)
    with Store(folder) as store:
        found = list(embed_clips(read_clips(source), source, mask, encoder, store))
    assert not any(isinstance(item, Unreadable) for item in found)
    return [item for item in found if isinstance(item, Embedded)]


def test_a_frame_is_read_and_decoded_once_and_a_tubelet_encoded_twice(clips, tmp_path, reads):
    encoder = Counting()
    found = embed(Source(clips), encoder, tmp_path)
    assert encoder.tubelets == 2 * sum(item.clip.tubelets for item in found) == 48
    assert set(reads.values()) == {1}
    assert len(reads) == 2 * 48


def test_frames_that_clips_share_are_read_once(clips, tmp_path, reads):
    lines = clips.read_text().splitlines()
    twice = clips.with_name("twice.jsonl")
    twice.write_text("\n".join(line.replace('"s', '"again-s', 1) for line in lines for _ in range(1)))
    both = clips.with_name("both.jsonl")
    pairs = zip(lines, twice.read_text().splitlines(), strict=True)
    both.write_text("\n".join(line for pair in pairs for line in pair))
    embed(Source(both), Counting(), tmp_path)
    assert set(reads.values()) == {1}


def test_a_second_time_nothing_is_encoded_or_decoded_and_the_embeddings_are_the_same(clips, tmp_path, reads):
    first = embed(Source(clips), Counting(), tmp_path)
    reads.clear()
    encoder = Counting()
    second = embed(Source(clips), encoder, tmp_path)
    assert encoder.tubelets == 0
    assert {what for what, _ in reads} == {"read"}
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a.clean, b.clean)
        assert np.array_equal(a.masked, b.masked)


@pytest.mark.parametrize("kind", [Counting, CountingFrames])
def test_on_another_device_clips_share_batches_and_each_embedding_is_made_once(kind, clips, tmp_path):
    class OnDevice(kind):
        """Says that it computes elsewhere than on the CPU."""

        device, batch_size = torch.device("cuda"), 5

        def __call__(self, frames):
            sizes.append(len(frames))
            return super().__call__(frames)

    lines = clips.read_text().splitlines()
    doubled = clips.with_name("doubled.jsonl")
    again = [line.replace('"s', '"again-s', 1) for line in lines]
    doubled.write_text("\n".join(line for pair in zip(lines, again, strict=True) for line in pair))
    sizes: list[int] = []
    encoder = OnDevice()
    found = embed(Source(doubled), encoder, tmp_path / "device")
    alone = embed(Source(doubled), kind(), tmp_path / "cpu")
    assert sizes.count(5) > len(sizes) / 2
    # 48 frames or 24 tubelets once, and the masked tubelets of all 24 clips.
    assert encoder.tubelets == (48 if kind is CountingFrames else 24) + 48
    for a, b in zip(found, alone, strict=True):
        assert a.clip.clip_id == b.clip.clip_id
        assert a.clean.tobytes() == b.clean.tobytes()
        assert a.masked.tobytes() == b.masked.tobytes()


def test_another_mask_encodes_only_the_masked_tubelets(clips, tmp_path):
    embed(Source(clips), Counting(), tmp_path)
    encoder = Counting()
    embed(Source(clips), encoder, tmp_path, ratio=0.5)
    assert encoder.tubelets == 24


def test_a_frame_that_changed_on_disk_is_encoded_again(clips, tmp_path):
    frame = clips.parent / "scene-0" / "0000.jpg"
    content = frame.read_bytes()
    embed(Source(clips), Counting(), tmp_path)
    try:
        frame.write_bytes((clips.parent / "scene-1" / "0000.jpg").read_bytes())
        encoder = Counting()
        embed(Source(clips), encoder, tmp_path)
    finally:
        frame.write_bytes(content)
    assert encoder.tubelets == 4


def test_a_damaged_embedding_is_made_again_with_a_warning(clips, tmp_path, capsys):
    first = embed(Source(clips), Counting(), tmp_path)
    (part,) = tmp_path.glob("*.part")
    content = bytearray(part.read_bytes())
    content[60] ^= 0xFF
    part.write_bytes(content)
    encoder = Counting()
    second = embed(Source(clips), encoder, tmp_path)
    assert encoder.tubelets == 2
    assert "warning" in capsys.readouterr().err
    assert np.array_equal(first[0].clean, second[0].clean)


def test_clean_and_masked_are_means_over_the_untouched_and_the_masked_tubelet(clips, tmp_path):
    item = embed(Source(clips), Counting(), tmp_path, ratio=1.0)[0]
    assert (item.masked == 0).all()
    assert (item.fraction == 1).all()
    pixels = np.stack([frames_module.Frame(path, (224, 224)).pixels() for path in item.clip.frames[:2]])
    assert item.clean[0] == pytest.approx(pixels.reshape(-1, 3).mean(axis=0), rel=1e-5)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(12)))
def test_the_manifests_order_changes_no_bit_of_an_embedding(order, clips, tmp_path):
    lines = clips.read_text().splitlines()
    shuffled = clips.with_name("shuffled.jsonl")
    shuffled.write_text("\n".join(lines[place] for place in order))
    # Two stores, so that both are encoded.
    straight = {item.clip.clip_id: item for item in embed(Source(clips), Counting(), tmp_path / "straight")}
    folder = tmp_path / "-".join(map(str, order))
    for item in embed(Source(shuffled), Counting(), folder):
        assert np.array_equal(item.clean, straight[item.clip.clip_id].clean)
        assert np.array_equal(item.masked, straight[item.clip.clip_id].masked)


def overlapping(clips: Path, encoder: Counting, folder: Path, ratio: float = 0.75) -> list[Embedded]:
    """Embed windows of 4 frames, 2 frames apart, of the first scene's 12: 20 places, 12 distinct frames."""
    paths = [f"scene-0/{number:04d}.jpg" for number in range(12)]
    lines = [{"clip_id": f"w{start}", "frame_paths": paths[start : start + 4]} for start in range(0, 10, 2)]
    manifest = clips.with_name("windows.jsonl")
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return embed(Source(manifest), encoder, folder, ratio)


def test_an_image_encoder_encodes_a_frame_once_however_clips_overlap(clips, tmp_path):
    encoder = CountingFrames()
    found = overlapping(clips, encoder, tmp_path / "frames")
    assert encoder.tubelets == 12 + 5 * 2  # distinct frames, and the masked tubelets of five clips
    video_encoder = Counting()
    expected = overlapping(clips, video_encoder, tmp_path / "tubelets")
    assert video_encoder.tubelets == 5 * 2 + 5 * 2
    for item, other in zip(found, expected, strict=True):
        assert item.clean == pytest.approx(other.clean, rel=1e-6)
        assert np.array_equal(item.masked, other.masked)
        assert item.content == other.content


def test_frames_in_the_store_serve_other_windows_and_masks(clips, tmp_path):
    overlapping(clips, CountingFrames(), tmp_path)
    encoder = CountingFrames()
    overlapping(clips, encoder, tmp_path)
    assert encoder.tubelets == 0
    overlapping(clips, encoder, tmp_path, ratio=0.5)
    assert encoder.tubelets == 10  # masked tubelets only
    embed(Source(clips), encoder, tmp_path)
    assert encoder.tubelets == 10 + 3 * 12 + 24  # frames of the other scenes, and all masked tubelets


def test_an_image_encoder_reads_the_store_of_an_earlier_version(clips, tmp_path):
    earlier = overlapping(clips, Counting(), tmp_path)
    encoder = CountingFrames()
    found = overlapping(clips, encoder, tmp_path)
    assert encoder.tubelets == 0
    assert all(np.array_equal(a.clean, b.clean) for a, b in zip(earlier, found, strict=True))


def test_a_damaged_frame_embedding_is_made_again(clips, tmp_path, capsys):
    first = overlapping(clips, CountingFrames(), tmp_path)
    (part,) = tmp_path.glob("*.part")
    content = bytearray(part.read_bytes())
    content[60] ^= 0xFF
    part.write_bytes(content)
    encoder = CountingFrames()
    again = overlapping(clips, encoder, tmp_path)
    assert encoder.tubelets == 1
    assert "dropped a damaged embedding" in capsys.readouterr().err
    assert all(np.array_equal(a.clean, b.clean) for a, b in zip(first, again, strict=True))
