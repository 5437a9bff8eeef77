"""Heat maps: where in its frames a clip is novel, kept beside its score file.

A map is the distance of each token to the tokens of the training clips, at the token's place in the frame.
The maps of a score file are in one NumPy file of bytes beside it; a line's key `heatmap` is a clip's place in
it (`docs/heatmaps.md`).
"""

from __future__ import annotations

import io
import json
import math
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.mining.bank import Bank
from jepamine.mining.token_bank import cell_tokens, token_bank
from jepamine.protocols import ClipEmbeddings, CroppingEncoder, Encoder, GridEncoder
from jepamine.runs.loading import LoadedRun
from jepamine.utils.files import naming

View = tuple[float, float, float, float]
WHOLE: View = (0.0, 0.0, 1.0, 1.0)
# The header of a one-dimensional NumPy file, whatever its length.
HEADER = 128
LEVELS = 255


@dataclass(frozen=True)
class HeatMap:
    """`maps` float32 (N, F, rows, columns): F maps of each tubelet, for equal parts of its frames.

    They cover `view`, (left, top, right, bottom) as shares of the frame's width and height.
    """

    maps: NDArray[np.float32]
    view: View


class HeatMapper:
    """Makes the heat maps of clips for one run. Raises UserError if its encoder has no token grid."""

    def __init__(self, opened: LoadedRun, bank: Bank) -> None:
        encoder = opened.parts.encoder
        source = opened.parts.source
        self._places, self.view = token_places(encoder, (source.tubelet_size, *source.image_size))
        self._encoder, self._bank = encoder, bank
        self._tokens = token_bank(opened, self._places[0] * self._places[1])

    def __call__(self, clip: ClipEmbeddings) -> HeatMap:
        """Return a clip's heat map. Training clips that share frames or time with it are not compared with.

        Its frames are read and encoded once more, as the store has no tokens.
        """
        rows, columns = self._places
        tokens = cell_tokens(self._encoder, clip.frames(), rows * columns)
        distances = self._tokens.distances(tokens, self._bank.overlapping(clip.content, clip.extent))
        return HeatMap(distances.reshape(len(tokens), -1, rows, columns), self.view)


def _finished(maps: Path, unfinished: Path, kept: int) -> bool:
    """Return whether `maps` are those of the lines of `unfinished`: as many bytes, and written after them."""
    if not maps.is_file():
        return False
    facts = maps.stat()
    return facts.st_size == HEADER + kept and facts.st_mtime_ns >= unfinished.stat().st_mtime_ns


def token_places(encoder: Encoder, shape: tuple[int, int, int]) -> tuple[tuple[int, int], View]:
    """Return ((rows, columns) of an encoder's tokens, the part of the frame that they cover).

    Raises UserError for encoders without a token grid.
    """
    if not isinstance(encoder, GridEncoder):
        raise UserError(
            f"--heatmaps: the encoder '{encoder.name}' has no token grid (method `grid`); "
            "use a run with efficientnet-lite0, hf or vjepa2"
        )
    view = encoder.view(shape) if isinstance(encoder, CroppingEncoder) else WHOLE
    return encoder.grid(shape), view


def heat_path(scores: Path) -> Path:
    """Return the path of a score file's heat maps."""
    return scores.with_name(f"{scores.name.removesuffix('.jsonl')}.heatmaps.npy")


