"""A fair queue for validation: one job per server, first come first served, cancelled with its clients."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from jepamine.manim.validation.report import Report
from jepamine.manim.validation.validator import Validator
from jepamine.sandbox.protection import Protection
from jepamine.serving.jobs import Work, current


class ValidationQueue:
    """A validator with a queue in front of it; made by `validation_queue`."""

    def __init__(self, validator: Validator, servers: ThreadPoolExecutor) -> None:
        self._validator, self._servers = validator, servers

    @property
    def protection(self) -> Protection:
        """Return the protections in force."""
        return self._validator.protection

    def validate(self, code: str, **options: Any) -> Report:
        """Validate as the validator does, in turn. Raises ClientGone if no client waits by then."""
        work = current()
        came = time.perf_counter()
        report = self._servers.submit(self._one, work, came, code, options).result()
        if work.first_ran is None:
            work.first_ran = report.runs
        return report

    def _one(self, work: Work, came: float, code: str, options: dict[str, Any]) -> Report:
        work.go_on()
        work.add("waiting", time.perf_counter() - came)
        with work.timed("validation"):
            return self._validator.validate(code, **options)


@contextmanager
def validation_queue(validator: Validator, workers: int) -> Iterator[ValidationQueue]:
    """Run a queue in front of a validator of `workers` servers."""
    with ThreadPoolExecutor(workers, thread_name_prefix="turns") as servers:
        yield ValidationQueue(validator, servers)
