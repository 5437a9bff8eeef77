"""Validation in turns: as many at a time as there are servers, nobody's work last, none for who has left."""

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


class Turns:
    """A validator in front of which requests wait in order; make it with `turns`."""

    def __init__(self, validator: Validator, servers: ThreadPoolExecutor) -> None:
        self._validator, self._servers = validator, servers

    @property
    def protection(self) -> Protection:
        """What holds the code back."""
        return self._validator.protection

    def validate(self, code: str, **options: Any) -> Report:
        """As the validator does, once it is this one's turn. Raises Gone where nobody waits by then."""
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
def turns(validator: Validator, workers: int) -> Iterator[Turns]:
    """Turns at a validator of `workers` servers."""
    with ThreadPoolExecutor(workers, thread_name_prefix="turns") as servers:
        yield Turns(validator, servers)
