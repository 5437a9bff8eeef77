"""What labels bring: five rounds of ten labels on drawn street scenes, and recall on others before and after.

The first ten clips are the best of the scorer that the recipe names (`jepamine top`), each later ten what
`jepamine probe` proposes. Recall at 10 % of reviews is measured on scenes that were never labelled, with a
paired bootstrap over scenes. About 15 minutes on two cores; embeddings that are there are not made again.

With `--footage`, in frames of real drives: each of the seven kinds of planted events (planted_faults.py) in
turn is what is looked for, among clips as they were and with the other kinds; rounds on every other time
segment of those that were not trained on, recall on the rest, mean over the kinds. The rounds begin with
three examples, as a search would find them, and go on with what the probe proposes; intervals are over
drives.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
from pathlib import Path

import numpy as np

from jepamine.config import recipe
from jepamine.data.shards import Shard
from jepamine.mining.label_rounds import label_round
from jepamine.mining.labels import read_labels
from jepamine.mining.score_files import read_scored
from jepamine.mining.score_table import read_scores
from jepamine.mining.scoring import score_manifest
from jepamine.mining.selection import choose
from jepamine.mining.street.street_dataset import street
from jepamine.protocols import Source
from jepamine.runs import run_folder, runner
from jepamine.runs.loading import LoadedRun, load_run
from jepamine.statistics import intervals
from jepamine.statistics.scene_auroc import group_by_scene
from jepamine.utils.json_files import json_lines, write_json

SHARE = 0.1
CLIPS = Path(__file__).parents[1] / "recipes" / "clips.toml"


def scores_of(experiments: Path, run: str, source: Source, output: Path, scorer: str | None) -> Path:
    return scored_by(load_run(experiments, run), source, output, scorer)


def scored_by(opened: LoadedRun, source: Source, output: Path, scorer: str | None) -> Path:
    score_manifest(
        dataclasses.replace(opened, parts=dataclasses.replace(opened.parts, source=source)),
        output,
        scorer=scorer,
        on_error="stop",
        resume=False,
        shard=Shard(1, 1),
    )
    return output


def renamed(source: Source, prefix: str) -> Source:
    """Return the source with scenes of other names: every drawn footage counts its scenes from 0."""
    path = source.manifest.with_name(f"{prefix}.jsonl")
    lines = [json.loads(line) for line in source.manifest.read_text().splitlines()]
    path.write_bytes(json_lines(line | {"scene": f"{prefix}-{line['scene']}"} for line in lines))
    return dataclasses.replace(source, manifest=path)


def recall(scores: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> float:
    """Share of the positives among the first `SHARE` of the clips, each counted `weights` times."""
    order = np.argsort(-scores, kind="stable")
    taken = np.cumsum(weights[order])
    found = np.cumsum((weights * labels)[order])
    return float(np.interp(SHARE * taken[-1], np.r_[0, taken], np.r_[0, found]) / found[-1])


def label_rounds(opened: LoadedRun, pool: Path, truth: dict[str, int], rounds: int, each: int) -> list[str]:
    """Return the ids of the clips that were labelled, in their order; the run keeps the last probe."""
    scored = read_scored(pool, opened.parts.source)
    batch = [choice.scored for choice in choose(opened, scored, each).choices]
    labelled: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        labels = Path(folder) / "labels.jsonl"
        for number in range(1, rounds + 1):
            labelled += [item.clip.clip_id for item in batch]
            lines = [{"clip_id": name, "binary_label": truth[name]} for name in labelled]
            labels.write_bytes(json_lines(lines))
            batch = label_round(
                opened, labels, scores=pool, manifest=None, count=each, drop_held_out=False
            ).next
            print(f"round {number}: {len(labelled)} labels, {sum(truth[name] for name in labelled)} events")
    return labelled


@dataclasses.dataclass
class Found:
    """What each way scores the evaluated clips: way -> kind -> float64 (N,); labels by kind; drives (N,)."""

    scores: dict[str, dict[str, np.ndarray]]
    labels: dict[str, np.ndarray]
    drives: np.ndarray

    def table(self, resamples: int) -> dict[str, np.ndarray]:
        """Return each way's mean recall over the kinds, float64 (1 + resamples,): as it is, and resampled."""
        names, number = np.unique(self.drives, return_inverse=True)
        rng = np.random.default_rng(0)
        drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
        counts = np.concatenate([np.ones((1, len(names)), dtype=np.int64), drawn])[:, number].astype(float)
        return {
            way: np.array(
                [
                    np.mean([recall(by_kind[kind], self.labels[kind], row) for kind in self.labels])
                    for row in counts
                ]
            )
            for way, by_kind in self.scores.items()
        }


