"""Read the times that frames' names contain: dates with a time of day, or numbers since 1970."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median

# Microseconds: cameras of cars do not take more than 500 frames per second, but counters count by one.
SHORTEST_STEP = 2000
# Seconds since 1970 of 2001 and 2039; GPS time without its epoch begins at 3e8 (Argoverse 2).
_EPOCH = range(1_000_000_000, 2_200_000_000)
_GPS = range(300_000_000, 1_000_000_000)
_DATE = (
    r"(?<![0-9])(?P<date>(?:19|20)\d\d[-_.]?\d\d[-_.]?\d\d)(?:[T _-]|--)?"
    r"(?P<clock>[0-2]\d(?P<c>[-_:.h]?)[0-5]\d[-_:.m]?[0-5]\d)"
)
_SHORT = r"(?<![0-9])(?P<date>[123]\d{5})_(?P<clock>\d{6})"
_END = r"(?:Z|\+\d\d:?\d\d)?(?![0-9])"


@dataclass(frozen=True, slots=True)
class NameTime:
    """The time in a name, in microseconds, and the text before and after it."""

    before: str
    time: int
    after: str


def name_times(stems: Sequence[str]) -> list[NameTime] | None:
    """Return the time of each name (a file name without its suffix); None if they contain no frames' times.

    All names have the time in one form: a date and time of day with a fraction of a second or without
    (`2024-01-05T10-20-30.123`, `20240105_102030_123`), seconds since 1970 with a fraction
    (`1305031102.175304`), seconds and nanoseconds (`1532402927_612460000`), or an integer since 1970, whose
    unit is that of its number of digits (10: seconds, 13: milliseconds, 16, 19). Names that share a time, or
    lie less than 2 ms apart, have a counter or the start of a recording instead.
    """
    for expression, convert in _FORMS:
        found = []
        for stem in stems:
            match = expression.search(stem)
            time = convert(match) if match else None
            if match is None or time is None:
                break
            found.append(NameTime(stem[: match.start()], time, stem[match.end() :]))
        if len(found) == len(stems):
            found = _without_counter(found)
            if _are_of_frames(found):
                return found
    return None


def since_1970(digits: str) -> int:
    """Return an integer time in microseconds: of 13, 16 or 19 digits by its unit, others as they are."""
    scaled = _integer(digits) if len(digits) in (13, 16, 19) else None
    return int(digits) if scaled is None else scaled


def _without_counter(found: list[NameTime]) -> list[NameTime]:
    """Leave out a number before the time that differs from frame to frame: it is their counter."""
    befores = {each.before for each in found}
    if len(befores) < len(found) or len(found) < 2:
        return found
    # The one that leaves the fewest texts: `0007_carA_` begins with it, `carA_0007_` ends with it.
    texts = [
        [re.sub(counter, "", each.before) for each in found] for counter in (r"\d+[-_. ]*$", r"^\d+[-_. ]+")
    ]
    rest = min(texts, key=lambda text: len(set(text)))
    return [NameTime(before, each.time, each.after) for before, each in zip(rest, found, strict=True)]


def _are_of_frames(found: Sequence[NameTime]) -> bool:
    # A number after the time is a camera's, if there are fewer numbers than times, else a counter.
    endings = {each.after for each in found}
    counted = len(endings) >= len({each.time for each in found})
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for each in found:
        after = re.sub(r"(?<![A-Za-z0-9])\d+", "0", each.after) if counted else each.after
        groups[each.before, after].append(each.time)
    steps = []
    for times in groups.values():
        steps += [after - before for before, after in pairwise(sorted(times))]
    return all(steps) and (not steps or median(steps) >= SHORTEST_STEP)


def _date(match: re.Match[str]) -> int | None:
    digits = re.sub(r"\D", "", match["date"] + match["clock"])
    fraction = match.groupdict().get("fraction") or ""
    return _of_day(digits, fraction)


def _short_date(match: re.Match[str]) -> int | None:
    return _of_day(f"20{match['date']}{match['clock']}", match.groupdict().get("fraction") or "")


def _of_day(digits: str, fraction: str) -> int | None:
    try:
        seconds = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0")[:6])


def _seconds(match: re.Match[str]) -> int | None:
    seconds = int(match["seconds"])
    if seconds not in _EPOCH and seconds not in _GPS:
        return None
    return seconds * 1_000_000 + int(match["fraction"].ljust(6, "0")[:6])


def _nanoseconds(match: re.Match[str]) -> int | None:
    seconds, fraction = int(match["seconds"]), match["fraction"]
    if seconds not in _EPOCH:
        return None
    # Three or six digits are milli- or microseconds; ROS writes nanoseconds, often without leading zeros.
    padded = fraction if len(fraction) in (3, 6) else fraction.zfill(9)
    return seconds * 1_000_000 + int(padded.ljust(6, "0")[:6])


def _integer(digits: str) -> int | None:
    for width, seconds in ((10, _EPOCH), (9, _GPS)):
        # Seconds of 9 digits are read from milli-, micro- and nanoseconds only.
        if int(digits[:width]) in seconds and (width == 10 or len(digits) in (12, 15, 18)):
            return int(digits) * 1_000_000 // int(10 ** (len(digits) - width))
    return None


# Dates come first: 20180807145028 is one, though it might be a time since 1970.
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], int | None]], ...] = (
    (re.compile(_DATE + r"[.,s](?P<fraction>\d{1,9})" + _END), _date),
    (re.compile(_DATE + r"[-_:]?(?P<fraction>\d{3}|\d{6}|\d{9})" + _END), _date),
    (re.compile(_DATE + _END), _date),
    # ApolloScape: 170908_061502408; Nextbase: 240105_102030_001_FH
    (re.compile(_SHORT + r"(?P<fraction>\d{3})(?![0-9])"), _short_date),
    (re.compile(_SHORT + r"(?![0-9])"), _short_date),
    (re.compile(r"(?<![0-9.])(?P<seconds>\d{9,10})\.(?P<fraction>\d{1,9})(?![0-9])"), _seconds),
    (re.compile(r"(?<![0-9.])(?P<seconds>\d{10})[-_](?P<fraction>\d{1,9})(?![0-9])"), _nanoseconds),
    (re.compile(r"(?<![0-9.])(\d{10,19})(?![0-9.])"), lambda match: _integer(match[1])),
)
