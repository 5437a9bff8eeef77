"""Kill services and clients of Dask clusters, at random moments and just before random writes, and go on.

A service (`serve`, without and with a run that reads images) is asked for scenes, formulas and layouts and
told feedback; SIGKILL hits its main process alone, as the kernel does when memory is short. Then no preview
or formula may be half-written, feedback that was answered must be kept, and all of its processes must end.
The next service must start, answer everything, end with status 0 at SIGTERM, and leave the files of a service
that was never killed, no temporary file or folder and no process. `score --dask` and `run --dask` are killed
as in kills.py, their cluster lives on, and they are resumed there. Exit code 1 if not.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from kills import RUN, Command, call, content_of, fill, fresh, kill, resumed, start, with_resume, written
from PIL import Image, ImageDraw
from soak import family

from jepamine.utils.printing import table

SCENE = (
    "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n        self.add({})\n"
)
LAYOUT_RUN = "run manim.toml --name layouts --set dataset.scenes=40 --set trainer.val_scenes=8 --epochs 1"
PATIENCE = 120
CLUSTER = {
    "score --dask": Command(
        "score --run small m.jsonl --output out.jsonl --parts 3 --dask scheduler.json",
        ("out.jsonl",),
        with_resume,
    ),
    "run --dask": Command(
        "run small.toml --name new --parts 3 --dask scheduler.json",
        RUN,
        lambda folder, words: (
            f"{again} --dask scheduler.json" if (again := resumed(folder, words)) != words else words
        ),
    ),
}
SERVICES = {
    "serve": "serve --port 0",
    "serve --run": "serve --port 0 --run layouts",
}
Request = tuple[str, dict[str, Any] | bytes]


def requests(name: str) -> list[Request]:
    """Return what a service is asked, in order: (path, body)."""
    asked: list[Request] = []
    for number, text in enumerate(
        ("a red circle above a blue square", "a green star", "three dots in a row")
    ):
        asked.append(("/generate", {"description": text}))
        asked.append(("/feedback", {"id": f"{number:032x}", "rating": 1 + number, "comment": text * 40}))
        asked.append(("/validate", {"code": SCENE.format(number)}))
    if name != "serve":
        image, buffer = Image.new("RGB", (640, 360)), io.BytesIO()
        ImageDraw.Draw(image).rectangle((200, 100, 320, 220), fill="red")
        image.save(buffer, "PNG")
        asked.append(("/layout", buffer.getvalue()))
    return asked


def ask(port: int, request: Request) -> int:
    """Return the status of a request; 0 if the service went away."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        path, body = request
        kind = "image/png" if isinstance(body, bytes) else "application/json"
        content = body if isinstance(body, bytes) else json.dumps(body)
        connection.request("POST", path, content, {"Content-Type": kind})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def serve(
    folder: Path, words: str, asked: list[Request], before: int | None = None, after: float | None = None
) -> tuple[int, float, list[Request], list[int]]:
    """Serve in a folder until it is killed, or ended when all is asked.

    Return (status as of subprocess, seconds, requests that were answered, processes it had).
    """
    began = time.monotonic()
    # The log of a service before names a port that nobody serves any more.
    (folder / "log").unlink(missing_ok=True)
    service = start(folder, words, before, alone=True)
    killer = os.fork() if after is not None else 0
    if after is not None and killer == 0:
        time.sleep(after)
        with contextlib.suppress(ProcessLookupError):
            os.kill(service, signal.SIGKILL)
        os._exit(0)
    port, answered, members = None, [], set[int]()
    while port is None and not _ended(service) and time.monotonic() < began + PATIENCE:
        log = (folder / "log").read_text() if (folder / "log").exists() else ""
        port = next(iter(re.findall(r"serving on http://127.0.0.1:(\d+)", log)), None)
        members |= set(family(service))
        time.sleep(0.02)
    for request in asked if port else ():
        members |= set(family(service))
        found = ask(int(port or 0), request)
        # A run of one epoch finds nothing in an image: 422, which is an answer.
        if found == 200 or (found == 422 and request[0] == "/layout"):
            answered.append(request)
        elif found:
            print(f"{request[0]}: {found}", flush=True)
        if _ended(service):
            break
    if not _ended(service):
        os.kill(service, signal.SIGTERM)
    _, status = os.waitpid(service, 0)
    if killer:
        os.kill(killer, signal.SIGKILL)
        os.waitpid(killer, 0)
    return os.waitstatus_to_exitcode(status), time.monotonic() - began, answered, sorted(members)


