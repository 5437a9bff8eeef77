"""The content of a description, collected clause by clause."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, get_args

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.figure_parts import add_label, add_parts, corners_of, nest, owner_of, part_of
from jepamine.manim.text.modifier_effects import HOLDERS, apply_modifier, has
from jepamine.manim.text.modifiers import Clause, Entry, Modifier
from jepamine.manim.text.noun_phrases import noun_phrase
from jepamine.manim.text.phrase import NounPhrase
from jepamine.manim.text.reading import Event, How, Place, Ref, Relation, Span
from jepamine.manim.text.referents import Referents
from jepamine.manim.text.touching import touched

#: Relation -> the one on the other side.
_OPPOSITE = {"left": "right", "right": "left", "above": "below", "below": "above"}


class Discourse:
    """Objects and what is stated about them; `joins` are strokes that lead from one object to another.

    `links` are objects and the strokes that lead from each to the next, `tips` the labels of braces;
    `listing` is whether a colon follows what is fronted.
    """

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.things = Referents(cursor)
        self.relations: list[Relation] = []
        self.places: list[Place] = []
        self.joins: list[tuple[Ref, Ref, Ref, Span]] = []
        self.links: list[tuple[Ref, Ref, Span]] = []
        self.joined: list[tuple[int, int, int]] = []
        self.tips: list[tuple[Ref, Ref, Span]] = []
        self.aims: list[tuple[Ref, Ref, Span]] = []
        self.sentence = 0  # the index in `history` at which it starts
        self.clause = Clause()
        self.fronted: list[Modifier] = []
        self.listing = False
        self.before: list[Ref] = []
        self.history: list[Ref] = []
        self.background: str | None = None
        self.events: list[Event] = []
        self.trails: list[tuple[Ref, Span]] = []
        self.free: list[int] = []  # relations of labels that may be on any side
        self.together = False  # whether the next event happens together with the last
        # The last referent of "it", the last relation to it, and its subject.
        self.topic: tuple[Ref, Any, Ref | None] = ((), None, ())
        self.focus: Ref = ()

    def thing(self, phrase: NounPhrase) -> tuple[Ref, bool]:
        """Return what a noun phrase refers to, and whether it is new; adds its labels."""
        but = self.clause.entries[-1].ref if self.clause.started() else self.before[-1] if self.before else ()
        if phrase.among is not None:
            group, _ = self.thing(phrase.among)
            phrase.type, phrase.article = "one", "the"
            self.things.sets.append(group)
        if (name := part_of(phrase)) is not None:
            return self._part(phrase, name)
        points = phrase.measures.pop("vertices", ()) if phrase.type == "dot" else ()
        ref, new = self.things.resolve(phrase, but)
        for place, point in zip(ref, points, strict=False):
            self.places.append(Place((place,), None, None, phrase.span, point=point))
        if new and "concentric" in phrase.traits:
            nest(self.things, ref)
        for measure in () if new else phrase.measures.items():
            # "Axes and a plot; the plot of y = x^2".
            self.things.measure(ref, *measure)
        if new and "overlapping" in phrase.traits:
            for index, item in pairwise(ref):
                self.relate("front", (item,), (index,), phrase.span)
        for where, texts in phrase.labels:
            self.label(ref, where, texts, phrase.span)
        return ref, new

    def _part(self, phrase: NounPhrase, name: str) -> tuple[Ref, bool]:
        """Return the parts of an object that a phrase names: they follow their owner."""
        named = self.thing(phrase.owner)[0] if phrase.owner is not None else None
        turn = None
        if name == "tangent":
            named, turn = touched(self.cursor, phrase, named, lambda: self.thing(noun_phrase(self.cursor))[0])
        owner = owner_of(self.things, name, named)
        if owner is None:
            self.cursor.miss(phrase.span, "what it belongs to is not clear")
            return (), False
        ref, new = add_parts(self.things, phrase, name, owner)
        if turn is not None and new and len(ref) == 1:
            self.things.measure(ref, "part", (owner, name, turn))
        for where, texts in phrase.labels:
            self.label(ref, where, texts, phrase.span)
        return ref, new

    def label(self, ref: Ref, where: str | None, texts: list[str], span: Span) -> None:
        """Add texts to objects, one each: without a side in boxes, below others, the second of axes aside."""
        if not ref:
            return None
        if where == "corners" or (len(ref) == 1 and 3 <= len(texts) == corners_of(self.things, ref[0])):
            # "A triangle labelled A, B and C": one name for each corner.
            for number, text in enumerate(texts):
                add_label(self.things, ref[0], "corner_label", number, text, span)
            return None
        if len(texts) == 1 < len(ref):
            # "Three boxes labelled 'Client'".
            texts = texts * len(ref)
        axes = len(ref) == 1 and self.things.items[ref[0]].type == "axes" and len(texts) == 2
        for number, text in enumerate(texts):
            if not axes and number >= len(ref):
                return self.cursor.miss(span, f"{len(texts)} labels for {len(ref)} objects")
            member = ref[0] if axes else ref[number]
            if self.things.items[member].measure("part") or self.things.items[member].measure("numbers"):
                add_label(self.things, member, "label", 0, text, span)
                self.cursor.names[text.lower()] = member
                continue
            how = "left" if axes and number else "below" if axes else where
            how = how or ("inside" if "box" in self.things.items[member].traits else None)
            if how == "inside" and self.things.items[member].type not in HOLDERS:
                how = None
            (label,) = self.things.introduce(NounPhrase(type="text", texts=[text], span=span))
            self.things.measure((label,), "belongs", member)
            if self.things.items[member].type == "brace":
                self.tips.append(((label,), (member,), span))
            else:
                self.free += [len(self.relations)] if how is None else []
                self.relate(how or "below", (label,), (member,), span)
            self.cursor.names[text.lower()] = member
        return None

    def relate(self, how: str, subject: Ref, other: Ref, span: Span) -> None:
        """Record a relation between objects."""
        if not subject or not other:
            return self.cursor.miss(span, "relates to something that was not understood")
        if set(subject) & set(other):
            return self.cursor.miss(span, "relates an object to itself")
        assert how in get_args(How)
        self.relations.append(Relation(how, subject, other, span))  # type: ignore[arg-type]
        return None

    def add(self, ref: Ref, joined: str | None, new: bool = False) -> None:
        """Add a subject; `joined` is the "comma" or the "and" before it, `new` whether it was introduced."""
        # "At the top a circle, a square": only a colon starts a list of what is there.
        led = self.fronted and not self.listing and self.fronted[-1].kind != "arranged"
        listed = joined == "and" or (joined == "comma" and not self.clause.closed and not led)
        if self.clause.complete() or (self.clause.started() and not listed):
            self.close()
        self.focus = ()
        self.clause.closed = joined == "and" and self.clause.started()
        self.clause.entries.append(Entry(ref, new=new))

    def begin_with(self, head: Ref) -> None:
        """Start the list of objects that another one has."""
        self.close()
        self.clause.head = head

    def close(self) -> None:
        """End the clause: fronted modifiers apply to its subjects."""
        clause, fronted = self.clause, self.fronted if self.clause.started() else []
        for entry in clause.entries if clause.head and not fronted else []:
            if not entry.placed and entry.ref and set(entry.ref) != set(clause.head):
                has(self, entry.ref, clause.head)
        for modifier in fronted:
            everything = modifier.kind == "arranged" or clause.closed
            entries = [entry for entry in clause.entries if not entry.placed]
            if not entries and len(clause.entries) == 1:
                # "Inside it is a dot at the centre": both apply to the dot.
                entries = clause.entries
            self.say(modifier, entries[: None if everything else 1])
        for relation in self.relations if len(clause.head) == 1 else ():
            if relation.other == clause.head and relation.how in ("inside", "front"):
                self.things.measure(relation.subject, "belongs", clause.head[0])
        if clause.started():
            self.fronted, self.listing = [], False
            refs = [entry.ref for entry in clause.entries if entry.ref]
            self.before = [clause.head] if clause.head else refs or self.before
            self.history += refs
        self.clause = Clause()
        self.focus = ()

    def meaning(self, modifier: Modifier, subjects: list[Entry], fronted: bool) -> tuple[Ref, ...]:
        """Return the objects that a modifier relates to."""
        if modifier.pronoun is None:
            return modifier.others
        referents = self._pronoun(modifier, subjects, fronted)
        first = modifier.kind in ("between", "joins") and modifier.value[0]
        return (*referents, *modifier.others) if first else (*modifier.others, *referents)

    def _pronoun(self, modifier: Modifier, subjects: list[Entry], fronted: bool) -> tuple[Ref, ...]:
        heads = set(sum((entry.ref for entry in subjects), ()))
        earlier = [entry.ref for entry in self.clause.entries if fronted or not heads & set(entry.ref)]
        if self.clause.head and not fronted:
            earlier = [self.clause.head]
        earlier = earlier or self.before
        if modifier.pronoun == "them":
            if len(earlier) == 1 and len(earlier[0]) == 1:
                earlier = [ref for ref in self.history if not heads & set(ref)][-2:] or earlier
            return (sum(earlier, ()),) if earlier else ()
        topic, how, beside = self.topic
        said_last = earlier[-1] if earlier else ()
        same = said_last == beside if beside is not None else bool(self.fronted and self.clause.started())
        last = self.relations[-1] if self.relations else None
        if (
            last is not None
            and modifier.kind == "relation"
            and last.subject == said_last
            and modifier.value == (_OPPOSITE.get(last.how),)
            and not heads & set(last.other)
        ):
            # "A star above the square and a heart below it".
            referents = [last.other]
        elif topic and same and how != modifier.value and not heads & set(topic) and not self.clause.head:
            referents = [topic]
        else:
            referents = [ref for ref in earlier if not heads & set(ref)][-1:]
        if referents and modifier.kind == "relation":
            self.topic = referents[0], modifier.value, None
        return tuple(referents)

    def pronoun(self) -> Ref:
        """Return the referent of the pronoun that comes next, and advance; () for none."""
        part = self.cursor.next()
        if part.value == "all":
            return tuple(range(len(self.things.items)))
        token = Modifier("subject", None, part.span, pronoun=part.value)
        ref = sum(self.meaning(token, [], True), ())
        if part.value == "them":
            named = self.things.mains()
            if self.cursor.peek().text.lower() == "all" or (len(ref) < 2 and len(named) == 2):
                # "A circle next to a square. Both move up."
                return named
        return ref

    def say(self, modifier: Modifier, subjects: list[Entry]) -> None:
        """Apply a modifier to subjects; what it relates to is known by now."""
        refs = [entry.ref for entry in subjects if entry.ref]
        if not refs:
            return self.cursor.miss(modifier.span, "which object this describes is not clear")
        for entry in subjects:
            entry.placed = True
        if self.topic[2] is None and modifier.kind == "relation":
            self.topic = (*self.topic[:2], refs[-1])
        return apply_modifier(self, modifier, refs)
