"""Chosen clips as a table, as JSON and as a manifest; results of a labelling round."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jepamine.data.run_manifest import own_line
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_lines
from jepamine.utils.printing import command, near, table

if TYPE_CHECKING:
    from jepamine.data.clips import Clip
    from jepamine.mining.label_rounds import Round
    from jepamine.mining.search import Found
    from jepamine.mining.selection import Choice
    from jepamine.places import File
from jepamine.protocols import Trainer

CHOSE_EPOCH = """\
The epoch was chosen on these clips, so their cosine is a little too good. For an unbiased one, hold out a
third part of the scenes (trainer.test_fraction) and evaluate it: --split test."""


def chosen_json(choices: list[Choice]) -> list[dict[str, Any]]:
    """Return {"clip_id", "scene", "score", "stands_for": [clip_id]} of every chosen clip, in order."""
    return [
        {
            "clip_id": choice.scored.clip.clip_id,
            "scene": choice.scored.clip.scene,
            "score": choice.scored.score,
            "stands_for": [duplicate.clip.clip_id for duplicate in choice.stands_for],
        }
        for choice in choices
    ]


def as_manifest(choices: list[Choice], output: Path) -> None:
    """Write the chosen clips as manifest lines with absolute paths, `score` and `stands_for`."""
    write_atomic(
        output,
        json_lines(
            [
                own_line(choice.scored.clip) | {key: keys[key] for key in ("score", "stands_for")}
                for choice, keys in zip(choices, chosen_json(choices), strict=True)
            ]
        ),
    )


def top_summary(choices: list[Choice], scores: File, output: Path | None, run: str) -> str:
    """Return the chosen clips as a table, and the next command."""
    covered = sum(1 + len(choice.stands_for) for choice in choices)
    lines = [_table_of(choices), "", f"{len(choices)} clips stand for {covered} of {near(scores)}"]
    if output:
        lines.append(f"as a manifest: {near(output)}")
    lines += ["Review and label them:", "  " + command("report", "--run", run, near(scores))]
    return "\n".join(lines)


def search_summary(found: Found, output: Path | None, run: str) -> str:
    """Return the clips that a search found as a table, and the next command."""
    lines = [_table_of(found.choices), "", f"{len(found.choices)} of {found.searched} clips"]
    if found.left_out:
        lines.append(f"{found.left_out} clips are examples or overlap one and are left out")
    if found.unreadable:
        lines.append(f"{found.unreadable} clips could not be read")
    if output:
        lines += ["Review and label them:", "  " + command("report", "--run", run, near(output))]
    return "\n".join(lines)


def _table_of(choices: list[Choice]) -> str:
    rows: list[list[Any]] = [["", "clip", "scene", "score", "stands for"]]
    for number, choice in enumerate(choices, 1):
        clip = choice.scored.clip
        rows.append([number, clip.clip_id, clip.scene, choice.scored.score, 1 + len(choice.stands_for)])
    return table(rows)


def clips_as_manifest(clips: list[Clip], output: Path) -> None:
    """Write clips as manifest lines with absolute paths."""
    write_atomic(output, json_lines([own_line(clip) for clip in clips]))


def round_json(round_: Round) -> dict[str, Any]:
    """Return the result of `learn`, and {"next": [clip_id]}."""
    return round_.result | {"next": [item.clip.clip_id for item in round_.next]}


def round_summary(round_: Round, output: Path | None, run: str) -> str:
    """Return the probe's quality on scenes it was not fitted to, and the clips to label next."""
    from jepamine.mining.fit_probe import FEWEST_FITTED
    from jepamine.statistics.ranking_text import render

    result = round_.result
    if "ranking" in result:
        lines = [
            "the probe on scenes that it was not fitted to (cross-validation over the labelled clips, which",
            "were chosen, not drawn at random: their share of positives is not the footage's):",
            render(result | result["labelled"]),
        ]
    else:
        lines = [
            "{clips} labels, {positives} of them 1, in {scenes} scenes".format(**result["labelled"]),
            "too few scenes with positives to leave one out: the probe's quality cannot be estimated yet",
        ]
    lines += ["", *_probabilities(result["probabilities"])]
    if result["labelled"]["clips"] < FEWEST_FITTED:
        lines.append(
            f"fewer than {FEWEST_FITTED} labels: clips are ranked by likeness to those labelled 1, and the "
            "next are the most alike"
        )
    if round_.next:
        rows: list[list[Any]] = [["label next", "scene"]]
        rows += [[item.clip.clip_id, item.clip.scene] for item in round_.next]
        lines += ["", table(rows)]
    if output:
        lines.append(f"as a manifest: {near(output)}")
    lines += ["Score with it:", "  " + command("score", "--run", run, "--scorer", "probe", "MANIFEST.jsonl")]
    return "\n".join(lines)


