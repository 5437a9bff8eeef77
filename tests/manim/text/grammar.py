"""Descriptions by seed, with what is true of them.

Kept apart from the parser: nothing here knows how words are read.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

COLOURS = ("red", "blue", "green", "yellow", "orange", "purple", "pink", "teal", "white", "grey", "gold")
NOUNS = {
    "circle": ["circle"],
    "square": ["square"],
    "rectangle": ["rectangle", "box"],
    "triangle": ["triangle"],
    "ellipse": ["ellipse", "oval"],
    "dot": ["dot", "point"],
    "star": ["star"],
    "polygon": ["polygon", "hexagon", "pentagon"],
    "line": ["line", "straight line"],
    "dashed_line": ["dashed line", "dotted line"],
    "arrow": ["arrow"],
    "double_arrow": ["double arrow", "double-headed arrow"],
    "arc": ["arc"],
    "annulus": ["ring", "annulus"],
    "number_line": ["number line"],
    "axes": ["set of axes", "coordinate system"],
    "number_plane": ["number plane", "coordinate grid"],
    "function_graph": ["function graph", "curve", "sine wave"],
    "brace": ["brace", "curly brace"],
}
FIGURES = ("circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon")
PLURALS = {"box": "boxes", "annulus": "annuli", "set of axes": "sets of axes", "axes": "axes"}
WORDS = ("energy", "mass", "Input", "Output", "A", "B", "x", "force", "Newton's law", "E = mc^2", "step 1")
PLACES = {
    (-1, 1): ["at the top left", "in the upper left", "in the top-left corner"],
    (0, 1): ["at the top", "at the very top", "at the top of the frame"],
    (1, 1): ["at the top right", "in the upper right", "in the top right corner"],
    (-1, 0): ["on the left", "on the left side", "at the left edge"],
    (0, 0): ["in the centre", "in the middle", "in the center of the frame"],
    (1, 0): ["on the right", "on the right-hand side"],
    (-1, -1): ["at the bottom left", "in the lower left"],
    (0, -1): ["at the bottom", "at the bottom of the screen"],
    (1, -1): ["at the bottom right", "in the lower right corner"],
}
SIDES = {
    "left": ["left of", "to the left of", "on the left side of"],
    "right": ["right of", "to the right of", "directly right of"],
    "above": ["above", "over", "just above"],
    "below": ["below", "under", "beneath", "directly below"],
}
ITS = {
    "left": ["to its left", "to the left of it"],
    "right": ["to its right", "on its right"],
    "above": ["above it"],
    "below": ["below it", "underneath it"],
}
INSIDE = ["inside", "within", "in"]
FRONT = ["in front of", "partly covering", "overlapping"]
COUNTS = ("zero", "one", "two", "three", "four", "five", "six")


@dataclass
class Described:
    """A description; its objects as (type, text, colour word), in the order in which they are named.

    `relations` are (how, objects, other objects), `places` (objects, column, row), `groups` (rows, columns,
    objects).
    """

    text: str = ""
    objects: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    relations: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)
    places: list[tuple[tuple[int, ...], int, int]] = field(default_factory=list)
    groups: list[tuple[int, int, tuple[int, ...]]] = field(default_factory=list)


def described(seed: int) -> Described:
    """The description of a seed: 1 to 8 objects."""
    return _Writer(seed).write(1 + seed % 8)


class _Writer:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.made = Described()
        self.keys = [(type_, colour) for type_ in NOUNS for colour in COLOURS]
        self.rng.shuffle(self.keys)
        self.texts = self.rng.sample(WORDS, len(WORDS))
        self.places = self.rng.sample(sorted(PLACES), len(PLACES))
        self.clauses: list[str] = []

    def write(self, count: int) -> Described:
        """Clauses until there are as many objects as wanted."""
        while len(self.made.objects) < count:
            left = count - len(self.made.objects)
            ways = [self.placed, self.sentence]
            ways += [self.pair, self.held, self.pronoun, self.labelled, self.covering] if left >= 2 else []
            ways += [self.group, self.arrow, self.series] if left >= 3 else []
            self.rng.choice(ways)(left)
        self.made.text = self.joined()
        return self.made

    def joined(self) -> str:
        """The clauses as one text."""
        if self.rng.random() < 0.5:
            return ", ".join(self.clauses)
        return " ".join(clause[0].upper() + clause[1:] + "." for clause in self.clauses)

    def thing(self, types: tuple[str, ...] = ()) -> tuple[int, str, str]:
        """A new object: (its number, "a red circle", "the red circle")."""
        if not types and self.texts and self.rng.random() < 0.2:
            text = self.texts.pop()
            self.made.objects.append(("text", text, None))
            mark = '"' if "'" in text else self.rng.choice("'\"")
            words = f"the {self.rng.choice(['text', 'word', 'caption'])} {mark}{text}{mark}"
            return len(self.made.objects) - 1, words, f"the text {mark}{text}{mark}"
        key = next(key for key in self.keys if not types or key[0] in types)
        self.keys.remove(key)
        type_, colour = key
        noun = self.rng.choice(NOUNS[type_])
        self.made.objects.append((type_, None, colour))
        size = self.rng.choice(["", "", "", "small ", "large "]) if type_ in FIGURES[:3] else ""
        words = f"{size}{colour} {noun}"
        return len(self.made.objects) - 1, _article(words), f"the {colour} {noun}"

    def place(self, members: tuple[int, ...]) -> str:
        """A place that nothing has yet."""
        column, row = self.places.pop() if self.places else (0, 0)
        self.made.places.append((members, column, row))
        return self.rng.choice(PLACES[column, row])

    def side(self, subject: int, other: int) -> str:
        """A side of another on which there is room, whatever its place."""
        taken = {members: (column, row) for members, column, row in self.made.places}
        column, row = taken.get((other,), (0, 0))
        sides = [("left", column >= 0), ("right", column <= 0), ("above", row <= 0), ("below", row >= 0)]
        how = self.rng.choice([side for side, room in sides if room])
        self.made.relations.append((how, (subject,), (other,)))
        return how

    def placed(self, left: int) -> None:
        number, new, _ = self.thing()
        place = self.place((number,))
        ways = [f"{new} {place}", f"{place} there is {new}", f"{new} is {place}", f"put {new} {place}"]
        self.clauses.append(self.rng.choice(ways))

    def sentence(self, left: int) -> None:
        self.placed(left)

    def pair(self, left: int) -> None:
        """One thing at its place, another beside it."""
        other, new_other, known = self.thing()
        place = self.place((other,))
        number, new, _ = self.thing()
        words = self.rng.choice(SIDES[self.side(number, other)])
        later = [f"{new} {words} {known}", f"{words} {known} is {new}", f"{new} is {words} {known}"]
        self.clauses += [f"{new_other} {place}", self.rng.choice(later)]

    def pronoun(self, left: int) -> None:
        other, new_other, _ = self.thing()
        place = self.place((other,))
        number, new, _ = self.thing()
        words = self.rng.choice(ITS[self.side(number, other)])
        ways = [f"{new_other} {place} and {new} {words}", f"{new_other} {place} and {words} {new}"]
        self.clauses.append(self.rng.choice(ways))

    def held(self, left: int) -> None:
        """One thing in another."""
        inner = ("dot", "circle", "square", "star", "triangle")
        if self.rng.random() < 0.5:
            outer, new_outer, _ = self.thing(("rectangle", "square", "circle", "ellipse", "axes"))
            number, new, _ = self.thing(inner)
            ways = [f"{new_outer} with {new} inside it", f"{new_outer} containing {new}"]
        else:
            number, new, _ = self.thing(inner)
            outer, new_outer, _ = self.thing(("rectangle", "square", "circle", "ellipse", "number_plane"))
            ways = [f"{new} {self.rng.choice(INSIDE)} {new_outer}"]
        self.made.relations.append(("inside", (number,), (outer,)))
        self.clauses.append(self.rng.choice(ways))

    def labelled(self, left: int) -> None:
        if not self.texts:
            return self.placed(left)
        number, new, _ = self.thing(FIGURES)
        text = self.texts.pop()
        self.made.objects.append(("text", text, None))
        mark = '"' if "'" in text else "'"
        self.clauses.append(f"{new} {self.rng.choice(['labelled', 'labeled', 'named'])} {mark}{text}{mark}")
        # The words of a box stand in it.
        how = "inside" if new.endswith("box") else "below"
        self.made.relations.append((how, (number + 1,), (number,)))
        return None

    def covering(self, left: int) -> None:
        number, new, _ = self.thing(FIGURES)
        other, new_other, _ = self.thing(FIGURES)
        if self.rng.random() < 0.5:
            self.clauses.append(f"{new} {self.rng.choice(FRONT)} {new_other}")
            self.made.relations.append(("front", (number,), (other,)))
        else:
            self.clauses.append(f"{new} behind {new_other}")
            self.made.relations.append(("behind", (number,), (other,)))

    def group(self, left: int) -> None:
        """A row, a column or a grid."""
        count = self.rng.randint(3, min(left, 6))
        type_ = self.rng.choice(["circle", "square", "triangle", "star", "dot", "rectangle"])
        colour = self.rng.choice(COLOURS)
        noun = self.rng.choice(NOUNS[type_])
        several = f"{colour} {PLURALS.get(noun, noun + 's')}"
        first = len(self.made.objects)
        members = tuple(range(first, first + count))
        self.made.objects += [(type_, None, colour)] * count
        self.keys = [key for key in self.keys if key != (type_, colour)]
        kind = self.rng.choice(["row", "column", "grid"] if count % 2 == 0 else ["row", "column"])
        shape = {"row": (1, count), "column": (count, 1), "grid": (2, count // 2)}[kind]
        self.made.groups.append((*shape, members))
        number = COUNTS[count]
        ways = [f"a {kind} of {number} {several}", f"{number} {several} in a {kind}"]
        if kind == "grid":
            ways = [f"a {shape[0]} by {shape[1]} grid of {several}"]
            ways.append(f"{number} {several} in two rows of {COUNTS[shape[1]]}")
        new = self.rng.choice(ways)
        self.clauses.append(f"{new} {self.place(members)}")

    def arrow(self, left: int) -> None:
        one, new_one, known_one = self.thing(FIGURES)
        two, new_two, known_two = self.thing(FIGURES)
        number = len(self.made.objects)
        self.made.objects.append(("arrow", None, None))
        self.clauses.append(f"{new_one} and {new_two}")
        self.clauses.append(f"an arrow from {known_one} to {known_two}")
        self.made.relations += [("left", (one,), (number,)), ("left", (number,), (two,))]

    def series(self, left: int) -> None:
        """Different things in a row."""
        things = [self.thing(FIGURES) for _ in range(3)]
        words = f"{things[0][1]}, {things[1][1]} and {things[2][1]}"
        members = tuple(number for number, _, _ in things)
        self.made.groups.append((1, 3, members))
        ways = [f"{words} in a row", f"{words} side by side", f"from left to right: {words}"]
        self.clauses.append(self.rng.choice(ways))


def _article(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
