"""Damage small files of every format and feed them to the commands that read them.

Each case is a sound file that is truncated, has some bits flipped, loses or gains some bytes, or gets an odd
header. Frames and videos go through `manifest frames` or `video`, `manifest audit` and `score`, text files
through the commands that read them. A command must end within 10 s of processor time, with exit code 0 or
with 1 and one error of a few lines: a traceback, a hang and a crash are faults. So is a PNG, which has
checksums, that is shown differently. Frames of a damaged video are compared with those of the sound one: no
good frame (`good_frames.py`) may be lost, moved or changed unless `manifest` told of damage, gaps or a clock
that restarts; a damaged frame may pass the decoder. Images of logs may not be shown at another's time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from click.testing import CliRunner
from fuzzed_formats import FORMATS, FRAMES, TOPIC, Format, picture
from good_frames import SoundVideo, fates, shown_frames, silent, sound_video

from jepamine.cli.main import cli
from jepamine.data.images import decode
from jepamine.data.recordings import Recordings, recorded_times
from jepamine.errors import UserError
from jepamine.places import Moment
from jepamine.utils.printing import table

SECONDS = 10
SOUND = "not damaged"
# What `manifest` says of a recording whose frames may be early or late.
TOLD = ("damaged", "time gaps", "clock restarts", "edit list", "cannot be decoded")
# Text files, made by the run itself.
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


class Fuzz:
    """A folder with a trained run, and the counts of what commands answered."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.runner = folder, CliRunner()
        self.faults: list[str] = []
        self.slowest = 0.0
        self.told = ""
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
        signal.alarm(6 * seconds)
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
        self.told = result.stderr
        errors = [line for line in self.told.splitlines() if line.startswith("Error: ")]
        if result.exit_code == 1 and len(errors) == 1 and len(result.stderr[-1500:]) < 1500:
            return "refused" if SOUND not in case else self._fault("refused", case, arguments, result.stderr)
        if result.exit_code == 0:
            return "read"
        return self._fault("unclear", case, arguments, f"exit {result.exit_code}: {result.stderr[-1500:]}")

    def _fault(self, kind: str, case: str, arguments: list[str], detail: str) -> str:
        self.faults.append(f"{kind}: {case}: jepamine {' '.join(arguments)}\n{detail}")
        return kind

    def image(self, made: Format, path: Path, case: str, sound: np.ndarray) -> Counter[str]:
        """Put the damaged frame `path` between sound ones through manifest, audit and score."""
        counts: Counter[str] = Counter()
        for number in range(3):
            picture(number).save(path.with_name(f"{number}.png"))
        counts["manifest " + self.call("manifest", "frames", path.parent, *self._to(path), case=case)] += 1
        score = self._used(path, case, counts)
        if score == "read" and made.checked:
            shown = np.asarray(decode(path.read_bytes(), path))
            if shown.shape != sound.shape or bool(np.any(shown != sound)):
                self._silent(counts, f"{case}: another picture is shown")
        return counts

    def video(self, path: Path, case: str, sound: SoundVideo, only_frames: bool) -> Counter[str]:
        """Put the damaged video `path` through manifest, audit and score; compare its frames."""
        counts: Counter[str] = Counter()
        words = ("manifest", "video", path, "--fps", 4, "--window", 4, *self._to(path))
        built = self.call(*words, case=case)
        counts["manifest " + built] += 1
        told = built == "refused" or any(word in self.told for word in TOLD)
        if built == "read" and not only_frames:
            self._used(path, case, counts)
        shown = shown_frames(path)
        if shown:
            found = fates(sound, sound.good(path.read_bytes()), shown)
            counts += Counter({f"frames {fate}{', told' * told}": count for fate, count in found.items()})
            if silent(found) and not told:
                self._silent(counts, f"{case}: {silent(found)}")
        return counts

    def log(self, path: Path, case: str, sound: dict[int, np.ndarray], stream: str) -> Counter[str]:
        """Put the damaged log `path` through manifest, audit and score; compare its images."""
        counts: Counter[str] = Counter()
        words = ("manifest", "mcap", path, "--fps", 4, "--window", 4, *self._to(path))
        built = self.call(*words, case=case)
        counts["manifest " + built] += 1
        told = any(word in self.told for word in TOLD)
        if built == "read":
            self._used(path, case, counts)
        self._frames(path, case, sound, counts, stream, told=told)
        return counts

    def _to(self, path: Path) -> tuple[object, ...]:
        return ("--output", path.parent / "m.jsonl")

    def _used(self, path: Path, case: str, counts: Counter[str]) -> str:
        """Audit and score the manifest beside `path`; return what scoring answered."""
        manifest = path.parent / "m.jsonl"
        if not manifest.is_file():
            return "refused"
        counts["audit " + self.call("manifest", "audit", manifest, case=case)] += 1
        scores = path.parent.parent / "s.jsonl"
        score = self.call("score", "--run", "small", manifest, "--output", scores, case=case)
        counts["score " + score] += 1
        return score

    def _silent(self, counts: Counter[str], what: str) -> None:
        counts["silent change"] += 1
        self.faults.append(f"silent change: {what}")

    def _frames(
        self,
        path: Path,
        case: str,
        sound: dict[int, np.ndarray],
        counts: Counter[str],
        stream: str,
        *,
        told: bool,
    ) -> None:
        try:
            times, _ = recorded_times(path, stream)
        except UserError:
            return
        recordings, shifts = Recordings(), list[int]()
        for time_ in times:
            try:
                pixels = np.asarray(recordings.image(Moment(path, time_, stream)))
            except UserError:
                counts["frames reported"] += 1
                continue
            alike = [other for other, frame in sound.items() if _alike(pixels, frame)]
            if alike:
                shifts.append(min((time_ - other for other in alike), key=abs))
            counts["frames right" if alike else "frames altered"] += 1
        recordings.close()
        # A damaged clock moves all frames; no frame may change its place among the others.
        spread = max(shifts, default=0) - min(shifts, default=0)
        step = min(after - before for before, after in pairwise(sorted(sound)))
        if 2 * spread >= step and not told:
            self._silent(counts, f"{case}: frames are shown late by {shifts} microseconds")

    def waymo(self, path: Path, case: str) -> Counter[str]:
        """Copy the images of a damaged Parquet file, then audit and score them."""
        counts: Counter[str] = Counter()
        words = ("manifest", "waymo", path.parent, "--frames", path.parent / "frames", *self._to(path))
        counts["manifest " + self.call(*words, case=case)] += 1
        self._used(path, case, counts)
        return counts

    def physicalai(self, path: Path, case: str, video: bytes) -> Counter[str]:
        """Read a damaged Parquet file of times beside a sound video."""
        counts: Counter[str] = Counter()
        name = "0a948f59-0a06-41a2-8e20-ac3a39ff4d61.camera_front_wide_120fov"
        path.rename(path.with_name(f"{name}.timestamps.parquet"))
        path.with_name(f"{name}.mp4").write_bytes(video)
        words = ("manifest", "physicalai", path.parent, "--fps", 4, "--window", 4, *self._to(path))
        counts["manifest " + self.call(*words, case=case)] += 1
        self._used(path, case, counts)
        return counts

    def times(self, path: Path, case: str) -> Counter[str]:
        """Read a damaged file of times beside sound frames."""
        counts: Counter[str] = Counter()
        for number in range(FRAMES):
            (path.parent / f"{number:04d}.png").symlink_to(self.folder / f"f{number:02d}.png")
        counts["manifest " + self.call("manifest", "frames", path.parent, *self._to(path), case=case)] += 1
        self._used(path, case, counts)
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


