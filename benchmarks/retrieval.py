"""knn over a large bank against scikit-learn and faiss, the store against safetensors: `nox -s bench`.

In one process, in turn, ratios pair by pair, as in speed.py. faiss-cpu is needed here only.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
from safetensors.numpy import load_file, save_file
from sklearn.neighbors import NearestNeighbors

from jepamine.data.embedding_store import Store
from jepamine.mining.distances import cosine_distances


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def memory_mb(what: str) -> float:
    """VmRSS (held now) or VmHWM (the most held), MB; Linux only."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) / 1024


def unit(rng: np.random.Generator, rows: int, dim: int) -> np.ndarray:
    vectors = rng.standard_normal((rows, dim), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def neighbours(rows: int, dim: int, count: int, times: int) -> dict[str, float]:
    rng = np.random.default_rng(0)
    bank, queries = unit(rng, rows, dim), unit(rng, count, dim)
    excluded = [np.empty(0, dtype=np.int64)] * count
    before = memory_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # VmHWM starts at 0
    found = cosine_distances(queries, bank, 5, excluded)
    extra = memory_mb("VmHWM") - before
    index = faiss.IndexFlatIP(dim)
    index.add(bank)
    model = NearestNeighbors(n_neighbors=5, metric="cosine", algorithm="brute").fit(bank)
    assert np.abs(np.sort(1 - index.search(queries, 5)[0], axis=1) - found).max() < 1e-5
    runs = [
        (
            seconds(lambda: cosine_distances(queries, bank, 5, excluded)),
            seconds(lambda: model.kneighbors(queries)),
            seconds(lambda: index.search(queries, 5)),
        )
        for _ in range(times)
    ]
    return {
        "jepamine_seconds": statistics.median(ours for ours, _, _ in runs),
        "scikit_learn_seconds": statistics.median(sklearn for _, sklearn, _ in runs),
        "faiss_seconds": statistics.median(flat for _, _, flat in runs),
        "ratio_to_the_faster": statistics.median(ours / min(a, b) for ours, a, b in runs),
        "peak_mb_on_top_of_the_bank": extra,
    }


def storing(folder: Path, clips: int, tubelets: int, dim: int, times: int) -> dict[str, float]:
    rng = np.random.default_rng(0)
    arrays = {
        index.to_bytes(32, "big"): rng.standard_normal((tubelets, dim), dtype=np.float32)
        for index in range(clips)
    }
    raw = clips * tubelets * dim * 4

    def write(place: Path) -> None:
        with Store(place) as store:
            for key, array in arrays.items():
                store.put(key, array)

    def read(place: Path) -> None:
        with Store(place) as store:
            for key in arrays:
                store.get(key)

    def write_plain(place: Path) -> None:
        place.mkdir()
        for key, array in arrays.items():
            save_file({"a": array}, place / f"{key.hex()}.safetensors")

    def read_plain(place: Path) -> None:
        for key in arrays:
            load_file(place / f"{key.hex()}.safetensors")

    runs = []
    for turn in range(times):
        ours, plain = folder / f"store-{turn}", folder / f"plain-{turn}"
        runs.append(
            (
                seconds(lambda ours=ours: write(ours)),
                seconds(lambda plain=plain: write_plain(plain)),
                seconds(lambda ours=ours: read(ours)),
                seconds(lambda plain=plain: read_plain(plain)),
            )
        )
    size = sum(path.stat().st_size for path in (folder / "store-0").iterdir())
    return {
        "write_mb_a_second": raw / 1e6 / statistics.median(run[0] for run in runs),
        "write_ratio_to_safetensors": statistics.median(run[0] / run[1] for run in runs),
        "read_mb_a_second": raw / 1e6 / statistics.median(run[2] for run in runs),
        "read_ratio_to_safetensors": statistics.median(run[2] / run[3] for run in runs),
        "size_ratio_to_raw": size / raw,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("experiments/bench-retrieval.json"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        table = {
            "knn, 1,000 clips in a bank of 100,000 x 1024 (goal: ratio <= 1.5, peak < 1000)": neighbours(
                100_000, 1024, 1000, given.times
            ),
            "store, 2,000 clips of 8 x 1024, one file a clip for safetensors": storing(
                Path(name), 2000, 8, 1024, given.times
            ),
        }
    for what, row in table.items():
        print(what)
        for key, value in row.items():
            print(f"  {key:32}{value:10.3f}")
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(table, indent=2) + "\n")


if __name__ == "__main__":
    main()