def real_recall(given: argparse.Namespace) -> Found:
    """Score planted events in real frames by `knn`, by three examples, and by the probe."""
    from planted_faults import KINDS
    from real_footage import build, run_of

    experiments = given.experiments.absolute()
    folder = experiments / "_data" / f"footage-{given.footage.stem}"
    bed = build(given.footage, folder, 8, 4, 3)
    run = run_of(bed, "footage-s", [line for line in bed.lines if line["part"] == 0], experiments, CLIPS)
    opened = load_run(experiments, run)
    scoring = opened.recipe.scoring | {"also": []}
    opened = dataclasses.replace(opened, recipe=dataclasses.replace(opened.recipe, scoring=scoring))
    # Segments count as scenes, or each would be one that the run is evaluated on.
    ranked = [line | {"scene": line["segment"]} for line in bed.lines if line["part"] == 1]
    segments = list(dict.fromkeys(line["segment"] for line in ranked))
    files, drives = [], np.empty(0)
    for turn in (0, 1):
        clean = [line for line in ranked if segments.index(line["segment"]) % 2 == turn]
        lines = [*clean, *(bed.planted(line, kind) for kind in KINDS for line in clean)]
        manifest = folder / f"probe-{turn}.jsonl"
        manifest.write_bytes(json_lines(lines))
        source = dataclasses.replace(opened.parts.source, manifest=manifest)
        files.append((source, scored_by(opened, source, folder / f"scored-{turn}.jsonl", "knn")))
        drives = np.array([line["drive"] for line in lines])
    (_, pool), (others, evaluated) = files
    table = read_scores(evaluated)
    found = Found({"knn": {}, "3 examples": {}}, {}, drives)
    for kind in KINDS:
        truth = {name: int(name.endswith(f"+{kind}")) for name in read_scores(pool).ids}
        found.labels[kind] = np.array([int(name.endswith(f"+{kind}")) for name in table.ids])
        found.scores["knn"][kind] = np.array(table.column("knn"))
        positives = [name for name, label in truth.items() if label]
        order = np.random.default_rng(0).permutation(len(positives))
        first = [positives[row] for row in order[:3]]
        for count in (3, 5, 10, 20, 40):
            # A clip that is no event, too, from five labels on: a head needs both.
            start = first if count == 3 else [*first, next(name for name in truth if "+" not in name)]
            real_rounds(opened, pool, truth, start, count)
            output = scored_by(opened, others, folder / "probed.jsonl", "probe")
            way = "3 examples" if count == 3 else f"probe, {count} labels"
            found.scores.setdefault(way, {})[kind] = np.array(read_scores(output).column("probe"))
    return found


def report_real(found: Found, resamples: int) -> dict[str, dict[str, float]]:
    """Print and return each way's recall by kind, their mean, and its difference to three examples."""
    means = found.table(resamples)
    clips = next(iter(found.labels.values()))
    print(f"{len(clips)} clips of {len(set(found.drives))} drives, {int(clips.sum())} of each kind")
    header = "".join(f"{kind:>10}" for kind in found.labels)
    print(f"{'recall':18}{header}  mean [95 %]           less 3 examples' [95 %]")
    results: dict[str, dict[str, float]] = {}
    for way, values in means.items():
        by_kind = {
            kind: recall(scores, found.labels[kind], np.ones(len(scores)))
            for kind, scores in found.scores[way].items()
        }
        gain = values - means["3 examples"]
        low, high = intervals.percentile_interval(values[1:])
        less, more = intervals.percentile_interval(gain[1:])
        cells = "".join(f"{value:10.3f}" for value in by_kind.values())
        text = f"{values[0]:.3f} [{low:.3f}, {high:.3f}]  {gain[0]:+.3f} [{less:+.3f}, {more:+.3f}]"
        print(f"{way:18}{cells}  {text}")
        results[way] = by_kind | {"mean": float(values[0]), "low": low, "high": high}
        results[way] |= {"gain": float(gain[0]), "gain_low": less, "gain_high": more}
    print(f"random review finds {SHARE:.3f} on average")
    return results


