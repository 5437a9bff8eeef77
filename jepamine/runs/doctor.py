"""Check the installation: what works here, and what each missing piece would add."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from jepamine.utils.printing import near

#: What an extra adds; one without an entry is listed by its packages alone.
ADDS = {
    "manim": "rendering, annotating and validating scenes",
    "video": "video files as footage",
    "plot": "loss curves (show --plot)",
    "serve": "the HTTP service and its page",
    "int8": "layouts from 8-bit weights (--int8)",
    "dask": "scoring on many machines (score --dask)",
    "mcap": "MCAP and ROS bags as footage",
    "s3": "footage in object stores of S3's kind",
    "gs": "footage in Google's Cloud Storage",
    "az": "footage in Azure's Blob Storage",
    "parquet": "scores and labels as Parquet files",
    "waymo": "Waymo's Parquet files as footage",
    "llm": "code from a language model behind an API",
    "ocr": "the words of texts in images (scenes generate --image)",
    "grammar": "code by a local language model that always parses (grammar=true)",
}
#: Libraries of the system that an extra's packages are built against, and how to get them.
LIBRARIES = {
    "manim": "before that, on Debian or Ubuntu: apt install gcc python3-dev libcairo2-dev libpango1.0-dev "
    "pkg-config; on macOS: brew install cairo pango pkg-config",
}
FOR_DEVELOPERS = {"test", "lint", "docs"}
# A default run writes 0.3 GB; V-JEPA 2 ViT-L's weights are 1.3 GB.
LITTLE_DISK = 2e9

State = Literal["ok", "missing", "broken"]


@dataclass(frozen=True)
class Check:
    """One line of the doctor's report. `broken` needs attention; `missing` is optional."""

    name: str
    state: State
    note: str


def examine(experiments: Path) -> list[Check]:
    """Run every check; takes seconds, downloads nothing and leaves nothing behind."""
    return [
        _python(),
        _package("torch"),
        _package("transformers"),
        _device(),
        _folder(experiments),
        *_extras(),
        _program("latex", "dvisvgm", adds="formulas (Tex, MathTex) in scenes: install TeX Live"),
        _program("ffmpeg", adds="nothing that jepamine needs; handy to convert footage"),
        _sandbox(),
        _hub(),
    ]


def report(checks: list[Check]) -> str:
    """Return one line per check and a last line that sums up."""
    width = max(len(check.name) for check in checks)
    lines = [f"{check.state:<7}  {check.name:<{width}}  {check.note}" for check in checks]
    broken = [check.name for check in checks if check.state == "broken"]
    return "\n".join([*lines, f"Needs attention: {', '.join(broken)}" if broken else "Nothing is broken."])


def _python() -> Check:
    where = "in a virtual environment" if sys.prefix != sys.base_prefix else "not in a virtual environment"
    return Check("python", "ok", f"{platform.python_version()} on {platform.platform()}, {where}")


def _package(name: str) -> Check:
    try:
        importlib.import_module(name)
    except Exception as error:  # a wheel for another system fails at import, in ways of its own
        return Check(name, "broken", f"cannot be imported: {error}; reinstall it (pip install -U {name})")
    return Check(name, "ok", metadata.version(name))


def _device() -> Check:
    import torch

    if torch.cuda.is_available():
        return Check("device", "ok", f"cuda: {torch.cuda.get_device_name()}")
    if torch.backends.mps.is_available():
        return Check("device", "ok", "mps")
    threads = f"{torch.get_num_threads()} of {os.cpu_count()} cores"
    return Check("device", "ok", f"cpu, {threads}; a GPU would encode faster, results are the same to 1e-5")


def _folder(experiments: Path) -> Check:
    existing = next(path for path in (experiments, *experiments.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        return Check("experiments", "broken", f"{near(existing)} cannot be written: {error.strerror}")
    free = shutil.disk_usage(existing).free
    note = f"{near(experiments)}: {free / 1e9:.0f} GB free"
    if free < LITTLE_DISK:
        return Check("experiments", "broken", f"{note}; runs may fail, --experiments names another folder")
    return Check("experiments", "ok", note)


def _extras() -> Iterator[Check]:
    for extra, needed in sorted(extras().items()):
        lacking = [name for name in needed if not _installed(name)]
        adds = ADDS.get(extra, ", ".join(needed))
        if lacking:
            before = f" ({LIBRARIES[extra]})" if extra in LIBRARIES else ""
            yield Check(extra, "missing", f"adds {adds}: pip install {' '.join(lacking)}{before}")
        else:
            yield Check(extra, "ok", adds)


def extras() -> dict[str, list[str]]:
    """Return the packages of each extra that users may want, by the installed metadata."""
    from packaging.requirements import Requirement

    names = metadata.metadata("jepamine").get_all("Provides-Extra") or []
    found: dict[str, list[str]] = {}
    for requirement in map(Requirement, metadata.requires("jepamine") or []):
        marker = requirement.marker
        if marker is None or marker.evaluate({"extra": ""}):
            continue
        for extra in names:
            if extra not in FOR_DEVELOPERS and marker.evaluate({"extra": extra}):
                found.setdefault(extra, []).append(requirement.name)
    return found


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _program(*names: str, adds: str) -> Check:
    lacking = [name for name in names if shutil.which(name) is None]
    if lacking:
        return Check(names[0], "missing", f"{', '.join(lacking)} not found; adds {adds}")
    return Check(names[0], "ok", str(shutil.which(names[0])))


def _sandbox() -> Check:
    from jepamine.sandbox import bubblewrap, landlock

    if platform.system() != "Linux":
        return Check("sandbox", "missing", "submitted code can be confined on Linux only")
    version = landlock.version()
    parts = [f"Landlock {version}"] if version else []
    parts += ["bubblewrap"] if bubblewrap.installed() else []
    if not version:
        return Check("sandbox", "missing", "no Landlock (Linux 5.13 or later); scenes validate needs it")
    return Check(
        "sandbox", "ok", ", ".join(parts) + ("" if len(parts) == 2 else "; bubblewrap would add a layer")
    )


def _hub() -> Check:
    import socket

    if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
        return Check("hub", "missing", "HF_HUB_OFFLINE is set; weights come from folders or the hub's cache")
    try:
        with socket.create_connection(("huggingface.co", 443), timeout=3):
            return Check("hub", "ok", "huggingface.co answers; V-JEPA 2 weights can be downloaded")
    except OSError:
        return Check(
            "hub", "missing", "huggingface.co does not answer; download weights elsewhere, pass their folder"
        )
