"""How well scorers find events planted in real drives; builds the test bed from any folder of drives.

    python benchmarks/real_footage.py --footage ../shared/data/driving.jsonl

Each drive is cut into overlapping clips and into time segments of a few clips. S: every other segment is
trained on, the rest is ranked. D: one recording (the drives of one `source`) is left out of training and
ranked. Into each ranked clip all seven kinds of events are planted, each as a clip of its own, ranked against
the clips as they were: a drive's reference is its own clean clips (`--mixed`: a quarter of them are planted
instead). Embeddings are stored, so that a second run takes seconds. Intervals are over time segments.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from planted_faults import KINDS, fog, plant

from jepamine.config import recipe
from jepamine.data.clips import read_clips
from jepamine.data.drives import drive_of
from jepamine.data.embedding_store import Store
from jepamine.mining.clip_embeddings import embedded
from jepamine.mining.labels import origin
from jepamine.mining.scorer_panel import RunPanel
from jepamine.protocols import Source
from jepamine.runs import run_folder, runner
from jepamine.runs.loading import load_run
from jepamine.statistics import intervals
from jepamine.statistics.metrics import auroc, average_precision, cumulate
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_lines, write_json

PANEL = [
    *("ensemble", "knn", "mahalanobis", "predicted", "masked", "drive", "variogram", "residual", "temporal"),
    *("sensor", "frozen", "spliced", "shuffled", "camera", "scene", "random"),
]
BASELINE = "knn"


@dataclass(frozen=True)
class Bed:
    """A test bed in `folder`: manifest lines of the clean clips, each with recording and segment."""

    folder: Path
    lines: list[dict]

    def planted(self, line: dict, kind: str) -> dict:
        """Return the manifest line of a clip with an event, whose frames are written if they are missing."""
        folder = self.folder / "planted" / kind / line["clip_id"]
        names = [f"{number:02d}.jpg" for number in range(len(line["frame_paths"]))]
        if not (folder / names[-1]).exists():
            folder.mkdir(parents=True, exist_ok=True)
            rng = np.random.default_rng(zlib.crc32(f"{kind} {line['clip_id']}".encode()))
            others = [other for other in self.lines if other["drive"] != line["drive"]]
            other = others[int(rng.integers(len(others)))] if others else self.lines[0]
            frames = [_pixels(path) for path in line["frame_paths"]]
            if kind == "whole-fog":
                strength = np.random.default_rng(zlib.crc32(line["drive"].encode())).uniform(0.5, 0.8)
                frames = [fog(frame, strength) for frame in frames]
            else:
                frames = plant(kind, frames, [_pixels(path) for path in other["frame_paths"]], rng)
            for name, frame in zip(names, frames, strict=True):
                Image.fromarray(frame).save(folder / name, quality=92)
        paths = [str(folder / name) for name in names]
        return line | {"clip_id": f"{line['clip_id']}+{kind}", "frame_paths": paths}


def _pixels(path: str) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def build(footage: Path, folder: Path, frames: int, stride: int, segment: int) -> Bed:
    """Cut the drives of a manifest, or of a folder with a subfolder of frames each, into clips."""
    drives: dict[str, list[Path]] = defaultdict(list)
    recordings: dict[str, str] = {}
    if footage.is_dir():
        for path in sorted(footage.rglob("*")):
            if path.suffix.lower() in (".jpg", ".jpeg", ".png"):
                name = str(path.parent.relative_to(footage))
                drives[name].append(path)
                recordings[name] = name
    else:
        for clip in read_clips(Source(footage)):
            drive = drive_of(clip) or clip.clip_id
            drives[drive] += [path for path in map(Path, clip.frames) if path not in drives[drive]]
            recordings[drive] = origin(clip.line).sources.get("source", drive)
    lines = []
    for drive, paths in drives.items():
        paths = sorted(paths, key=lambda path: [int(n) for n in re.findall(r"\d+", path.name)])
        for number, start in enumerate(range(0, len(paths) - frames + 1, stride)):
            # Without a word on the real interval, frames count as a second apart: gaps are in clip lengths.
            stamps = [1_000_000 * index for index in range(start, start + frames)]
            lines.append(
                {
                    "clip_id": f"{drive.replace('/', '_')}-{start:05d}",
                    "scene": drive,
                    "drive": drive,
                    "camera": recordings[drive],
                    "segment": f"{drive} {number // segment}",
                    "part": number // segment % 2,
                    "timestamps": stamps,
                    "frame_paths": [str(path.absolute()) for path in paths[start : start + frames]],
                }
            )
    return Bed(folder, lines)


def run_of(bed: Bed, name: str, train: list[dict], experiments: Path, base: Path) -> str:
    """Train a run on the clips `train` (every fourth segment held out), unless it was trained before."""
    segments = list(dict.fromkeys(line["segment"] for line in train))
    held_out = set(segments[3::4]) or {segments[-1]}
    lines = [line | {"split": "val" if line["segment"] in held_out else "train"} for line in train]
    data = json_lines(lines)
    run = f"{name}-{zlib.crc32(data + base.read_bytes()):08x}"
    if run not in [folder.name for folder in run_folder.all_runs(experiments)]:
        manifest = bed.folder / f"{run}.jsonl"
        write_atomic(manifest, data)
        runner.run(recipe.read(base, {("dataset", "manifest"): str(manifest)}), experiments, run)
    else:
        runner.resume(experiments, run)
    return run


class Ranked:
    """A run's panel and the embeddings of clips, read once."""

    def __init__(self, experiments: Path, run: str, bed: Bed, lines: list[dict]) -> None:
        manifest = bed.folder / f"{run}-ranked.jsonl"
        write_atomic(manifest, json_lines(lines))
        self.opened = load_run(experiments, run, manifest)
        self.store = Store(self.opened.parts.store)
        self.panel = RunPanel(self.opened, self.store, None, PANEL if _temporal(self.opened) else _rest())
        clips = list(read_clips(self.opened.parts.source))
        items = embedded(self.opened.parts, clips, "encode")
        self.clips = {item.clip.clip_id: self.panel.embeddings(item) for item in items}

    def scores(self, context: list[str], ranked: list[str]) -> dict[str, np.ndarray]:
        """Return each scorer's scores of `ranked`, with the clips `context` as the drives' reference."""
        self.panel.prepare(lambda: iter([self.clips[name] for name in context]))
        scored = self.panel.score([self.clips[name] for name in ranked])
        return {
            name: np.array([float(row[name].mean()) for row in scored])
            for name in self.panel.names
            if name in PANEL
        }


