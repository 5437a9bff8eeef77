"""What may follow a noun: its text, its colours, its direction, its labels."""

from __future__ import annotations

from jepamine.manim.layouts import LIMIT
from jepamine.manim.text.appearance import painted
from jepamine.manim.text.content_suffixes import as_formula, content, own_sides, points_of_star
from jepamine.manim.text.cursor import Cursor, Token
from jepamine.manim.text.phrase import CORNERS, DIRECTIONS, NounPhrase, noun_follows, shape_ahead, starts


def after(cursor: Cursor, phrase: NounPhrase) -> None:
    """Parse everything after the noun that is part of its phrase."""
    while _one(cursor, phrase):
        pass
    if phrase.plural and phrase.count is None and cursor.at("corners"):
        phrase.count = 4


def _one(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Parse one of these; return whether there was one."""
    following = cursor.peek(1).kind
    if phrase.type == "text" and not phrase.texts and not phrase.wordless:
        place = cursor.place
        if cursor.at("label") and cursor.peek().value == "inside":
            # "A title that says 'Limits'".
            cursor.next()
        cursor.skip(
            "saying",
            "filler",
            *(["with", "of"] if phrase.traits & {"list", "code"} else []),
            *(["colon"] if cursor.peek(1).kind == "quoted" else []),
        )
        several = 20 if "list" in phrase.traits else number(phrase)
        # "The formula for gravity": words are no formula.
        words = "formula" in phrase.traits and cursor.at("unknown") and len(cursor.peek().text) > 2
        words = words and cursor.peek(1).text not in ("=", "+", "-")
        phrase.texts = [] if words else texts(cursor, several)
        if phrase.texts:
            return True
        cursor.place = place
    if painted(cursor, phrase) or points_of_star(cursor, phrase) or content(cursor, phrase):
        return True
    if as_formula(cursor, phrase) or own_sides(cursor, phrase):
        return True
    if cursor.at("label"):
        return _label(cursor, phrase)
    if _corner_names(cursor, phrase):
        phrase.labels.append(("corners", list(cursor.next().text)))
        return True
    if phrase.type != "text" and not phrase.labels and (names := _names(cursor, phrase)):
        phrase.labels.append(("inside", names))
    elif phrase.type != "text" and not phrase.labels and _says(cursor):
        cursor.skip("saying")
        phrase.labels.append(("inside", texts(cursor, number(phrase))))
    elif cursor.at("coloured") and following == "colour":
        phrase.traits |= {"filled"} if cursor.next().text.lower().startswith("fill") else set()
        phrase.colours += colours(cursor, number(phrase) > 1)
        cursor.skip("order")
    elif (
        cursor.at("in")
        and following == "colour"
        and not (noun_follows(cursor, 2) or _of_several(cursor, phrase))
    ):
        cursor.next()
        phrase.coloured_behind = True
        phrase.colours += colours(cursor, number(phrase) > 1)
    elif cursor.at("pointing") and following in ("side", "trait", "place"):
        cursor.next()
        phrase.directions = _directions(cursor, number(phrase) > 1)
    else:
        return _filler(cursor, phrase)
    return True


def _filler(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Step over a filler, but not over what begins "arranged in a triangle"."""
    return not (phrase.plural and shape_ahead(cursor)) and cursor.skip("filler")


def _names(cursor: Cursor, phrase: NounPhrase) -> list[str]:
    """Parse the names of several figures: "three boxes Start, Process and End"; as many as there are."""
    place, count = cursor.place, phrase.count or 0
    cursor.skip("colon")
    found = texts(cursor, count) if count > 1 and cursor.at("unknown") else []
    if len(found) != count or not all(name[:1].isupper() for name in found):
        cursor.place = place
        return []
    return found


def _corner_names(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Return whether "ABC" comes behind a triangle, "AB" behind a segment: a letter for each corner."""
    word, count = cursor.peek().text, 2 if phrase.type == "line" else CORNERS.get(phrase.type or "", 0)
    plain = number(phrase) == 1 and not any(where == "corners" for where, _ in phrase.labels)
    return plain and cursor.at("unknown") and word.isalpha() and word.isupper() and 1 < len(word) == count


def _of_several(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Return whether several colours follow one object: "a circle and a square in red and blue"."""
    several = cursor.peek(2).kind in ("and", "comma") and cursor.peek(3).kind == "colour"
    return several and number(phrase) == 1 and not noun_follows(cursor, 4)


def _says(cursor: Cursor) -> bool:
    return cursor.at("quoted") or (cursor.at("saying") and cursor.peek(1).kind == "quoted")


def _label(cursor: Cursor, phrase: NounPhrase) -> bool:
    place, where = cursor.place, cursor.next().value
    first, corners = cursor.place, CORNERS.get(phrase.type or "", 1) if number(phrase) == 1 else 1
    labels = texts(cursor, 2 if phrase.type == "axes" else max(corners, number(phrase)))
    if 1 < len(labels) < corners:
        # Not one for each corner: the second is not this figure's.
        cursor.place = first
        labels = texts(cursor, 1)
    if not labels:
        cursor.place = place
        return False
    # For a second object it gives the place: "a dot labelled Earth to the right of it".
    alone = sum(part.kind == "noun" for part in cursor.tokens[: cursor.place]) < 2
    aside = cursor.at("relation") and cursor.peek().value != ("amid",)
    if aside and (alone or cursor.peek(1).kind != "pronoun"):
        # "with the label 'A' above it".
        place, (where, *_) = cursor.place, cursor.next().value
        if not cursor.skip("pronoun") and starts(cursor):
            cursor.place = place
            where = None
    phrase.labels.append((where, labels))
    return True


def number(phrase: NounPhrase) -> int:
    """Return how many objects a phrase names, at most."""
    return phrase.count or (LIMIT if phrase.plural or phrase.form else 1)


def texts(cursor: Cursor, most: int) -> list[str]:
    """Parse up to `most` quoted texts, or bare words without another meaning: "labelled A, B and C"."""
    if counted := _counted(cursor, most):
        return counted
    result: list[str] = []
    while cursor.at("quoted"):
        result.append(cursor.next().value)
        ahead = 0
        while cursor.peek(ahead).kind in ("comma", "and"):
            ahead += 1
        if len(result) == most or not ahead or cursor.peek(ahead).kind != "quoted":
            break
        cursor.place += ahead
    if result:
        return result
    result += _bare(cursor)
    while result and len(result) < most and cursor.at("comma", "and"):
        place = cursor.place
        cursor.skip("comma", "and")
        more = [] if noun_follows(cursor, 0) else _bare(cursor)
        if not more or cursor.at("noun", "colour", "trait"):
            # Not a label: "labelled A, two circles".
            cursor.place = place
            break
        result += more
    return result


def _counted(cursor: Cursor, most: int) -> list[str]:
    """Parse "1 to 5", "from a to e" as labels; [] if that does not come next, or are more than `most`."""
    ahead = int(cursor.at("from"))
    first, to, last = (cursor.peek(ahead + step).text for step in range(3))
    if cursor.peek(ahead + 1).kind != "to" and to != "-":
        return []
    numbers = first.isdigit() and last.isdigit() and int(first) < int(last)
    letters = len(first) == len(last) == 1 and first.isalpha() and last.isalpha() and first < last
    if not (numbers or letters):
        return []
    ends = (int(first), int(last)) if numbers else (ord(first), ord(last))
    labels = [str(one) if numbers else chr(one) for one in range(ends[0], ends[1] + 1)]
    if not 1 < len(labels) <= most:
        return []
    cursor.place += ahead + 3
    return labels


def _bare(cursor: Cursor) -> list[str]:
    """Parse a label without quotes: words without another meaning, a number, the letter A."""
    first, start = cursor.peek(), cursor.place
    if first.kind == "noun" and first.value[1] == "stand_in" and first.text[:1].isupper():
        # "Labelled Sun".
        return [cursor.next().text]
    if first.kind == "count" or (first.kind == "article" and first.text == "A"):
        return [cursor.next().text]
    return [cursor.words(cursor.since(start))] if cursor.skip("unknown") else []


def colours(cursor: Cursor, several: bool) -> list[str]:
    """Parse a colour, or a list of them without a noun after it: "red, blue and green"."""
    result = [cursor.next().value]
    while several:
        ahead = 0
        while cursor.peek(ahead).kind in ("comma", "and"):
            ahead += 1
        if not ahead or cursor.peek(ahead).kind != "colour" or noun_follows(cursor, ahead + 1):
            break
        cursor.place += ahead
        result.append(cursor.next().value)
    return result


def _directions(cursor: Cursor, several: bool) -> list[str]:
    """Parse a direction, or a list of them: "up, down and left"."""
    result = [direction(cursor.next())]
    while several:
        ahead = 0
        while cursor.peek(ahead).kind in ("comma", "and"):
            ahead += 1
        if not ahead or cursor.peek(ahead).kind not in ("side", "trait") or noun_follows(cursor, ahead + 1):
            break
        cursor.place += ahead
        result.append(direction(cursor.next()))
    return result


def direction(part: Token) -> str:
    """Return the trait for a side, a place or a word such as "upwards" as a direction."""
    if part.kind == "trait":
        return str(part.value)
    return DIRECTIONS.get(part.value[:2], "right")
