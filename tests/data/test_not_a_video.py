"""What is given as video but is none: one line that names the file, whichever command reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jepamine.data.video_index import load_av

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
# With FFmpeg's log messages sent to Python, freeing an encoder may wait for its own threads for ever.
av = load_av()

MCAP = b"\x89MCAP0\r\n\x01\x0a\x00\x00\x00\x00\x00\x00\x00" + bytes(range(200))
INVALID = "cannot be read: Invalid data found when processing input"
LOG = "not a video; jepamine manifest mcap makes clips of it"


def _null_character() -> str:
    """Return what this Python says of a name with a null character; releases differ."""
    with pytest.raises(ValueError, match="embedded null") as caught:
        Path("a\0.mp4").stat()
    return str(caught.value)


# Name in the manifest, its content (None: no file), what is wrong with it.
CASES = {
    "MCAP called video": ("log.mp4", MCAP, f"is an MCAP log, {LOG}"),
    "ROS bag called video": ("drive.mp4", b"#ROSBAG V2.0\n" + bytes(50), f"is a ROS bag, {LOG}"),
    "random bytes": ("a.mp4", bytes(range(1, 256)) * 9, INVALID),
    "nothing": ("a.mov", b"", INVALID),
    "text": ("notes.txt", b"two cars\n" * 40, INVALID),
    "a name that is no file's": ("a" * 300 + ".mp4", None, "cannot be read: File name too long"),
    "a null character": ("a\0.mp4", None, f"cannot be read: {_null_character()}"),
}


def write(folder: Path, case: str) -> tuple[Path, str]:
    """Write the case's file and a manifest with it; return the manifest and the reason to expect."""
    name, content, reason = CASES[case]
    if content is not None:
        (folder / name).write_bytes(content)
    manifest = folder / "m.jsonl"
    line = {"video": name, "start": 0, "end": 1, "fps": 4}
    manifest.write_text(json.dumps(line) + "\n")
    return manifest, reason


@pytest.mark.parametrize("case", CASES)
def test_the_audit_lists_it_with_the_reason(case, jepamine, tmp_path):
    manifest, reason = write(tmp_path, case)
    result = jepamine("manifest", "audit", manifest)
    assert result.exit_code == 0, result.output
    assert f"{reason}, and 3 more\n" in result.stdout
    assert "missing_file" in result.stdout


@pytest.mark.parametrize("case", [case for case, (_, content, _) in CASES.items() if content is not None])
def test_manifest_video_refuses_it_in_one_line(case, jepamine, tmp_path):
    _, reason = write(tmp_path, case)
    path = tmp_path / CASES[case][0]
    result = jepamine("manifest", "video", path)
    assert (result.exit_code, result.stderr) == (1, f"Error: video {path}: {reason}\n")


@pytest.fixture
def unknown_codec(tmp_path) -> Path:
    """An MP4 whose codec no one knows."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(4):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode())
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzz1").replace(b"avcC", b"zzzC"))
    return path


def test_an_unknown_codec_is_an_error_of_every_command(unknown_codec, jepamine, recipe, clips, tmp_path):
    reason = f"{unknown_codec}: contains no video stream that can be decoded"
    result = jepamine("manifest", "video", unknown_codec)
    assert (result.exit_code, result.stderr) == (1, f"Error: {reason}\n")
    manifest = tmp_path / "m.jsonl"
    line = {"video": str(unknown_codec), "start": 0, "end": 1, "fps": 4}
    manifest.write_text(json.dumps(line) + "\n" + json.dumps(line | {"end": 0.5}) + "\n")
    assert f"{reason}, and 3 more" in jepamine("manifest", "audit", manifest).stdout
    failed = jepamine("run", recipe, "--set", f'dataset.manifest="{manifest}"', "--name", "bad")
    assert failed.exit_code == 1
    assert f"Error: {manifest}:1: {reason}\n" in failed.stderr
    assert jepamine("run", recipe).exit_code == 0
    failed = jepamine("score", "--run", "small", manifest, "--output", tmp_path / "s.jsonl")
    assert failed.exit_code == 1
    assert f"Error: {manifest}:1: {reason}\n" in failed.stderr
