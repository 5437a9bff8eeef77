"""Damage each file of a run folder in each way and run each command that reads runs: no traceback, no lie.

A command must end within 60 s, with exit code 0 or with 1 and one error of a few lines. Where `eval`, `score`
and `top` succeed, their result must be that of the sound run; else that is a silent change.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import torch  # noqa: F401 - its import takes longer than a command may
from click.testing import CliRunner
from fuzz_inputs import ENCODER, RECIPE
from fuzzed_formats import picture

from jepamine.cli.main import cli
from jepamine.utils.printing import table

SECONDS = 60
FILES = (
    "record.json", "recipe.toml", "metrics.jsonl", "weights.safetensors", "manifest.jsonl",
    "checkpoints/epoch-002.safetensors", "plugins/tiny.py", "bank.safetensors", "scores/m.jsonl",
)  # fmt: skip
Damage = Callable[[bytes, random.Random], bytes]


def _value(data: bytes, new: str) -> bytes:
    """Put `new` in place of the first number of a text."""
    text = data.decode("latin-1")
    for place, letter in enumerate(text):
        if letter.isdigit() and text[place - 1] in " :=[":
            end = place
            while end < len(text) and text[end] in "0123456789.eE+-":
                end += 1
            return (text[:place] + new + text[end:]).encode("latin-1")
    return data + new.encode()


def _flip(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data)) if data else 0
    return data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :] if data else b"x"


def _deep_metadata(data: bytes, rng: random.Random) -> bytes:
    head = json.dumps({"__metadata__": {"config": "[" * 100_000}}).encode()
    return len(head).to_bytes(8, "little") + head


DAMAGES: dict[str, Damage] = {
    "empty": lambda data, rng: b"",
    "half": lambda data, rng: data[: len(data) // 2],
    "one byte short": lambda data, rng: data[:-1],
    "a bit flipped": _flip,
    "another bit flipped": lambda data, rng: _flip(data, random.Random(len(data))),
    "noise": lambda data, rng: rng.randbytes(200),
    "not UTF-8": lambda data, rng: b"\xff\xfe" + data,
    "null": lambda data, rng: b"null\n",
    "a list": lambda data, rng: b"[]\n",
    "an empty object": lambda data, rng: b"{}\n",
    "a text": lambda data, rng: b'"x"\n',
    "NaN": lambda data, rng: _value(data, "NaN"),
    "infinity": lambda data, rng: _value(data, "1e999"),
    "400 digits": lambda data, rng: _value(data, "9" * 400),
    "5000 digits": lambda data, rng: _value(data, "9" * 5000),
    "a text for a number": lambda data, rng: _value(data, '"\\u001b[2J"'),
    "deep": lambda data, rng: b"[" * 100_000,
    "deep metadata": _deep_metadata,
    "twice": lambda data, rng: data + data,
    "control characters": lambda data, rng: data.replace(b"small", b"sm\\u001b[31mall"),
    "a folder": lambda data, rng: data,
    "a link to itself": lambda data, rng: data,
    "a pipe": lambda data, rng: data,
    "missing": lambda data, rng: data,
}
COMMANDS: dict[str, tuple[str, ...]] = {
    "runs": ("runs",),
    "show": ("show", "small"),
    "show --json": ("show", "small", "--json"),
    "compare": ("compare", "small", "other"),
    "check": ("check", "RUN/recipe.toml"),
    "eval": ("eval", "--run", "small", "--json"),
    "score": ("score", "--run", "small", "MANIFEST", "--output", "OUT"),
    "top": ("top", "--run", "small", "-k", "2"),
    "report": ("report", "--run", "small"),
    "probe": ("probe", "--run", "small", "--labels", "LABELS", "--drop-held-out"),
    "search": ("search", "--run", "small", "--like", "c0", "-k", "2"),
    "resume": ("run", "--resume", "small"),
    "store": ("store",),
    "reproduce": ("reproduce", "small"),
}


class Hang(BaseException):
    """The command did not end in time."""


class Grid:
    """A folder with a sound run, and what each command answers of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.runner = folder, CliRunner()
        lines, labels = [], []
        for number in range(24):
            picture(number).save(folder / f"f{number:02d}.png")
        for start in range(0, 24, 4):
            frames = [f"f{number:02d}.png" for number in range(start, start + 4)]
            lines.append({"clip_id": f"c{start}", "scene": f"s{start // 8}", "frame_paths": frames})
            labels.append({"clip_id": f"c{start}", "binary_label": start // 4 % 2})
        for name, rows in (("m.jsonl", lines), ("labels.jsonl", labels)):
            (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
        (folder / "tiny.py").write_text(ENCODER)
        (folder / "small.toml").write_text(RECIPE.format(manifest=folder / "m.jsonl"))
        self.sound = folder / "sound"
        for name in ("small", "other"):
            words = ("run", str(folder / "small.toml"), "--name", name)
            answer = self.call(self.sound, words)
            assert answer[0] == "done", answer
        score = ("score", "--run", "small", "MANIFEST")
        assert self.call(self.sound, score)[0] == "done"
        self.results = {name: self.fresh(words) for name, words in COMMANDS.items()}
        assert all(how == "done" for how, _, _ in self.results.values()), self.results

    def fresh(
        self, words: tuple[str, ...], damage: Callable[[Path], None] | None = None
    ) -> tuple[str, str, str]:
        """Run a command on a copy of the sound runs; return as `call`, and the result that may not change."""
        experiments = self.folder / "experiments"
        shutil.rmtree(experiments, ignore_errors=True)
        shutil.copytree(self.sound, experiments, symlinks=True)
        output = self.folder / "out.jsonl"
        output.unlink(missing_ok=True)
        if damage is not None:
            damage(experiments / "small")
        how, said = self.call(experiments, words)
        result = output.read_text() if output.exists() else said if words[0] in ("eval", "top") else ""
        return how, said, result

    def call(self, experiments: Path, words: tuple[str, ...]) -> tuple[str, str]:
        """Return "done", "refused" or the fault, and what was printed."""
        names = {"RUN": experiments / "small", "MANIFEST": self.folder / "m.jsonl"}
        names |= {"OUT": self.folder / "out.jsonl", "LABELS": self.folder / "labels.jsonl"}
        filled = list(words)
        for name, path in names.items():
            filled = [word.replace(name, str(path)) for word in filled]
        signal.alarm(SECONDS)
        try:
            result = self.runner.invoke(
                cli, ["--experiments", str(experiments), *filled], prog_name="jepamine"
            )
        except Hang:
            return "hang", ""
        finally:
            signal.alarm(0)
        if isinstance(result.exception, Hang):
            return "hang", ""
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            return "traceback", "".join(traceback.format_exception(result.exception)[-3:])
        if "\x1b" in result.output:
            return "control character", result.output
        if result.exit_code == 0:
            return "done", result.stdout
        errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
        if result.exit_code == 1 and len(errors) == 1 and len(result.stderr) < 3000:
            return "refused", errors[0]
        return "unclear", result.stderr[-1000:]


def put(run: Path, name: str, how: str) -> None:
    """Damage a file of a run folder."""
    path = run / name
    data = path.read_bytes() if path.is_file() else b""
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    if how == "a folder":
        path.mkdir()
    elif how == "a link to itself":
        path.symlink_to(path.name)
    elif how == "a pipe":
        os.mkfifo(path)
    elif how != "missing":
        path.write_bytes(DAMAGES[how](data, random.Random(f"{name} {how}")))


def main() -> None:
    """Go through the grid, print a table of what commands answer and the faults; exit with 1 if there are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="only each n-th cell of the grid")
    parser.add_argument("--only", choices=COMMANDS, help="one command")
    given = parser.parse_args()

    def alarm(number: int, frame: object) -> None:
        raise Hang

    signal.signal(signal.SIGALRM, alarm)
    faults, counts = [], {name: Counter[str]() for name in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        grid = Grid(Path(folder))
        files = [name for name in FILES if (grid.sound / "small" / name).exists()]
        cells = [(file, how, name) for file in files for how in DAMAGES for name in COMMANDS]
        for file, how, name in cells[:: given.every]:
            if given.only and name != given.only:
                continue
            answer, said, result = grid.fresh(
                COMMANDS[name], lambda run, file=file, how=how: put(run, file, how)
            )
            if answer == "done" and result != grid.results[name][2]:
                answer = "silent change"
            counts[name][answer] += 1
            if answer not in ("done", "refused"):
                faults.append(f"{answer}: {name} with {file} {how}: {said}")
    kinds = sorted({answer for found in counts.values() for answer in found})
    print(
        table([["command", *kinds], *([name, *(found[k] for k in kinds)] for name, found in counts.items())])
    )
    print(
        f"{sum(map(Counter.total, counts.values()))} cells, {len(faults)} faults; files: {', '.join(files)}"
    )
    for fault in faults[:60]:
        print(fault[-1500:], file=sys.stderr)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