def real_rounds(opened: LoadedRun, pool: Path, truth: dict[str, int], first: list[str], count: int) -> None:
    """Label `first` and then what the probe proposes, five at a time, `count` clips in all."""
    labelled = list(first)
    with tempfile.TemporaryDirectory() as folder:
        labels = Path(folder) / "labels.jsonl"
        while True:
            lines = [{"clip_id": name, "binary_label": truth[name]} for name in labelled]
            labels.write_bytes(json_lines(lines))
            each = min(5, count - len(labelled))
            proposed = label_round(
                opened, labels, scores=pool, manifest=None, count=each, drop_held_out=False
            ).next
            if not each:
                return
            labelled += [item.clip.clip_id for item in proposed]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=Path, default=Path("experiments"))
    parser.add_argument("--run", default="probe-rounds")
    parser.add_argument("--train-clips", type=int, default=240)
    parser.add_argument("--pool", type=int, default=400)
    parser.add_argument("--clips", type=int, default=500, help="evaluated")
    parser.add_argument("--event-rate", type=float, default=0.1, help="of the pool and of what is evaluated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--labels", type=int, default=10, help="a round")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--footage", type=Path, help="a manifest, or a folder, of real drives")
    given = parser.parse_args()
    if given.footage:
        found = report_real(real_recall(given), 1000)
        if given.output:
            write_json(given.output, found)
        return
    experiments = given.experiments.absolute()
    if given.run not in [run.name for run in run_folder.all_runs(experiments)]:
        default = Path(__file__).parents[1] / "recipes" / "default.toml"
        overrides = {("dataset", "clips"): given.train_clips, ("dataset", "event_rate"): 0.04}
        runner.run(recipe.read(default, overrides), experiments, given.run)
    pool, others = (
        renamed(street(experiments / "_data", clips=clips, event_rate=given.event_rate, seed=seed), name)
        for name, clips, seed in (("pool", given.pool, 1001), ("others", given.clips, 1002))
    )
    opened = load_run(experiments, given.run)
    folder = opened.folder.path / "rounds"
    scored = scores_of(experiments, given.run, pool, folder / "pool.jsonl", None)
    assert pool.labels is not None and others.labels is not None
    labelled = label_rounds(opened, scored, read_labels(pool.labels)[0], given.rounds, given.labels)

    table = read_scores(scores_of(experiments, given.run, others, folder / "others.jsonl", "probe"))
    truth, _ = read_labels(others.labels)
    labels = np.array([truth[name] for name in table.ids])
    start = opened.recipe.scoring["scorer"]
    columns = {name: np.array(table.column(name)) for name in table.columns}
    scenes = group_by_scene([str(place.scene) for place in table.origins], labels)
    drawn = intervals.draw_scenes(scenes, np.random.default_rng(0))
    result: dict[str, object] = {
        "labels": len(labelled),
        "clips": len(table.ids),
        "events": int(labels.sum()),
    }
    samples = {}
    for name, column in columns.items():
        samples[name] = np.array(
            [recall(column, labels, counts[scenes.number].astype(float)) for counts in drawn]
        )
        low, high = intervals.percentile_interval(samples[name])
        found = recall(column, labels, np.ones(len(table.ids)))
        result[name] = {"recall": found, "low": low, "high": high}
        print(f"{name:12} recall at 10 % of reviews {found:.3f} [{low:.3f}, {high:.3f}]")
    for name in columns:
        if name != "probe":
            low, high = intervals.percentile_interval(samples["probe"] - samples[name])
            gain = recall(columns["probe"], labels, np.ones(len(table.ids)))
            gain -= recall(columns[name], labels, np.ones(len(table.ids)))
            started = "  (the scorer it started from)" if name == start else ""
            result[f"probe - {name}"] = {"difference": gain, "low": low, "high": high}
            print(f"probe - {name:12} {gain:+.3f} [{low:+.3f}, {high:+.3f}]{started}")
    if given.output:
        write_json(given.output, result)
        print(json.dumps(result))


if __name__ == "__main__":
    main()
