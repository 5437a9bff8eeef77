"""What the service counts and times, as Prometheus reads it."""

from __future__ import annotations

import threading

from jepamine.manim.generation.request import Made
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
            "Seconds by stage: layout (with encoding), code (with validation and the waiting for its turn), "
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
            "Executed objects within 0.5 units of their layout, of what was handed out",
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
            "Scenes made, by the generator whose code it is",
            ["generator"],
            registry=registry,
        )
        self._hits = Counter("jepamine_cache_hits", "Answers that were there", registry=registry)
        self._misses = Counter("jepamine_cache_misses", "Answers that had to be made", registry=registry)
        self._feedback = Counter(
            "jepamine_feedback", "Answers to: are you satisfied?", ["satisfied"], registry=registry
        )
        self._ratings = Histogram(
            "jepamine_rating", "Ratings from 1 to 5", buckets=(1, 2, 3, 4, 5), registry=registry
        )
        satisfaction = Gauge("jepamine_satisfaction", "Share of answers that say yes", registry=registry)
        satisfaction.set_function(lambda: share(self.satisfied, self.satisfied + self.unsatisfied))
        for word in ("yes", "no"):
            self._feedback.labels(word)
        self.waiting = Gauge("jepamine_waiting", "Requests under way or waiting", registry=registry)
        self._requests = Counter(
            "jepamine_requests", "Answers to requests", ["path", "status"], registry=registry
        )
        self._lock = threading.Lock()
        self.tries = self.ran = self.satisfied = self.unsatisfied = 0

    def batch(self, size: int) -> None:
        """That many were encoded in one call."""
        self._batches.observe(size)

    def made(self, made: Made, work: Work) -> None:
        """A scene was made."""
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
        """Whether the first code ran, of work that came so far, handed out or not."""
        if work.first_ran is not None:
            with self._lock:
                self.tries, self.ran = self.tries + 1, self.ran + work.first_ran
            self._tries.inc()
            self._ran.inc(work.first_ran)

    def timed(self, work: Work) -> None:
        """What the work itself timed."""
        for stage, seconds in work.seconds.items():
            self._seconds.labels(stage).observe(seconds)

    def cache(self, hit: bool) -> None:
        """An answer was there, or not."""
        (self._hits if hit else self._misses).inc()

    def feedback(self, satisfied: bool, rating: int | None) -> None:
        """Somebody said whether they are satisfied."""
        with self._lock:
            self.satisfied, self.unsatisfied = self.satisfied + satisfied, self.unsatisfied + (not satisfied)
        self._feedback.labels("yes" if satisfied else "no").inc()
        if rating is not None:
            self._ratings.observe(rating)

    def request(self, path: str, status: int) -> None:
        """A request was answered."""
        self._requests.labels(path, str(status)).inc()

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)


def share(part: int, whole: int) -> float:
    """part / whole; NaN, which Prometheus knows, of nothing."""
    return part / whole if whole else float("nan")
