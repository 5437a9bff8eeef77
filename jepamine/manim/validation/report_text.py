"""Format a report for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from jepamine.manim.validation.check_answer import Made
from jepamine.manim.validation.scene_report import Report, State
from jepamine.utils.printing import table

# Lines of one kind; the JSON has them all.
MOST = 12


def problems(reports: Sequence[Report], path: Path) -> str:
    """Return why scenes did not run to their end, one `FILE.py:LINE: ...` per line.

    Of several scenes each line names its own.
    """
    return "\n".join(_problems(report, path, len(reports) > 1) for report in reports if not report.runs)


def document(reports: Sequence[Report]) -> dict[str, Any]:
    """Return the JSON of a file: the report of its only scene, or {"runs", "scenes": reports}."""
    if len(reports) == 1:
        return reports[0].to_json()
    return {"runs": all(report.runs for report in reports), "scenes": [one.to_json() for one in reports]}


def _problems(report: Report, path: Path, several: bool) -> str:
    scene = f"{report.scene}: " if several else ""
    places = [f"{path}:{problem.line}" if problem.line else str(path) for problem in report.problems]
    return "\n".join(
        f"{place}: {scene}{problem.message}" for place, problem in zip(places, report.problems, strict=True)
    )


def summary(report: Report) -> str:
    """Return objects, adherence, overlaps, what is off-screen, and problems during animations only."""
    rows: list[tuple[object, ...]] = [("object", "type", "x", "y", "width", "height", "drawn")]
    for item in report.objects:
        rows.append((item.name, item.type or "-", *item.box, "yes" if item.shown else "no"))
    plays = max((moment.play for moment in report.moments), default=0)
    lines = [
        f"{report.scene} runs: {len(report.objects)} objects, {plays} animations, {report.seconds:.2f} s"
    ]
    if report.objects:
        lines.append(table(rows))
    final = report.final
    if (kept := final.adherence) is not None:
        matched = [match for match in kept.matches if match.name is not None]
        error = f", {kept.mean_error:.3f} units off on average" if kept.mean_error is not None else ""
        lines.append(
            f"layout: {kept.within_half:.0%} within 0.5 units, {kept.within_tenth:.0%} within 0.1"
            f"{error}; {len(kept.matches) - len(matched)} missing, {len(kept.extra)} extra"
        )
    made = {item.name: item.made for item in report.objects if item.made is not None}
    lines += _some(_troubles(final, report, made))
    for name in report.unseen:
        lines.append(f"not visible: {_placed(name, made)} has the colour of what is behind it")
    lines += _some(_passing(report))
    lines += report.notes
    lines.append(f"protection: {report.protection}")
    return "\n".join(lines)


def _placed(name: str, made: Mapping[str, Made]) -> str:
    """Return an object's name with the line that makes it, and that of `construct` that calls for it."""
    if name not in made:
        return name
    one = made[name]
    place = f"{one.module}.py:{one.line}" if one.module else f"line {one.line}"
    return f"{name} ({place}, called in line {one.called})" if one.called else f"{name} ({place})"


def _troubles(state: State, report: Report, made: Mapping[str, Made]) -> dict[str, str]:
    """Return problem of a state -> the line that reports it, with those that make the objects."""
    types = {item.name: item.type for item in report.objects}
    lines = {}
    for item in state.overlaps:
        if item.expected is not True and not _plotted({types.get(item.first), types.get(item.second)}):
            pair = f"{_placed(item.first, made)} and {_placed(item.second, made)}"
            lines[f"overlap {item.first} and {item.second}"] = (
                f"overlap: {pair}, {item.share:.0%} of the smaller box"
            )
    for out in state.off_screen:
        how = "all of it" if out.share == 1 else f"by {out.by:.2f} units"
        lines[f"off-screen {out.name}"] = f"off-screen: {_placed(out.name, made)}, {how}"
    return lines


def _plotted(types: Set[str | None]) -> bool:
    """Return whether two types are a graph and what it is plotted on: they are to overlap."""
    return "function_graph" in types and bool(types & {"axes", "number_plane"})


def _passing(report: Report) -> dict[str, str]:
    reported = _troubles(report.final, report, {})
    lines: dict[str, str] = {}
    for moment in report.moments:
        when = f"at {moment.share:.0%} of animation {moment.play}" + (
            f" (line {moment.line})" if moment.line else ""
        )
        for key, line in _troubles(moment.state, report, moment.made).items():
            if key not in reported and key not in lines:
                lines[key] = f"{when}: {line}"
    return lines


def _some(lines: dict[str, str]) -> Iterator[str]:
    yield from list(lines.values())[:MOST]
    if len(lines) > MOST:
        yield f"... and {len(lines) - MOST} more (--json has all)"
