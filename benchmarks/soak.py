"""Soak a service on loopback: ordinary and hostile clients at once, for minutes.

Reports the 95th percentile of ordinary requests alone and in the mix (goal: at most three times), the memory
of all of the service's processes before and after, and what is left behind when it has ended. Exit code 1 if
an ordinary request fails, or something is left.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

HEAD = "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n        "
ORDINARY = ["a red circle above a blue square", "a green star left of a triangle", "three dots in a row"]
HOSTILE = [
    HEAD + "while True: pass\n",
    HEAD + "x = 'a' * 10**10\n",
    HEAD + "import os\n",
    HEAD + "self.add(*[Circle() for _ in range(3000)])\n",
    HEAD + "raise ValueError('\\x1b[2J' * 1000)\n",
    "(" * 5000,
]


class Clients:
    """What clients saw: seconds of ordinary requests, and the faults."""

    def __init__(self, port: int) -> None:
        self.port, self.seconds, self.faults, self.busy = port, list[float](), list[str](), 0
        self.stop = threading.Event()

    def ordinary(self, number: int) -> None:
        """Generate scenes until told to stop."""
        rng = random.Random(number)
        while not self.stop.is_set():
            # A number makes each description new, so that nothing comes from the cache.
            text = f"{rng.choice(ORDINARY)} and a text saying {rng.randrange(10**9)}"
            began = time.monotonic()
            status = self.post("/generate", {"description": text})
            if status == 200:
                self.seconds.append(time.monotonic() - began)
            elif status in (429, 503):
                self.busy += 1
                time.sleep(0.5)
            else:
                self.faults.append(f"ordinary: {status}")

    def hostile(self, number: int) -> None:
        """Send code, bytes and half-open connections until told to stop."""
        rng = random.Random(number)
        while not self.stop.is_set():
            if rng.random() < 0.6:
                self.post("/validate", {"code": rng.choice(HOSTILE)})
                continue
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
                    connection.sendall(rng.randbytes(rng.randrange(1, 2000)) or b"x")
                    time.sleep(rng.random())
            except OSError:
                continue

    def post(self, path: str, body: dict[str, str]) -> int:
        """Return the status of a request, 0 without an answer."""
        address = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(
            address, json.dumps(body).encode(), {"content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                reply.read()
                return int(reply.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def run(self, seconds: float, kinds: list[str]) -> list[float]:
        """Let clients of these kinds run; return the seconds of the ordinary requests."""
        self.seconds, self.stop = [], threading.Event()
        threads = [threading.Thread(target=getattr(self, kind), args=(n,)) for n, kind in enumerate(kinds)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.stop.set()
        for thread in threads:
            thread.join(150)
        return sorted(self.seconds)


def family(process: int) -> list[int]:
    """Return a process and all that came from it."""
    found = [process]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, task.read_text().split())
    return found


def memory(process: int) -> float:
    """Return the MiB of a process and its children; shared pages are counted once."""
    total = 0
    for number in family(process):
        try:
            lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def p95(seconds: list[float]) -> float:
    """Return the 95th percentile of sorted seconds."""
    return seconds[int(0.95 * (len(seconds) - 1))] if seconds else float("nan")


def main() -> None:
    """Run the service and the clients, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=16)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = [sys.executable, "-m", "jepamine", "serve", "--port", str(port)]
        log = Path(folder) / "log"
        with log.open("w") as file:
            environment = {**os.environ, "TMPDIR": folder}
            service = subprocess.Popen(words, stderr=file, stdout=file, env=environment, cwd=folder)
        clients = Clients(port)
        try:
            _wait(port, service)
            alone = clients.run(max(given.minutes * 6, 20), ["ordinary"] * 2)
            before = memory(service.pid)
            kinds = ["ordinary"] * 2 + ["hostile"] * (given.clients - 2)
            mixed = clients.run(given.minutes * 60, kinds)
            after = memory(service.pid)
            _wait(port, service)
        finally:
            members = family(service.pid)
            service.send_signal(signal.SIGTERM)
            service.wait(60)
        time.sleep(2)
        left = [number for number in members if Path(f"/proc/{number}").exists()]
        files = [path.name for path in Path(folder).iterdir() if path.name not in ("log", "experiments")]
        print(f"ordinary alone: {len(alone)} requests, p95 {p95(alone):.2f} s")
        print(f"ordinary among {given.clients} clients: {len(mixed)} requests, p95 {p95(mixed):.2f} s")
        print(f"refused as busy: {clients.busy}; faults: {clients.faults[:5] or 'none'}")
        print(f"memory: {before:.0f} MiB before, {after:.0f} MiB after; SIGTERM: exit {service.returncode}")
        print(f"left: processes {left or 'none'}, files {files or 'none'}")
        sys.exit(bool(clients.faults or left or not mixed))


def _wait(port: int, service: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).read()
            return
        except OSError:
            if service.poll() is not None:
                raise SystemExit("the service ended") from None
            time.sleep(0.1)
    raise SystemExit("the service does not answer")


if __name__ == "__main__":
    main()
