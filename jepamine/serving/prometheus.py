"""Counters and timings of the service, in Prometheus format."""

from __future__ import annotations

import threading
from typing import Any

from jepamine.manim.generation.request import Result
from jepamine.serving.job_queue import Job

STAGES = ("layout", "encoding", "code", "waiting", "validation", "video", "total")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 30.0)
_SHARES = (0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
_UNITS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0)


class Metrics:
    """Metrics in a registry of their own, so that a process can hold several services."""

    def __init__(self, run: str | None, mean_iou: float | None) -> None:
        from prometheus_client import CollectorRegistry

        self.registry = CollectorRegistry()
        self._lock = threading.Lock()
        self.tries = self.ran = self.satisfied = self.unsatisfied = 0

        self._add_layouts(run, mean_iou)
        self._add_scenes()
        self._add_requests()

    def _add(self, metric: str, name: str, text: str, labels: tuple[str, ...] = (), **options: Any) -> Any:
        """Add a metric; `metric` is the name of its class."""
        import prometheus_client

        make = getattr(prometheus_client, metric)
        return make(f"jepamine_{name}", text, labels, registry=self.registry, **options)

    def _add_layouts(self, run: str | None, mean_iou: float | None) -> None:
        add = self._add
        self._seconds = add(
            "Histogram",
            "inference_seconds",
            "Seconds by stage: layout (with encoding), code (with validation and waiting for it), total",
            ("stage",),
            buckets=_SECONDS,
        )
        for stage in STAGES:
            self._seconds.labels(stage)
        self._batches = add(
            "Histogram", "batch_size", "Images or descriptions encoded in one call", buckets=(1, 2, 4, 8, 16)
        )
        accuracy = add(
            "Gauge",
            "layout_accuracy",
            "Mean IoU of the layout run on its held-out scenes, from its record",
            ("run",),
        )
        self._accuracies = add(
            "Histogram",
            "inference_layout_accuracy",
            "Mean IoU of a returned layout with the true one that /feedback gave",
            buckets=_SHARES,
        )
        if run is not None and mean_iou is not None:
            accuracy.labels(run).set(mean_iou)
        self._within = add(
            "Counter",
            "objects_within_half_unit",
            "Executed objects within 0.5 units of their returned layout",
        )
        self._objects = add("Counter", "objects", "Objects in returned layouts")

    def _add_scenes(self) -> None:
        add = self._add
        self._errors = add(
            "Histogram",
            "position_error_units",
            "Mean distance of a scene's executed objects from their layout, in Manim units",
            buckets=_UNITS,
        )
        self._tries = add("Counter", "first_tries", "Scenes whose code was run")
        self._ran = add("Counter", "first_tries_ran", "Scenes whose first code ran")
        compiled = add("Gauge", "compile_rate", "Share of first codes that ran")
        compiled.set_function(lambda: share(self.ran, self.tries))
        self._scenes = add(
            "Counter", "scenes", "Generated scenes by the generator of the returned code", ("generator",)
        )

    def _add_requests(self) -> None:
        add = self._add
        self._hits = add("Counter", "cache_hits", "Responses from the cache")
        self._misses = add("Counter", "cache_misses", "Responses that had to be generated")
        self._feedback = add("Counter", "feedback", "Feedback: is the user satisfied?", ("satisfied",))
        self._ratings = add("Histogram", "rating", "Ratings from 1 to 5", buckets=(1, 2, 3, 4, 5))
        satisfaction = add("Gauge", "satisfaction", "Share of feedback that is satisfied")
        satisfaction.set_function(lambda: share(self.satisfied, self.satisfied + self.unsatisfied))
        for label in ("yes", "no"):
            self._feedback.labels(label)
        self.waiting = add("Gauge", "waiting", "Jobs that wait or run")
        self._responses = add("Counter", "requests", "Responses by route and HTTP status", ("path", "status"))

    def observe_batch(self, size: int) -> None:
        """Record that `size` items were encoded in one call."""
        self._batches.observe(size)

    def observe_result(self, result: Result, job: Job) -> None:
        """Record a generated scene."""
        for stage in ("layout", "code", "total"):
            self._seconds.labels(stage).observe(result.seconds[stage])
        self.observe_times(job)
        self._scenes.labels(result.generator).inc()
        adherence = result.adherence()
        if adherence is None:
            return
        count = len(result.layout.objects)
        self._objects.inc(count)
        self._within.inc(round(adherence["within_half"] * count))
        if adherence["mean_error"] is not None:
            self._errors.observe(adherence["mean_error"])

    def observe_first_try(self, job: Job) -> None:
        """Record whether a job's first code ran, whether or not it was returned."""
        if job.first_ran is not None:
            with self._lock:
                self.tries, self.ran = self.tries + 1, self.ran + job.first_ran
            self._tries.inc()
            self._ran.inc(job.first_ran)

    def observe_times(self, job: Job) -> None:
        """Record the seconds that a job measured itself."""
        for stage, seconds in job.seconds.items():
            self._seconds.labels(stage).observe(seconds)

    def count_cache(self, hit: bool) -> None:
        """Count a cache hit or miss."""
        (self._hits if hit else self._misses).inc()

    def count_feedback(self, satisfied: bool, rating: int | None) -> None:
        """Count feedback."""
        with self._lock:
            self.satisfied, self.unsatisfied = self.satisfied + satisfied, self.unsatisfied + (not satisfied)
        self._feedback.labels("yes" if satisfied else "no").inc()
        if rating is not None:
            self._ratings.observe(rating)

    def observe_accuracy(self, mean_iou: float) -> None:
        """Record the accuracy of a layout whose truth is known."""
        self._accuracies.observe(mean_iou)

    def count_response(self, path: str, status: int) -> None:
        """Count a response."""
        self._responses.labels(path, str(status)).inc()

    def text(self) -> bytes:
        """Return all metrics in Prometheus text format."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)


def share(part: int, whole: int) -> float:
    """Return part / whole, NaN (which Prometheus accepts) if `whole` is 0."""
    return part / whole if whole else float("nan")
