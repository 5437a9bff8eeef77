"""The timestamps of a manifest's lines in microseconds, whatever unit they are written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from jepamine.data.timestamps import MICROSECONDS, Unit, unit_of
from jepamine.manifests.findings.entries import Entry
from jepamine.places import File
from jepamine.utils.progress import notify


def stamp_unit(entries: Sequence[Entry], manifest: File) -> Unit:
    """Return the unit of all timestamps of a manifest; a notice says so if it is not microseconds."""
    stamps = [entry.times for entry in entries if entry.stamps is not None and entry.times]
    unit = unit_of(stamps)
    if unit is not MICROSECONDS:
        steps = [after - before for times in stamps for before, after in pairwise(times) if after > before]
        apart = f" (frames are {median(steps) * unit.microseconds / 1e6:.3g} s apart)" if steps else ""
        notify(f"{manifest}: 'timestamps' should be microseconds; taken as {unit.name}{apart}")
    return unit


def in_microseconds(entries: Sequence[Entry], unit: Unit) -> list[Entry]:
    """Return `entries` with the times of their timestamps, given in `unit`, as microseconds."""
    return [
        replace(entry, times=tuple(time * unit.microseconds for time in entry.times))
        if entry.stamps is not None and entry.times and unit is not MICROSECONDS
        else entry
        for entry in entries
    ]
