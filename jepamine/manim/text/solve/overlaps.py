"""Keep objects apart: try one way after another, the shortest first, until nothing overlaps."""

from __future__ import annotations

from collections.abc import Sequence

from jepamine.manim.text.reading import Reading
from jepamine.manim.text.solve.box_expressions import Box, Boxes
from jepamine.manim.text.solve.constraints import Rules, apart
from jepamine.manim.text.solve.linear_program import Program

#: Alternatives of which one must hold, the best first.
Choice = list[Rules]
#: The number of ways tried before giving up.
TRIES = 80


class DoesNotFit(Exception):
    """No way was found."""


def settle(program: Program, choices: Sequence[Choice], pairs: Sequence[tuple[Box, Box]], gap: float) -> None:
    """Choose one way of each choice, and keep the boxes of each pair `gap` units apart; `program` is solved.

    Raises DoesNotFit.
    """
    tries = iter(range(TRIES))

    def taken(ways: Sequence[Rules], rest: int) -> bool:
        for way in ways:
            if next(tries, None) is None:
                raise DoesNotFit
            mark = program.mark()
            program.add(way)
            if program.solve() and done(rest):
                return True
            program.back_to(mark)
        return False

    def done(number: int) -> bool:
        if number < len(choices):
            return taken(choices[number], number + 1)
        worst, ways, values = 1e-6, [], program.values
        for a, b in pairs:
            options = sorted(apart(a, b, gap, values), key=lambda option: option[0])
            if options[0][0] > worst:
                worst, ways = options[0][0], [way for _, way in options]
        return not ways or taken(ways, number)

    if not done(0):
        raise DoesNotFit


def kept_apart(reading: Reading, boxes: Boxes) -> list[tuple[Box, Box]]:
    """Return the pairs of boxes that must not overlap: all that no statement brings together.

    A group counts as one, unless something is among its members.
    """
    covered = _covered(reading)
    among = {
        (place, other)
        for relation in reading.relations
        for unit in boxes.units
        for place in relation.subject + relation.other
        for other in unit.members
        if len(unit.members) > 1
        and place not in unit.members
        and (set(relation.subject + relation.other) - {place}) & set(unit.members)
        and (
            relation.how == "inside"
            or len(set(relation.subject + relation.other) & set(unit.members)) < len(unit.members)
        )
    }
    pairs = []
    for number, unit in enumerate(boxes.units):
        for other in boxes.units[:number]:
            members = [(a, b) for a in unit.members for b in other.members]
            if any(pair in covered or pair in among or pair[::-1] in among for pair in members):
                pairs += [(boxes.items[a], boxes.items[b]) for a, b in members if (a, b) not in covered]
            else:
                pairs.append((unit.box, other.box))
    return pairs


def _covered(reading: Reading) -> set[tuple[int, int]]:
    """Return the pairs of items that may overlap, in both orders."""
    groups = {frozenset(group.members) for group in reading.groups}
    within: dict[int, set[int]] = {place: set() for place in range(len(reading.items))}
    pairs: set[tuple[int, int]] = set()
    for relation in reading.relations:
        # In a row means among its members, not on them.
        if relation.how == "inside" and not (len(relation.other) > 1 and frozenset(relation.other) in groups):
            for place in relation.subject:
                within[place] |= set(relation.other)
        if relation.how in ("front", "behind"):
            pairs |= {(a, b) for a in relation.subject for b in relation.other}
    on = [(place, item.measure("rests")) for place, item in enumerate(reading.items)]
    pairs |= {(place, ground) for place, ground in on if ground is not None}
    # Both are where the description says: two vectors from the origin.
    given = [
        place for place, item in enumerate(reading.items) if item.measure("ends") or item.measure("vertices")
    ]
    pairs |= {(a, b) for a in given for b in given if a != b}
    for _ in reading.items:
        for holders in within.values():
            holders |= {outer for holder in holders for outer in within[holder]}
    pairs |= {(a, outer) for a, b in list(pairs) for outer in within[b]}
    pairs |= {(outer, b) for a, b in list(pairs) for outer in within[a]}
    pairs |= {(place, holder) for place, holders in within.items() for holder in holders}
    return pairs | {(b, a) for a, b in pairs}
