import json

import pytest
from click.testing import CliRunner
from PIL import Image

from jepamine.cli.options import Commands
from jepamine.cli.scenes import scenes
from jepamine.errors import UserError
from jepamine.manim.engine import engine
from jepamine.manim.layouts import from_json
from jepamine.manim.scenes.contact_sheet import new_folder
from jepamine.manim.scenes.families import Shares
from jepamine.manim.scenes.render import Job, render_scenes
from jepamine.utils.json_files import read_jsonl

pytestmark = pytest.mark.manim


@pytest.fixture
def call():
    """Call the command line with words; a traceback fails the test."""
    group = Commands("jepamine")
    group.add_command(scenes)

    def run(*words):
        result = CliRunner().invoke(group, [str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.usefixtures("manim_there")
def test_any_number_of_processes_writes_the_same_bytes_and_nothing_elsewhere(tmp_path, monkeypatch, capfd):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for workers in (1, 2):
        render_scenes(Job(tmp_path / str(workers), 0, 256, Shares()), 12, workers=workers)
    alone = contents(tmp_path / "1")
    assert len(alone) == 13
    assert alone == contents(tmp_path / "2")
    assert capfd.readouterr().err == ""
    # Manim would keep the glyphs of texts below the current folder; with --cov child processes write theirs.
    assert [name for name in contents(tmp_path / "here") if not str(name).startswith(".coverage")] == []


@pytest.mark.usefixtures("manim_there")
def test_a_rendering_that_was_interrupted_goes_on_and_writes_the_same_bytes(tmp_path):
    job, other = (Job(tmp_path / name, 3, 64, Shares()) for name in ("whole", "interrupted"))
    render_scenes(job, 8, workers=1)
    seen = []

    def stop():
        seen.append(1)
        if len(seen) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_scenes(other, 8, workers=1, on_scene=stop)
    part = other.folder / "scenes.jsonl.part"
    part.write_bytes(part.read_bytes()[:-20])
    frame = other.folder / "frames" / "000002.png"
    frame.write_bytes(frame.read_bytes()[:50])
    with pytest.raises(UserError, match="interrupted with other settings \\(width\\); give the same ones"):
        render_scenes(Job(other.folder, 3, 128, Shares()), 8, workers=1)
    new_folder(other.folder)
    kept = []
    render_scenes(other, 8, workers=1, on_scene=lambda: kept.append(frame.stat().st_size))
    assert kept[:2] == [50, 50] and kept[2] > 50
    assert contents(job.folder) == contents(other.folder)


@pytest.mark.usefixtures("manim_there")
def test_a_second_rendering_into_the_same_folder_is_refused(tmp_path):
    job = Job(tmp_path / "scenes", 3, 64, Shares())

    def again():
        with pytest.raises(UserError, match="another process is rendering into this folder"):
            render_scenes(job, 1, workers=1)

    render_scenes(job, 1, workers=1, on_scene=again)


@pytest.mark.usefixtures("manim_there")
def test_render_writes_frames_lines_and_a_sheet(call, tmp_path):
    out = tmp_path / "scenes"
    result = call("scenes", "render", "--count", 5, "--out", out, "--seed", 9, "--width", 128)
    assert result.exit_code == 0, result.output
    lines = [line for _, line in read_jsonl(out / "scenes.jsonl")]
    assert [line["clip_id"] for line in lines] == [f"9-{index:06d}" for index in range(5)]
    for line in lines:
        with Image.open(out / line["frame_paths"][0]) as frame:
            assert (frame.format, frame.size, frame.mode) == ("PNG", (128, 72), "RGB")
        assert from_json(line["layout"]).objects
        assert line["description"]
        assert "class GeneratedScene(Scene):" in line["code"]
    with Image.open(out / "sheet.png") as sheet:
        assert sheet.size[0] > 5 * 384


def test_render_refuses_a_folder_that_is_not_empty(call, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    result = call("scenes", "render", "--count", 1, "--out", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the folder is not empty" in result.stderr
    assert contents(tmp_path) == {"mine.txt": b"mine"}


def test_missing_manim_is_reported_in_one_line(call, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "manim", None)
    engine.load_manim.cache_clear()
    try:
        result = call("scenes", "render", "--count", 1, "--out", tmp_path / "out")
    finally:
        engine.load_manim.cache_clear()
    assert result.exit_code == 1
    (message,) = (line for line in result.stderr.splitlines() if line.startswith("Error"))
    assert "pip install 'jepamine[manim]'" in message
    assert "apt install gcc python3-dev libcairo2-dev libpango1.0-dev pkg-config" in message
    assert "brew install cairo pango pkg-config" in message
    assert json.dumps(list(tmp_path.rglob("*.png"))) == "[]"