def _temporal(opened: object) -> bool:
    return hasattr(opened.predictor, "next")  # type: ignore[attr-defined]


def _rest() -> list[str]:
    return [name for name in PANEL if name != "temporal"]


@dataclass
class Table:
    """Scores of ranked clips: scorer -> float64 per clip, and kind ("" as it was), segment, end or not."""

    scores: dict[str, np.ndarray]
    kinds: np.ndarray
    segments: np.ndarray
    groups: np.ndarray
    ends: np.ndarray


def rank(ranked: Ranked, bed: Bed, lines: list[dict], group: str, mixed: bool) -> Table:
    """Score clean clips and planted ones; the reference of a drive is all of it, trained on or not."""
    parts = []
    ids = [line["clip_id"] for line in lines]
    rest = [line["clip_id"] for line in bed.lines if line["clip_id"] not in set(ids)]
    if not mixed:
        every = ids + [f"{name}+{kind}" for kind in KINDS for name in ids]
        # A planted clip shares its time with the original, which so never counts in its reference.
        parts.append((every, ranked.scores([*ids, *rest], every)))
    else:
        for kind in KINDS:
            for turn in range(4):
                names = [f"{n}+{kind}" if i % 4 == turn else n for i, n in enumerate(ids)]
                parts.append((names, ranked.scores([*names, *rest], names)))
    by_id = {line["clip_id"]: line for line in lines}
    last = {line["segment"]: line["clip_id"] for line in lines}
    first = {line["segment"]: line["clip_id"] for line in reversed(lines)}
    names = [name for every, _ in parts for name in every]
    own = [by_id[name.partition("+")[0]] for name in names]
    ends = {*first.values(), *last.values()}
    return Table(
        {key: np.concatenate([scores[key] for _, scores in parts]) for key in parts[0][1]},
        np.array([name.partition("+")[2] for name in names]),
        np.array([line["segment"] for line in own]),
        np.array([group] * len(names)),
        np.array([name in ends for name in names]),
    )


