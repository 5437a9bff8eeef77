"""`jepamine serve` as a process: a small layout run, real Manim, requests, shutdown."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from jepamine.cli.main import cli

# All of them: the last one ends the server of the others.
pytestmark = [pytest.mark.manim, pytest.mark.slow]

DATASET = """
from pathlib import Path

from jepamine.clips import Source


def boxes(*, manifest: Path):
    return Source(manifest, tubelet_size=1, image_size=(48, 96))
"""
RECIPE = """
schema = 1
seed = 3
[dataset]
plugin = "./boxes.py:boxes"
manifest = "{manifest}"
[masking]
plugin = "patches"
ratio = 0.5
[encoder]
plugin = "pixels"
[predictor]
plugin = "layout-dense"
channels = [8, 16, 16]
second_look = 4
[trainer]
plugin = "layout"
epochs = 25
lr = 5e-3
batch_size = 8
val_scenes = 4
views = 2
[scoring]
scorer = "random"
"""


def draw(column: int, size: tuple[int, int] = (96, 48)) -> Image.Image:
    """Return an image of a red box, 2 units a side, at x = 2 * column."""
    image = Image.new("RGB", size)
    unit = size[0] * 9 / 128
    x, y = size[0] / 2 + 2 * column * unit, size[1] / 2
    ImageDraw.Draw(image).rectangle((x - unit, y - unit, x + unit, y + unit), fill="#FF4040")
    return image


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def train(folder: Path) -> None:
    """Train a run called boxes on such images."""
    lines = []
    for number in range(24):
        column = number % 5 - 2
        draw(column).save(folder / f"{number}.png")
        box = {"x": 2.0 * column, "y": 0.0, "z": 0, "width": 2.0, "height": 2.0}
        lines.append(
            {
                "clip_id": str(number),
                "scene": str(number),
                "frame_paths": [f"{number}.png"],
                "layout": {"objects": [{"type": "square", **box}]},
            }
        )
    (folder / "boxes.py").write_text(DATASET)
    (folder / "boxes.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    recipe = folder / "boxes.toml"
    recipe.write_text(RECIPE.format(manifest=folder / "boxes.jsonl"))
    result = CliRunner().invoke(cli, ["--experiments", str(folder / "experiments"), "run", str(recipe)])
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def process(tmp_path_factory, live_at):
    """Serve that run on a free port; SIGTERM ends it."""
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    folder = tmp_path_factory.mktemp("served")
    train(folder)
    options = ["--run", "boxes", "--port", "0", "--workers", "2", "--deadline", "2", "--allow-unprotected"]
    started = subprocess.Popen(
        [sys.executable, "-m", "jepamine", "--experiments", str(folder / "experiments"), "serve", *options],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert started.stderr is not None
    output = ""
    while "serving on" not in output:
        line = started.stderr.readline()
        assert line, output
        output += line
    port = re.search(r"serving on http://127.0.0.1:(\d+)", output)
    assert port, output
    yield SimpleNamespace(process=started, output=output, folder=folder, live=live_at(int(port[1])))
    if started.poll() is None:
        started.send_signal(signal.SIGTERM)
        started.wait(300)
    started.stderr.close()


@pytest.fixture(scope="module")
def live(process):
    return process.live


def test_the_protection_and_the_url_are_printed(process):
    health = process.live.get("/healthz").json
    assert health["run"] == "boxes"
    assert f"protection in force: {health['protection']['in_force']}\n" in process.output


def test_a_description_becomes_code_that_ran_and_a_preview(live):
    answer = live.generate('a red circle above a blue square, "energy" at the top').json
    assert answer["adherence"]["within_tenth"] == 1.0
    preview = Image.open(io.BytesIO(live.get(answer["preview_url"]).body))
    assert preview.size == (854, 480)
    assert max(high for _, high in preview.convert("RGB").getextrema()) > 200


@pytest.mark.parametrize("column", [-2, 1])
def test_an_image_becomes_a_layout_and_code(live, column):
    image = png(draw(column, (640, 320)))
    answer = live.post("/generate", {"image": base64.b64encode(image).decode()}).json
    (value,) = answer["layout"]["objects"]
    assert (value["x"], value["y"]) == pytest.approx((2 * column, 0), abs=0.5)
    assert answer["adherence"]["within_half"] == 1.0
    seen = live.call("POST", "/layout", image, {"Content-Type": "image/png"}).json
    assert seen["layout"] == answer["layout"]
    assert seen["confidence"] == answer["confidence"]


def test_concurrent_requests_each_get_their_own_response(live):
    options = [
        f"a {colour} {shape}" for colour in ("red", "blue", "green") for shape in ("dot", "star", "circle")
    ]
    with ThreadPoolExecutor(9) as clients:
        replies = list(clients.map(live.generate, options))
    for word, reply in zip(options, replies, strict=True):
        assert reply.status == 200
        assert f"{word.split()[2]} = " in reply.json["code"]
        assert f"color={word.split()[1].upper()}" in reply.json["code"]
    assert len({reply.json["preview_url"] for reply in replies}) == 9


SCENE = "from manim import *\nclass GeneratedScene(Scene):\n    def construct(self):\n        {}\n"


@pytest.mark.parametrize(
    ("line", "kind", "message"),
    [
        ("open('/etc/passwd')", "refused", "open"),
        ("().__class__.__base__", "refused", "attributes that start with _"),
        ("while True: pass", "deadline", "after 2 s"),
        ("1 / 0", "failed", "division by zero"),
        ("x = [0] * 10**10", "failed", "memory"),
    ],
)
def test_harmful_code_is_reported_and_the_service_keeps_running(live, line, kind, message):
    report = live.post("/validate", {"code": SCENE.format(line)}).json
    problem = report["problems"][0]
    assert (report["runs"], problem["kind"], problem["line"]) == (False, kind, 4)
    assert message in problem["message"].lower()
    assert live.get("/healthz").status == 200


def test_positions_that_json_cannot_hold_get_a_response(live):
    far = "a = Dot().move_to([1e308, 0, 0]); b = Dot().move_to([-1e308, 0, 0]); self.add(a, b)"
    layout = {"objects": [{"type": "dot", "x": -1e308, "y": 0.0, "z": 0, "width": 0.0, "height": 0.0}]}
    reply = live.post("/validate", {"code": SCENE.format(far), "layout": layout})
    assert reply.status == 200
    assert isinstance(reply.json["runs"], bool)


def test_the_metrics_hold_the_accuracy_of_the_run(process):
    record = json.loads((process.folder / "experiments/boxes/record.json").read_text())
    value = process.live.metric('jepamine_layout_accuracy{run="boxes"}')
    assert value == pytest.approx(record["metrics"]["mean_iou"])


def test_sigterm_finishes_pending_requests_and_ends_with_exit_code_0(process):
    with ThreadPoolExecutor(1) as clients:
        pending = clients.submit(process.live.post, "/validate", {"code": SCENE.format("while True: pass")})
        while process.live.metric("jepamine_waiting") < 1:
            pass
        process.process.send_signal(signal.SIGTERM)
        assert pending.result().json["problems"][0]["kind"] == "deadline"
    assert process.process.wait(300) == 0
    assert process.process.stderr.read() == ""
