"""Score files in stores: written on this machine, where a stopped scoring continues, then uploaded."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

from jepamine.errors import UserError
from jepamine.places import File, Url
from jepamine.runs.run_folder import RunFolder
from jepamine.utils.remote import put


@contextlib.contextmanager
def on_disk(output: File, folder: RunFolder) -> Iterator[Path]:
    """Give the path to write the score file `output` to; upload it to a URL when the block is complete.

    The path of a URL is in the run's folder `scores` and always the same, so that a stopped scoring is
    resumed; the file stays there. Raises UserError that names it if the upload fails.
    """
    if isinstance(output, Path):
        yield output
        return
    path = folder.scores / f"{_stem(output)}.jsonl"
    yield path
    try:
        put(output, path)
    except UserError as error:
        raise UserError(f"{error}\nThe scores are complete in {path}; upload that file") from None


def _stem(url: Url) -> str:
    # Two stores may have files of one name.
    return f"{url.stem}-{hashlib.sha256(url.text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
