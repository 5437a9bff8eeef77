"""Read and update the record of a run, with its status: also that of a run whose process was killed."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from typing import Any

from jepamine.errors import UserError
from jepamine.runs.run_folder import RunFolder
from jepamine.runs.run_record import RunRecord, validate
from jepamine.utils.json_files import read_json, write_json
from jepamine.utils.locks import is_locked
from jepamine.utils.progress import notify


def now() -> str:
    """Return the time, UTC, ISO 8601 to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def read_record(run: RunFolder) -> RunRecord:
    """Read a run's record; `running` becomes `interrupted` if no process holds the run (it was killed).

    Raises UserError that names the file if it is damaged.
    """
    record = validate(read_json(run.record), run.record)
    if record["status"] == "running" and not is_locked(run.lock):
        record["status"] = "interrupted"
    return record


def update(run: RunFolder, **changes: Any) -> None:
    """Change fields of the record on disk, atomically; a dict is merged into the existing one."""
    record = read_json(run.record) if run.record.exists() else {}
    for key, value in changes.items():
        old = record.get(key)
        record[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    write_json(run.record, record)


@contextlib.contextmanager
def status_of(run: RunFolder) -> Iterator[None]:
    """Set the record's status however the block ends: finished, interrupted, failed (and why)."""
    try:
        yield
    except KeyboardInterrupt:
        update(run, status="interrupted", failure=None)
        notify(f"\ninterrupted; continue with: jepamine run --resume {run.name}")
        raise
    except BaseException as error:
        reason = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
        # On a full disk not even the reason can be written; the error itself still reaches the user.
        with contextlib.suppress(OSError):
            update(run, status="failed", failure=reason)
        notify(
            f"run '{run.name}' failed; once that is fixed, continue with: jepamine run --resume {run.name}\n"
            f"It uses the recipe, plugins and manifest saved in {run.path}; to change those, start a "
            "new run with another --name."
        )
        raise
    update(run, status="finished", finished=now(), failure=None)
