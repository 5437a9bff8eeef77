import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from jepamine.cli.options import Commands
from jepamine.cli.scenes import scenes
from jepamine.errors import UserError
from jepamine.manim.annotate.annotate import annotate, summary
from jepamine.manim.annotate.annotations import Job, Steps
from jepamine.manim.annotate.users_file import scene_classes, source_of
from jepamine.utils.json_files import json_lines, read_jsonl

pytestmark = [pytest.mark.manim, pytest.mark.usefixtures("manim_there")]

SHOW = """
from manim import *

print("what a file prints is no result")

class Face(VGroup):
    def __init__(self):
        super().__init__(Square(color=BLUE), Dot(color=YELLOW).shift(0.5 * UP))

class Base(Scene):
    def helper(self):
        return 1

class Show(Base):
    def construct(self):
        shape = Square(color=RED)
        self.play(Create(shape))
        self.play(Transform(shape, Circle(color=GREEN).shift(3 * LEFT)))
        label = always_redraw(lambda: Text(f"{shape.get_x():.0f}").next_to(shape, UP))
        self.add(label)
        self.play(shape.animate.shift(4 * RIGHT), run_time=0.5)
        self.add(Face().shift(4 * RIGHT + DOWN), Sphere(resolution=(3, 3)).shift(5 * LEFT))
        self.wait(0.25)

class Still(MovingCameraScene):
    def construct(self):
        self.camera.frame.set(width=config.frame_width / 2).move_to([3, 0, 0])
        self.add(Star(color=YELLOW, fill_opacity=1).move_to([4, 1, 0]), Dot([-5, 0, 0]))
"""


def written(folder, text, name="show.py"):
    path = folder / name
    path.write_text(textwrap.dedent(text))
    return path


def run(path, out, **changes):
    return annotate(path, out, **{"video": None, "scene": None, "timeout": 60.0} | changes)


def lines(out):
    return [line for _, line in read_jsonl(out / "scenes.jsonl")]


def seen(line):
    return [(item["type"], round(item["x"], 2), round(item["y"], 2)) for item in line["layout"]["objects"]]


@pytest.mark.slow
def test_every_play_and_wait_is_written_as_it_is_seen_then(tmp_path):
    result = run(written(tmp_path, SHOW), tmp_path / "out")
    found = lines(tmp_path / "out")
    assert [(line["clip_id"], line["seconds"]) for line in found] == [
        ("show-Show-0001", 1.0),
        ("show-Show-0002", 2.0),
        ("show-Show-0003", 2.5),
        ("show-Show-0004", 2.7333),
        ("show-Still-0001", 0.0333),
    ]
    create, transform, move, wait, still = found
    assert seen(create) == [("square", 0.0, 0.0)]
    assert seen(transform) == [("circle", -3.0, 0.0)]
    assert [item[0] for item in seen(move)] == ["circle", "text"]
    # What always_redraw shows is the new text, not the one it was made with.
    assert (seen(move)[0], move["layout"]["objects"][1]["text"]) == (("circle", 1.0, 0.0), "1")
    assert [item[0] for item in seen(wait)] == ["circle", "text", "square", "dot", "polygon"]
    assert wait["unmapped"] == {"Sphere": 1}
    # A camera at half the width shows all at twice the size; what is off it is not there.
    assert seen(still) == [("star", 2.0, pytest.approx(2.1, abs=0.2))]
    assert "class Still(MovingCameraScene):" in still["code"]
    with Image.open(tmp_path / "out" / transform["frame_paths"][0]) as frame:
        assert frame.size == (256, 144)
        assert frame.getpixel((128 - 2 * 18, 72)) != (0, 0, 0)
    assert (result.frames, result.scenes) == (5, 2)
    assert summary(result).splitlines()[1] == "no type known, written as the closest one: Sphere 1"


@pytest.mark.slow
def test_an_object_under_its_copy_is_not_written(tmp_path):
    path = written(
        tmp_path,
        """
        from manim import *
        class Twice(Scene):
            def construct(self):
                text, dot = Text("twice"), Dot([2, 2, 0])
                self.add(text, dot, text.copy(), Dot([2, 2, 0], color=RED), Circle())
        """,
    )
    run(path, tmp_path / "out")
    (line,) = lines(tmp_path / "out")
    found = line["layout"]["objects"]
    assert [(item["type"], item["z"]) for item in found] == [("text", 0), ("dot", 1), ("circle", 2)]
    assert (found[1]["color"], line["left_out"]) == ("#FC6255", 0)


