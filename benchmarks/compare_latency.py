"""The seconds of a scene in this checkout against another one, description by description in turns.

Machines are noisy: what runs in turns has the same noise, and the median of the ratios is steady to 2 % where
two runs one after the other differ by 20 %. Each checkout has a process with a warm pool of one server; the
230 descriptions of the tests, `template`, previews of 854 x 480. Some two minutes; needs Manim.

    git worktree add ../before COMMIT && python benchmarks/compare_latency.py ../before
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from text_layouts import tests

from jepamine.utils.progress import progress

HERE = Path(__file__).parents[1]
SERVE = """
import json, sys, tempfile, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
try:
    from jepamine.manim.generation.build_pipeline import open_pipeline
except ImportError:  # until November 27, 2026
    from jepamine.manim.generation.build import open_pipeline
from jepamine.manim.generation.request import Request
with tempfile.TemporaryDirectory() as name, open_pipeline(Path(name), None) as opened:
    opened.make(Request("a circle", preview=854))
    print("ready", flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        opened.make(Request(json.loads(line), style="3b1b", preview=854))
        print(time.perf_counter() - began, flush=True)
"""


def served(folder: Path) -> subprocess.Popen[str]:
    """Start a process that generates the descriptions it reads with the code of `folder`."""
    words = [sys.executable, "-c", SERVE, str(folder.resolve())]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def ask(process: subprocess.Popen[str], description: str) -> float:
    """Return the seconds that one scene takes."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(description) + "\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("other", type=Path, help="a checkout of another commit")
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    processes = [served(given.other), served(HERE)]
    cases = [case.text for case in tests().all_cases()] * given.rounds
    seconds = np.zeros((2, len(cases)))
    with progress("generate scenes twice", len(cases), "scenes", every=50) as bar:
        for number, text in enumerate(cases):
            for place in (number % 2, 1 - number % 2):
                seconds[place, number] = ask(processes[place], text)
            bar.step()
    for process in processes:
        process.communicate()
    for name, row in zip((given.other, "here"), seconds, strict=True):
        p50, p95 = np.percentile(row, [50, 95])
        print(f"{name}: p50 {p50:.4f} s, p95 {p95:.4f} s, mean {row.mean():.4f} s")
    print(f"median of the ratios, here to there: {np.median(seconds[1] / seconds[0]):.3f}")


if __name__ == "__main__":
    main()