def _probabilities(probabilities: dict[str, Any]) -> list[str]:
    """Return the lines on the probe's probabilities: base rate, Brier score, reliability."""
    rate = f"probabilities are for footage with {probabilities['base_rate']:.1%} positives (--base-rate)"
    if not probabilities["calibrated"]:
        return [f"{rate}; they are not calibrated, as no scene could be left out"]
    rows: list[list[Any]] = [["clips", "mean probability", "labelled 1"]]
    rows += [[row["clips"], row["predicted"], row["observed"]] for row in probabilities["reliability"]]
    return [
        f"{rate}, calibrated on scenes that the probe was not fitted to",
        f"Brier score on such scenes {probabilities['brier']:.4f}; {probabilities['brier_of_base_rate']:.4f} "
        "for the labels' base rate alone (lower is better)",
        table(rows),
    ]


def score_summary(output: File, counts: dict[str, int], run: str) -> str:
    """Return where the scores are and how to look at them."""
    lines = [
        *_written(f"scored {counts['clips']} clips", output, counts),
        "A clip's score is the mean over its tubelets; higher is more novel. Does the ranking beat chance?",
        "  " + command("eval", "--scores", near(output), "--labels", "LABELS.jsonl"),
    ]
    return "\n".join(lines)


def merge_summary(output: Path, counts: dict[str, int], parts: int) -> str:
    """Return where the merged scores are."""
    return "\n".join(_written(f"merged {parts} parts, {counts['clips']} clips", output, counts))


def _written(what: str, output: File, counts: dict[str, int]) -> list[str]:
    failed = f'{counts["errors"]} clips could not be read; their lines hold "error" and no score'
    return [f"{what}: {near(output)}", *([failed] if counts["errors"] else [])]


def eval_summary(result: dict[str, Any], trainer: Trainer | None, chose_epoch: bool = False) -> str:
    """Return the eval output as tables; `trainer` describes its own part of it."""
    lines = [trainer.describe(result)] if trainer else []
    if chose_epoch:
        lines += ["", CHOSE_EPOCH]
    if "ranking" in result:
        from jepamine.statistics.ranking_text import metrics_table, render

        join = result["join"]
        met = f"{join['matched']} clips have a score and a label "
        met += f"({join['scored']} scores, {join['labels']} labels"
        met += f", {join['elsewhere']} of them of clips in another split)" if join["elsewhere"] else ")"
        lines += ["", met, render(result | result["labelled"])]
        if "baselines" in result:
            lines += ["", "Pixel baselines, which a scorer should beat; p is adjusted among these:"]
            lines.append(metrics_table(result["baselines"], result["positive_scenes"]))
    if "relative" in result:
        from jepamine.mining.relative_report import relative_text

        lines += ["", relative_text(result["relative"])]
    for name, task in result.get("tasks", {}).items():
        text = task["error"] if "error" in task else eval_summary(task, None)
        lines += ["", f"== {name} ==", text]
    return "\n".join(lines).strip()
