"""A file of another kind, given where a manifest or scores are meant, is named, with the next step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jepamine.data.wrong_files import require_folder, require_manifest, require_scores
from jepamine.errors import UserError

COCO = {
    "info": {"year": 2024},
    "images": [{"id": 1, "file_name": "a.jpg"}],
    "annotations": [{"id": 1, "image_id": 1, "bbox": [0, 0, 1, 1]}],
}
BDD = [{"name": "a.jpg", "attributes": {"weather": "clear"}, "labels": [{"box2d": {"x1": 0}}]}]
NUSCENES = [{"token": "a", "sample_token": "b", "filename": "samples/CAM_FRONT/a.jpg"}]
CLIP = {"clip_id": "a", "frame_paths": ["a.jpg", "b.jpg"]}
FRAMES = "jepamine manifest frames FOLDER --output m.jsonl makes one of images"
COCO_IS = f"is a file of annotations in COCO's form, not a manifest; {FRAMES}"
BDD_IS = f"is a file of labels in BDD100K's form, not a manifest; {FRAMES}"
NUSCENES_IS = (
    "is a table of nuScenes, not a manifest; jepamine manifest nuscenes FOLDER --output m.jsonl makes one"
)
SCORE = {"clip_id": "a", "score": 1.5, "manifest": "/data/m.jsonl"}

OTHERS: dict[str, tuple[str | bytes, str]] = {
    "coco.json": (json.dumps(COCO), COCO_IS),
    "coco-lines.json": (json.dumps(COCO, indent=2), COCO_IS),
    "bdd.json": (json.dumps(BDD), BDD_IS),
    "bdd-lines.json": (json.dumps(BDD, indent=1), BDD_IS),
    "bdd-video.json": (json.dumps({**BDD[0], "frames": [{"timestamp": 1, "objects": []}]}), BDD_IS),
    "sample_data.json": (json.dumps(NUSCENES, indent=0), NUSCENES_IS),
    "geo.json": ('{"type": "FeatureCollection"}', f"is a JSON document, not a manifest; {FRAMES}"),
    "list.csv": ("frame,label\na.jpg,1\n", f"is a table (CSV), not a manifest; {FRAMES}"),
    "list.txt": ("a.jpg\nb.jpg\n", f"is a list of images, not a manifest; {FRAMES}"),
    "data.yaml": ("train: images/train\n", f"is YAML, not a manifest; {FRAMES}"),
    "p.xml": ("<annotations/>", f"is XML or HTML, not a manifest; {FRAMES}"),
    "r.toml": ("schema = 1\n", "is a recipe (TOML), not a manifest; jepamine run {path} runs it"),
    "scores.jsonl": (
        json.dumps(SCORE), "is a score file, not a manifest; give the manifest that was scored: /data/m.jsonl"
    ),
    "labels.jsonl": (
        '{"clip_id": "a", "binary_label": 1}',
        "is a file of labels, not a manifest; give the manifest of the clips that it labels",
    ),
    "array.json": (
        json.dumps([CLIP]),
        "is a JSON array of clips, not a manifest; write each clip in a line of its own: "
        "jq -c '.[]' {path} > m.jsonl",
    ),
    "clip.json": (
        json.dumps(CLIP, indent=1),
        "is a JSON object over several lines, not a manifest; write each clip in one line: "
        "jq -c . {path} > m.jsonl",
    ),
    "a.mp4": (
        b"\0\0\0\x20ftypisom",
        "is a video, not a manifest; jepamine manifest video {path} --output m.jsonl makes one",
    ),
    "a.jpg": (
        b"\xff\xd8\xff\xe0",
        "is an image, not a manifest; jepamine manifest frames {folder} --output m.jsonl makes one",
    ),
    "a.mcap": (
        b"\x89MCAP0\r\n", "is a log, not a manifest; jepamine manifest mcap {path} --output m.jsonl makes one"
    ),
    "utf-16.jsonl": (
        json.dumps(CLIP).encode("utf-16"),
        "is UTF-16 text, not a manifest; save it as UTF-8: iconv -f UTF-16 -t UTF-8 {path} > m.jsonl",
    ),
    "m.jsonl.gz": (b"\x1f\x8b\x08", "is an archive, not a manifest; unpack it first"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_is_no_manifest_is_named_with_the_next_step(name, tmp_path):
    content, message = OTHERS[name]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError) as raised:
        require_manifest(path)
    assert str(raised.value) == f"{path}: " + message.format(path=path, folder=tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(CLIP),
        json.dumps(CLIP | {"score": 1.0, "scores": {}}),
        json.dumps({"frames": ["a", "b"], "labels": ["x"], "objects": 3}),
        json.dumps({"video": "a.mp4", "start": 0, "end": 1, "fps": 4}),
        json.dumps({"cameras": {"front": ["a", "b"]}}),
        json.dumps({"clip_id": "long", "frame_paths": [f"frame_{number:09d}.jpg" for number in range(9000)]}),
        '{"clip_id": "a"}',
        '{"ab": [{"a": 1}], "frames": ["a", "b"]}',
        "{torn",
        '{"clip_id": "a", "frames": ["a", ',
        "[]",
        "",
        "\n\n",
        "\ufeff" + json.dumps(CLIP),
    ],
)
def test_lines_of_clips_whole_or_broken_are_left_to_the_reader_of_lines(content, tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_text(content)
    require_manifest(path)


def test_folders_are_named_by_what_is_in_them(tmp_path):
    def folder(*files: str) -> Path:
        for file in files:
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).touch()
        return tmp_path / files[0].split("/")[0]

    made = {
        folder("i/a/1.jpg"): "is a folder of images, not a manifest; "
        "jepamine manifest frames {} --output m.jsonl makes one",
        folder("v/1.MP4"): "is a folder of videos, not a manifest; "
        "jepamine manifest video {} --output m.jsonl makes one",
        folder("n/v1.0-mini/sample_data.json"): "is a folder of nuScenes, not a manifest; "
        "jepamine manifest nuscenes {} --output m.jsonl makes one",
        folder("r/record.json", "r/manifest.jsonl"): "is a run folder, not a manifest; "
        "its manifest is {}/manifest.jsonl",
        folder("m/own.jsonl", "m/1.jpg"): "is a folder (with own.jsonl), not a manifest; give a file",
    }  # fmt: skip
    for path, message in made.items():
        with pytest.raises(UserError) as raised:
            require_manifest(path)
        assert str(raised.value) == f"{path}: " + message.format(path)


@pytest.mark.parametrize(
    ("content", "what"),
    [(json.dumps(CLIP), "a manifest"), (json.dumps(COCO), "a file of annotations in COCO's form")],
)
def test_a_file_that_holds_no_scores_is_named_with_the_next_step(content, what, tmp_path):
    path = tmp_path / "s.jsonl"
    path.write_text(content)
    with pytest.raises(UserError) as raised:
        require_scores(path)
    assert (
        str(raised.value)
        == f"{path}: is {what}, not a score file; jepamine score --run NAME MANIFEST.jsonl writes one"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("manifest", "audit"),
        ("manifest", "fix", "--output", "o.jsonl"),
        ("manifest", "split"),
        ("score", "--run", "x"),
    ],
)
def test_commands_that_take_a_manifest_say_what_a_coco_file_is(words, jepamine, recipe, tmp_path):
    path = tmp_path / "coco.json"
    path.write_text(json.dumps(COCO))
    if words[0] == "score":
        assert jepamine("run", recipe, "--epochs", 1, "--name", "x").exit_code == 0
    result = jepamine(*words, path)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == f"Error: {path}: {COCO_IS}"


def test_a_missing_manifest_offers_the_nearest_name_beside_it(tmp_path):
    (tmp_path / "manifest.jsonl").write_text("")
    with pytest.raises(UserError, match=r"manifst\.jsonl: no such file \(did you mean 'manifest\.jsonl'"):
        require_manifest(tmp_path / "manifst.jsonl")
    with pytest.raises(UserError, match=r"away/m\.jsonl: no such file$"):
        require_manifest(tmp_path / "away" / "m.jsonl")


def test_a_missing_folder_and_a_file_in_its_place_are_named(tmp_path):
    (tmp_path / "frames").mkdir()
    (tmp_path / "a.mp4").write_bytes(b"")
    for name, message in [
        ("frmes", "frmes: no such folder (did you mean 'frames'?)"),
        ("a.mp4", "a.mp4 is a file; pass the folder it is in"),
    ]:
        with pytest.raises(UserError) as raised:
            require_folder(tmp_path / name, "dataset.root")
        assert str(raised.value) == f"dataset.root: {tmp_path}/{message}"
    require_folder(tmp_path / "frames")