def test_with_a_video_its_frames_are_taken_and_steps_of_an_earlier_run_make_room(tmp_path):
    av = pytest.importorskip("av", reason="video requires PyAV")
    path = written(
        tmp_path,
        """
        from manim import *

        class Two(Scene):
            def construct(self):
                self.play(FadeIn(Square()), run_time=0.5)
                self.wait(0.5)
        """,
    )
    (tmp_path / "out").mkdir()
    earlier = [
        {"clip_id": f"show-{name}", "scene": f"show-{name[:3]}", "source": str(path)}
        for name in ("Two-0001", "Two-0003", "One-0001")
    ]
    (tmp_path / "out" / "scenes.jsonl").write_bytes(json_lines(earlier))
    video = tmp_path / "two.mp4"
    with av.open(str(video), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 128, 72, "yuv420p"
        for number in range(10):
            picture = av.VideoFrame.from_image(Image.new("RGB", (128, 72), (20 * number, 0, 0)))
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    result = run(path, tmp_path / "out", video=video)
    # What this video shows is not the scene; that is told, and taken all the same.
    (warning,) = result.warnings
    assert "differs from what show-Two shows now at step 1 (2 such steps in all)" in warning
    kept, *found = sorted(lines(tmp_path / "out"), key=lambda line: line["clip_id"])
    assert kept == earlier[2]
    assert [(line["clip_id"], line["seconds"]) for line in found] == [
        ("show-Two-0001", 0.5),
        ("show-Two-0002", 1.0),
    ]
    reds = []
    for line in found:
        with Image.open(tmp_path / "out" / line["frame_paths"][0]) as frame:
            reds.append(frame.getpixel((128, 72))[0])
    # The last of five frames, and the last of ten.
    assert reds == pytest.approx([80, 180], abs=6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "timeout", "message"),
    [
        ("while True:\n            pass", 4.0, r"show\.py:[67]: still running after 4 s; .*--timeout"),
        ("1 / 0", 60.0, r"show\.py:6: ZeroDivisionError: division by zero"),
        ("__import__('os').abort()", 60.0, r"show\.py: its process died of SIGABRT"),
    ],
)
def test_what_was_annotated_before_a_failure_is_kept(tmp_path, end, timeout, message):
    path = written(
        tmp_path,
        f"""
from manim import *
class Fails(Scene):
    def construct(self):
        self.add(Dot())
        self.wait()
        {end}
""".lstrip(),
    )
    with pytest.raises(UserError, match=message) as told:
        run(path, tmp_path / "out", timeout=timeout)
    assert str(told.value).count("\n") == 0
    assert f"what was annotated is kept (1 step): {tmp_path / 'out' / 'scenes.jsonl'}" in str(told.value)
    assert [seen(line) for line in lines(tmp_path / "out")] == [[("dot", 0.0, 0.0)]]


@pytest.mark.slow
def test_the_failure_of_one_scene_does_not_lose_those_after_it(tmp_path):
    path = written(
        tmp_path,
        """
from manim import *
class Fails(Scene):
    def construct(self):
        1 / 0
class Works(Scene):
    def construct(self):
        self.add(Dot())
class FailsToo(Scene):
    def construct(self):
        Circle(raduis=1)
""".lstrip(),
    )
    with pytest.raises(UserError) as told:
        run(path, tmp_path / "out")
    assert [line.partition(": ")[0] for line in str(told.value).splitlines()] == [f"{path}:4", f"{path}:10"]
    assert [line["scene"] for line in lines(tmp_path / "out")] == ["show-Works"]


def test_a_syntax_error_is_reported_without_running_the_file(tmp_path):
    path = written(tmp_path, "from manim import *\nclass A(Scene)\n    pass\n")
    with pytest.raises(UserError, match=r"show\.py:2: SyntaxError: expected ':'"):
        run(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_device_is_refused_before_it_is_read(tmp_path):
    with pytest.raises(UserError, match=r"^/dev/null: not a regular file \(a pipe, socket or device\)$"):
        run(Path("/dev/null"), tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "wanted", "message"),
    [
        ("import manim\nx = 1\n", None, "no scene in it, no class that inherits from Scene"),
        (
            "import nowhere_to_be_found\n",
            None,
            "one.py:1: ModuleNotFoundError: No module named 'nowhere_to_be",
        ),
        ("import sys\nsys.exit(3)\n", None, "one.py:2: SystemExit: 3"),
        (
            "from manim import *\nclass Two(Scene):\n    def construct(self): pass\n",
            "Tow",
            "no scene 'Tow' (did you mean 'Two'?); it has: Two",
        ),
    ],
)
def test_a_file_without_the_scene_is_reported(tmp_path, monkeypatch, text, wanted, message):
    import sys

    import manim

    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    with pytest.raises(UserError) as told:
        scene_classes(written(tmp_path, text, "one.py"), wanted, manim)
    assert message in str(told.value)


def test_two_files_of_one_name_do_not_mix(tmp_path):
    of_another = {"clip_id": "show-A-0001", "scene": "show-A", "source": "/elsewhere/show.py"}
    (tmp_path / "scenes.jsonl").write_bytes(json_lines([of_another]))
    here = tmp_path / "here"
    job = Job(tmp_path / "show.py", tmp_path, here, here, here, None, None, 60.0, 256)
    with pytest.raises(UserError, match=r"already contains show-A of /elsewhere/show\.py; choose"):
        Steps(job, "A").write(b"png", {})
    assert lines(tmp_path) == [of_another]


def test_the_command_says_that_it_runs_the_file_and_ends_with_1_where_that_fails(tmp_path):
    group = Commands("jepamine")
    group.add_command(scenes)
    path = written(tmp_path, "while True print(1)\n")
    result = CliRunner().invoke(group, ["scenes", "annotate", str(path), "--out", str(tmp_path / "out")])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"running {path}, as manim would",
        f"Error: {path}:1: SyntaxError: invalid syntax",
    ]


@pytest.mark.parametrize(
    "name", ["random.py", "PIL.py", "tqdm.py", "statistics.py", "__main__.py", "two words.py"]
)
def test_a_file_may_be_called_like_any_module(tmp_path, monkeypatch, name):
    import importlib
    import sys

    import manim

    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    library = name.removesuffix(".py")
    before = sys.modules.get(library)
    path = written(tmp_path, "from manim import *\nclass A(Scene):\n    def construct(self): pass\n", name)
    [kind] = scene_classes(path, None, manim)
    assert kind.__name__ == "A"
    assert source_of(kind).startswith("class A")
    assert sys.modules.get(library) is before
    if before is not None and library != "__main__":
        monkeypatch.delitem(sys.modules, library)
        assert importlib.import_module(library).__spec__.origin == before.__spec__.origin
        monkeypatch.setitem(sys.modules, library, before)
