"""Read columns of Parquet files, with errors that name the file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jepamine.errors import UserError


def load_parquet() -> Any:
    """Return the module `pyarrow.parquet`. Raises UserError that says how to install it."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise UserError("Parquet files require pyarrow: pip install 'jepamine[parquet]'") from None
    return pyarrow.parquet


@contextlib.contextmanager
def parquet_errors(file: Path) -> Iterator[None]:
    """Turn errors of reading the Parquet file into UserErrors."""
    from pyarrow.lib import ArrowException

    try:
        yield
    # A name of a column that is not UTF-8 text is a UnicodeDecodeError.
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UserError(f"{file}: cannot be read as Parquet: {reason}") from None


def read_columns(file: Path, required: Sequence[str], optional: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the rows of a Parquet file, with the columns asked for; raises UserError if one is missing."""
    parquet = load_parquet()
    with parquet_errors(file), contextlib.closing(parquet.ParquetFile(file)) as table:
        names = table.schema_arrow.names
        for name in required:
            if name not in names:
                raise UserError(f"{file}: no column '{name}'; columns: {', '.join(names[:12])}")
        columns = [*required, *(name for name in optional if name in names)]
        rows: list[dict[str, Any]] = table.read(columns=columns).to_pylist()
        return rows
