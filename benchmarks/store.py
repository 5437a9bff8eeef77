"""Time and memory of opening an embedding store of many records, and of finding records in it.

    python benchmarks/store.py [RECORDS ...] [--writers N]          1, 10 and 100 million by default

The store has `--writers` parts, as if so many processes had written it, and one index file of all records, as
`jepamine` writes it. The parts are sparse: of each only the records that are looked for are there, at the end
of a hole. So 100 million records need 2 GB of disk, all of it the index. A process of its own (Linux) opens
the store, finds 1,000 records that exist and looks for 1,000 that do not. `grown` is what opening added to
its memory.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jepamine.data import store_index
from jepamine.data.store_records import HEADER, record_of
from jepamine.utils.printing import table

WANTED = 1_000
CHUNK = 1_000_000
DIM = 4
# Bytes of a record.
RECORD = HEADER.size + 4 * DIM

OPEN = """
import json, re, sys, time
from hashlib import sha256
from pathlib import Path
from jepamine.data.embedding_store import Store

def peak():
    # Not that of getrusage, which a child may have from its parent.
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

before, began = peak(), time.process_time()
with Store(Path(sys.argv[1])) as store:
    opened, memory = time.process_time() - began, peak()
    began = time.process_time()
    keys = [sha256(b"%d" % number).digest() for number in range(2000)]
    found = [store.get(key) is not None for key in keys]
    print(json.dumps({
        "open": opened, "grown": memory - before, "peak": peak(), "count": len(store),
        "lookup": (time.process_time() - began) / 2000,
        "right": found == [True] * 1000 + [False] * 1000,
    }))
"""


def key_of(number: int) -> bytes:
    """Return the key of one of the records that are looked for."""
    return hashlib.sha256(b"%d" % number).digest()


def write_parts(folder: Path, records: int, writers: int) -> dict[bytes, tuple[int, int]]:
    """Write sparse parts; return key -> (part, offset) of the records that are looked for, at their ends."""
    places: dict[bytes, tuple[int, int]] = {}
    array = np.arange(DIM, dtype=np.float32)[None]
    each = records // writers * RECORD
    for writer in range(writers):
        own = [key_of(number) for number in range(writer, WANTED, writers)]
        with (folder / f"{writer:08d}.part").open("wb") as file:
            file.truncate(each)
            file.seek(each - len(own) * RECORD)
            for key in own:
                places[key] = writer, file.tell()
                file.write(record_of(key, array))
    return places


def index_chunks(
    records: int, writers: int, places: dict[bytes, tuple[int, int]]
) -> Iterator[NDArray[np.void]]:
    """Yield the records of the index in chunks, sorted by key; all but those of `places` are in holes."""
    rng = np.random.default_rng(0)
    own = np.empty(len(places), dtype=store_index.RECORD)
    own["key"] = [int.from_bytes(key[:8], "big") for key in places]
    own["part"], own["offset"] = zip(*places.values(), strict=True)
    chunks = max(records // CHUNK, 1)
    for number in range(chunks):
        low, high = number * (2**64 // chunks), (number + 1) * (2**64 // chunks) - 1
        inside = own[(own["key"] >= low) & (own["key"] <= high)]
        chunk = np.empty(records // chunks - len(inside), dtype=store_index.RECORD)
        chunk["key"] = rng.integers(low, high, len(chunk), dtype=np.uint64, endpoint=True)
        chunk["part"] = rng.integers(0, writers, len(chunk))
        chunk["offset"] = rng.integers(0, records // writers - WANTED, len(chunk)) * RECORD
        chunk = np.concatenate([chunk, inside])
        yield chunk[np.argsort(chunk["key"], kind="stable")]


def measured(records: int, writers: int) -> list[object]:
    """Return a row of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = write_parts(folder, records, writers)
        parts = [(path.name, 0, path.stat().st_size) for path in sorted(folder.glob("*.part"))]
        store_index._written(folder, index_chunks(records, writers, places), records, parts)
        size = sum(path.stat().st_size for path in folder.glob("*.index"))
        done = subprocess.run([sys.executable, "-c", OPEN, name], capture_output=True, check=True)
    result = json.loads(done.stdout)
    return [
        f"{result['count']:,}",
        f"{size / 1e6:.0f}",
        f"{result['open']:.2f}",
        f"{result['grown'] / 1e6:.1f}",
        f"{result['peak'] / 1e6:.0f}",
        f"{1e6 * result['lookup']:.0f}",
        "yes" if result["right"] else "NO",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("records", type=int, nargs="*", default=[1_000_000, 10_000_000, 100_000_000])
    parser.add_argument("--writers", type=int, default=100)
    arguments = parser.parse_args()
    head = ["records", "index MB", "open CPU s", "grown MB", "peak MB", "lookup CPU us", "right"]
    print(table([head, *(measured(records, arguments.writers) for records in arguments.records)]))


if __name__ == "__main__":
    main()
