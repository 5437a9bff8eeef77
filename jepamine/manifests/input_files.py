"""The files that builders read: videos found below folders, columns of Parquet files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jepamine.data.file_kinds import VIDEO_SUFFIXES
from jepamine.errors import UserError
from jepamine.manifests.frame_folders import skip_others, walk
from jepamine.manifests.new_lines import Skipped


def find_videos(paths: Sequence[Path], skipped: Skipped) -> list[Path]:
    """Return the files of `paths`, and for a folder the video files below it, each once and in order.

    Links are followed; hidden and empty files and files of other kinds are counted in `skipped`. Raises
    UserError for a folder without a video.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found.setdefault(path)
            continue
        others = list[Path]()
        before = len(found)
        for folder, files in sorted(walk(path, skipped)):
            for file in files:
                if file.suffix.lower() not in VIDEO_SUFFIXES:
                    others.append(file)
                elif file.name.startswith("."):
                    skipped.add("videos", "hidden", file)
                elif not file.is_file():
                    skipped.add("videos", "broken links, or not regular files", file)
                elif not file.stat().st_size:
                    skipped.add("videos", "empty files", file)
                else:
                    found.setdefault(folder / file.name)
        if len(found) == before:
            raise UserError(f"no videos ({', '.join(sorted(VIDEO_SUFFIXES))}) below {path}")
        skip_others(others, "videos", skipped)
    return list(found)


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
