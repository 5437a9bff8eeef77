"""Parts of a score file: the record of completion of each, and the merge in the manifest's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.mining.part_index import PartIndex, index_manifest, index_parts, line_name
from jepamine.places import File
from jepamine.utils.files import check_output, naming, sha256_file, sync, write_atomic
from jepamine.utils.json_files import json_text, read_json
from jepamine.utils.local_cache import local

# Names listed of each kind of problem.
LISTED = 5


def completion_path(part: Path) -> Path:
    """Return the path of a part's record of completion, beside it."""
    return part.with_name(f"{part.name}.done")


def save_completion(unfinished: Path, part: Path, facts: dict[str, Any]) -> None:
    """Write the record of completion of `part`, whose lines are still in the file `unfinished`.

    One line of JSON: `facts` and the SHA-256 of the lines. Call it before the rename: then a part without a
    record that fits it was not finished. It is a file of its own as every line of a score file is a clip.
    """
    record = {"complete": True, **facts, "sha256": sha256_file(unfinished)}
    write_atomic(completion_path(part), (json_text(record) + "\n").encode())


def merge_parts(parts: Sequence[Path], manifest: File, output: Path) -> dict[str, int]:
    """Write the lines of `parts`, unchanged, into `output` in the order of `manifest`, atomically.

    Heat maps are copied into one file beside it, which changes their places in the lines. Needs about 50
    bytes of memory a line. A part without a record of completion, as earlier versions wrote them, is accepted
    if no clip is missing. Returns {"clips": lines written, "errors": those with an error}.

    Raises UserError for a part that is not finished or changed since, parts of different runs, and clips that
    are missing, scored twice or not in the manifest; it names them.
    """
    import numpy as np

    check_output(output, manifest)
    given = set[Path]()
    for part in parts:
        if part.resolve() == output.resolve():
            raise UserError(f"{part}: is a part; choose another --output")
        if part.resolve() in given:
            raise UserError(f"{part}: is given twice")
        given.add(part.resolve())
    wanted = index_manifest(local(manifest))
    unfinished = [*_unfinished(parts)]
    try:
        lines = index_parts(parts, manifest, wanted)
    except UserError as error:
        raise UserError("\n".join([str(error), *unfinished, f"{output}: not written"])) from None
    problems = [*unfinished, *_mixed(parts, manifest), *_wrong_clips(parts, manifest, wanted, lines)]
    problems += _lost(parts) if problems else []
    if problems:
        raise UserError("\n".join([*problems, f"{output}: not written"]))
    # Clips of one id keep the order of the parts.
    place = np.empty(len(wanted.keys), dtype=np.int64)
    place[np.argsort(wanted.keys, kind="stable")] = np.argsort(lines.keys, kind="stable")
    output.parent.mkdir(parents=True, exist_ok=True)
    temporary = output.with_name(f".{output.name}.merging")
    try:
        with naming(temporary), temporary.open("wb") as file:
            file.writelines(_lines(lines, place.tolist(), output))
            sync(file)
        temporary.replace(output)
    finally:
        lines.close()
        temporary.unlink(missing_ok=True)
    return {"clips": len(place), "errors": lines.errors}


def _lines(index: PartIndex, rows: Sequence[int], output: Path) -> Iterable[bytes]:
    """Return the raw lines of `rows`, those with a heat map for the maps beside `output`."""
    lines = ((index.line(row), index.path(row)) for row in rows)
    if not index.heat_maps:
        return (raw for raw, _ in lines)
    from jepamine.mining.heat_maps import merge_heat  # imports torch

    return merge_heat(lines, output)


def _unfinished(parts: Sequence[Path]) -> Iterator[str]:
    """Yield a message for each part that was not finished, or does not match its record of completion."""
    for part in parts:
        if part.suffix == ".part":
            yield f"{part}: is unfinished; run its command again with --resume"
        elif completion_path(part).exists():
            if _completion(part).get("sha256") != sha256_file(part):
                yield f"{part}: differs from its record {completion_path(part).name}; score it again"
        elif part.stat().st_size and not _ends_with_newline(part):
            yield f"{part}: its last line is incomplete; score it again"


def _mixed(parts: Sequence[Path], manifest: File) -> Iterator[str]:
    """Yield a message for each part of another manifest, run or division than the first."""
    recorded = {part: _completion(part) for part in parts if completion_path(part).exists()}
    digest = sha256_file(manifest)
    for part, record in recorded.items():
        if record.get("manifest_sha256", digest) != digest:
            yield f"{part}: was scored from other lines than those of {manifest} today"
    if not recorded:
        return
    first, expected = next(iter(recorded.items()))
    for key in ("run", "weights_sha256", "scorers", "scoring", "shards"):
        for part, record in recorded.items():
            if record.get(key) != expected.get(key):
                yield (
                    f"{part}: {key} is {_short(record.get(key))}, but {_short(expected.get(key))} in {first}"
                )


def _lost(parts: Sequence[Path]) -> Iterator[str]:
    """Yield a message for the shards of one division that are not among the parts."""
    recorded = [_completion(part) for part in parts if completion_path(part).exists()]
    counts, shards = ({record.get(key) for record in recorded} for key in ("shards", "shard"))
    count = counts.pop() if len(counts) == 1 else None
    if len(recorded) < len(parts) or not isinstance(count, int) or None in shards:
        return
    if lost := sorted(set(range(1, count + 1)) - shards):
        more = f" and {len(lost) - LISTED} more" if len(lost) > LISTED else ""
        listed = ", ".join(f"{number}/{count}" for number in lost[:LISTED]) + more
        yield f"no part is shard {listed}: score it with --shard {lost[0]}/{count} and pass its file, too"


def _short(value: object) -> str:
    text = json_text(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _wrong_clips(parts: Sequence[Path], manifest: File, wanted: PartIndex, lines: PartIndex) -> Iterator[str]:
    """Yield a message, with names, for missing, double and foreign clips."""
    import numpy as np

    if np.array_equal(np.sort(wanted.keys), np.sort(lines.keys)):
        return
    expected, present = Counter(wanted.keys.tolist()), Counter(lines.keys.tolist())
    missing, double, foreign = expected - present, Counter[int](), Counter[int]()
    for key, count in (present - expected).items():
        (double if key in expected else foreign)[key] = count
    for index, keys, text in (
        (wanted, missing, f"in no part, but in {manifest}"),
        (lines, double, "in more than one line of the parts"),
        (lines, foreign, f"not in {manifest}"),
    ):
        if keys:
            names = [name for name, _ in zip(_names(index, keys), range(LISTED), strict=False)]
            more = len(keys) - len(names)
            listed = ", ".join(names) + (f" and {more} more" if more > 0 else "")
            yield f"{sum(keys.values())} clips are {text}: {listed}"


def _names(index: PartIndex, keys: Counter[int]) -> Iterator[str]:
    named: set[int] = set()
    for row, key in enumerate(index.keys.tolist()):
        if key in keys and key not in named:
            named.add(key)
            path, raw = index.path(row), index.line(row)
            yield f"{line_name(raw)} ({path.name}:{index.number(row)})"


def _completion(part: Path) -> dict[str, Any]:
    return read_json(completion_path(part))


def _ends_with_newline(part: Path) -> bool:
    with part.open("rb") as file:
        file.seek(-1, 2)
        return file.read() == b"\n"
