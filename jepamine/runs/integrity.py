"""Integrity of run folders: files that changed after the run, and Python code from elsewhere."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from jepamine.errors import UserError
from jepamine.runs.run_folder import RunFolder
from jepamine.runs.run_record import RunRecord
from jepamine.utils.files import sha256_file
from jepamine.utils.local_cache import user_home
from jepamine.utils.progress import notify


@dataclass(frozen=True)
class Trust:
    """What the user accepts: `changes` of files after the run, `code` of run folders from elsewhere."""

    changes: bool = False
    code: bool = False


_NOTHING = Trust()
_TRUST: ContextVar[Trust] = ContextVar("jepamine_trust", default=_NOTHING)


@contextlib.contextmanager
def trusting(*, changes: bool, code: bool) -> Iterator[None]:
    """Accept changed files or foreign code in the block."""
    token = _TRUST.set(Trust(changes, code))
    try:
        yield
    finally:
        _TRUST.reset(token)


def file_hashes(run: RunFolder) -> dict[str, str]:
    """Return the SHA-256 of recipe, manifest, labels, local plugins and tensors in a run folder, by path."""
    paths = [run.recipe, run.manifest, run.labels, *_plugin_files(run), *run.path.glob("*.safetensors")]
    return {
        path.relative_to(run.path).as_posix(): sha256_file(path) for path in sorted(paths) if path.is_file()
    }


def changed_files(run: RunFolder, record: RunRecord) -> list[str]:
    """Return which of the recorded files are missing or differ, and which plugin files were added.

    Records of older runs hold the hash of the recipe only.
    """
    recorded = record.get("files") or {"recipe.toml": record["recipe_sha256"]}
    changed = [name for name, sha256 in recorded.items() if _hash(run.path / name) != sha256]
    if "files" in record:
        names = {path.relative_to(run.path).as_posix() for path in _plugin_files(run)}
        changed += sorted(names - recorded.keys())
    return changed


def require_unchanged(run: RunFolder, record: RunRecord) -> list[str]:
    """Raise UserError if files of a run changed since they were recorded.

    With `--trust-changes` they are a warning and returned, for what is written from them.
    """
    changed = changed_files(run, record)
    if not changed:
        return []
    problem = f"run '{run.name}': changed since the run wrote it: {', '.join(changed)} (in {run.path})"
    if not _TRUST.get().changes:
        raise UserError(
            f"{problem}; results would not be those of the run. Restore it, run the recipe again, or pass "
            "--trust-changes to use it as it is"
        )
    notify(f"warning: {problem}")
    return changed


def require_trusted_code(run: RunFolder) -> None:
    """Raise UserError if a run folder has Python code that did not originate here and was not accepted.

    On a terminal the user is asked instead. Accepted code is remembered by its hash.
    """
    known = _known_code()
    foreign = {path: sha256_file(path) for path in _plugin_files(run)}
    foreign = {path: sha256 for path, sha256 in foreign.items() if sha256 not in known}
    if not foreign:
        return
    files = ", ".join(f"{path} (sha256 {sha256[:16]})" for path, sha256 in foreign.items())
    problem = f"run '{run.name}' has Python code that was not run here before: {files}"
    if not _TRUST.get().code:
        if not (sys.stdin and sys.stdin.isatty()):
            raise UserError(
                f"{problem}; it would run with all your permissions. Read it, then pass --trust once"
            )
        notify(f"{problem}; it would run with all your permissions.")
        if input("Run it? [y/N] ").strip().lower() not in ("y", "yes"):
            raise UserError(f"run '{run.name}': its code was not accepted")
    remember_code(run)


def require_trusted_recipe(recipe: Path) -> None:
    """Apply `require_trusted_code` to a recipe in a run folder; other recipes are the user's own."""
    run = RunFolder(recipe.absolute().parent)
    if run.record.is_file():
        require_trusted_code(run)


def remember_code(run: RunFolder) -> None:
    """Remember the plugin files of a run as accepted; a store that cannot be written is skipped."""
    hashes = {sha256_file(path) for path in _plugin_files(run)} - _known_code()
    if hashes:
        with contextlib.suppress(OSError):
            _store().parent.mkdir(parents=True, exist_ok=True)
            with _store().open("a", encoding="ascii") as file:
                file.write("".join(f"{sha256}\n" for sha256 in sorted(hashes)))


def _store() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or user_home() / ".local" / "state"
    return Path(state) / "jepamine" / "trusted-code"


def _known_code() -> set[str]:
    try:
        return set(_store().read_text(encoding="ascii").split())
    except (OSError, UnicodeDecodeError):
        return set()


def _plugin_files(run: RunFolder) -> list[Path]:
    return sorted(path for path in run.plugins.rglob("*.py") if path.is_file())


def _hash(path: Path) -> str | None:
    try:
        return sha256_file(path)
    except OSError:
        return None
