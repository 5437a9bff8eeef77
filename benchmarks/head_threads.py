"""Time of a training step of a head by threads, on the machine as it is and with busy loops beside it.

    python benchmarks/head_threads.py [--loops N ...] [--seconds S]

A step is forward, backward and AdamW of the predictor `mlp` on a batch of embeddings. `--loops` processes
that never sleep run meanwhile. What others run counts too: `load` is that of the machine before. The work of
a step is 6 x parameters x batch multiplications and additions, and an update of each parameter.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import time

import torch

from jepamine.mining.embedding_trainers import EmbeddingTrainer
from jepamine.mining.predictors.modules import Mlp
from jepamine.utils.printing import table

SIZES = ((48, 8), (384, 8), (768, 8), (1280, 8), (1280, 64), (2048, 8), (1280, 1024))


def spin() -> None:
    """Compute for ever."""
    while True:
        pass


def step_times(dim: int, batch: int, threads: int, seconds: float) -> tuple[float, float]:
    """Return the mean seconds and CPU seconds of a step."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    predictor, trainer = Mlp(dim, dim, 0.1), EmbeddingTrainer(batch_size=batch)
    optimizer = trainer.optimizer(predictor.parameters())
    rows = {"masked": torch.randn(batch, dim), "clean": torch.randn(batch, dim)}
    rows["fraction"] = torch.rand(batch, 1)
    times: list[float] = []
    cpu, end = time.process_time(), time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        began = time.perf_counter()
        loss = trainer.loss(predictor, rows)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        times.append(time.perf_counter() - began)
    return statistics.mean(times), (time.process_time() - cpu) / len(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cores = os.cpu_count() or 1
    parser.add_argument("--loops", type=int, nargs="+", default=[0, 2 * cores])
    parser.add_argument("--seconds", type=float, default=2.0, help="of each cell")
    arguments = parser.parse_args()
    rows: list[list[object]] = [
        ["loops", "load", "D", "batch", "MFLOP", "1 thread ms", f"{cores} threads ms", "times", "CPU times"]
    ]
    for loops in arguments.loops:
        processes = [multiprocessing.Process(target=spin, daemon=True) for _ in range(loops)]
        for process in processes:
            process.start()
        try:
            for dim, batch in SIZES:
                load = os.getloadavg()[0]
                (one, one_cpu), (many, many_cpu) = (
                    step_times(dim, batch, threads, arguments.seconds) for threads in (1, cores)
                )
                cells = (1000 * one, 1000 * many, many / one, many_cpu / one_cpu)
                facts = (loops, f"{load:.0f}", dim, batch, f"{12e-6 * dim * dim * batch:.1f}")
                rows.append([*facts, *(f"{cell:.2f}" for cell in cells)])
        finally:
            for process in processes:
                process.kill()
                process.join()
    print(table(rows))


if __name__ == "__main__":
    main()
