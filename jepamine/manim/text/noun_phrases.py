"""Noun phrases: "a red circle", "the text 'energy'", "a row of three blue squares labelled 'A', 'B', 'C'"."""

from __future__ import annotations

from jepamine.manim.text.appearance import point, proportion, settle_paint
from jepamine.manim.text.applicable import note_unused
from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.noun_suffixes import after
from jepamine.manim.text.phrase import (
    BEFORE,
    DIRECTIONS,
    STROKES,
    TURNED,
    NounPhrase,
    between_words,
    noun_follows,
    picks,
    starts_behind,
)
from jepamine.manim.text.reading import Span

#: Kinds of angles -> degrees.
_ANGLES = {"right angle": 90.0, "acute angle": 45.0, "obtuse angle": 120.0}


def noun_phrase(cursor: Cursor) -> NounPhrase:
    """Parse the noun phrase that comes next (see `starts`)."""
    start, phrase = cursor.place, NounPhrase()
    if name_length := cursor.named() or (cursor.at("article") and cursor.named(1)):
        if not cursor.named():
            cursor.next()
        words = [cursor.next() for _ in range(name_length)]
        name = " ".join(part.value if part.kind == "quoted" else part.text for part in words)
        phrase.place, phrase.span = cursor.names[name.lower()], cursor.since(start)
        return phrase
    unknown = _before(cursor, phrase)
    if cursor.at("form", "forms"):
        _form(cursor, phrase)
        if phrase.type is None and cursor.at("of"):
            cursor.next()
            unknown |= _before(cursor, phrase, inner=True)
    if phrase.type is None and cursor.at("noun"):
        noun = cursor.next()
        phrase.type, trait, phrase.plural = noun.value
        phrase.traits |= {trait} - {"", "stand_in"}
        if (angle := _ANGLES.get(noun.text.lower().removesuffix("s"))) is not None:
            phrase.measures["angle"] = angle
        if trait == "stand_in":
            # "The Earth orbits the Sun": two circles.
            phrase.measures["stands_for"] = noun.text.lower().removesuffix("s")
            phrase.article = phrase.article or (None if phrase.plural or phrase.count else "the")
            noted = any(one.text.lower() == noun.text.lower() for one in cursor.missed)
            if not _named_in_parentheses(cursor, phrase) and not noted:
                cursor.miss(noun.span, f"drawn as a {phrase.type}")
        while cursor.at("noun") and (
            cursor.peek().value[0] == phrase.type or cursor.peek().value[1] == "stand_in"
        ):
            # "A semicircle arc", "two text labels", "a triangle roof".
            _, trait, phrase.plural = cursor.next().value
            phrase.traits |= {trait} - {"", "stand_in"}
        if "dashed" in phrase.traits and phrase.type == "line":
            phrase.type = "dashed_line"
        elif "dashed" in phrase.traits and phrase.type != "dashed_line":
            cursor.miss(cursor.since(start), "only lines are dashed")
        phrase.traits.discard("dashed")
        phrase.wordless = cursor.peek().text.lower() == "without words"
        if phrase.plural and start and cursor.tokens[start - 1].text.lower() == "all":
            phrase.article = phrase.article or "the"
    elif phrase.type == "one":
        pass
    elif phrase.type is None and cursor.at("one"):
        cursor.next()
        phrase.type = "one"
    elif phrase.type is None and phrase.article == "the" and cursor.peek(-1).text.lower() == "one":
        # "The red one": the number does not count.
        phrase.type, phrase.count = "one", None
    elif cursor.at("formula"):
        phrase.type, phrase.traits = "text", phrase.traits | {"formula"}
    elif cursor.at("function") and phrase.type is None:
        phrase.type = "function_graph"
    elif phrase.type is None and phrase.measures.get("vertices") and not unknown:
        # "The points (1, 2) and (3, 1)".
        phrase.type, phrase.count, phrase.article = "dot", len(phrase.measures["vertices"]), None
    elif cursor.at("quoted"):
        phrase.type = "text"
        phrase.article = phrase.article or "the"
    elif phrase.type is None and phrase.form is None:
        phrase.type = _borrowed(cursor, phrase)
    if phrase.type is not None or phrase.form:
        for span in unknown:
            cursor.miss(span, "not a word for a colour, a size or a shape")
        if phrase.side in DIRECTIONS and phrase.type in TURNED:
            phrase.traits.add(DIRECTIONS[phrase.side])
            phrase.side = None
        after(cursor, phrase)
        _settle(phrase)
        settle_paint(cursor, phrase, start)
        note_unused(cursor, phrase, start)
        if (
            any(trait.startswith("part_") for trait in phrase.traits)
            and cursor.at("of")
            and starts_behind(cursor)
        ):
            cursor.next()
            phrase.owner = noun_phrase(cursor)
        if _among_follows(cursor, phrase):
            cursor.next()
            phrase.among = noun_phrase(cursor)
    phrase.span = cursor.since(start)
    return phrase


