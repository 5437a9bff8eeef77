"""The service without HTTP: each method is one job, run in a thread of the job queue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jepamine
from jepamine.errors import UserError, did_you_mean
from jepamine.manim.generation.find_layout import find_layout
from jepamine.manim.generation.pipeline import Pipeline
from jepamine.manim.generation.request import Request
from jepamine.manim.layouts import from_json, to_json
from jepamine.sandbox.protection import Protection
from jepamine.serving.job_queue import current_job
from jepamine.serving.prometheus import Metrics
from jepamine.serving.request_images import check_image, decode_image
from jepamine.serving.saved_files import Feedback, Media, name_of
from jepamine.serving.schemas import FeedbackRequest, GenerateRequest, ValidateRequest, VideoRequest

#: The width of a preview in pixels.
PREVIEW_WIDTH = 854
#: The most seconds that filming takes, and MiB of compressed frames: a minute of a usual scene has 5.
VIDEO_SECONDS, VIDEO_MEGABYTES = 30.0, 48


@dataclass(frozen=True)
class Identity:
    """What responses depend on besides the request: the layout run and the hash of all its weights."""

    run: str | None = None
    weights_sha256: str = ""
    version: str = jepamine.__version__


@dataclass(frozen=True)
class Service:
    """A pipeline with its surroundings. `generators` are the available ones, the first is the default;
    previews and videos are served at `preview_url`.
    """

    pipeline: Pipeline
    identity: Identity
    generators: Sequence[str]
    previews: Media
    videos: Media
    feedback: Feedback
    metrics: Metrics
    preview_url: str = "/previews"

    def parse(self, body: GenerateRequest) -> Request:
        """Return the pipeline's request. Raises UserError for a generator that is not offered.

        A generator's name may be an import path, which only the operator of the service may choose.
        """
        name = body.generator or self.generators[0]
        if name not in self.generators:
            hint = did_you_mean(name, self.generators)
            raise UserError(
                f"generator: '{name}' is not offered{hint}; available: {', '.join(self.generators)}"
            )
        image = decode_image(body.image) if body.image is not None else None
        return Request(
            body.description,
            image,
            body.style,
            body.complexity,
            name,
            body.layout,
            PREVIEW_WIDTH,
            anyway=body.anyway,
        )

    def key(self, request: Request) -> str:
        """Return a hash of everything that determines the response."""
        return self._hash(
            "generate",
            request.description,
            hashlib.sha256(request.image).hexdigest() if request.image is not None else None,
            request.style,
            request.complexity,
            request.generator,
            request.layout,
            "anyway" if request.anyway else None,
        )

    def layout_key(self, image: bytes) -> str:
        """Return the key for the layout of an image."""
        return self._hash("layout", hashlib.sha256(image).hexdigest())

    def generate(self, request: Request) -> dict[str, Any]:
        """Return the response without `id` and `cached`. Raises UserError as `Pipeline.make`."""
        job = current_job()
        if request.image is not None:
            check_image(request.image)
        try:
            result = self.pipeline.make(request)
        finally:
            self.metrics.observe_first_try(job)
        self.metrics.observe_result(result, job)
        values = result.to_json()
        for key in ("names", "validation"):
            del values[key]
        png = result.report.preview
        url = f"{self.preview_url}/{self.previews.store(png)}.png" if png is not None else None
        return {**values, "preview_url": url}

    def has_preview(self, response: dict[str, Any]) -> bool:
        """Return whether the preview of a response, if it had one, still exists."""
        url = response["preview_url"]
        return url is None or self.previews.has(url.rpartition("/")[2].removesuffix(".png"))

    def video_name(self, body: VideoRequest) -> str:
        """Return the ID of the video of code, equal in all services of this version."""
        return name_of(json.dumps([self.identity.version, body.code, body.scene]).encode())

    def video_url(self, name: str) -> str:
        """Return the URL of a video by its ID."""
        return f"{self.preview_url}/{name}.mp4"

    def film(self, body: VideoRequest) -> str:
        """Film code, and return the URL of its video.

        Raises UserError if the code does not run, has no animation, takes too long or without PyAV.
        """
        job = current_job()
        film = self.pipeline.validator.film(
            body.code, scene=body.scene, seconds=VIDEO_SECONDS, megabytes=VIDEO_MEGABYTES
        )
        self.metrics.observe_times(job)
        return self.video_url(self.videos.store(film, self.video_name(body)))

    def layout(self, image: bytes) -> dict[str, Any]:
        """Return the layout of an image. Raises UserError without a layout run, or if it finds nothing."""
        job = current_job()
        check_image(image)
        with job.timed("layout"):
            result = find_layout(Request(image=image, layout="image"), self.pipeline.reader)
        self.metrics.observe_times(job)
        return {
            "layout": to_json(result.layout),
            "confidence": round(result.confidence, 4),
            "seconds": round(job.seconds["layout"], 4),
        }

    def validate(self, body: ValidateRequest) -> dict[str, Any]:
        """Return the validation report of code."""
        layout = from_json(body.layout) if body.layout is not None else None
        report = self.pipeline.validator.validate(body.code, layout=layout, scene=body.scene)
        self.metrics.observe_times(current_job())
        return report.to_json()

    def store_feedback(self, body: FeedbackRequest, response: dict[str, Any] | None) -> dict[str, Any]:
        """Count and store feedback on a response, None if it is no longer kept.

        Raises UserError if the true layout cannot be compared with it.
        """
        satisfied, rating = body.verdict()
        line = {"id": body.id, "satisfied": satisfied, "rating": rating, "comment": body.comment}
        accuracy = {}
        if body.layout is not None:
            accuracy["layout_accuracy"] = layout_accuracy(body.layout, response)
            self.metrics.observe_accuracy(accuracy["layout_accuracy"])
        self.feedback.write({**line, **accuracy})
        if satisfied is not None:
            self.metrics.count_feedback(satisfied, rating)
        return {"satisfied": satisfied, **accuracy}

    def health(self) -> dict[str, Any]:
        """Return the state of the service."""
        protection: Protection = self.pipeline.validator.protection
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


def layout_accuracy(truth: dict[str, Any], response: dict[str, Any] | None) -> float:
    """Return the mean IoU of the true objects with those of a response, 0 where none matches."""
    from jepamine.manim.layout_model.evaluation.matching import compare

    if response is None:
        raise UserError("id: no response with this id is kept; send its true layout sooner after it")
    true = from_json(truth)
    if not true.objects:
        raise UserError("layout.objects: empty; without true objects there is nothing to compare with")
    overlaps = compare([true], [from_json(response["layout"])]).objects["iou"]
    return round(float(overlaps.mean()), 4)
