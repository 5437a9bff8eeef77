"""The service without HTTP: each method is one job, run in a thread of the job queue."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jepamine
from jepamine.errors import UserError, did_you_mean
from jepamine.manim.generation.find_layout import find_layout
from jepamine.manim.generation.pipeline import Pipeline
from jepamine.manim.generation.request import Request as SceneRequest
from jepamine.manim.layouts import from_json, to_json
from jepamine.sandbox.protection import Protection
from jepamine.serving import images
from jepamine.serving.feedback import Feedback
from jepamine.serving.jobs import current
from jepamine.serving.metrics import Metrics
from jepamine.serving.previews import Previews
from jepamine.serving.schemas import Generate, Satisfaction, Validate

#: Pixels across a preview.
WIDTH = 854


@dataclass(frozen=True)
class Identity:
    """What responses depend on besides the request: the layout run and the hash of all its weights."""

    run: str | None = None
    weights_sha256: str = ""
    version: str = jepamine.__version__


@dataclass(frozen=True)
class Service:
    """A generation pipeline with previews, feedback and metrics.

    `generators` are those offered, the first by default; previews are served under `address`.
    """

    chain: Pipeline
    identity: Identity
    generators: Sequence[str]
    previews: Previews
    feedback: Feedback
    metrics: Metrics
    address: str = "/previews"

    def asked(self, body: Generate) -> SceneRequest:
        """Convert a request body for the pipeline. Raises UserError for a generator that is not offered.

        A name may say where to import a generator from: only the service's owner may choose that.
        """
        name = body.generator or self.generators[0]
        if name not in self.generators:
            near = did_you_mean(name, self.generators)
            raise UserError(
                f"generator: '{name}' is not offered{near}; offered: {', '.join(self.generators)}"
            )
        image = images.from_text(body.image) if body.image is not None else None
        return SceneRequest(body.description, image, body.style, body.complexity, name, body.layout, WIDTH)

    def key(self, asked: SceneRequest) -> str:
        """Return a hash of everything that determines the response."""
        return self._hash(
            "generate",
            asked.description,
            hashlib.sha256(asked.image).hexdigest() if asked.image is not None else None,
            asked.style,
            asked.complexity,
            asked.generator,
            asked.layout,
        )

    def layout_key(self, image: bytes) -> str:
        """Return the same hash for an image whose layout is requested."""
        return self._hash("layout", hashlib.sha256(image).hexdigest())

    def generate(self, asked: SceneRequest) -> dict[str, Any]:
        """Return the response without `id` and `cached`. Raises UserError as the pipeline does."""
        work = current()
        if asked.image is not None:
            images.inspected(asked.image)
        try:
            made = self.chain.make(asked)
        finally:
            self.metrics.tried(work)
        self.metrics.made(made, work)
        values = made.to_json()
        for key in ("names", "validation"):
            del values[key]
        png = made.report.preview
        name = self.previews.keep(png) if png is not None else None
        return {**values, "preview_url": f"{self.address}/{name}.png" if name is not None else None}

    def still_shown(self, answer: dict[str, Any]) -> bool:
        """Return whether a response's preview still exists."""
        url = answer["preview_url"]
        return url is None or self.previews.has(url.rpartition("/")[2].removesuffix(".png"))

    def layout(self, image: bytes) -> dict[str, Any]:
        """Predict the layout of an image. Raises UserError if no run is served, or it finds no object."""
        work = current()
        images.inspected(image)
        with work.timed("layout"):
            objects = find_layout(SceneRequest(image=image, layout="image"), self.chain.reader)
        self.metrics.timed(work)
        return {
            "layout": to_json(objects.layout),
            "confidence": round(objects.confidence, 4),
            "seconds": round(work.seconds["layout"], 4),
        }

    def validate(self, body: Validate) -> dict[str, Any]:
        """Return the report of code."""
        layout = from_json(body.layout) if body.layout is not None else None
        report = self.chain.validator.validate(body.code, layout=layout, scene=body.scene)
        self.metrics.timed(current())
        return report.to_json()

    def take(self, body: Satisfaction) -> dict[str, Any]:
        """Count and store feedback."""
        satisfied, rating = body.verdict()
        self.feedback.write(
            {"id": body.id, "satisfied": satisfied, "rating": rating, "comment": body.comment}
        )
        self.metrics.feedback(satisfied, rating)
        return {"satisfied": satisfied}

    def health(self) -> dict[str, Any]:
        """Return the state of the service."""
        protection: Protection = self.chain.validator.protection
        return {
            "status": "ok",
            "version": self.identity.version,
            "run": self.identity.run,
            "generators": list(self.generators),
            "protection": {
                "in_force": str(protection),
                "closed": list(protection.closed),
                "open": list(protection.open),
            },
        }

    def _hash(self, *parts: str | None) -> str:
        identity = (self.identity.run, self.identity.weights_sha256, self.identity.version)
        return hashlib.sha256(json.dumps([identity, parts]).encode()).hexdigest()[:32]


def finite(value: Any) -> Any:
    """Replace numbers that JSON cannot hold by null: code may place objects at 1e308 and -1e308."""
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
