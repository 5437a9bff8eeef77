"""Damage small files of every format and feed them to the commands that read them.

Each case is a sound file that is truncated, has some bits flipped, loses or gains some bytes, or gets an odd
header. Frames and videos go through `manifest frames` or `video`, `manifest audit` and `score`, text files
through the commands that read them. A command must end within 10 s of processor time, with exit code 0 or
with 1 and one error of a few lines: a traceback, a hang and a crash are faults. So is a PNG, which has
checksums, that is shown differently. Frames of a damaged video are compared with those of the sound one:
video has no checksums, so damage within a frame may pass the decoder ("altered"), but no frame may be shown
at another's time.
"""

from __future__ import annotations

import argparse
import io
import json
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from click.testing import CliRunner
from PIL import Image

from jepamine.cli.main import cli
from jepamine.data.recordings import Recordings
from jepamine.data.video_index import video_index
from jepamine.errors import UserError
from jepamine.places import Moment
from jepamine.utils.printing import table

SECONDS = 10
SIDE = (48, 64)
FRAMES = 8
# Name of a format -> (suffix, Pillow's format and options) or (suffix, codec).
IMAGES = {
    "jpg": (".jpg", "JPEG", {"quality": 90}),
    "png": (".png", "PNG", {}),
    "tiff": (".tif", "TIFF", {"compression": "tiff_lzw"}),
    "webp": (".webp", "WEBP", {"lossless": True}),
}
VIDEOS = {"mp4": (".mp4", "libx264"), "avi": (".avi", "mpeg4"), "ts": (".ts", "libx264")}
TEXTS = ("jsonl manifest", "scores", "labels", "recipe")
ENCODER = """
import torch

class Tiny:
    name, weights_sha256, preprocessing, batch_size, dim = "tiny", "0" * 64, "none", 8, 48

    def __call__(self, frames):
        cells = frames.float().reshape(len(frames), -1, 4, 56, 4, 56, 3).mean(dim=(3, 5)) / 255
        return cells.reshape(len(frames), -1, 48)
"""
RECIPE = """schema = 1
name = "small"
seed = 7

[dataset]
plugin = "clips"
manifest = "{manifest}"

[masking]
plugin = "patches"
ratio = 0.75

[encoder]
plugin = "./tiny.py:Tiny"

[predictor]
plugin = "mlp"
hidden_dim = 16

[trainer]
plugin = "embedding"
epochs = 1
lr = 1e-3

[scoring]
scorer = "predicted"
"""
Check = Callable[[Path, bytes], Iterator[tuple[str, list[object]]]]


class Hang(BaseException):
    """A command took longer than it may; no handler of errors catches it."""


def damage(content: bytes, rng: np.random.Generator) -> tuple[str, bytes]:
    """Return (kind of damage, damaged content)."""
    data = bytearray(content)
    kind = ("truncated", "bits flipped", "odd header", "bytes inserted or lost")[rng.integers(4)]
    if kind == "truncated":
        del data[rng.integers(len(data)) :]
    elif kind == "bits flipped":
        for _ in range(rng.integers(1, 9)):
            data[rng.integers(len(data))] ^= 1 << rng.integers(8)
    elif kind == "odd header":
        head = min(64, len(data))
        for _ in range(rng.integers(1, 9)):
            data[rng.integers(head)] = rng.choice([0, 1, 127, 128, 255, rng.integers(256)])
    else:
        at, count = int(rng.integers(len(data))), int(rng.integers(1, 9))
        if rng.random() < 0.5:
            del data[at : at + count]
        else:
            data[at:at] = rng.bytes(count)
    return kind, bytes(data)


def picture(number: int) -> Image.Image:
    """Return a frame of a scene that moves a little, RGB of size `SIDE`."""
    rows, columns = np.mgrid[: SIDE[0], : SIDE[1]]
    noise = np.random.default_rng(number).integers(0, 12, (*SIDE, 3))
    grey = (rows * 2 + columns + 8 * number) % 200
    return Image.fromarray((grey[..., None] + noise).astype(np.uint8))


def video_bytes(suffix: str, codec: str, folder: Path) -> bytes:
    """Return a video of `FRAMES` frames, 4 a second."""
    import av

    path = folder / f"sound{suffix}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=4)
        stream.height, stream.width = SIDE
        stream.pix_fmt, stream.gop_size = "yuv420p", 4
        for number in range(FRAMES):
            frame = av.VideoFrame.from_image(picture(number))
            frame.pts, frame.time_base = number, Fraction(1, 4)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path.read_bytes()


