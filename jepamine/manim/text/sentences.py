"""Parse the parts of a sentence in order: noun phrases, modifiers, "one by one", unknown words."""

from __future__ import annotations

from dataclasses import replace

from jepamine.manim.text.camera import CAMERA, film, trail, trail_follows
from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.discourse import Discourse
from jepamine.manim.text.kinds import NEEDS_DATA
from jepamine.manim.text.label_phrases import aim, aims, bare_brace, late, name, names_follow, other_object
from jepamine.manim.text.labelled_parts import label_legs, label_parts, legs_follow, part_labels_follow
from jepamine.manim.text.links import connect, linked, linked_between, strokes_between
from jepamine.manim.text.modifier_effects import surround
from jepamine.manim.text.modifiers import BEGINNINGS, Entry, Modifier, modifier
from jepamine.manim.text.motion import motion
from jepamine.manim.text.noun_phrases import noun_phrase
from jepamine.manim.text.parts import mark, marks_follow, strike, struck_follows
from jepamine.manim.text.phrase import bare_noun_follows, starts, starts_behind
from jepamine.manim.text.reading import Event, Ref
from jepamine.manim.text.several import several
from jepamine.manim.text.timing import drawn_in, each_takes, lasts


def part(cursor: Cursor, story: Discourse, joined: str | None) -> None:
    """Parse a noun phrase, a modifier, or unknown words."""
    start = cursor.place
    if legs_follow(cursor):
        label_legs(cursor, story)
    elif trail_follows(cursor):
        trail(cursor, story)
    elif cursor.at("with", "contains") and not part_labels_follow(cursor):
        _with(cursor, story)
    elif cursor.at("pronoun"):
        _pronoun(cursor, story, joined)
    elif part_labels_follow(cursor):
        label_parts(cursor, story)
    elif marks_follow(cursor):
        mark(cursor, story)
    elif struck_follows(cursor):
        strike(cursor, story)
    elif (not story.clause.started() or joined) and names_follow(cursor):
        story.close()
        name(cursor, story)
    elif cursor.at("linked"):
        linked(cursor, story)
    elif cursor.at("connect"):
        connect(cursor, story)
    elif strokes_between(cursor):
        linked_between(cursor, story)
    elif cursor.at("form", "article") and _form_of_several(cursor):
        story.close()
        form = next(part for part in cursor.tokens[start : cursor.place] if part.kind == "form")
        story.fronted.append(Modifier("arranged", (form.value, (None, None)), cursor.since(start)))
    elif (cursor.at("data") and _lacks_data(cursor, story)) or each_takes(cursor, story):
        pass
    elif lasts(cursor) and story.clause.started():
        drawn_in(cursor, story)
    elif cursor.at("count", "number") and _at_number(cursor, story):
        pass
    elif cursor.at("verb") and cursor.peek().value in CAMERA:
        film(cursor, story)
    elif cursor.at("verb"):
        motion(cursor, story)
    elif cursor.at("in_turn", "varied", "facing"):
        several(cursor, story)
    elif starts(cursor):
        phrase = noun_phrase(cursor)
        ref, new = story.thing(phrase)
        if not new and story.clause.head and cursor.at("with", "contains"):
            # "The left one with a circle and the right one with a star": nothing that the left one has.
            story.close()
        # "Three circles, one red and two blue": the subject stays the same.
        # "A square rotated by 45 degrees inside a circle": unknown words are not a subject in between.
        lost = not ref and joined is None and story.clause.started()
        if new or phrase.type or phrase.form or not (lost or (ref and phrase.colours)):
            story.add(ref, joined, new)
    elif cursor.at("to") and aims(cursor, story):
        aim(cursor, story)
    elif cursor.at(*BEGINNINGS, "label", "pointing"):
        if cursor.at("label", "pointing"):
            late(cursor, story)
        else:
            _modifier(cursor, story, joined)
    else:
        _unknown(cursor, story, joined)


def _lacks_data(cursor: Cursor, story: Discourse) -> bool:
    """Give data to the last chart or table that has none: "a bar chart of the marks: A 3, B 5"."""
    for place, item in reversed(list(enumerate(story.things.items))):
        if item.traits & set(NEEDS_DATA) and not item.measure("data"):
            story.things.measure((place,), "data", cursor.next().value)
            return True
    return False


def _at_number(cursor: Cursor, story: Discourse) -> bool:
    """Parse "a red dot at -2" once there is a number line; return whether that is meant."""
    items = story.things.items
    entries = [entry for entry in story.clause.entries[-1:] if len(entry.ref) == 1]
    marked = bool(entries) and items[entries[0].ref[0]].type in ("dot", "circle", "arrow", "triangle")
    if not marked or cursor.peek(-1).text.lower() != "at" or all(one.type != "number_line" for one in items):
        return False
    start = cursor.place
    number = float(cursor.next().value)
    story.say(Modifier("numbers", (number,), cursor.since(start)), entries)
    return True