def _named_in_parentheses(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Parse "(rectangle)" after "a car": how the thing is to be drawn; return whether it comes next."""
    ahead = 1 + (cursor.peek(1).kind in ("article", "colour"))
    noun = cursor.peek(ahead)
    if cursor.peek().text != "(" or noun.kind != "noun" or cursor.peek(ahead + 1).text != ")":
        return False
    if ahead == 2 and cursor.peek(1).kind == "colour":
        phrase.colours.append(cursor.peek(1).value)
    phrase.type, trait, _ = noun.value
    phrase.traits |= {trait} - {""}
    cursor.place += ahead + 2
    return True


def _settle(phrase: NounPhrase) -> None:
    """Let numbers decide what the words alone do not: "a 4 by 2 rectangle", "a 5-sided polygon"."""
    rows, columns = phrase.size
    single = phrase.count is None and not phrase.plural
    if phrase.traits & {"matrix", "table"} and single:
        # Its rows and columns, which its data show.
        phrase.form, phrase.size = None, (None, None)
    if rows and columns and single and phrase.type in ("rectangle", "ellipse") and phrase.form == "grid":
        phrase.measures |= {"width": rows, "height": columns}
        phrase.form, phrase.size = None, (None, None)
    if "parallel" in phrase.traits and phrase.type in STROKES:
        phrase.traits.discard("parallel")
        phrase.form = phrase.form or ("row" if "vertical" in phrase.traits else "column")
    point(phrase)
    if phrase.type == "text" and phrase.measures.get("size", 0) >= SMALLEST_FONT:
        phrase.measures.setdefault("font_size", phrase.measures.pop("size"))
    proportion(phrase)
    if phrase.type == "rectangle" and "corner_radius" in phrase.measures:
        phrase.traits.add("rounded")
    if (sides := phrase.measures.get("sides")) and phrase.type == "polygon":
        phrase.traits |= {str(int(sides))}


#: "Size 40" of a text is that of its font from here on.
SMALLEST_FONT = 8


def _among_follows(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Return whether "of three squares" follows a phrase that picks one of several."""
    if not cursor.at("of") or (phrase.side is None and phrase.ordinal is None):
        return False
    ahead = 1
    while cursor.peek(ahead).kind in BEFORE:
        ahead += 1
    noun = cursor.peek(ahead)
    return ahead > 1 and noun.kind == "noun" and bool(noun.value[2])


def _before(cursor: Cursor, phrase: NounPhrase, inner: bool = False) -> set[Span]:
    """Parse what precedes the noun; return the unknown words among it."""
    unknown: set[Span] = set()
    while cursor.at(*BEFORE, "unknown", "comma"):
        if cursor.at("comma") and not between_words(cursor, 0):
            break
        if cursor.at("colour", "trait", "side") and _ends(cursor, phrase):
            # "Colour the last green", "make the third bigger", "move the second up".
            phrase.type = "one"
            break
        part = cursor.next()
        match part.kind:
            case "article":
                if not inner:
                    phrase.article = part.value
            case "count" if part.text.lower() == "one" and _picks(cursor, phrase):
                # "The middle one red": what follows is said of it.
                phrase.type = "one"
                return unknown
            case "count":
                phrase.count = part.value
                if part.text.lower() == "both":
                    phrase.article = phrase.article or "the"
            case "measure":
                phrase.measures[part.value[0]] = part.value[1]
            case "dims":
                phrase.form, phrase.size = phrase.form or "grid", part.value
            case "ordinal":
                phrase.ordinal = part.value
            case "side":
                phrase.side = part.value
            case "colour":
                phrase.colours.append(part.value)
            case "trait":
                phrase.traits |= {part.value} - {""}
            case "unknown":
                unknown.add(part.span)
    return unknown


def _picks(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Return whether "one" is a noun: "the middle one", "the second one"."""
    described = cursor.at("trait") and noun_follows(cursor, 1)
    return picks(phrase) and not cursor.at("noun", "form") and not described


def _ends(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Return whether a phrase that picks one of several ends before the word that comes."""
    after = cursor.peek(1)
    picked = phrase.ordinal is not None if cursor.at("side") else picks(phrase)
    last = after.kind not in (*BEFORE, "noun", "form", "forms", "unknown", "comma")
    return picked and (last or after.text.lower() == "by")


def _form(cursor: Cursor, phrase: NounPhrase) -> None:
    """Parse "row", or "two rows of three"."""
    part = cursor.next()
    phrase.form = part.value
    if part.kind == "forms" and phrase.count:
        lines, phrase.count = phrase.count, None
        phrase.size = (lines, None) if part.value == "row" else (None, lines)
        phrase.form = "grid"


def _borrowed(cursor: Cursor, phrase: NounPhrase) -> str | None:
    """Return the type that "a red" has in "a red and a blue circle"; None without such a noun."""
    if not phrase.colours and not phrase.traits:
        return None
    ahead = 0
    while cursor.peek(ahead).kind in ("and", "comma", "article", "count", "colour", "trait", "unknown"):
        ahead += 1
    noun = cursor.peek(ahead)
    return noun.value[0] if ahead and noun.kind == "noun" else None
