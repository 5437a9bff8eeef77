"""Kill each command that writes, at random moments and just before random writes, and run it again.

Each kill is SIGKILL of the command and all its processes: half of them at a moment of the time that it takes,
half before one of the calls by which it opens a file for writing, renames, deletes or makes a folder. Then no
visible file may be half-written (it is that of before or of the end, or every line of it is sound), and the
command, resumed where it can be and otherwise the same again, must succeed within four minutes with the
results of one that was never killed, and leave no temporary file behind. Exit code 1 if not.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from fuzz_inputs import ENCODER, RECIPE, picture
from safetensors import safe_open

from jepamine.cli.main import cli
from jepamine.utils.printing import table

SECONDS = 240
# The folder of temporary files, in the folder where the command runs.
TEMPORARY = "tmp"
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
ANNOTATED = """from manim import *


class Demo(Scene):
    def construct(self):
        circle = Circle()
        self.play(Create(circle), run_time=0.2)
        self.play(circle.animate.shift(RIGHT), run_time=0.2)
"""
# Each cell a token, so that clips have heat maps.
GRID = (
    ENCODER.replace("8, 48", "8, 3").replace("-1, 48)", "-1, 3)")
    + "\n    def grid(self, shape):\n        return 4, 4\n"
)
SCENE = "A red circle above a blue square and a green star."


@dataclass(frozen=True)
class Command:
    """What is run, what goes on after a kill, and which paths (globs) are its results."""

    words: str
    results: tuple[str, ...]
    again: Callable[[Path, str], str] = lambda folder, words: words


def resumed(folder: Path, words: str) -> str:
    """Resume a run whose folder exists already."""
    return "run --resume new" if (folder / "experiments" / "new").exists() else words


def with_resume(folder: Path, words: str) -> str:
    """Go on with what was saved."""
    return words + " --resume"


RUN = (
    "experiments/new/weights.safetensors",
    "experiments/new/metrics.jsonl",
    "experiments/new/manifest.jsonl",
)
COMMANDS = {
    "run": Command("run small.toml --name new", RUN, resumed),
    "score": Command("score --run small m.jsonl --output out.jsonl", ("out.jsonl",), with_resume),
    "score --shard": Command(
        "score --run small m.jsonl --shard 1/2 --output out.jsonl", ("out*",), with_resume
    ),
    "score --heatmaps": Command(
        "score --run small m.jsonl --output out.jsonl --heatmaps",
        ("out.jsonl", "out.heatmaps.npy"),
        with_resume,
    ),
    "merge": Command("merge part-*.jsonl --manifest m.jsonl --output out.jsonl", ("out.jsonl",)),
    "eval": Command("eval --run small --labels labels.jsonl --output out.json", ("out.json",)),
    "probe": Command(
        "probe --run small --labels labels.jsonl --drop-held-out --output out.jsonl", ("out.jsonl",)
    ),
    "report": Command("report --run small --output out.html", ("out.html",)),
    "top": Command("top --run small -k 2 --output out.jsonl", ("out.jsonl",)),
    "search": Command("search --run small --like c0 -k 2 --output out.jsonl", ("out.jsonl",)),
    "export": Command("export scores.jsonl --to label-studio --output out.json", ("out.json",)),
    "labels import": Command("labels import labels.csv --output out.jsonl", ("out.jsonl",)),
    "manifest frames": Command("manifest frames frames --output out.jsonl", ("out.jsonl",)),
    "manifest split": Command("manifest split m.jsonl --by scene --output out.jsonl", ("out.jsonl",)),
    "manifest fix": Command("manifest fix m.jsonl --output out.jsonl", ("out.jsonl",)),
    "runs prune": Command("runs prune small --keep 1", ("experiments/small/checkpoints/*",)),
    "rm": Command("rm other", ("experiments/*",)),
    "store --prune": Command("store --prune-unused", ("experiments/*",)),
    "reproduce": Command("reproduce small --name new", RUN[:1], resumed),
    "init": Command("init project", ("project/*", "project/*/*")),
    "scenes render": Command(
        "scenes render --count 6 --out scenes --width 96 --workers 1", ("scenes/*", "scenes/*/*")
    ),
    "scenes annotate": Command(
        "scenes annotate scene.py --out frames", ("frames/scenes.jsonl", "frames/*/*.png")
    ),
    "export --to parquet": Command("export scores.jsonl --to parquet --output out.parquet", ("out.parquet",)),
    "scenes generate": Command(f"scenes generate '{SCENE}' --output out.py", ("out.py",)),
}


def main() -> None:
    """Kill every command some times; print a table and the faults."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=4, help="of each command")
    parser.add_argument("--only", choices=COMMANDS)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.set_num_threads(1)
    rng = random.Random(given.seed)
    rows: list[list[object]] = [["command", "seconds", "writes", "kills", "faults"]]
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        base = Path(name).resolve() / "base"
        fill(base, base.with_name("work"))
        for title, command in COMMANDS.items():
            if given.only and title != given.only:
                continue
            sound, folder = Path(name) / "sound", Path(name) / "work"
            status, seconds, writes = call(fresh(base, folder), command.words)
            if status:
                faults.append(f"{title} fails without a kill: {(folder / 'log').read_text()[-600:]}")
                continue
            shutil.rmtree(sound, ignore_errors=True)
            shutil.copytree(folder, sound, symlinks=True)
            found = []
            for number in range(given.kills):
                found += kill(base, folder, sound, command, seconds, writes, number, rng)
            rows.append([title, f"{seconds:.2f}", writes, given.kills, len(found)])
            print(table([rows[0], rows[-1]]), flush=True)
            faults += [f"{title}: {fault}" for fault in found]
    print(table(rows))
    print(f"{sum(int(str(row[3])) for row in rows[1:])} kills, {len(faults)} faults")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(bool(faults))


