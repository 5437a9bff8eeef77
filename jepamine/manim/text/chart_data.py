"""Read the data of charts, tables and matrices from a description: lists, rows, names with numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

NUMBER = r"-?\d+(?:\.\d+)?"
ROWS = re.compile(r"\[\s*\[[^\[\]]*\](?:\s*,\s*\[[^\[\]]*\])*\s*\]")
#: A table in words: "with the headings Name, Age and rows Tom 12, Mia 11".
_HEADED = re.compile(
    r"(?:with|of|:)?\s*(?:the\s+)?(?:column\s+)?(?:headings?|headers?|columns)\s*:?\s+(?P<head>[^.;:\n]+?)[,;]?\s+(?:and\s+)?"
    r"(?:with\s+)?(?:the\s+)?rows?\s*:?\s+(?P<rows>[^.\n]+)",
    re.I,
)
_LIST = re.compile(r"\[[^\[\](){},]+(?:,[^\[\](){},]+){2,}\]")
_VALUES = re.compile(
    r"(?<!\w)(?:values?|data|heights|entries|numbers|scores)\s*(?:are\s|of\s|:|=)?\s*"
    rf"(?P<body>{NUMBER}(?:(?:\s*,\s*|\s+)(?:and\s+)?{NUMBER})+)"
    r"(?![\w.]*\w)",
    re.I,
)
_PAIRS = re.compile(
    rf"(?<![\w.])(?P<body>[A-Za-z]\w*\s*[:=]?\s*{NUMBER}(?:%|mm|cm|kg|g|k|m|km)?(?:\s*(?:,|and|,\s*and)\s*[A-Za-z]\w*\s*[:=]?\s*{NUMBER}(?:%|mm|cm|kg|g|k|m|km)?)+)(?!\w)"
)
#: "4 students got A, 7 got B".
_GOT = re.compile(
    r"\b(\d+(?:\.\d+)?)\s+(?:[a-z]+\s+)?(?:got|gets?|chose|choose|like|likes|prefer|have|said|for|scored|picked|"
    r"voted for)\s+(?:an?\s+)?([A-Za-z]\w*)",
)
_CHART = re.compile(r"\b(?:bar (?:chart|graph)|histogram)s?\b", re.I)
# Spaces are matched possessively: long runs of them would be divided in every possible way.
_BETWEEN = r"(?:\s*+,\s*+(?:and\s++)?|\s++and\s++)"
_NUMBERS = rf"{NUMBER}(?:{_BETWEEN}{NUMBER})+(?![\w.]*\w)"
_NAME = r"(?!(?:with|and|values?|heights|data|in|on|the)\b)[A-Za-z]\w*(?:-\w+)?"
_NAMES = rf"{_NAME}(?:{_BETWEEN}{_NAME})+"
_NAMED = (
    r"(?:for|(?:and\s++)?(?:with\s++)?(?:the\s++)?(?:labels?|names|categories|bars\s++(?:labell?ed|named|called))|"
    r"labell?ed|named|called)"
    r"\s*+:?\s*+"
)
_LED = (
    r"(?:of|with|showing|for|:|has|having)?\s*+(?:the\s++)?"
    r"(?:values?|data|heights|numbers|bars(?: of heights?)?)?\s*+(?:of|:|are)?\s*+"
)
#: Behind the word for a chart: its numbers and then names, names and then numbers, or numbers alone.
_BARE_CHART = (
    re.compile(rf"\s*+{_LED}(?P<numbers>{_NUMBERS})\s*+,?\s*+{_NAMED}(?P<names>{_NAMES})(?!\w)", re.I),
    re.compile(
        rf"\s*+(?:with\s++|showing\s++)?(?:the\s++)?(?:bars\s++|{_NAMED})(?P<names>{_NAMES})\s*+,?\s*+"
        rf"(?:and\s++)?(?:with\s++|of\s++)?"
        rf"(?::|(?:the\s++)?(?:values?|data|heights|numbers))\s*+(?:of|:|are)?\s*+(?P<numbers>{_NUMBERS})",
        re.I,
    ),
    re.compile(
        r"[\w ]{0,30}?\b(?P<letter>[A-Za-z])(?P<low>\d)\s*+(?:to|-|through)\s*+(?P=letter)(?P<high>\d)"
        rf"\s*+:?\s*+(?P<numbers>{_NUMBERS})"
    ),
    re.compile(rf"\s*+{_LED}(?P<numbers>{_NUMBERS})", re.I),
)
#: Rows without headings: "with the rows 1, 2, 3 and 4, 5, 6".
_PLAIN_ROWS = re.compile(r"\b(?:with\s+|of\s+|:\s*)?(?:the\s+)?rows?\s*:?\s+(?P<rows>[^.\n]+)", re.I)
#: Where rows end: "1 2 and 3 4 and its determinant".
_BEHIND_ROWS = re.compile(
    r",?\s++(?:and\s++)?(?:its|the|an?|with|whose|next|above|below|beside|under|over|inside|in|at|on|that|which|to)\b(?!\s*,)",
    re.I,
)
#: "A 2 by 2 table".
_SHAPE = re.compile(r"\b(\d)\s*(?:x|\u00d7|by|-by-)\s*(\d)\s+(?:table|matrix|array)\b", re.I)


def listed_data(description: str) -> Iterator[tuple[int, int, str, Any]]:
    """Yield (start, end, "data", value) of rows and lists in brackets, and of tables in words."""
    for match in ROWS.finditer(description):
        rows = [_cells(row) for row in re.findall(r"\[([^\[\]]*)\]", match[0])]
        yield *match.span(), "data", rows
    if (worded := _HEADED.search(description)) and (table := _headed(worded)) is not None:
        yield *worded.span(), "data", table
    elif plain := _PLAIN_ROWS.search(description):
        body = _BEHIND_ROWS.split(plain["rows"])[0]
        if (table := _plain_rows(body)) is not None:
            yield plain.start(), plain.start("rows") + len(body), "data", table
    for match in _LIST.finditer(description):
        yield *match.span(), "data", _shaped(description, _cells(match[0][1:-1]))


def worded_data(description: str) -> Iterator[tuple[int, int, str, Any]]:
    """Yield (start, end, "data", value) of numbers behind "values" and of what a chart shows.

    The value is None where a table's numbers do not fill its rows and columns.
    """
    if chart := _CHART.search(description):
        got = list(_GOT.finditer(description, chart.end()))
        if len(got) > 1:
            yield got[0].start(), got[-1].end(), "data", [(match[2], _number(match[1])) for match in got]
        for match in _PAIRS.finditer(description, chart.end()):
            pairs = re.findall(rf"([A-Za-z]\w*)\s*[:=]?\s*({NUMBER})", match["body"])
            if not any(name.lower() in ("with", "and", "of", "bars", "to", "from") for name, _ in pairs):
                yield *match.span("body"), "data", [(name, _number(value)) for name, value in pairs]
        for pattern in _BARE_CHART:
            if bare := pattern.match(description, chart.end()):
                yield *bare.span(), "data", _named_values(bare)
    for match in _VALUES.finditer(description):
        numbers = [_number(text) for text in re.findall(NUMBER, match["body"])]
        yield *match.span(), "data", _shaped(description, numbers)


def _named_values(match: re.Match[str]) -> list[Any] | None:
    """Return the numbers of a chart, with their names if there are any; None if they are not as many."""
    found = match.groupdict()
    values = [_number(text) for text in re.findall(NUMBER, found["numbers"])]
    names = re.split(_BETWEEN, found["names"]) if found.get("names") else []
    if found.get("letter"):
        names = [f"{found['letter']}{number}" for number in range(int(found["low"]), int(found["high"]) + 1)]
    if not names:
        return values
    return list(zip(names, values, strict=True)) if len(names) == len(values) else None


def _plain_rows(text: str) -> list[list[Any]] | None:
    """Return the cells of rows between which "and" or ";" is; None if they are not equally long."""
    rows = [
        re.split(r"\s*,\s*|\s+", row.strip(" ,()")) for row in re.split(r"\s*;\s*|,?\s+and\s+", text.strip())
    ]
    if len(rows) < 2 or len(rows[0]) < 2 or len({len(row) for row in rows}) > 1:
        return None
    if not all(re.fullmatch(rf"{NUMBER}|[A-Za-z]\w*", cell) for row in rows for cell in row):
        return None
    return [_cells(",".join(row)) for row in rows]


def _shaped(description: str, cells: list[Any]) -> list[Any] | None:
    """Return cells in the rows of "a 2x3 table"; as they are without one, None if they do not fill it."""
    shape = _SHAPE.search(description)
    if shape is None:
        return cells
    rows, columns = int(shape[1]), int(shape[2])
    if len(cells) != rows * columns:
        return None
    return [cells[row * columns : (row + 1) * columns] for row in range(rows)]


def _headed(match: re.Match[str]) -> list[list[Any]] | None:
    """Return the rows of a table in words; None if a row has not as many cells as there are headings."""
    head = [
        cell.strip(" '\"") for cell in re.split(r",\s*(?:and\s+)?|\s+and\s+", match["head"]) if cell.strip()
    ]
    rows = [row.strip() for row in re.split(r"[,;]\s*(?:and\s+)?|\s+and\s+", match["rows"]) if row.strip()]
    cells = [row.split() for row in rows]
    if any(len(row) != len(head) for row in cells):
        flat = [row.strip(" '\"") for row in rows]
        cells = [flat[n : n + len(head)] for n in range(0, len(flat), len(head))]
    if len(head) < 2 or not cells or any(len(row) != len(head) for row in cells):
        return None
    return [head, *cells]


def _cells(text: str) -> list[Any]:
    cells = [cell.strip().strip("'\"") for cell in text.split(",")]
    return [_number(cell) if re.fullmatch(NUMBER, cell) else cell for cell in cells]


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value == int(value) and "." not in text else value
