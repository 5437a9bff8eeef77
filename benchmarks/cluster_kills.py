"""Dask workers killed at random moments of every command that takes `--dask`, and lost schedulers.

    python benchmarks/cluster_kills.py [--kills N] [--clips N] [--cost S] [--seed N] [--only COMMAND ...]

Each command runs until it had `--kills` kills (`score`; a quarter of that the others) on a `LocalCluster` of
two workers. One of them, drawn at random, gets SIGKILL at a random moment of the time that the parts took in
an undisturbed run of workers that had run before; kills after the last part do not count. The result must be
that of one process: the bytes of `score` and `search`, the JSON of `eval` and `audit`, the tensors of `run`;
then no clip is lost or double.

`scheduler`: scheduler and worker are killed at a random moment of a `score`, and started again. The command
with `--resume` must end with the same bytes and must not compute a part again that was saved.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cluster import PARTS, SCORE, clear, jepamine, project

from jepamine.utils.printing import table

# Command -> words; what they write or print is compared.
COMMANDS: dict[str, tuple[str, ...]] = {
    "score": SCORE,
    "run": ("run", "recipe.toml", "--name", "again"),
    "eval": ("eval", "--run", "run", "many.jsonl", "--json"),
    "audit": ("manifest", "audit", "many.jsonl", "--json"),
    "search": (
        *("search", "--run", "run", "--like", "3-0"),
        *("--manifest", "many.jsonl", "--output", "search.jsonl"),
    ),
}


def anew(name: str, words: tuple[str, ...], trial: int) -> tuple[str, ...]:
    """Return the words of a trial, which workers have not opened the store for."""
    if name == "run":
        return (*words[:-1], f"{words[-1]}-{trial}")
    return words if name == "audit" else (*words, "--threads", str(1 + trial))


def parts_of(folder: Path) -> list[Path]:
    """Return the finished parts of the command that is running."""
    return [*folder.glob("*.parts/0*.jsonl"), *folder.glob("experiments/*/*.parts/0*.jsonl")]


def begun(folder: Path) -> bool:
    """Return whether the parts of a command have been planned."""
    return any(folder.glob("*.parts/plan.json")) or any(folder.glob("experiments/*/*.parts/plan.json"))


def during_parts(folder: Path, words: Sequence[str], then: Callable[[], object], fails: bool = False) -> Any:
    """Run a command and call `then` once its parts are planned; return what it made."""
    ended = threading.Event()

    def wait() -> None:
        while not begun(folder) and not ended.is_set():
            time.sleep(0.01)
        then()

    thread = threading.Thread(target=wait)
    thread.start()
    made, _ = jepamine(folder, words, fails)
    ended.set()
    thread.join()
    return made


def kills(folder: Path, commands: Mapping[str, tuple[str, ...]], count: int, seed: int) -> None:
    """Kill workers during each command; print how many results are those of one process."""
    from distributed import LocalCluster

    rng = random.Random(seed)
    for name, words in commands.items():
        clear(folder)
        wanted, _ = jepamine(folder, words)
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
            address = ("--dask", cluster.scheduler_address, "--parts", str(PARTS))
            equal, at, usual, trials = 0, list[int](), 0.0, 0
            # Twice: the first time, workers import what they need.
            for trial in range(2):
                clear(folder)
                began: list[float] = []
                words_of_trial = (*anew(name, words, trial), *address)
                equal += wanted == during_parts(
                    folder, words_of_trial, lambda began=began: began.append(time.monotonic())
                )
                usual = time.monotonic() - began[0]

            def kill(cluster: Any = cluster, usual: float = usual, at: list[int] = at) -> None:
                time.sleep(rng.uniform(0, usual))
                # A worker that was killed has no process until it is started again.
                while not (pids := [worker.pid for worker in cluster.workers.values() if worker.pid]):
                    time.sleep(0.01)
                if begun(folder):
                    os.kill(rng.choice(pids), signal.SIGKILL)
                    at.append(len(parts_of(folder)))

            wanted_kills = count if name == "score" else -(-count // 4)
            while len(at) < wanted_kills:
                trials += 1
                clear(folder)
                equal += during_parts(folder, (*anew(name, words, trials + 1), *address), kill) == wanted
        row = [name, len(at), " ".join(map(str, at)), f"{equal} of {trials + 2}"]
        print(table([["command", "kills", "parts saved at the kill", "equal"], row]), flush=True)


def scheduler(folder: Path, count: int, seed: int) -> None:
    """Kill scheduler and worker during `score`, start them again, resume."""
    rng, file = random.Random(seed), folder / "scheduler.json"
    running: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        for words in (
            ("scheduler", "--port", "0", "--no-dashboard"),
            ("worker", "--no-nanny", "--nthreads", "1"),
        ):
            command = [sys.executable, "-m", "dask", *words, "--scheduler-file", str(file)]
            running.append(subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=folder))
            while not file.exists():
                time.sleep(0.05)

    def stop() -> None:
        for process in running:
            process.kill()
            process.wait()
        running.clear()
        file.unlink(missing_ok=True)

    words = SCORE
    on_cluster = (*words, "--dask", str(file), "--parts", str(PARTS))
    clear(folder)
    wanted, _ = jepamine(folder, words)
    equal, kept = 0, []
    for _ in range(count):
        clear(folder)
        start()

        def lose() -> None:
            enough = rng.randrange(PARTS - 1)
            while len(parts_of(folder)) < enough:
                time.sleep(0.01)
            stop()

        try:
            during_parts(folder, on_cluster, lose, fails=True)
            saved = {path: path.stat().st_mtime_ns for path in parts_of(folder)}
            start()
            again: list[bool] = []

            def compare(saved: dict[Path, int] = saved, again: list[bool] = again) -> None:
                again.append(all(path.stat().st_mtime_ns == time for path, time in saved.items()))

            equal += during_parts(folder, (*on_cluster, "--resume"), compare) == wanted and all(again)
            kept.append(len(saved))
        finally:
            stop()
    print(f"scheduler lost {count} times, parts saved {kept}: {equal} equal after --resume, saved parts kept")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--cost", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0, help="of the moments and of the workers")
    parser.add_argument("--only", nargs="+", choices=[*COMMANDS, "scheduler"])
    arguments = parser.parse_args()
    wanted = arguments.only or [*COMMANDS, "scheduler"]
    with project(arguments.clips, arguments.cost) as folder:
        kills(
            folder,
            {name: words for name, words in COMMANDS.items() if name in wanted},
            arguments.kills,
            arguments.seed,
        )
        if "scheduler" in wanted:
            scheduler(folder, -(-arguments.kills // 4), arguments.seed)


if __name__ == "__main__":
    main()
