"""Count and time what the service does, in Prometheus' format."""

from __future__ import annotations

import threading

from jepamine.manim.generation.request import Result as SceneResult
from jepamine.serving.jobs import Work

STAGES = ("layout", "encoding", "code", "waiting", "validation", "total")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 30.0)
_UNITS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0)


class Metrics:
    """A registry of its own: a process may hold several services, as tests do."""

    def __init__(self, run: str | None, mean_iou: float | None) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = registry = CollectorRegistry()
        self._seconds = Histogram(
            "jepamine_inference_seconds",
            "Seconds by stage: layout (with encoding), code (with validation and the wait for a server), "
            "total",
            ["stage"],
            buckets=_SECONDS,
            registry=registry,
        )
        for stage in STAGES:
            self._seconds.labels(stage)
        self._batches = Histogram(
            "jepamine_batch_size",
            "Images or descriptions encoded in one call",
            buckets=(1, 2, 4, 8, 16),
            registry=registry,
        )
        accuracy = Gauge(
            "jepamine_layout_accuracy",
            "Mean IoU of the layout run on its held-out scenes, from its record",
            ["run"],
            registry=registry,
        )
        if run is not None and mean_iou is not None:
            accuracy.labels(run).set(mean_iou)
        self._within = Counter(
            "jepamine_objects_within_half_unit",
            "Executed objects within 0.5 units of their layout, of those handed out",
            registry=registry,
        )
        self._objects = Counter("jepamine_objects", "Objects of the layouts handed out", registry=registry)
        self._errors = Histogram(
            "jepamine_position_error_units",
            "Mean distance of a scene's executed objects from their layout, in Manim units",
            buckets=_UNITS,
            registry=registry,
        )
        self._tries = Counter("jepamine_first_tries", "Scenes whose code was run", registry=registry)
        self._ran = Counter("jepamine_first_tries_ran", "Scenes whose first code ran", registry=registry)
        compiled = Gauge("jepamine_compile_rate", "Share of first codes that ran", registry=registry)
        compiled.set_function(lambda: share(self.ran, self.tries))
        self._scenes = Counter(
            "jepamine_scenes",
            "Scenes made, by generator",
            ["generator"],
            registry=registry,
        )
        self._hits = Counter("jepamine_cache_hits", "Responses from the cache", registry=registry)
        self._misses = Counter("jepamine_cache_misses", "Responses computed", registry=registry)
        self._feedback = Counter(
            "jepamine_feedback", "Feedback by satisfaction", ["satisfied"], registry=registry
        )
        self._ratings = Histogram(
            "jepamine_rating", "Ratings from 1 to 5", buckets=(1, 2, 3, 4, 5), registry=registry
        )
        satisfaction = Gauge("jepamine_satisfaction", "Share of satisfied feedback", registry=registry)
        satisfaction.set_function(lambda: share(self.satisfied, self.satisfied + self.unsatisfied))
        for word in ("yes", "no"):
            self._feedback.labels(word)
        self.waiting = Gauge("jepamine_waiting", "Requests under way or waiting", registry=registry)
        self._requests = Counter(
            "jepamine_requests", "Responses by path and status", ["path", "status"], registry=registry
        )
        self._lock = threading.Lock()
        self.tries = self.ran = self.satisfied = self.unsatisfied = 0

    def batch(self, size: int) -> None:
        """Record the size of one encoding call."""
        self._batches.observe(size)

    def made(self, made: SceneResult, work: Work) -> None:
        """Record a generated scene."""
        for stage in ("layout", "code", "total"):
            self._seconds.labels(stage).observe(made.seconds[stage])
        self.timed(work)
        self._scenes.labels(made.generator).inc()
        kept = made.adherence()
        count = len(made.layout.objects)
        self._objects.inc(count)
        self._within.inc(round(kept["within_half"] * count))
        if kept["mean_error"] is not None:
            self._errors.observe(kept["mean_error"])

    def tried(self, work: Work) -> None:
        """Record whether the first code ran, of finished work, handed out or not."""
        if work.first_ran is not None:
            with self._lock:
                self.tries, self.ran = self.tries + 1, self.ran + work.first_ran
            self._tries.inc()
            self._ran.inc(work.first_ran)

    def timed(self, work: Work) -> None:
        """Record the seconds that the work measured."""
        for stage, seconds in work.seconds.items():
            self._seconds.labels(stage).observe(seconds)

    def cache(self, hit: bool) -> None:
        """Record a cache hit or miss."""
        (self._hits if hit else self._misses).inc()

    def feedback(self, satisfied: bool, rating: int | None) -> None:
        """Record feedback."""
        with self._lock:
            self.satisfied, self.unsatisfied = self.satisfied + satisfied, self.unsatisfied + (not satisfied)
        self._feedback.labels("yes" if satisfied else "no").inc()
        if rating is not None:
            self._ratings.observe(rating)

    def request(self, path: str, status: int) -> None:
        """Record a response."""
        self._requests.labels(path, str(status)).inc()

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)


def share(part: int, total: int) -> float:
    """Return part / total; NaN, which Prometheus knows, for a total of 0."""
    return part / total if total else float("nan")