def _damaged(name: str, count: int, seed: int, content: bytes) -> Iterator[tuple[int, str, bytes]]:
    rng = np.random.default_rng([seed, *name.encode()])
    # The sound file first: were it refused, the damaged ones would show nothing.
    yield count, f"{name} ({SOUND})", content
    for number in range(count):
        how, damaged = damage(content, rng)
        yield number, f"{name} {number} ({how})", damaged


def _texts(name: str, count: int, seed: int, fuzz: Fuzz, content: bytes) -> Counter[str]:
    counts = Counter[str]()
    for number, case, damaged in _damaged(name, count, seed, content):
        path = fuzz.folder / f"x{number:04d}{'.toml' if name == 'recipe' else '.jsonl'}"
        path.write_bytes(damaged)
        counts += fuzz.text(name, path, case)
        path.unlink()
    return counts


def _files(name: str, count: int, seed: int, fuzz: Fuzz, folder: Path, only_frames: bool) -> Counter[str]:
    """Damage a file of a format, each copy in a folder of its own below `folder`, which is removed."""
    made, counts = FORMATS[name], Counter[str]()
    content = made.make(folder)
    path = folder / f"sound{made.suffix}"
    path.write_bytes(content)
    images: dict[int, np.ndarray] = {}
    whole = sound_video(path) if made.kind == "video" else None
    if made.kind == "log":
        recordings = Recordings()
        for time_ in recorded_times(path, TOPIC)[0]:
            images[time_] = np.asarray(recordings.image(Moment(path, time_, TOPIC))).astype(int)
        recordings.close()
    for number, case, damaged in _damaged(name, count, seed, content):
        own = folder / f"{number:04d}"
        own.mkdir()
        path = own / ("camera_image/x.parquet" if made.kind == "waymo" else "3" + made.suffix)
        path = own / made.suffix if made.kind == "times" else path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(damaged)
        if made.kind == "image":
            counts += fuzz.image(made, path, case, np.asarray(decode(content, name)))
        elif whole is not None:
            counts += fuzz.video(path, case, whole, only_frames)
        elif made.kind == "log":
            counts += fuzz.log(path, case, images, TOPIC)
        elif made.kind == "physicalai":
            counts += fuzz.physicalai(path, case, FORMATS["mp4"].make(own))
        else:
            counts += {"waymo": fuzz.waymo, "times": fuzz.times}[made.kind](path, case)
        shutil.rmtree(own)
    return counts


