"""Fuzz the readers of manifests, recipes, scores and labels, and the check of names, guided by coverage.

Each target writes the bytes to a file and reads it: anything but a UserError is a fault, and so is a message
of more than 20,000 letters. The check of names must end for everything that
Python can parse, and what it has no objection to may contain no name or attribute that hands out all of
Python. Arguments after the target are libFuzzer's, such as -max_total_time=600 and -artifact_prefix=FOLDER/.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import tempfile
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr
from functools import partial
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["jepamine"]):
    from jepamine.config import recipe
    from jepamine.data.clips import read_clips_or_errors
    from jepamine.errors import UserError
    from jepamine.manim.validation.syntax import objections
    from jepamine.mining.label_import.import_labels import import_labels
    from jepamine.mining.labels import read_tasks
    from jepamine.mining.score_table import read_scores
    from jepamine.protocols.datasets import Source

MOST = 20_000
ROOT = Path(__file__).parent.parent
FRAMES = {"clip_id": "c", "scene": "s", "frame_paths": ["a.png", "b.png"], "timestamps": [0.0, 0.1]}
CUT = {"clip_id": "v", "video": "v.mp4", "start": 1, "end": 2.5, "fps": 10, "camera": "front", "split": "val"}
SCORES = {"clip_id": "c", "scene": "s", "score": 0.5, "scores": {"knn": 1e-3, "ensemble": -2}}
EXPORTS = [
    b"clip_id,label\nc,yes\nd,no\n",
    b'[{"id": 1, "data": {"clip_id": "c"}, "annotations": [{"result": [{"type": "choices", "from_name": '
    b'"fog", "value": {"choices": ["yes"]}}]}]}]',
    b'<annotations><image id="0" name="c.png"><tag label="fog"/></image></annotations>',
]
#: What a scene can reach all of Python by, whatever it is bound to.
OPEN = {"eval", "exec", "compile", "open", "globals", "locals", "vars", "__import__", "breakpoint", "input"}
INNER = {"__globals__", "__code__", "__closure__", "__subclasses__", "__bases__", "__mro__", "__builtins__"}
INNER |= {"__dict__", "__reduce__", "__reduce_ex__", "f_globals", "f_builtins", "gi_frame"}
INNER |= {"tb_frame", "cr_frame", "ag_frame", "func_globals", "__self__", "__getattribute__", "__loader__"}


def lines(*rows: object) -> bytes:
    """Return rows as JSONL."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def scenes() -> list[bytes]:
    """Return the scenes of the tests, those that pass and hostile lines."""
    folder = ROOT / "tests" / "manim" / "validation"
    ordinary = (folder / "ordinary_scenes.txt").read_text().split("\n== ")[1:]
    hostile = (folder / "hostile_lines.txt").read_text().splitlines()
    return [*(part.partition("\n")[2].encode() for part in ordinary), *(line.encode() for line in hostile)]


def manifest(path: Path) -> None:
    """Read a manifest."""
    for _ in read_clips_or_errors(Source(manifest=path, tubelet_size=2)):
        pass


def labels(path: Path) -> None:
    """Read labels, and import them as if they came from other tools."""
    exports = [path.with_name(f"export{suffix}") for suffix in (".csv", ".json", ".xml")]
    for export in exports:
        export.write_bytes(path.read_bytes())
    imports = [partial(import_labels, export, path.with_name("imported.jsonl")) for export in exports]
    for reader in (partial(read_tasks, path), *imports):
        try:
            reader()
        except UserError as error:
            _judge(error)


def check(path: Path) -> None:
    """Check code as a scene's."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    if objections(tree):
        return
    nodes = list(ast.walk(tree))
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in INNER:
            raise AssertionError(f"no objection to .{node.attr}")
        if isinstance(node, ast.Name) and node.id in OPEN and node.id not in bound:
            raise AssertionError(f"no objection to {node.id}")


TARGETS: dict[str, tuple[Callable[[Path], object], str, list[bytes]]] = {
    "manifest": (manifest, ".jsonl", [lines(FRAMES), lines(CUT, FRAMES), lines({**FRAMES, "rig": "r"})]),
    "recipe": (
        lambda path: recipe.read(path, {}),
        ".toml",
        [path.read_bytes() for path in sorted((ROOT / "recipes").glob("*.toml"))],
    ),
    "scores": (read_scores, ".jsonl", [lines(SCORES), lines(SCORES, {"clip_id": "d", "error": "x"})]),
    "labels": (
        labels,
        ".jsonl",
        [lines({"clip_id": "c", "binary_label": 1, "fog": 0}), *EXPORTS],
    ),
    "check": (check, ".py", scenes()),
}


def _judge(error: UserError) -> None:
    if len(str(error)) > MOST:
        raise AssertionError(f"a message of {len(str(error))} letters: {str(error)[:200]!r}") from error


def main() -> None:
    """Fuzz the target that the first argument names until a fault or the end of the time."""
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        raise SystemExit(f"choose one of {', '.join(TARGETS)}")
    read, suffix, seeds = TARGETS[name]
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        corpus, path = Path(folder) / "corpus", Path(folder) / f"given{suffix}"
        corpus.mkdir()
        for number, seed in enumerate(seeds):
            (corpus / str(number)).write_bytes(seed)

        words = sorted({word for seed in seeds for word in re.findall(rb"\w+|[^\w\s]+", seed)})
        known = Path(folder) / "words"
        known.write_text("".join('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in words))

        def one(data: bytes) -> None:
            path.write_bytes(data)
            try:
                read(path)
            except UserError as error:
                _judge(error)

        options = [f"-dict={known}", "-len_control=0", "-max_len=4096", "-use_value_profile=1"]
        with redirect_stderr(io.StringIO()):
            atheris.Setup([*sys.argv, *options, str(corpus)], one)
            atheris.Fuzz()


if __name__ == "__main__":
    main()