def joined(tables: Sequence[Table]) -> Table:
    scores = {name: np.concatenate([table.scores[name] for table in tables]) for name in tables[0].scores}
    columns = ("kinds", "segments", "groups", "ends")
    return Table(scores, *(np.concatenate([getattr(table, name) for table in tables]) for name in columns))


def metric_by_kind(table: Table, name: str, counts: np.ndarray, metric) -> dict[str, np.ndarray]:
    """Return a metric of each kind against the clean clips, mean over groups, float64 (R,) for R resamples.

    Runs differ in scale, so each group (run) is ranked by itself.
    """
    _, segment = np.unique(table.segments, return_inverse=True)
    values: dict[str, np.ndarray] = {}
    for kind in KINDS:
        rows = []
        for group in np.unique(table.groups):
            mine = (table.groups == group) & np.isin(table.kinds, ["", kind])
            labels = (table.kinds[mine] == kind).astype(np.int64)
            weights = counts[:, segment[mine]]
            with np.errstate(invalid="ignore", divide="ignore"):
                row = metric(cumulate(table.scores[name][mine], labels, weights))
            usable = (weights @ labels > 0) & (weights @ (1 - labels) > 0)
            rows.append(np.where(usable, row, np.nan))
        values[kind] = np.nanmean(rows, axis=0)
    values["mean"] = np.mean(list(values.values()), axis=0)
    return values


def report(title: str, table: Table, resamples: int, baseline: str = BASELINE) -> dict:
    """Print and return AUROC and AP by kind, with intervals over segments and differences to `baseline`."""
    segments = len(np.unique(table.segments))
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(segments, np.full(segments, 1 / segments), size=resamples)
    counts = np.concatenate([np.ones((1, segments), dtype=np.int64), drawn])
    results: dict = {}
    clean = table.kinds == ""
    print(f"\n{title}: {clean.sum()} clean clips of {segments} segments")
    header = "".join(f"{kind:>10}" for kind in KINDS)
    print(f"{'AUROC':24}{header}  mean [95 %]           less {baseline}'s [95 %]       AP less {baseline}'s")
    base = {
        metric.__name__: metric_by_kind(table, baseline, counts, metric)["mean"]
        for metric in (auroc, average_precision)
    }
    for name in table.scores:
        by_kind = metric_by_kind(table, name, counts, auroc)
        precision = metric_by_kind(table, name, counts, average_precision)["mean"]
        cells = "".join(f"{by_kind[kind][0]:10.3f}" for kind in KINDS)
        mean, low_high = by_kind["mean"], intervals.percentile_interval(_finite(by_kind["mean"][1:]))
        gain, gain_ap = mean - base["auroc"], precision - base["average_precision"]
        text = [_with_interval(gain), _with_interval(gain_ap)]
        print(f"{name:24}{cells}  {mean[0]:.3f} [{low_high[0]:.3f}, {low_high[1]:.3f}]  {text[0]}  {text[1]}")
        results[name] = {kind: float(values[0]) for kind, values in by_kind.items()}
        results[name] |= {"interval": low_high, "ap": float(precision[0])}
        results[name] |= {"gain": [float(gain[0]), *intervals.percentile_interval(_finite(gain[1:]))]}
        results[name] |= {
            "gain_ap": [float(gain_ap[0]), *intervals.percentile_interval(_finite(gain_ap[1:]))]
        }
        results[name] |= {"ends": _ends(table, name)}
    print(
        "first or last clip of its segment (AUROC, 0.5 is chance): "
        + ", ".join(f"{name} {values['ends']:.2f}" for name, values in results.items())
    )
    return results


def _ends(table: Table, name: str) -> float:
    values = []
    for group in np.unique(table.groups):
        mine = (table.groups == group) & (table.kinds == "")
        labels = table.ends[mine].astype(np.int64)
        if 0 < labels.sum() < len(labels):
            values.append(float(auroc(cumulate(table.scores[name][mine], labels))[0]))
    return float(np.mean(values)) if values else float("nan")