def main() -> None:
    """Fuzz every format and print the table; exit with 1 if there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500, help="files per format")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=[*FORMATS, *TEXTS], action="append", help="one format; repeatable")
    parser.add_argument(
        "--only-frames", action="store_true", help="compare the frames of videos, without audit and score"
    )
    options = parser.parse_args()

    def alarm(number: int, frame: object) -> None:
        raise Hang

    signal.signal(signal.SIGALRM, alarm)
    signal.signal(signal.SIGPROF, alarm)
    rows: list[list[object]] = [["format", "files", "read", "refused", "faults", "slowest (s)", "frames"]]
    with tempfile.TemporaryDirectory() as folder:
        fuzz = Fuzz(Path(folder))
        sound = _sound_texts(fuzz)
        videos = [name for name, made in FORMATS.items() if made.kind == "video"]
        for name in options.only or (videos if options.only_frames else [*FORMATS, *TEXTS]):
            before, fuzz.slowest = len(fuzz.faults), 0.0
            if name in TEXTS:
                counts = _texts(name, options.count, options.seed, fuzz, sound[name])
            else:
                with tempfile.TemporaryDirectory(dir=folder) as own:
                    counts = _files(name, options.count, options.seed, fuzz, Path(own), options.only_frames)
            frames = {key: counts.pop(key) for key in sorted(counts) if key.startswith("frames")}
            detail = ", ".join(f"{count} {key.removeprefix('frames ')}" for key, count in frames.items())
            read, refused = (
                sum(count for key, count in counts.items() if key.endswith(answer))
                for answer in (" read", " refused")
            )
            broken = len(fuzz.faults) - before
            for fault in fuzz.faults[before:]:
                print(fault, file=sys.stderr, flush=True)
            rows.append([name, options.count, read, refused, broken, f"{fuzz.slowest:.1f}", detail or "-"])
            print(table(rows[:1] + rows[-1:]), flush=True)
    print(table(rows))
    sys.stdout.flush()
    sys.stderr.flush()
    # A hang may have left threads that wait for ever.
    os._exit(bool(fuzz.faults))


if __name__ == "__main__":
    main()
