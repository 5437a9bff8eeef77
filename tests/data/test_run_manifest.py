"""Files that a manifest names and that are not there."""

from __future__ import annotations

import json
import os

import pytest


@pytest.mark.skipif(os.sep != "/", reason="backslashes separate folders here")
def test_paths_of_windows_are_refused_with_how_to_write_them(jepamine, tmp_path):
    manifest = tmp_path / "m.jsonl"
    names = ["C:\\drive\\1.jpg", "C:\\drive\\2.jpg"]
    manifest.write_text(json.dumps({"clip_id": "a", "frame_paths": names}) + "\n")
    result = jepamine("run", "clips", "--set", f"dataset.manifest={manifest}")
    lines = [f"{manifest}:1: frame {tmp_path / name}: no such file" for name in names]
    how = "Paths are separated by / here, not by \\ as on Windows: write them relative to the manifest"
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [f"Error: {lines[0]}", lines[1], how]


def test_a_missing_file_is_named_with_its_line(jepamine, tmp_path):
    manifest = tmp_path / "m.jsonl"
    manifest.write_text(json.dumps({"clip_id": "a", "frame_paths": ["1.jpg", "2.jpg"]}) + "\n")
    result = jepamine("run", "clips", "--set", f"dataset.manifest={manifest}")
    lines = [f"{manifest}:1: frame {tmp_path / name}: no such file" for name in ("1.jpg", "2.jpg")]
    assert result.stderr.splitlines() == [f"Error: {lines[0]}", lines[1]]


def test_a_device_and_a_folder_in_place_of_frames_are_called_so(jepamine, tmp_path):
    manifest = tmp_path / "m.jsonl"
    lines = [{"clip_id": "a", "frame_paths": ["/dev/null", "."]}, {"clip_id": "b", "video": "/dev/zero"}]
    lines[1] |= {"start": 0, "end": 1, "fps": 10}
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = jepamine("run", "clips", "--set", f"dataset.manifest={manifest}")
    assert result.stderr.splitlines() == [
        f"Error: {manifest}:1: frame /dev/null: not a regular file (a pipe, socket or device)",
        f"{manifest}:1: frame {tmp_path}: is a folder",
        f"{manifest}:2: video /dev/zero: not a regular file (a pipe, socket or device)",
    ]


def test_a_device_in_place_of_the_manifest_is_called_so(jepamine):
    result = jepamine("run", "clips", "--set", "dataset.manifest=/dev/zero")
    assert result.stderr == (
        "Error: [dataset] manifest: /dev/zero: not a regular file (a pipe, socket or device); "
        "set yours: --set dataset.manifest=FILE.jsonl\n"
    )
