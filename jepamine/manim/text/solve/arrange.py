"""Solve a parsed description for places: no unintended overlap, and everything inside the frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from math import floor

from jepamine.errors import UserError
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.reading import Place, Reading, Ref, Relation, Span
from jepamine.manim.text.solve import constraints as statements
from jepamine.manim.text.solve.box_expressions import Box, Boxes, Unit, boxes_of
from jepamine.manim.text.solve.constraints import NEAR, SIZED, STRICT, Rules, Strictness
from jepamine.manim.text.solve.default_places import braces, halfway, labels, rests_on, spread, stroke_of_dots
from jepamine.manim.text.solve.dependent_objects import sources, with_derived, without
from jepamine.manim.text.solve.joined_strokes import with_joined
from jepamine.manim.text.solve.linear_program import Linear, Program, at_least, at_most, wish
from jepamine.manim.text.solve.overlaps import Choice, DoesNotFit, kept_apart, settle


class _Contradiction(Exception):
    """These words contradict earlier ones."""

    def __init__(self, span: Span) -> None:
        super().__init__()
        self.span = span


def arrange(reading: Reading) -> Layout:
    """Return the layout of a parsed description: that of `solved`, and what follows from it.

    Raises UserError as `solved` does.
    """
    origins = sources(reading)
    if not origins:
        return with_joined(solved(reading), reading.joined)
    rest, kept = without(reading, set(origins))
    return with_joined(with_derived(reading, solved(rest), kept, origins), reading.joined)


def solved(reading: Reading) -> Layout:
    """Return the layout of a parsed description; object i is item i of the reading, `z` is the drawing order.

    Lengths are in Manim units, to a hundredth. Raises UserError for contradictory words, and for more than
    the frame has room for.
    """
    if not reading.items:
        return Layout(())
    span: Span | None = None
    for strict in STRICT:
        try:
            boxes, values = _solve(reading, strict)
        except _Contradiction as error:
            span = error.span
        except DoesNotFit:
            span = None
        else:
            return objects_of(reading, boxes, values)
    if span is not None:
        words = reading.description[span.start : span.end]
        raise UserError(
            f"description, character {span.start + 1}: '{words}' contradicts what comes before "
            "it; leave one of the two out"
        )
    raise UserError(
        f"the {len(reading.items)} objects of the description do not fit into the frame as described; "
        "name fewer, or leave some places open"
    )


def _solve(reading: Reading, strict: Strictness) -> tuple[Boxes, Linear]:
    boxes = boxes_of(reading)
    program = Program(boxes.variables)
    large = {
        place for statement in reading.relations if statement.how == "inside" for place in statement.other
    }
    if not strict.deep:
        covering = [statement for statement in reading.relations if statement.how in ("front", "behind")]
        large |= {place for statement in covering for place in statement.subject + statement.other}
    for unit in boxes.units:
        program.add(_unit(unit, strict, bool(large & set(unit.members)), _fixed(reading, unit)))
    program.add(spread(reading, boxes))
    program.add(halfway(reading, boxes))
    program.add(braces(reading, boxes))
    if strict.further:
        program.add(labels(reading, boxes))
    statement = list(_statements(reading, boxes, strict))
    alone = program.mark()
    program.add(rule for _, rules, _ in statement for rule in rules)
    if not program.solve():
        program.back_to(alone)
        raise _first_untrue(program, statement)
    settle(program, [ways for _, _, ways in statement if ways], kept_apart(reading, boxes), strict.gap)
    return boxes, program.values


def _first_untrue(program: Program, statement: Sequence[tuple[Span, Rules, Choice]]) -> Exception:
    for span, rules, _ in statement:
        program.add(rules)
        if not program.solve():
            return _Contradiction(span)
    return DoesNotFit()


def _fixed(reading: Reading, unit: Unit) -> bool:
    """Return whether the description gives coordinates, which hold even outside of the frame."""
    return any(reading.items[place].measure(name) for place in unit.members for name in ("vertices", "ends"))


def _unit(unit: Unit, strict: Strictness, large: bool, fixed: bool) -> Rules:
    """Yield the rules of each group and object by itself: inside the frame, neither tiny nor huge."""
    least = max(size.least if size.least == size.most else strict.shrink * size.least for size in unit.sizes)
    most = 4.0 if large else max(min(size.most for size in unit.sizes), least)
    rules = [at_least(unit.scale, least), at_most(unit.scale, most), wish(unit.scale, 1.0, SIZED)]
    if not fixed:
        rules += statements.in_frame(unit.box, strict.edge)
    for gap in unit.gaps:
        rules += [at_least(gap, strict.gap), wish(gap, 0.5, 3 * NEAR)]
    return rules


def _statements(reading: Reading, boxes: Boxes, strict: Strictness) -> Iterator[tuple[Span, Rules, Choice]]:
    """Yield (the words, what they require, alternatives of which one must hold), in the order of the text."""
    pairs = [{statement.subject, statement.other} for statement in reading.relations]
    everything: list[Place | Relation] = [*reading.places, *reading.relations]
    for statement in sorted(everything, key=lambda statement: statement.span.start):
        for box in boxes.of(statement.subject):
            if isinstance(statement, Place):
                yield statement.span, statements.placed(statement, box, strict), []
                continue
            for other in boxes.of(statement.other):
                alone = pairs.count({statement.subject, statement.other}) == 1
                label = any(reading.items[place].type == "text" for place in statement.subject)
                if statement.how == "front" and (upright := stroke_of_dots(reading, statement)) is not None:
                    yield statement.span, statements.upon(box, other, upright), []
                    continue
                if statement.how == "above" and statement.other == rests_on(reading, statement.subject):
                    yield statement.span, statements.resting(box, other), []
                    continue
                rules, ways = _related(
                    reading, statement.how, (box, other), statement.other, strict, alone, label
                )
                if (figure := _ground(reading, statement)) is not None:
                    pair = (other, box) if statement.how == "behind" else (box, other)
                    ways = [list(statements.inside(*pair, figure, strict)), *ways]
                yield statement.span, rules, ways


def _ground(reading: Reading, relation: Relation) -> str | None:
    """Return the type of a figure behind a text, which is best all around it; None for other pairs."""
    if relation.how not in ("front", "behind") or len(relation.subject + relation.other) != 2:
        return None
    text, figure = relation.subject[0], relation.other[0]
    if relation.how == "behind":
        text, figure = figure, text
    kind = reading.items[figure].type
    return kind if reading.items[text].type == "text" and kind in _GROUNDS else None


#: Figures that a text may stand on.
_GROUNDS = ("circle", "square", "rectangle", "ellipse")


def _related(
    reading: Reading,
    how: str,
    pair: tuple[Box, Box],
    others: Ref,
    strict: Strictness,
    alone: bool,
    label: bool,
) -> tuple[Rules, Choice]:
    if how == "inside":
        type_ = reading.items[others[0]].type if len(others) == 1 else None
        return statements.inside(*pair, type_, strict), []
    if how in ("front", "behind"):
        return [], statements.overlap(*pair, strict)
    if how == "beside":
        sides = ("right", "left", "below", "above")
        return [], [statements.relation(side, *pair, strict, alone=alone, label=label) for side in sides]
    return statements.relation(how, *pair, strict, alone=alone, label=label), []


# A tip is a quarter of a short arrow: Manim's max_tip_length_to_length_ratio.
_TIP = 0.25


def objects_of(reading: Reading, boxes: Boxes, values: Linear) -> Layout:
    """Return the layout, from the values of all variables. Raises UserError if covering is circular."""
    order = _drawn(reading)
    objects = []
    for place, item in enumerate(reading.items):
        x, y, half_width, half_height = boxes.items[place].at(values)
        width, height = _down(2 * half_width), _down(2 * half_height)
        if item.type in ("arrow", "double_arrow") and "diagonal" not in item.traits:
            # Arrows that became short have smaller tips.
            long, thick = max(width, height), min(width, height)
            thick = min(thick, _down(_TIP * long))
            width, height = (long, thick) if width >= height else (thick, long)
        objects.append(
            Object(
                type=item.type,
                x=round(x, 2) + 0.0,
                y=round(y, 2) + 0.0,
                z=order[place],
                width=width,
                height=height,
                text=item.text,
                color=item.color,
            )
        )
    return Layout(tuple(objects))


def _down(length: float) -> float:
    """Round a length down to a hundredth."""
    return floor(100 * length + 1e-6) / 100


def _drawn(reading: Reading) -> list[int]:
    """Return each item's place in the drawing order.

    As mentioned, but covering objects after covered ones.
    """
    after: dict[int, set[int]] = {place: set() for place in range(len(reading.items))}
    for relation in reading.relations:
        over, under = relation.subject, relation.other
        if relation.how == "behind":
            over, under = under, over
        if relation.how in ("inside", "front", "behind"):
            for place in over:
                after[place] |= set(under) - {place}
    sorter = TopologicalSorter(after)
    try:
        sorter.prepare()
    except CycleError:
        raise UserError("the description puts each of two objects on the other; leave one out") from None
    order: dict[int, int] = {}
    ready: list[int] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()])
        order[ready[0]] = len(order)
        sorter.done(ready.pop(0))
    return [order[place] for place in range(len(reading.items))]
