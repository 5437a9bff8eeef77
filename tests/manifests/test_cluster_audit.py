"""An audit on a real Dask cluster finds what one process finds."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("distributed", reason="Dask is not installed: pip install -e '.[dask]'")


@pytest.mark.slow
def test_an_audit_finds_what_one_process_finds(cluster, jepamine, clips):
    lines = [json.loads(line) for line in clips.read_text().splitlines()]
    lines[1] |= {"frame_paths": ["scene-0/lost.jpg", *lines[1]["frame_paths"][1:]]}
    lines[2] |= {"frame_paths": lines[3]["frame_paths"]}
    lines[4] |= {"frame_paths": [lines[4]["frame_paths"][0]] * 2 + lines[4]["frame_paths"][2:]}
    # A hard cut inside a tubelet, of two drives.
    lines[9] |= {"frame_paths": [*lines[9]["frame_paths"][:1], *lines[0]["frame_paths"][:3]]}
    (clips.parent / "scene-3" / "text.jpg").write_text("not an image")
    lines[10] |= {"frame_paths": [*lines[10]["frame_paths"][:3], "scene-3/text.jpg"]}
    faulty = clips.with_name("dask-faulty.jsonl")
    faulty.write_text("".join(json.dumps(line) + "\n" for line in lines))
    single = jepamine("manifest", "audit", faulty, "--json")
    words = ("--dask", cluster.scheduler_address, "--parts", 3)
    result = jepamine("manifest", "audit", faulty, "--json", *words)
    assert result.exit_code == single.exit_code == 0, result.output
    assert json.loads(result.stdout) == json.loads(single.stdout)
    findings = json.loads(result.stdout)["findings"]
    assert findings["missing_file"] == ["s0-4"]
    assert findings["unreadable_file"] == ["s3-4"]
    assert findings["duplicate_clip"] == ["s0-8", "s1-0"]
    assert "look at frames: 12/12 clips" in result.output
    printed = [jepamine("manifest", "audit", faulty, *more).stdout for more in ((), words)]
    assert printed[0] == printed[1]
    assert list(clips.parent.glob("*.parts")) == []