class HeatWriter:
    """Writes heat maps for the score file `scores`, beside its temporary file `unfinished`, until it is done.

    A context manager. `kept` are the bytes of maps to keep of a stopped scoring.
    """

    def __init__(self, mapper: HeatMapper, unfinished: Path, scores: Path, kept: int = 0) -> None:
        path = unfinished.with_suffix(".heatmaps")
        self._mapper, self._path, self._final = mapper, path, heat_path(scores)
        if kept and not path.is_file() and _finished(self._final, unfinished, kept):
            self._final.replace(path)  # stopped between the last two renames
        if kept and (not path.is_file() or path.stat().st_size < HEADER + kept):
            raise UserError(f"{path}: the heat maps so far are missing; score again without --resume")
        self._file = path.open("r+b" if kept else "wb")
        self._size = kept
        self._file.truncate(HEADER + kept)
        self._file.seek(HEADER + kept)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, clip: ClipEmbeddings) -> dict[str, Any]:
        """Append a clip's maps and return the value of its line's key `heatmap`."""
        heat = self._mapper(clip)
        low, high = float(heat.maps.min()), float(heat.maps.max())
        scaled = (heat.maps - low) * (LEVELS / (high - low) if high > low else 0)
        data = np.round(scaled).astype(np.uint8).tobytes()
        place = {
            "file": self._final.name,
            "start": self._size,
            "shape": list(heat.maps.shape),
            "low": low,
            "high": high,
            "view": [round(share, 6) for share in heat.view],
            "crc32": zlib.crc32(data),
        }
        with naming(self._path):
            self._file.write(data)
            self._file.flush()
        self._size += len(data)
        return place

    def finish(self) -> None:
        """Write the header and move the file beside the score file."""
        with naming(self._path):
            _complete(self._file, self._size)
        self._path.replace(self._final)


def _complete(file: BinaryIO, size: int) -> None:
    """Write the header for `size` bytes of maps to the start of `file`, and all of it to the disk."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (size,)})
    assert header.tell() == HEADER
    file.seek(0)
    file.write(header.getvalue())
    file.flush()
    os.fsync(file.fileno())


def merge_heat(lines: Iterable[tuple[bytes, Path]], scores: Path) -> Iterator[bytes]:
    """Yield the raw lines of score files, each with its file, as lines of the score file `scores`.

    Their heat maps are copied beside `scores`, which is done when the last line was yielded; without any,
    an earlier file of maps is removed. Raises UserError as `read_heat` does.
    """
    final = heat_path(scores)
    path = final.with_name(f".{final.name}.merging")
    size = 0
    try:
        with naming(path), path.open("wb") as file:
            file.truncate(HEADER)
            file.seek(HEADER)
            for raw, part in lines:
                line = json.loads(raw) if b'"heatmap"' in raw else {}
                if "heatmap" not in line:
                    yield raw
                    continue
                data = _heat_bytes(line, part)
                file.write(data)
                line["heatmap"] |= {"file": final.name, "start": size}
                size += len(data)
                yield json.dumps(line, allow_nan=False).encode() + b"\n"
            _complete(file, size)
        if size:
            path.replace(final)
        else:
            final.unlink(missing_ok=True)
    finally:
        path.unlink(missing_ok=True)


def heat_end(line: Mapping[str, Any]) -> int:
    """Return the end of a line's maps in their file, in bytes after the header; 0 for a line without."""
    place = line.get("heatmap")
    return place["start"] + math.prod(place["shape"]) if place else 0


def read_heat(line: Mapping[str, Any], scores: Path) -> HeatMap | None:
    """Return the heat map of a line of `scores`; None for a line without.

    Raises UserError that names the file if it is missing, or does not have the line's maps.
    """
    place = line.get("heatmap")
    if place is None:
        return None
    shape, low, high = place["shape"], place["low"], place["high"]
    data = _heat_bytes(line, scores)
    levels = np.frombuffer(data, dtype=np.uint8).reshape(shape).astype(np.float32)
    return HeatMap(low + levels * ((high - low) / LEVELS), tuple(place["view"]))


def _heat_bytes(line: Mapping[str, Any], scores: Path) -> bytes:
    place = line["heatmap"]
    path, size = scores.parent / Path(place["file"]).name, math.prod(place["shape"])
    try:
        with path.open("rb") as file:
            file.seek(HEADER + place["start"])
            data = file.read(size)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) != size or zlib.crc32(data) != place["crc32"]:
        raise UserError(
            f"{path}: does not have the heat map of clip '{line['clip_id']}'; score again with --heatmaps"
        )
    return data
