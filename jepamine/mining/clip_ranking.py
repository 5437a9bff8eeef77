"""Refuse runs that do not rank clips."""

from __future__ import annotations

from jepamine.errors import UserError
from jepamine.runs.loading import LoadedRun


def require_clip_ranking(opened: LoadedRun) -> None:
    """Raise UserError if the run's task does not rank clips."""
    if not opened.trainer.ranks_clips:
        raise UserError(
            f"run '{opened.folder.name}' does not rank clips: its trainer is "
            f"'{opened.recipe.plugins['trainer'].name}'; use `eval` on it"
        )