class Fuzz:
    """A folder with a trained run, and the counts of what commands answered."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.runner = folder, CliRunner()
        self.faults: list[str] = []
        self.slowest = 0.0
        lines = []
        for number in range(24):
            picture(number).save(folder / f"f{number:02d}.png")
        for start in range(0, 24, 4):
            frames = [f"f{number:02d}.png" for number in range(start, start + 4)]
            lines.append({"clip_id": f"c{start}", "scene": f"s{start // 8}", "frame_paths": frames})
        self.manifest = folder / "m.jsonl"
        self.manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
        (folder / "tiny.py").write_text(ENCODER)
        self.recipe = folder / "small.toml"
        self.recipe.write_text(RECIPE.format(manifest=self.manifest))
        # The first command imports the libraries.
        assert self.call("run", self.recipe, seconds=20 * SECONDS) == "read", self.faults

    def call(self, *words: object, case: str = "", seconds: int = SECONDS) -> str:
        """Run a command; return "read", "refused", or the fault, of which `case` is noted."""
        arguments = ["--experiments", str(self.folder / "experiments"), *map(str, words)]
        began = time.process_time()
        # Processor time, whatever else runs on the machine; a command that only waits is a hang too.
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.alarm(30 * seconds)
        try:
            result = self.runner.invoke(cli, arguments, prog_name="jepamine")
        except Hang:
            return self._fault("hang", case, arguments, "")
        finally:
            signal.alarm(0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.slowest = max(self.slowest, time.process_time() - began)
        if isinstance(result.exception, Hang):
            return self._fault("hang", case, arguments, "")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            trace = "".join(traceback.format_exception(result.exception)[-4:])
            return self._fault("traceback", case, arguments, trace)
        errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
        if result.exit_code == 1 and len(errors) == 1 and len(result.stderr[-1500:]) < 1500:
            return "refused"
        if result.exit_code == 0:
            return "read"
        return self._fault("unclear", case, arguments, f"exit {result.exit_code}: {result.stderr[-1500:]}")

    def _fault(self, kind: str, case: str, arguments: list[str], detail: str) -> str:
        self.faults.append(f"{kind}: {case}: jepamine {' '.join(arguments)}\n{detail}")
        return kind

    def image(self, name: str, path: Path, case: str) -> Counter[str]:
        """Put the damaged frame `path` between sound ones through manifest, audit and score."""
        counts: Counter[str] = Counter()
        for number in range(3):
            picture(number).save(path.with_name(f"{number}.png"))
        manifest, scores = path.parent / "m.jsonl", path.parent.parent / "s.jsonl"
        counts[
            "manifest " + self.call("manifest", "frames", path.parent, "--output", manifest, case=case)
        ] += 1
        counts["audit " + self.call("manifest", "audit", manifest, case=case)] += 1
        score = self.call("score", "--run", "small", manifest, "--output", scores, case=case)
        counts["score " + score] += 1
        counts["silent change"] += score == "read" and name == "png" and self._changed(path)
        return counts

    def _changed(self, path: Path) -> bool:
        """Whether a frame that is read differs from the sound one: a checksum should have shown it."""
        from jepamine.data.images import decode

        image = decode(path.read_bytes(), path)
        changed = image.size != SIDE[::-1] or bool(np.any(np.asarray(image) != np.asarray(picture(3))))
        if changed:
            self.faults.append(f"silent change: {path}")
        return changed

    def video(self, path: Path, case: str, sound: dict[int, np.ndarray]) -> Counter[str]:
        """Put the damaged video `path` through manifest, audit and score, and compare its frames."""
        counts: Counter[str] = Counter()
        manifest, scores = path.parent / "m.jsonl", path.parent.parent / "s.jsonl"
        built = self.call(
            "manifest", "video", path, "--fps", 4, "--window", 4, "--output", manifest, case=case
        )
        counts["manifest " + built] += 1
        if built == "read":
            counts["audit " + self.call("manifest", "audit", manifest, case=case)] += 1
            words = ("score", "--run", "small", manifest, "--output", scores)
            counts["score " + self.call(*words, case=case)] += 1
        counts.update(self._frames(path, sound))
        return counts

    def _frames(self, path: Path, sound: dict[int, np.ndarray]) -> Counter[str]:
        counts: Counter[str] = Counter()
        try:
            times = video_index(path).times
        except UserError:
            return counts
        videos = Recordings()
        for time_ in times:
            try:
                pixels = np.asarray(videos.image(Moment(path, time_)))
            except UserError:
                counts["frames reported"] += 1
                continue
            alike = [other for other, frame in sound.items() if _alike(pixels, frame)]
            # A damaged clock moves all frames; one that keeps the sound times must keep their frames too.
            if alike and time_ in sound and time_ not in alike:
                counts["frames of another time"] += 1
                self.faults.append(f"silent change: {path} shows at {time_} the frame of {alike[0]}")
            else:
                counts["frames right" if alike else "frames altered"] += 1
        return counts

    def text(self, name: str, path: Path, case: str) -> Counter[str]:
        """Put a damaged text file through the commands that read it."""
        own = {"labels": self.folder / "scores.jsonl", "scores": self.folder / "labels.jsonl"}
        output = self.folder / "t.jsonl"
        commands: dict[str, list[tuple[object, ...]]] = {
            "jsonl manifest": [
                ("manifest", "audit", path),
                ("manifest", "fix", path, "--output", output),
                ("manifest", "split", path, "--output", output),
                ("score", "--run", "small", path, "--output", output, "--on-error", "record"),
            ],
            "scores": [
                ("eval", "--scores", path, "--labels", own["scores"]),
                ("top", path, "--run", "small"),
            ],
            "labels": [("eval", "--scores", own["labels"], "--labels", path)],
            "recipe": [("check", path), ("run", path, "--set", "trainer.epochs=1")],
        }
        counts: Counter[str] = Counter()
        for words in commands[name]:
            counts[
                f"{' '.join(map(str, words[: 1 + (words[0] == 'manifest')]))} {self.call(*words, case=case)}"
            ] += 1
        return counts


def _alike(pixels: np.ndarray, other: np.ndarray) -> bool:
    return pixels.shape == other.shape and np.abs(pixels.astype(int) - other).mean() < 1


def _sound_texts(fuzz: Fuzz) -> dict[str, bytes]:
    lines = [json.loads(line) for line in fuzz.manifest.read_text().splitlines()]
    for number, line in enumerate(lines):
        line |= {"timestamps": [1_532_402_927_612_460 + 500_000 * (4 * number + k) for k in range(4)]}
        line |= {"camera": "CAM_FRONT", "split": "val" if number % 3 == 0 else "train"}
    labels = [{"clip_id": line["clip_id"], "binary_label": number % 2} for number, line in enumerate(lines)]
    scores = fuzz.folder / "scores.jsonl"
    assert fuzz.call("score", "--run", "small", fuzz.manifest, "--output", scores) == "read", fuzz.faults
    encode = lambda rows: "".join(json.dumps(row) + "\n" for row in rows).encode()  # noqa: E731
    (fuzz.folder / "labels.jsonl").write_bytes(encode(labels))
    return {
        "jsonl manifest": encode(lines),
        "scores": scores.read_bytes(),
        "labels": encode(labels),
        "recipe": fuzz.recipe.read_bytes(),
    }


def _one_format(name: str, count: int, seed: int, fuzz: Fuzz, sound_texts: dict[str, bytes]) -> Counter[str]:
    rng, counts = np.random.default_rng([seed, *name.encode()]), Counter[str]()
    base = fuzz.folder / name.replace(" ", "-")
    base.mkdir()
    frames: dict[int, np.ndarray] = {}
    if name in IMAGES:
        suffix, kind, options = IMAGES[name]
        file = io.BytesIO()
        picture(3).save(file, kind, **options)
        content = file.getvalue()
    elif name in VIDEOS:
        suffix, codec = VIDEOS[name]
        content = video_bytes(suffix, codec, base)
        path, videos = base / f"sound{suffix}", Recordings()
        frames = {
            time_: np.asarray(videos.image(Moment(path, time_))).astype(int)
            for time_ in video_index(path).times
        }
    else:
        suffix, content = (".toml" if name == "recipe" else ".jsonl"), sound_texts[name]
    for number in range(count):
        how, damaged = damage(content, rng)
        folder = fuzz.folder if name in TEXTS else base / f"{number:04d}"
        folder.mkdir(exist_ok=True)
        path = folder / f"3{suffix}" if name in IMAGES else folder / f"x{number:04d}{suffix}"
        path.write_bytes(damaged)
        case = f"{name} {number} ({how})"
        if name in IMAGES:
            counts += fuzz.image(name, path, case)
        elif name in VIDEOS:
            counts += fuzz.video(path, case, frames)
        else:
            counts += fuzz.text(name, path, case)
            path.unlink()
    return counts


def main() -> None:
    """Fuzz every format and print the table; exit with 1 if there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500, help="files per format")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=[*IMAGES, *VIDEOS, *TEXTS], help="one format")
    options = parser.parse_args()

    def alarm(number: int, frame: object) -> None:
        raise Hang

    signal.signal(signal.SIGALRM, alarm)
    signal.signal(signal.SIGPROF, alarm)
    rows: list[list[object]] = [["format", "files", "read", "refused", "faults", "slowest (s)", "frames"]]
    with tempfile.TemporaryDirectory() as folder:
        fuzz = Fuzz(Path(folder))
        sound = _sound_texts(fuzz)
        for name in [options.only] if options.only else [*IMAGES, *VIDEOS, *TEXTS]:
            before, fuzz.slowest = len(fuzz.faults), 0.0
            counts = _one_format(name, options.count, options.seed, fuzz, sound)
            frames = {key: counts.pop(key) for key in sorted(counts) if key.startswith("frames")}
            detail = ", ".join(f"{count} {key.removeprefix('frames ')}" for key, count in frames.items())
            read, refused = (
                sum(count for key, count in counts.items() if key.endswith(answer))
                for answer in (" read", " refused")
            )
            broken = len(fuzz.faults) - before
            rows.append([name, options.count, read, refused, broken, f"{fuzz.slowest:.1f}", detail or "-"])
            print(table(rows[:1] + rows[-1:]), flush=True)
    print(table(rows))
    for fault in fuzz.faults[:20]:
        print(fault, file=sys.stderr)
    sys.exit(bool(fuzz.faults) and 1)


if __name__ == "__main__":
    main()
