"""Patterns such as '{drive}_{camera}_{frame}.png' that read drive, camera and time from frames' paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jepamine.errors import UserError, did_you_mean
from jepamine.manifests.folder_layouts import Shot
from jepamine.manifests.new_lines import Skipped

LAYOUT = "--pattern"
# Microseconds of one unit of a {time_...}.
TIMES = {"time_s": 1_000_000.0, "time_ms": 1000.0, "time_us": 1.0, "time_ns": 0.001}
FIELDS = {
    "drive": r"[^/]+",
    "camera": r"[^/]+",
    "frame": r"\d+",
    "time_s": r"\d+(?:\.\d+)?",
    "time_ms": r"\d+(?:\.\d+)?",
    "time_us": r"\d+",
    "time_ns": r"\d+",
}


@dataclass(frozen=True)
class NamePattern:
    """A pattern's expression, matched against the last `parts` parts of a frame's path."""

    text: str
    expression: re.Pattern[str]
    parts: int

    def shots(self, folders: Sequence[tuple[str, list[Path]]], skipped: Skipped) -> Iterator[Shot]:
        """Yield the frames of `folders` (scene, frames) that match; others are counted in `skipped`."""
        for scene, paths in folders:
            for path in paths:
                match = self.expression.fullmatch("/".join(path.parts[-self.parts :]))
                if match is None:
                    skipped.add("images", f"do not match --pattern {self.text}", path)
                else:
                    yield _shot(match.groupdict(), scene, path)


def name_pattern(text: str) -> NamePattern:
    """Return the pattern that `text` describes.

    `{drive}` and `{camera}` stand for text without a slash, `{frame}` for a number, `{time_s}`, `{time_ms}`,
    `{time_us}` and `{time_ns}` for a time, `*` for any text without a slash. Raises UserError for an unknown
    or repeated field, an unmatched brace, two times, and a pattern without a field.
    """
    expression, fields = "", list[str]()
    for part in re.split(r"(\{[^{}]*\})", text.strip("/")):
        if not (part.startswith("{") and part.endswith("}")):
            if "{" in part or "}" in part:
                raise UserError(f"--pattern {text}: unmatched brace")
            expression += re.escape(part).replace(r"\*", "[^/]*")
            continue
        field = part[1:-1]
        if field not in FIELDS:
            known = ", ".join(f"{{{name}}}" for name in FIELDS)
            raise UserError(
                f"--pattern {text}: unknown field {part}{did_you_mean(field, FIELDS)}; fields: {known}"
            )
        if field in fields:
            raise UserError(f"--pattern {text}: {part} occurs twice")
        fields.append(field)
        expression += f"(?P<{field}>{FIELDS[field]})"
    if not fields:
        raise UserError(f"--pattern {text}: no field; a pattern is like {{drive}}_{{camera}}_{{frame}}.png")
    if len(TIMES.keys() & fields) > 1:
        raise UserError(f"--pattern {text}: more than one time")
    return NamePattern(text, re.compile(expression), text.strip("/").count("/") + 1)


def _shot(fields: dict[str, str], folder: str, path: Path) -> Shot:
    drive, camera, frame = fields.get("drive"), fields.get("camera"), fields.get("frame")
    unit = next((name for name in TIMES if name in fields), None)
    return Shot(
        LAYOUT,
        path,
        scene=folder if drive is None else drive,
        drive=drive,
        camera=camera,
        time=None if unit is None else _microseconds(fields[unit], unit),
        number=None if frame is None else int(frame),
    )


def _microseconds(digits: str, unit: str) -> int:
    whole, _, fraction = digits.partition(".")
    # Nanoseconds since 1970 have more digits than a float holds.
    if unit == "time_ns":
        return int(whole) // 1000
    return int(whole) * int(TIMES[unit]) + (round(float(f"0.{fraction}") * TIMES[unit]) if fraction else 0)
