"""A run's panel of scorers: built with what each asks for, applied to the same embeddings."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.data.clips import Clip, read_clips, views
from jepamine.data.drives import drive_of
from jepamine.data.embedding_store import Store
from jepamine.data.embeddings import Embedded
from jepamine.data.splits import chosen
from jepamine.mining.bank import BANK, Bank, load_bank
from jepamine.mining.clip_embeddings import embedded
from jepamine.mining.drive_context import DriveContext
from jepamine.mining.labels import scene_of
from jepamine.mining.relative_to import Groups
from jepamine.mining.rig_scores import embedded_views
from jepamine.mining.scene_context import SceneContext, read_together
from jepamine.mining.scorer_input import Offers, clip_embeddings, identity, trained_clips
from jepamine.protocols import (
    ClipEmbeddings,
    FittedScorer,
    NamingScorer,
    PreparedScorer,
    Scorer,
    TubeletScorer,
    WarningScorer,
)
from jepamine.runs import build as assembly
from jepamine.runs.loading import LoadedRun, require_clip_ranking, run_source
from jepamine.utils.files import optional_write, sha256_file
from jepamine.utils.json_files import read_json, write_json
from jepamine.utils.progress import notify

# Training clips at most that decide how unusual a fault of the recording is: frames are decoded for it.
REFERENCE = 500
# Counts the changes of what a cached reference holds.
REVISION = 6


class RunPanel:
    """The scorers of one run. `names` are those of the recipe, the headline first; `baselines` come last."""

    def __init__(
        self, opened: LoadedRun, store: Store, headline: str | None = None, baselines: Sequence[str] = ()
    ) -> None:
        require_clip_ranking(opened)
        self.opened, self.store = opened, store
        self.headline: str = headline or opened.recipe.scoring["scorer"]
        also = [opened.recipe.scoring["scorer"], *opened.recipe.scoring["also"]]
        self.names = list(dict.fromkeys([self.headline, *also, *baselines]))
        self._made: dict[str, Scorer] = {}
        self._batch: Sequence[ClipEmbeddings] = ()
        self._scores: dict[str, Sequence[NDArray[Any]]] = {}
        scorers = [self.scorer(name) for name in self.names]
        self.headline_by_tubelet = isinstance(scorers[0], TubeletScorer)

    def scorer(self, name: str) -> Scorer:
        """Return the scorer called `name`, built once."""
        if name not in self._made:
            offers = Offers(
                bank=lambda: self.bank,
                encoder=lambda: self.opened.parts.encoder,
                store=lambda: self.store,
                drives=lambda: self.drives,
                groups=lambda: self.groups,
                scenes=lambda: self.scenes,
                mask=lambda: self.opened.parts.mask,
                predictor=lambda: self.opened.predictor,
                panel=lambda: self,
                folder=lambda: self.opened.folder.path,
            )
            self._made[name] = assembly.build_scorer(
                self.opened.recipe, name, self.opened.folder.path, offers
            )
        return self._made[name]

    def scores(self, name: str, clips: Sequence[ClipEmbeddings]) -> Sequence[NDArray[Any]]:
        """Return what the scorer called `name` gives for a batch; each scorer runs once on the same batch."""
        if self._batch is not clips:
            self._batch, self._scores = clips, {}
        if name not in self._scores:
            self._scores[name] = self.scorer(name)(clips)
        return self._scores[name]

    @functools.cached_property
    def bank(self) -> Bank:
        """Return the run's bank, read when the first scorer asks for it."""
        return load_bank(self.opened.folder.path / BANK)

    @functools.cached_property
    def drives(self) -> DriveContext:
        """Return the drives of the clips that `prepare` read, for the scorers that compare within a drive."""
        return DriveContext(self.bank)

    @functools.cached_property
    def groups(self) -> Groups | None:
        """Return the clips by `[scoring] relative_to`; None without."""
        fields = self.opened.recipe.scoring["relative_to"]
        return Groups(self.bank, fields) if fields else None

    @functools.cached_property
    def scenes(self) -> SceneContext:
        """Return the scenes of the clips that `prepare` read, for the scorers that compare within a scene."""
        return SceneContext(self.bank)

    @functools.cached_property
    def _training_clips(self) -> set[tuple[str, str]]:
        return trained_clips(run_source(self.opened.folder, self.opened.record))

    def trained_on(self, clip: Clip) -> bool:
        """Return whether the run was trained on the clip, by its id and the name of its first frame."""
        return any(identity(view) in self._training_clips for view in views(clip))

    def fitted_on(self, clip: Clip) -> list[str]:
        """Return the scorers that were fitted to labels of the clip's scene."""
        scene = scene_of(clip.scene, clip.clip_id)
        return [name for name, scorer in self._fitted.items() if scene in scorer.fitted_on]

    @functools.cached_property
    def _fitted(self) -> dict[str, FittedScorer]:
        # Once, as a check against a Protocol takes longer than scoring a clip.
        scorers = {name: self._made[name] for name in self.names}
        return {name: scorer for name, scorer in scorers.items() if isinstance(scorer, FittedScorer)}

    def wants_all(self) -> bool:
        """Return whether a scorer must see all clips before it can score one."""
        return bool(self._contexts()) or any(
            isinstance(scorer, PreparedScorer) for scorer in self._made.values()
        )

    def _contexts(self) -> list[DriveContext | Groups | SceneContext]:
        """Return what scorers asked for and has to read all clips."""
        names = ("drives", "groups", "scenes")
        return [vars(self)[name] for name in names if vars(self).get(name) is not None]

    def prepare(self, clips: Callable[[], Iterable[ClipEmbeddings]]) -> None:
        """Show all clips to the scorers that need it and report their warnings.

        One pass for all that compare within drives, scenes or cameras, one for each other scorer.
        """
        self._show(self._made.values(), clips)
        for warner in [*self._contexts(), *self._made.values()]:
            if isinstance(warner, WarningScorer) and (warning := warner.warning()):
                notify(f"warning: {warning}")

    def _show(self, scorers: Iterable[Scorer], clips: Callable[[], Iterable[ClipEmbeddings]]) -> None:
        if contexts := self._contexts():
            read_together(contexts, clips())
        for scorer in scorers:
            if isinstance(scorer, PreparedScorer):
                scorer.prepare(clips())

    def score(self, clips: Sequence[ClipEmbeddings]) -> list[dict[str, NDArray[np.float64]]]:
        """Return the novelty of each clip by scorer, float64 (N,): one number per tubelet."""
        if not clips:
            return []
        columns = {name: self.scores(name, clips) for name in self.names}
        return [
            {
                name: np.broadcast_to(np.asarray(values[row], dtype=np.float64), (len(clip.clean),))
                for name, values in columns.items()
            }
            for row, clip in enumerate(clips)
        ]

    def findings(self, clips: Sequence[ClipEmbeddings]) -> list[dict[str, str]]:
        """Return what scorers name in each clip, by scorer, without those that name nothing."""
        named = {
            name: scorer.findings(clips)
            for name, scorer in self._made.items()
            if isinstance(scorer, NamingScorer) and clips
        }
        return [
            {name: texts[row] for name, texts in named.items() if texts[row]} for row in range(len(clips))
        ]

    def tubelets(
        self, names: Sequence[str], clips: Sequence[ClipEmbeddings]
    ) -> list[dict[str, NDArray[np.float64]]]:
        """Return each clip's novelty by tubelet, scorer -> float64 (N,), for those of `names` that can."""
        tables: list[dict[str, NDArray[np.float64]]] = [{} for _ in clips]
        for name in names if clips else ():
            scorer = self.scorer(name)
            if isinstance(scorer, TubeletScorer):
                columns = scorer.tubelets(clips)
            else:
                columns = self.scores(name, clips)
            for table, values in zip(tables, columns, strict=True):
                if np.ndim(values) == 1:
                    table[name] = np.asarray(values, dtype=np.float64)
        return tables

    def reference(
        self, names: Sequence[str], parts: Sequence[str] = ("val",)
    ) -> dict[str, NDArray[np.float64]]:
        """Return each scorer's scores of the run's clips of `parts`, sorted, float64 (clips,).

        At most `REFERENCE` clips, spread evenly, unless `parts` is the held-out part. Cached in the run.
        """
        for name in names:  # before the file is read: those that combine others add to it
            self.scorer(name)
        path = self.opened.folder.path / "reference.json"
        state = [sha256_file(self.opened.weights), self.opened.recipe.scoring, REVISION]
        cached = read_json(path) if path.exists() else {}
        scores: dict[str, list[float]] = cached["scores"] if cached.get("state") == state else {}
        suffix = "" if tuple(parts) == ("val",) else f" of {'+'.join(parts)}"
        missing = [name for name in names if name + suffix not in scores]
        if missing:
            own = self._own_scores(missing, parts)
            scores |= {name + suffix: values for name, values in own.items()}
            with optional_write(path):
                write_json(path, {"state": state, "scores": scores})
        return {name: np.array(scores[name + suffix]) for name in names}

    def _own_scores(self, names: list[str], wanted: Sequence[str]) -> dict[str, list[float]]:
        source = run_source(self.opened.folder, self.opened.record)
        parts = dataclasses.replace(self.opened.parts, source=source)
        own = list(read_clips(source))
        clips = [clip for clip in own if any(chosen(clip, part).any() for part in wanted)]
        if tuple(wanted) != ("val",):
            clips = clips[:: -(-len(clips) // REFERENCE)]
        scorers = {name: self.scorer(name) for name in names}
        # As when they are scored: compared with the whole of their drives, in whichever part.
        drives = {drive_of(clip) for clip in clips} - {None}
        context = [clip for clip in own if drive_of(clip) in drives] if self.wants_all() else []

        def items(read: list[Clip]) -> Iterator[ClipEmbeddings]:
            return (self.embeddings(item) for item in embedded(parts, read, "reference"))

        self._show(scorers.values(), lambda: items(context))
        scores: dict[str, list[float]] = {name: [] for name in names}
        for clip in items(clips):
            for name, scorer in scorers.items():
                scores[name].append(float(np.mean(scorer([clip])[0])))
        return {name: sorted(values) for name, values in scores.items()}

    def views(self, item: Embedded) -> list[ClipEmbeddings]:
        """Convert each camera of a clip of several, or any other clip, to what scorers take."""
        return [self.embeddings(part) for part in embedded_views(item, self.opened.parts.source)]

    def embeddings(self, item: Embedded) -> ClipEmbeddings:
        """Convert a clip to what scorers take."""
        return clip_embeddings(self.opened.predictor, item)
