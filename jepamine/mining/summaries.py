"""The chosen clips as a table, as JSON, and as a manifest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jepamine.data.run_manifest import own_line
from jepamine.utils.files import json_lines, write_atomic
from jepamine.utils.shell import command, near
from jepamine.utils.tables import table

if TYPE_CHECKING:
    from jepamine.data.clips import Clip
    from jepamine.mining.label_rounds import Round
    from jepamine.mining.selection import Choice
    from jepamine.protocols import Trainer


def chosen_json(choices: list[Choice]) -> list[dict[str, Any]]:
    """{"clip_id", "scene", "score", "stands_for": [clip_id]} of every chosen clip, in their order."""
    return [
        {
            "clip_id": choice.scored.clip.clip_id,
            "scene": choice.scored.clip.scene,
            "score": choice.scored.score,
            "stands_for": [other.clip.clip_id for other in choice.stands_for],
        }
        for choice in choices
    ]


def as_manifest(choices: list[Choice], output: Path) -> None:
    """Write the chosen clips as manifest lines with absolute paths and `score`, `stands_for` besides."""
    write_atomic(
        output,
        json_lines(
            [
                own_line(choice.scored.clip) | {key: said[key] for key in ("score", "stands_for")}
                for choice, said in zip(choices, chosen_json(choices), strict=True)
            ]
        ),
    )


def top_summary(choices: list[Choice], scores: Path, output: Path | None, run: str) -> str:
    """The chosen clips as a table, and what to type next."""
    rows: list[list[Any]] = [["", "clip", "scene", "score", "stands for"]]
    for number, choice in enumerate(choices, 1):
        clip = choice.scored.clip
        rows.append([number, clip.clip_id, clip.scene, choice.scored.score, 1 + len(choice.stands_for)])
    covered = sum(row[4] for row in rows[1:])
    lines = [table(rows), "", f"{len(choices)} clips stand for {covered} of {near(scores)}"]
    if output:
        lines.append(f"as a manifest: {near(output)}")
    lines += ["Look at them and label them:", "  " + command("report", "--run", run, near(scores))]
    return "\n".join(lines)


def clips_as_manifest(clips: list[Clip], output: Path) -> None:
    """Write clips as manifest lines with absolute paths."""
    write_atomic(output, json_lines([own_line(clip) for clip in clips]))


def round_json(found: Round) -> dict[str, Any]:
    """What `learn` found, and {"next": [clip_id]}."""
    return found.result | {"next": [item.clip.clip_id for item in found.next]}


def round_summary(found: Round, output: Path | None, run: str) -> str:
    """How well the probe does on scenes it was not fitted to, and the clips to label next."""
    from jepamine.statistics.text import render

    result = found.result
    if "ranking" in result:
        lines = [
            "the probe on scenes that it was not fitted to (cross-validation over the labelled clips, which",
            "were chosen, not drawn at random: their share of positives is not the footage's):",
            render(result | result["labelled"]),
        ]
    else:
        lines = [
            "{clips} labels, {positives} of them 1, in {scenes} scenes".format(**result["labelled"]),
            "too few scenes with positives to leave one out: how good the probe is cannot be said yet",
        ]
    if found.next:
        rows: list[list[Any]] = [["label next", "scene"]]
        rows += [[item.clip.clip_id, item.clip.scene] for item in found.next]
        lines += ["", table(rows)]
    if output:
        lines.append(f"as a manifest: {near(output)}")
    lines += ["Score with it:", "  " + command("score", "--run", run, "--scorer", "probe", "MANIFEST.jsonl")]
    return "\n".join(lines)


def score_summary(output: Path, counts: dict[str, int], run: str) -> str:
    """Where the scores are and how to look at the first of them."""
    lines = [f"scored {counts['clips']} clips: {near(output)}"]
    if counts["errors"]:
        lines.append(f'{counts["errors"]} clips could not be read; their lines hold "error" and no score')
    lines += [
        "A clip's score is the mean over its tubelets; higher is more novel. Does the ranking beat chance?",
        "  " + command("eval", "--scores", near(output), "--labels", "LABELS.jsonl"),
    ]
    return "\n".join(lines)


def eval_summary(result: dict[str, Any], trainer: Trainer | None) -> str:
    """The eval output as tables; `trainer` describes what its own part of it says."""
    lines = [trainer.describe(result)] if trainer else []
    if "ranking" in result:
        from jepamine.statistics.text import render

        lines += ["", render(result | result["labelled"])]
    return "\n".join(lines).strip()
