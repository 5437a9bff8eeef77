"""A report for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jepamine.manim.validation.report import Report, State
from jepamine.utils.tables import table

# Lines of one kind; the JSON has them all.
MOST = 12


def problems(report: Report, path: Path) -> str:
    """What kept the code from running, `FILE.py:LINE: ...` a line."""
    places = [f"{path}:{one.line}" if one.line else str(path) for one in report.problems]
    return "\n".join(f"{place}: {one.message}" for place, one in zip(places, report.problems, strict=True))


def summary(report: Report) -> str:
    """Objects, adherence, overlaps, what is off-screen, and what only happens during animations."""
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
        there = [one for one in kept.matches if one.name is not None]
        error = f", {kept.mean_error:.3f} units off on average" if kept.mean_error is not None else ""
        lines.append(
            f"layout: {kept.within_half:.0%} within 0.5 units, {kept.within_tenth:.0%} within 0.1"
            f"{error}; {len(kept.matches) - len(there)} missing, {len(kept.extra)} extra"
        )
    lines += _some(_troubles(final))
    lines += _some(_passing(report))
    lines.append(f"protection: {report.protection}")
    return "\n".join(lines)


def _troubles(state: State) -> dict[str, str]:
    """What is wrong with a state -> the whole line that says so."""
    found = {}
    for one in state.overlaps:
        if one.expected is not True:
            what = f"{one.first} and {one.second}"
            found[f"overlap {what}"] = f"overlap: {what}, {one.share:.0%} of the smaller box"
    for out in state.off_screen:
        how = "all of it" if out.share == 1 else f"by {out.by:.2f} units"
        found[f"off-screen {out.name}"] = f"off-screen: {out.name}, {how}"
    return found


def _passing(report: Report) -> dict[str, str]:
    told = _troubles(report.final)
    found: dict[str, str] = {}
    for moment in report.moments:
        when = f"at {moment.share:.0%} of animation {moment.play}" + (
            f" (line {moment.line})" if moment.line else ""
        )
        for what, line in _troubles(moment.state).items():
            if what not in told and what not in found:
                found[what] = f"{when}: {line}"
    return found


def _some(found: dict[str, str]) -> Iterator[str]:
    yield from list(found.values())[:MOST]
    if len(found) > MOST:
        yield f"... and {len(found) - MOST} more (--json has all)"
