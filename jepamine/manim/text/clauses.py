"""Clauses: which objects a modifier applies to."""

from __future__ import annotations

from dataclasses import dataclass, field

from jepamine.manim.text.reading import Ref


@dataclass
class Entry:
    """A subject; `placed` once it has a place, `labelled` once it has a label."""

    ref: Ref
    placed: bool = False
    labelled: bool = False


@dataclass
class Clause:
    """Subjects that belong together: "a circle, a square and a star". `head` is the object that has them.

    `closed` is whether the last was joined by "and". `subjects` are those of the last modifier.
    """

    entries: list[Entry] = field(default_factory=list)
    head: Ref = ()
    closed: bool = False
    subjects: list[Entry] = field(default_factory=list)

    def started(self) -> bool:
        """Return whether it has a subject."""
        return bool(self.entries)

    def complete(self) -> bool:
        """Return whether the last subject has a modifier, so that a further noun starts a new clause."""
        return bool(self.entries) and self.entries[-1].placed

    def meant(self, *, all_of_them: bool, alone: bool) -> list[Entry]:
        """Return the subjects of the next modifier.

        That is the last subject; all of a list that ends with "and" if they have no modifier yet (`alone`
        forbids that), or of any list of single objects for what makes sense of several only (`all_of_them`).
        """
        if not self.entries or self.entries[-1].placed:
            return self.subjects
        bare: list[Entry] = []
        for entry in reversed(self.entries):
            if entry.placed:
                break
            bare.insert(0, entry)
        # "A circle, four dots in two rows": the rows are not the circle's.
        if self.closed and not alone:
            return bare
        if all_of_them and len(bare[-1].ref) == 1:
            return bare
        return bare[-1:]
