"""Answers of tables: CSV (also Label Studio's) and Parquet, with a row for each clip and annotator."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jepamine.errors import UserError, did_you_mean, first_line
from jepamine.manifests.input_files import load_parquet, parquet_errors
from jepamine.mining.label_import.answers import IDS, Answer, Reading, normal
from jepamine.utils.files import read_text

# Prefixes of columns of tags, as `export --to parquet` and pandas write them.
TAGS = ("label_", "labels_", "labels.", "label.")
# Columns with 0 and 1 that are no answers.
FACTS = {
    "id", "index", "annotation_id", "annotator", "score", "split", "fold", "frame", "trained_on", "width",
    "height", "lead_time", "was_cancelled", "cancelled", "skipped",
}  # fmt: skip
CANCELLED = ("was_cancelled", "cancelled", "skipped")


def read_csv(path: Path, reading: Reading) -> Iterator[Answer]:
    """Yield the answers of a CSV file with a header, separated by commas, semicolons or tabs.

    Raises UserError for one without a column of ids.
    """
    text = read_text(path)
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        names = [name.strip() for name in next(rows, [])]
        table = [dict(zip(names, row, strict=False)) for row in rows if any(row)]
    except csv.Error as error:
        raise UserError(f"{path}:{rows.line_num}: not CSV: {first_line(error)}") from None
    # Line numbers would be wrong after a cell of several lines.
    yield from _answers(path, names, table, reading)


def read_parquet(path: Path, reading: Reading) -> Iterator[Answer]:
    """Yield the answers of a Parquet file. Raises UserError for one without a column of ids."""
    load_parquet()
    import pyarrow.parquet as pq

    with parquet_errors(path):
        names = pq.read_schema(path).names
        wanted = [name for name in names if not name.startswith(("tubelet", "frames", "embedding"))]
        rows = pq.read_table(path, columns=wanted).to_pylist()
    yield from _answers(path, wanted, rows, reading)


def _answers(path: Path, names: list[str], rows: list[dict[str, Any]], reading: Reading) -> Iterator[Answer]:
    key = next((name for known in IDS for name in names if normal(name) == normal(known)), None)
    key = reading.id_name or key
    if key not in names:
        wanted = reading.id_name or IDS[0]
        raise UserError(
            f"{path}: no column '{wanted}'{did_you_mean(wanted, names)}; it has: {', '.join(names)}. "
            "Name the column of clip ids: --id COLUMN"
        )
    if reading.question and reading.question not in names:
        raise UserError(f"{path}: no column '{reading.question}'; it has: {', '.join(names)}")
    columns = {
        name: question for name in names if (question := _question(name, rows, key, reading)) is not None
    }
    for number, row in enumerate(rows, 1):
        if any(reading.value(str(row.get(name))) == 1 for name in CANCELLED if name in row):
            reading.tally["skipped by the annotator"] += 1
            continue
        cells = ((question, _cell(row.get(name))) for name, question in columns.items())
        choices = tuple((question, choice) for question, cell in cells for choice in cell)
        if not choices:
            reading.tally["without a label"] += 1
        elif row.get(key) in (None, ""):
            reading.tally["without an id"] += 1
        else:
            yield Answer(f"{path}: row {number}", str(row[key]), choices)


def _question(name: str, rows: list[dict[str, Any]], key: str, reading: Reading) -> str | None:
    """Return the question that a column answers, None if it holds no answers."""
    if name == key:
        return None
    if reading.is_question(name):
        return reading.question or ""
    for prefix in TAGS:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    if name.casefold() in FACTS or name.startswith("score_"):
        return None
    cells = [choice for row in rows for choice in _cell(row.get(name))]
    return name if cells and all(reading.value(cell) is not None for cell in cells) else None


def _cell(value: Any) -> list[str]:
    """Return the choices in a cell: its text, or those of a list or of JSON, as tools write several."""
    if isinstance(value, str) and value[:1] in "[{" and value:
        try:
            value = json.loads(value)
        except ValueError:
            return [value]
    if isinstance(value, dict):
        value = value.get("choices", [])
    if isinstance(value, list):
        return [str(item) for item in value]
    if isinstance(value, bool | float) and value in (0, 1):
        return [str(int(value))]
    text = "" if value is None or value != value else str(value).strip()
    # As spreadsheets and pandas write a column with empty cells.
    return [text.removesuffix(".0") if text in ("0.0", "1.0") else text] if text and text != "nan" else []