def kill(
    base: Path,
    folder: Path,
    sound: Path,
    command: Command,
    seconds: float,
    writes: int,
    number: int,
    rng: random.Random,
    around: Callable[[Path], AbstractContextManager[object]] = contextlib.nullcontext,
) -> list[str]:
    """Kill a command, let it go on, and return what is wrong; both happen within `around`."""
    for _ in range(20):
        fresh(base, folder)
        moment, write = rng.uniform(0, seconds), rng.randrange(max(writes, 1))
        after, before_write = (moment, None) if number % 2 else (None, write)
        how = f"killed after {moment:.2f} s" if number % 2 else f"killed before write {write}"
        with around(folder):
            if call(folder, command.words, after, before_write)[0] == -signal.SIGKILL:
                return [f"{how}: {fault}" for fault in _go_on(base, folder, sound, command)]
    return ["it was never killed"]


def _go_on(base: Path, folder: Path, sound: Path, command: Command) -> list[str]:
    before, end = content_of(base), content_of(sound)
    faults = [
        f"{path} is half-written"
        for path, content in content_of(folder).items()
        if content not in (before.get(path), end.get(path)) and not _sound(folder / path)
    ]
    words = command.again(folder, command.words)
    status, _, _ = call(folder, words)
    if status:
        log = (folder / "log").read_text()
        return [*faults, f"then {words}: status {status}: {log[-600:]}"]
    if results(folder, command) != results(sound, command):
        faults.append(f"then {words}: other results")
    extra = content_of(folder).keys() - end.keys()
    left = [path for path in extra if any(part.startswith(".") for part in Path(path).parts)]
    left += [str(path.relative_to(folder)) for path in (folder / TEMPORARY).glob("jepamine-*")]
    return [*faults, *([f"then {words}: left {sorted(left)}"] if left else [])]


def call(
    folder: Path, words: str, after: float | None = None, before: int | None = None
) -> tuple[int, float, int]:
    """Run a command in a forked process; return (status as of subprocess, seconds, writes).

    It is killed `after` some seconds, or `before` its n-th write.
    """
    began = time.monotonic()
    child = start(folder, words, before)
    ends = began + (SECONDS if after is None else after)
    while not (ended := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < ends:
        time.sleep(0.001)
    for end in (os.killpg, os.kill):
        # It may not have its group yet, or be gone.
        with contextlib.suppress(ProcessLookupError):
            end(child, signal.SIGKILL)
    status = ended[1] if ended[0] else os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status), time.monotonic() - began, written(folder)


def start(folder: Path, words: str, before: int | None = None, *, alone: bool = False) -> int:
    """Start a command in a forked process of a group of its own; return the number of the process.

    Before its n-th write it is killed with its group, or `alone`.
    """
    count = folder / "writes"
    count.write_bytes(b"")
    child = os.fork()
    if child == 0:
        _become(folder, words, count, before, os.kill if alone else os.killpg)
    return child


def written(folder: Path) -> int:
    """Return how often a command that has ended wrote."""
    count = folder / "writes"
    writes = count.stat().st_size
    count.unlink()
    return writes


