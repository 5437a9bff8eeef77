"""Validation in order of arrival, as many at a time as there are servers, skipping abandoned jobs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from jepamine.manim.validation.report import Report
from jepamine.manim.validation.validator import Validator
from jepamine.sandbox.handle import Abandoned
from jepamine.sandbox.protection import Protection
from jepamine.serving.job_queue import ClientGone, Job, current_job


class ValidationQueue:
    """A validator that serves requests in order; create it with `validation_queue`."""

    def __init__(self, validator: Validator, threads: Sequence[ThreadPoolExecutor]) -> None:
        self._validator, self._threads = validator, threads

    @property
    def protection(self) -> Protection:
        """The protection in force around the code."""
        return self._validator.protection

    def validate(self, code: str, **options: Any) -> Report:
        """Validate code as the validator does. Raises ClientGone if no client waits when its turn comes."""
        job = current_job()
        arrived = time.perf_counter()
        report = self._threads[job.submitted].submit(self._validate, job, arrived, code, options).result()
        if job.first_ran is None:
            job.first_ran = report.runs
        return report

    def _validate(self, job: Job, arrived: float, code: str, options: dict[str, Any]) -> Report:
        job.check()
        job.add("waiting", time.perf_counter() - arrived)
        try:
            with job.timed("validation"):
                return self._validator.validate(code, **options, gone=job.abandoned.is_set)
        except Abandoned:
            raise ClientGone from None


@contextmanager
def validation_queue(validator: Validator, workers: int) -> Iterator[ValidationQueue]:
    """Open a queue in front of a validator with `workers` servers.

    Of several servers one is kept free of submitted code, which may run until its deadline each time.
    """
    with ThreadPoolExecutor(workers) as own, ThreadPoolExecutor(max(workers - 1, 1)) as submitted:
        yield ValidationQueue(validator, (own, submitted))
