"""Manim scenes a second a core, drawn, rendered and written as PNG: `nox -s bench`.

In one process, by its CPU time, so that what else the machine does counts little, and by the clock. A process
makes the glyphs of each wording once: the first scenes are slower than all that follow.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import mean

from jepamine.manim.engine.engine import engine
from jepamine.manim.scenes.families import Shares
from jepamine.manim.scenes.render import Job, render_one


def timed(job: Job, first: int, then: int) -> list[tuple[str, float, float]]:
    """(form, CPU seconds, seconds) of each scene, in one process."""
    times = []
    with engine(job.width) as own:
        for index in range(first + then):
            began, began_cpu = time.perf_counter(), time.process_time()
            line = render_one(own, job, index)
            times.append((line["form"], time.process_time() - began_cpu, time.perf_counter() - began))
    return times


def rate(times: list[tuple[str, float, float]]) -> dict[str, float]:
    """Scenes a second, by CPU time and by the clock."""
    return {
        "scenes": len(times),
        "a_second_of_cpu": 1 / mean(cpu for _, cpu, _ in times),
        "a_second": 1 / mean(clock for _, _, clock in times),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=500)
    parser.add_argument("--then", type=int, default=1000)
    parser.add_argument("--output", type=Path, default=Path("experiments/bench-scenes.json"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "frames").mkdir()
        times = timed(Job(Path(name), 0, 256, Shares()), given.first, given.then)
    by_form = defaultdict(list)
    for item in times[given.first :]:
        by_form[item[0]].append(item)
    table = {
        f"the first {given.first}": rate(times[: given.first]),
        "all after them (goal: >= 40 a second)": rate(times[given.first :]),
        **{f"  of these, {form}": rate(items) for form, items in sorted(by_form.items())},
        "all": rate(times),
    }
    print(f"{'scenes of 256 x 144, one core':45}{'scenes':>8}{'a CPU second':>15}{'a second':>11}")
    for what, row in table.items():
        print(f"{what:45}{row['scenes']:8.0f}{row['a_second_of_cpu']:15.1f}{row['a_second']:11.1f}")
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(table, indent=2) + "\n")


if __name__ == "__main__":
    main()