def _become(
    folder: Path, words: str, count: Path, before: int | None, strike: Callable[[int, int], None]
) -> None:
    import shlex

    try:
        os.setsid()
        os.chdir(folder)
        log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for number in (1, 2):
            os.dup2(log, number)
        me, counter, done = os.getpid(), os.open(count, os.O_WRONLY | os.O_APPEND), 0

        def watch(event: str, given: tuple[Any, ...]) -> None:
            nonlocal done
            writes = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
            if not (event in CHANGES or writes) or os.getpid() != me:
                return
            if done == before:
                strike(me, signal.SIGKILL)
            done += 1
            os.write(counter, b"x")

        sys.addaudithook(watch)
        filled = [
            str(path)
            for word in shlex.split(words)
            for path in (sorted(Path().glob(word)) if "*" in word else [word])
        ]
        status = cli.main(["--experiments", "experiments", *filled], "jepamine", standalone_mode=False) or 0
    except SystemExit as end:
        status = end.code
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", flush=True)
        status = 1
    os._exit(status if isinstance(status, int) else 0)


def results(folder: Path, command: Command) -> Mapping[str, object]:
    """Return what a command made: path -> content, without the seconds that it took."""
    found = {}
    for pattern in command.results:
        for path in sorted(folder.glob(pattern)):
            if path.name.startswith("."):
                continue
            content = path.read_bytes() if path.is_file() else b"folder"
            if path.name == "metrics.jsonl":
                lines = [json.loads(line) for line in content.splitlines()]
                content = repr([{k: v for k, v in line.items() if k != "seconds"} for line in lines]).encode()
            found[str(path.relative_to(folder))] = content
    return found


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("log", "writes")
    }


def _sound(path: Path) -> bool:
    """Return whether a file that changed is whole as its format goes; temporary ones may be anything."""
    if (
        ".tmp" in path.name
        or path.name.startswith(".")
        or path.suffix in (".lock", ".dirlock", ".part", ".heatmaps")
    ):
        return True
    if any(part.startswith(".") for part in path.parts):
        return True
    try:
        if path.suffix == ".safetensors":
            with safe_open(path, "numpy") as file:
                return bool(file.keys())
        text = path.read_text() if path.suffix in (".json", ".jsonl", ".toml") else ""
        if path.suffix == ".json":
            json.loads(text)
        if path.suffix == ".jsonl":
            return all(isinstance(json.loads(line), dict) for line in text.splitlines())
        return path.suffix in (".json", ".toml") or path.stat().st_size > 0
    except Exception:
        return False


def fresh(base: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder, symlinks=True)
    return folder


def fill(base: Path, folder: Path) -> None:
    """Make frames, a manifest, labels, two runs, scores and two parts of scores.

    Commands use the folders of temporary files and caches of the copy `folder` from then on.
    """
    for variable, place in (("TMPDIR", TEMPORARY), ("XDG_CACHE_HOME", "cache")):
        (base / place).mkdir(parents=True)
        os.environ[variable] = str(folder / place)
    tempfile.tempdir = None
    (base / "frames" / "drive").mkdir(parents=True)
    lines, labels = [], []
    for number in range(24):
        picture(number).save(base / "frames" / "drive" / f"{number:06d}.png")
    for start in range(0, 24, 4):
        frames = [f"frames/drive/{number:06d}.png" for number in range(start, start + 4)]
        lines.append({"clip_id": f"c{start}", "scene": f"s{start // 8}", "frame_paths": frames})
        labels.append({"clip_id": f"c{start}", "binary_label": start // 4 % 2})
    for name, rows in (("m.jsonl", lines), ("labels.jsonl", labels)):
        (base / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    csv = "".join(f"{row['clip_id']},{row['binary_label']}\n" for row in labels)
    (base / "scene.py").write_text(ANNOTATED)
    (base / "labels.csv").write_text("clip_id,label\n" + csv)
    (base / "tiny.py").write_text(GRID)
    recipe = RECIPE.format(manifest="m.jsonl").replace("epochs = 1", "epochs = 20")
    (base / "small.toml").write_text(recipe)
    (base / "third.py").write_text(GRID.replace('"0" * 64', '"1" * 64'))
    (base / "third.toml").write_text(recipe.replace("tiny.py", "third.py"))
    for words in (
        "run small.toml --name small",
        "run small.toml --name other --seed 8",
        # What its encoder leaves in the store is used by no run.
        "run third.toml --name third",
        "rm third",
        "score --run small m.jsonl",
        "score --run small m.jsonl --output scores.jsonl",
        "score --run small m.jsonl --shard 1/2 --output part-1.jsonl",
        "score --run small m.jsonl --shard 2/2 --output part-2.jsonl",
    ):
        if call(base, words)[0]:
            raise SystemExit(f"{words}: {(base / 'log').read_text()[-2000:]}")


if __name__ == "__main__":
    main()
