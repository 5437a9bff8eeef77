"""How many scenes that Manim runs are accepted by validation, and why the others are refused.

`python benchmarks/accepted_scenes.py` takes the examples in the docstrings of the installed Manim, runs each
with Manim itself (small frames, nothing written) and validates those that run. Files and folders of scenes
may be given instead. Needs LaTeX for the examples with formulas.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import manim

from jepamine.manim.validation.validate_command import files_beside, modules_beside
from jepamine.manim.validation.validator import validator
from jepamine.sandbox.limits import Limits

# `.. manim:: NAME`, its options, and the code, all deeper than the directive.
EXAMPLE = re.compile(
    r"^(?P<indent> *)\.\. manim:: (?P<name>\w+)[^\n]*\n(?P<body>(?:(?P=indent) +[^\n]*\n|[ \t]*\n)+)", re.M
)
SETTINGS = {
    "dry_run": True,
    "disable_caching": True,
    "verbosity": "CRITICAL",
    "progress_bar": "none",
    "pixel_width": 64,
    "pixel_height": 36,
    "frame_rate": 4,
    "save_last_frame": True,
}


def examples() -> Iterator[tuple[str, str, Path]]:
    """Yield (name, code, folder) of each example in the docstrings of Manim."""
    root = Path(manim.__file__).parent
    for path in sorted(root.rglob("*.py")):
        if "opengl" in str(path):
            continue
        for match in EXAMPLE.finditer(path.read_text()):
            lines = textwrap.dedent(match["body"]).strip("\n").split("\n")
            while lines and (lines[0].startswith(":") or not lines[0].strip()):
                lines.pop(0)
            code = "\n".join(line for line in lines)
            if "interactive_embed" in code or "OpenGL" in code:
                continue
            head = "" if "import *" in code else "from manim import *\n"
            yield f"{path.relative_to(root)}: {match['name']}", f"{head}{code}\n", root


def files(paths: list[str]) -> Iterator[tuple[str, str, Path]]:
    """Yield (path, code, folder) of files and of those in folders."""
    for path in map(Path, paths):
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            yield str(file), file.read_text(), file.parent


def runs(name: str, code: str, folder: Path) -> bool:
    """Return whether Manim runs every scene of the code, in a process of its own."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        names: dict[str, object] = {"__name__": "scene"}
        with tempfile.TemporaryDirectory() as media, manim.tempconfig({**SETTINGS, "media_dir": media}):
            exec(compile(code, "scene", "exec"), names)
            for kind in list(names.values()):
                if isinstance(kind, type) and issubclass(kind, manim.Scene) and kind.__module__ == "scene":
                    kind().render()
        status = 0
    except BaseException as error:
        print(f"{name} does not run: {type(error).__name__}: {str(error)[:150]}", flush=True)
    os._exit(status)


def main() -> None:
    """Print each refusal, and the accepted share."""
    scenes = list(files(sys.argv[1:]) if sys.argv[1:] else examples())
    refused: list[tuple[str, str, Path, set[str]]] = []
    with validator(limits=Limits(deadline=60)) as opened:
        for name, code, folder in scenes:
            beside = modules_beside(folder / "scene.py", code)
            reports = opened.validate_all(code, modules=beside, files=files_beside(folder / "scene.py", code))
            problems = [problem for report in reports for problem in report.problems]
            for problem in problems:
                print(f"{name}: {problem.kind}, line {problem.line}: {problem.message}", flush=True)
            if problems:
                refused.append((name, code, folder, {problem.message for problem in problems}))
    # Manim has run what was accepted. With the validator's threads a process could not be forked.
    wrongly = [scene for scene in refused if runs(*scene[:3])]
    accepted = len(scenes) - len(refused)
    running = accepted + len(wrongly)
    share = accepted / max(running, 1)
    print(f"{len(scenes)} scenes, Manim runs {running}, accepted {accepted} ({share:.1%})")
    for reason, count in Counter(reason for scene in wrongly for reason in scene[3]).most_common():
        print(f"{count:4} {reason}")


if __name__ == "__main__":
    main()