def _modifier(cursor: Cursor, story: Discourse, joined: str | None) -> None:
    first = len(story.things.items)
    stated = modifier(cursor, lambda: other_object(cursor, story))
    if stated is None:
        return
    free = not story.clause.started() or joined is not None
    own = {place for entry in story.clause.entries for place in entry.ref}
    # "A circle and inside the circle, write 'Hi'": the circle cannot be in itself.
    ahead = stated.kind == "relation" and any(own & set(one) for one in stated.others)
    leads = (ahead and cursor.at("comma", "filler")) or _leads(cursor, story.clause.started())
    if free and leads and stated.kind not in ("colour", "trait"):
        stated = replace(stated, others=story.meaning(stated, [], True), pronoun=None)
        story.close()
        story.fronted.append(stated)
        cursor.skip("be", "filler")
        story.listing = cursor.at("colon")
        return
    focus = story.focus if joined is None else ()
    # Of "a circle, a square and an arrow from the circle to the square" only the arrow leads there.
    alone = stated.pronoun == "it" or stated.pronoun == "" or stated.kind == "joins"
    subjects = story.clause.meant(all_of_them=stated.kind == "arranged", alone=alone)
    # "Two graphs on axes in red and blue": the colours are not those of the axes.
    more = stated.kind == "colour" and len(stated.value) > max(len(focus), 1)
    if focus and not more and (stated.kind != "arranged" or len(focus) > 1):
        subjects = [Entry(focus)]
    if not subjects and story.fronted and not story.clause.started():
        # Two in front of one noun: "at the top, in a row: ..."
        stated = replace(stated, others=story.meaning(stated, [], True), pronoun=None)
        story.fronted.append(stated)
        return
    opened = stated.pronoun == ""
    stated = replace(stated, others=story.meaning(stated, subjects, False), pronoun=None)
    if opened and not stated.others and stated.value in (("left",), ("right",)):
        # "A dot to the left, a star to the right": there is nothing else to be left of.
        stated = replace(stated, kind="place", value=(-1 if stated.value == ("left",) else 1, 0, False))
    if stated.kind == "place" and stated.value == (0, 0, False) and story.clause.head and not focus:
        stated = replace(stated, kind="relation", value=("inside",), others=(story.clause.head,))
    story.say(stated, subjects)
    if not focus and subjects != story.clause.subjects:
        story.clause.subjects = subjects
    new = tuple(range(first, len(story.things.items)))
    story.focus = stated.others[-1] if stated.new and new else ()


def _leads(cursor: Cursor, started: bool) -> bool:
    """Return whether what was just parsed precedes the noun that it modifies."""
    ahead = 0
    while cursor.peek(ahead).kind in ("be", "filler", "colon") or (
        not started and cursor.peek(ahead).kind == "comma"
    ):
        ahead += 1
    return starts_behind(cursor, ahead)


def _with(cursor: Cursor, story: Discourse) -> None:
    start = cursor.place
    kind, around = cursor.peek().kind, cursor.next().value
    if cursor.peek(-1).text.lower() == "have" and cursor.at("pronoun"):
        # "Have them appear": an order.
        return
    head = story.focus or (story.clause.entries[-1].ref if story.clause.started() else ())
    cursor.skip("filler")
    if kind == "contains" and head and (starts(cursor) or cursor.at("pronoun")):
        if cursor.at("pronoun"):
            cursor.next()
            # "Write a formula and put a box around it": what the clause named before the box.
            earlier = [entry.ref for entry in story.clause.entries if entry.ref and entry.ref != head]
            other = (*story.before, *earlier)[-1] if story.before or earlier else ()
        else:
            other, _ = story.thing(noun_phrase(cursor))
        if around:
            surround(story, other, head, cursor.since(start))
            _drawn_around(cursor, story, other, head, start)
        else:
            story.relate("inside", other, head, cursor.since(start))
        while cursor.at("and") and bare_noun_follows(cursor, 1, ("a", "the", "another")):
            cursor.next()
            story.relate("inside", story.thing(noun_phrase(cursor))[0], head, cursor.since(start))
        for entry in story.clause.entries[-1:]:
            entry.placed = True
            story.clause.subjects = [entry]
    elif starts(cursor) and head:
        story.begin_with(bare_brace(story) or head if _text_follows(cursor) else head)
    elif starts(cursor):
        return
    else:
        cursor.miss(cursor.since(start), "what it refers to is missing")


def _text_follows(cursor: Cursor) -> bool:
    """Return whether "the label" or "a text" comes next."""
    ahead = int(cursor.at("article"))
    noun = cursor.peek(ahead)
    return noun.kind == "quoted" or (noun.kind == "noun" and noun.value[0] == "text")


def _drawn_around(cursor: Cursor, story: Discourse, middle: Ref, around: Ref, start: int) -> None:
    """Draw what is named after what it surrounds also after it: "write a formula, put a box around it"."""
    items = story.things.items
    later = len(around) == 1 and bool(middle) and max(middle) < around[0]
    if later and not items[around[0]].traits & {"filled"}:
        span = cursor.since(start)
        story.events.append(Event("show", around, None, span, seen=len(items)))


def _pronoun(cursor: Cursor, story: Discourse, joined: str | None) -> None:
    start = cursor.place
    story.close()
    ref = story.pronoun()
    if not ref:
        cursor.miss(cursor.since(start), "nothing was mentioned before")
    story.add(ref, joined)


def _unknown(cursor: Cursor, story: Discourse, joined: str | None) -> None:
    start = cursor.place
    cursor.next()
    cursor.skip("unknown")
    cursor.miss(cursor.since(start), "not understood")
    fresh = joined is not None or not story.clause.started()
    if fresh and cursor.at("be", "with", *BEGINNINGS) and not _leads(cursor, True):
        # What follows modifies that, and nothing else.
        story.add((), joined)


def _form_of_several(cursor: Cursor) -> bool:
    """Skip "a row of" before a list of different objects."""
    place = cursor.place
    cursor.skip("article")
    if cursor.at("form"):
        cursor.next()
        cursor.skip("of", "with")
        if cursor.peek(-1).kind in ("of", "with") and (
            cursor.at("quoted") or (cursor.at("article") and cursor.peek().value != "the")
        ):
            return True
    cursor.place = place
    return False