def _ended(process: int) -> bool:
    """Return whether a child has ended, and leave it to be waited for."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _gone(members: list[int]) -> list[int]:
    """Return the processes that are still there after a minute, as servers may just be starting."""
    for _ in range(600):
        if not (left := [number for number in members if Path(f"/proc/{number}").exists()]):
            break
        time.sleep(0.1)
    return left


def feedback(folder: Path) -> list[str]:
    """Return the comments of all feedback; raises ValueError for a line that is not whole."""
    path = folder / "experiments" / "_service" / "feedback.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return sorted(json.loads(line)["comment"] for line in lines)


def files(folder: Path) -> dict[str, bytes]:
    """Return what a service writes but for feedback: previews, formulas, temporary files."""
    kept = ("experiments/_service", "cache", "tmp")
    return {
        path: content
        for path, content in content_of(folder).items()
        if path.startswith(kept) and not path.endswith("feedback.jsonl")
    }


def kill_service(
    base: Path, folder: Path, name: str, sound: dict[str, Any], how: dict[str, Any]
) -> list[str]:
    """Kill a service, start it again, and return what is wrong."""
    fresh(base, folder)
    asked, words = requests(name), SERVICES[name]
    status, _, answered, members = serve(folder, words, asked, **how)
    written(folder)
    if status != -signal.SIGKILL:
        return ["it was never killed"]
    faults = [f"process {number} lives on" for number in _gone(members)]
    told = sorted(body["comment"] for _, body in answered if isinstance(body, dict) and "comment" in body)
    try:
        kept = feedback(folder)
        if missing := set(told) - set(kept):
            faults.append(f"feedback lost: {len(missing)} of {len(told)}")
    except ValueError:
        faults.append("feedback is half-written")
        kept = []
    faults += [
        f"{path} is half-written"
        for path, content in files(folder).items()
        if "/." not in path and not path.startswith("tmp/") and content != sound["files"].get(path)
    ]
    status, _, answered, members = serve(folder, words, asked)
    written(folder)
    if status or len(answered) != len(asked):
        log = (folder / "log").read_text()[-600:]
        return [*faults, f"then: status {status}, {len(answered)} of {len(asked)} answered: {log}"]
    faults += [f"process {number} lives on after SIGTERM" for number in _gone(members)]
    if (now := feedback(folder)) != sorted(kept + sound["feedback"]):
        faults.append(f"then: {len(now)} lines of feedback")
    if files(folder) != sound["files"]:
        faults.append(f"then: other files: {sorted(files(folder).keys() ^ sound['files'].keys())}")
    if left := sorted(path.name for path in (folder / "tmp").iterdir()):
        faults.append(f"then: left {left}")
    return faults


@contextmanager
def cluster(folder: Path) -> Iterator[None]:
    """Run a scheduler and two workers, which see the folder as the client does."""
    running = []
    for words in (("scheduler", "--port", "0", "--no-dashboard"), *[("worker", "--nthreads", "1")] * 2):
        command = [sys.executable, "-m", "dask", *words, "--scheduler-file", "scheduler.json"]
        log = (folder.parent / "cluster.log").open("ab")
        running.append(subprocess.Popen(command, cwd=folder, stderr=log, stdout=log, start_new_session=True))
        while not (folder / "scheduler.json").exists():
            time.sleep(0.05)
    try:
        yield
    finally:
        for process in reversed(running):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main() -> None:
    """Kill each some times; print a table and the faults."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=6, help="of each")
    parser.add_argument("--only", choices=[*SERVICES, *CLUSTER])
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.set_num_threads(1)
    rng = random.Random(given.seed)
    rows: list[list[object]] = [["command", "seconds", "writes", "kills", "faults"]]
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        base, folder = Path(name).resolve() / "base", Path(name).resolve() / "work"
        fill(base, folder)
        _fill_service(base)
        for title in [*SERVICES, *CLUSTER]:
            if given.only in (None, title):
                part: Callable[..., list[object]] = _services if title in SERVICES else _clients
                row = part(base, folder, title, given.kills, rng, faults)
                rows.append([title, *row])
                print(table([rows[0], rows[-1]]), flush=True)
    print(table(rows))
    print(f"{sum(int(str(row[3])) for row in rows[1:])} kills, {len(faults)} faults")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(bool(faults))


def _fill_service(base: Path) -> None:
    from jepamine.config.recipe_files import locate_recipe

    shutil.copy(locate_recipe(Path("manim")), base / "manim.toml")
    if call(base, LAYOUT_RUN, after=PATIENCE)[0]:
        raise SystemExit(f"{LAYOUT_RUN}: {(base / 'log').read_text()[-2000:]}")


def _services(
    base: Path, folder: Path, name: str, kills: int, rng: random.Random, faults: list[str]
) -> list[object]:
    fresh(base, folder)
    status, seconds, answered, _ = serve(folder, SERVICES[name], requests(name))
    writes = written(folder)
    if status or len(answered) != len(requests(name)):
        log = (folder / "log").read_text()[-2000:]
        faults.append(f"{name} fails without a kill: status {status}, {len(answered)} answered: {log}")
        return [f"{seconds:.2f}", writes, 0, 1]
    sound = {"files": files(folder), "feedback": feedback(folder)}
    found = 0
    for number in range(kills):
        how: dict[str, Any] = {"before": rng.randrange(writes)}
        if number % 2:
            how = {"after": rng.uniform(0, seconds)}
        now = kill_service(base, folder, name, sound, how)
        found += len(now)
        faults += [f"{name}, killed {how}: {fault}" for fault in now]
        print(f"{name}, killed {how}: {now}", flush=True)
    return [f"{seconds:.2f}", writes, kills, found]


def _clients(
    base: Path, folder: Path, name: str, kills: int, rng: random.Random, faults: list[str]
) -> list[object]:
    command, sound = CLUSTER[name], folder.with_name("sound")
    fresh(base, folder)
    with cluster(folder):
        status, seconds, writes = call(folder, command.words, after=PATIENCE)
    if status:
        faults.append(f"{name} fails without a kill: {(folder / 'log').read_text()[-2000:]}")
        return [f"{seconds:.2f}", writes, 0, 1]
    shutil.rmtree(sound, ignore_errors=True)
    shutil.copytree(folder, sound, symlinks=True)
    found = 0
    for number in range(kills):
        now = kill(base, folder, sound, command, seconds, writes, number, rng, cluster)
        print(f"{name}: {now or 'sound'}", flush=True)
        found += len(now)
        faults += [f"{name}: {fault}" for fault in now]
    return [f"{seconds:.2f}", writes, kills, found]


if __name__ == "__main__":
    main()