def _finite(values: np.ndarray) -> np.ndarray:
    return values[np.isfinite(values)]


def _with_interval(values: np.ndarray) -> str:
    low, high = intervals.percentile_interval(_finite(values[1:]))
    star = "*" if low > 0 or high < 0 else " "
    return f"{values[0]:+.3f}{star}[{low:+.3f}, {high:+.3f}]"


def whole_drive_fog(ranked: Ranked, bed: Bed, lines: list[dict]) -> dict[str, float]:
    """Return the AUROC of the clips of a drive, all of it in fog, against the others, mean over drives."""

    def in_fog(every: list[dict], drive: str) -> list[str]:
        return [f"{line['clip_id']}{'+whole-fog' * (line['drive'] == drive)}" for line in every]

    values: dict[str, list[float]] = defaultdict(list)
    for drive in dict.fromkeys(line["drive"] for line in lines):
        labels = np.array([line["drive"] == drive for line in lines], dtype=np.int64)
        if labels.all():
            continue
        for name, scores in ranked.scores(in_fog(bed.lines, drive), in_fog(lines, drive)).items():
            values[name].append(float(auroc(cumulate(scores, labels))[0]))
    return {name: float(np.mean(listed)) for name, listed in values.items()}


def condition(
    bed: Bed, name: str, train: list[dict], ranked_lines: list[dict], given: argparse.Namespace
) -> tuple[Ranked, Table]:
    """Return the ranked clips of a condition and their scores; `name` S also has whole drives in fog."""
    experiments = given.experiments.absolute()
    run = run_of(bed, f"footage-{name}", train, experiments, given.recipe)
    planted = [bed.planted(line, kind) for kind in KINDS for line in ranked_lines]
    if name == "s":
        planted += [bed.planted(line, "whole-fog") for line in bed.lines]
    ranked = Ranked(experiments, run, bed, [*bed.lines, *planted])
    return ranked, rank(ranked, bed, ranked_lines, run, given.mixed)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    root = Path(__file__).parents[1]
    parser.add_argument("--footage", type=Path, default=root.parent / "shared" / "data" / "driving.jsonl")
    parser.add_argument("--experiments", type=Path, default=Path("experiments"))
    parser.add_argument("--recipe", type=Path, default=root / "recipes" / "clips.toml")
    parser.add_argument("--frames", type=int, default=8, help="of a clip")
    parser.add_argument("--stride", type=int, default=4, help="frames between the starts of clips")
    parser.add_argument("--segment", type=int, default=3, help="clips of a time segment")
    parser.add_argument("--mixed", action="store_true", help="planted clips are in their drives' reference")
    parser.add_argument("--only-s", action="store_true", help="leave out D, which trains a run per recording")
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    began = time.monotonic()
    folder = given.experiments.absolute() / "_data" / f"footage-{given.footage.stem}"
    bed = build(given.footage, folder, given.frames, given.stride, given.segment)
    (bed.folder / "planted").mkdir(parents=True, exist_ok=True)
    train = [line for line in bed.lines if line["part"] == 0]
    test = [line for line in bed.lines if line["part"] == 1]
    ranked, table = condition(bed, "s", train, test, given)
    results = {"S": report("S, half of the segments trained on", table, given.resamples)}
    results["fog"] = whole_drive_fog(ranked, bed, test)
    tables = []
    for number, camera in enumerate(dict.fromkeys(line["camera"] for line in bed.lines)):
        rest = [line for line in bed.lines if line["camera"] != camera]
        left_out = [line for line in bed.lines if line["camera"] == camera]
        if rest and not given.only_s:
            tables.append(condition(bed, f"d{number}", rest, left_out, given)[1])
    if tables:
        results["D"] = report("D, a whole recording left out", joined(tables), given.resamples)
    print("\nfog over a whole drive (AUROC): " + ", ".join(f"{k} {v:.3f}" for k, v in results["fog"].items()))
    print(f"{time.monotonic() - began:.0f} s")
    if given.output:
        write_json(given.output, json.loads(json.dumps(results)))


if __name__ == "__main__":
    main()
