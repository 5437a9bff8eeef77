"""Validate code: servers with Manim imported, and reports of the code sent to them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.manim.latex.cache import Cache, cache_folder
from jepamine.manim.latex.typesetter import Typesetter
from jepamine.manim.layouts import Layout
from jepamine.manim.validation.check_answer import Answer, failed, parse
from jepamine.manim.validation.plausible import objection
from jepamine.manim.validation.play import mp4, require_pyav
from jepamine.manim.validation.replaced_names import with_next_steps
from jepamine.manim.validation.scene_report import Report, report
from jepamine.sandbox.limits import Limits
from jepamine.sandbox.protection import Protection
from jepamine.sandbox.server_pool import Pool, pool
from jepamine.sandbox.watch import End

TASK = "jepamine.manim.validation.scene_task"
NO_LIMITS = Limits()


class Validator:
    """Validates code; made by `validator`."""

    def __init__(self, servers: Pool, limits: Limits, typesetter: Typesetter) -> None:
        self._servers, self._limits, self._typesetter = servers, limits, typesetter

    @property
    def protection(self) -> Protection:
        """Return the protections in force, established by trial."""
        return self._servers.protection

    def validate(
        self,
        code: str,
        *,
        layout: Layout | None = None,
        names: Mapping[str, int] | None = None,
        scene: str | None = None,
        check: bool = True,
        preview: int | None = None,
        modules: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
        gone: Callable[[], bool] = bool,
    ) -> Report:
        """Run code in a confined child and report where its objects are; from any thread.

        `names` maps variables to objects of the layout; without it they are matched by type and place.
        `scene` is needed if there are several and none is GeneratedScene. `check` False skips the
        allow-list over the syntax tree: then only the child's confinement restricts the code, and the code
        could say that it draws another scene. `preview` is a width in pixels, 16:9. `modules` is the code of
        modules that the code may import, by name; `files` are those that it may read, by relative path.
        Raises Abandoned, and ends the child, once `gone`.
        """
        answer, seconds, notes = self._ask(
            code, scene, check, preview, modules, files, every=False, gone=gone
        )
        return report(answer, self.protection, seconds, layout, names, notes, gone)

    def film(
        self,
        code: str,
        *,
        scene: str | None = None,
        seconds: float = 120.0,
        megabytes: int = 128,
        gone: Callable[[], bool] = bool,
    ) -> bytes:
        """Run code like `validate`, and return an MP4 of 426 x 240 pixels and 15 frames a second.

        After a minute the video ends. Raises UserError without PyAV, or if the code does not run within
        `seconds` and `megabytes` of compressed frames.
        """
        require_pyav()
        limits = replace(self._limits, deadline=seconds, draft=megabytes, answer=megabytes)
        answer, _, _ = self._ask(
            code, scene, True, None, None, None, every=False, gone=gone, limits=limits, video=True
        )
        if answer.problems:
            raise UserError(f"the video cannot be made: {answer.problems[0].message}")
        return mp4(answer.frames)

    def validate_all(
        self,
        code: str,
        *,
        layout: Layout | None = None,
        scene: str | None = None,
        check: bool = True,
        preview: int | None = None,
        modules: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> list[Report]:
        """Run every scene of the code, or the one called `scene`, each in a child of its own."""
        answer, seconds, notes = self._ask(code, scene, check, preview, modules, files, every=True)
        if not answer.scenes:
            return [report(answer, self.protection, seconds, layout, notes=notes)]
        reports = []
        for name in answer.scenes:
            one = self.validate(
                code, layout=layout, scene=name, check=check, preview=preview, modules=modules, files=files
            )
            reports.append(replace(one, scene=name))
        return reports

    def _ask(
        self,
        code: str,
        scene: str | None,
        check: bool,
        preview: int | None,
        modules: Mapping[str, str] | None,
        files: Mapping[str, bytes] | None,
        every: bool,
        gone: Callable[[], bool] = bool,
        limits: Limits | None = None,
        video: bool = False,
    ) -> tuple[Answer, float, tuple[str, ...]]:
        request: dict[str, Any] = {"scene": scene, "check": check, "preview": preview, "every": every}
        request["video"] = video
        limits = limits or self._limits
        # A file cannot contain such characters, but JSON can carry them. A byte order mark is no code.
        request["code"] = code.encode("utf-8", "replace").decode().removeprefix("\ufeff")
        request["modules"] = dict(modules or {})
        request["files"] = {name: base64.b64encode(data).decode() for name, data in (files or {}).items()}
        formulas = self._typesetter.scene()
        end, content = self._servers.ask(request, limits, formulas.reply, gone)
        answer = parse(content) if end.how == "answered" else _without_answer(end, limits)
        answer = with_next_steps(answer)
        if odd := objection(answer, request["code"], request["modules"]):
            answer = failed("crashed", f"the code broke the process that ran it: its answer is about {odd}")
        return answer, end.seconds, formulas.notes()


@contextmanager
def validator(
    *,
    workers: int = 1,
    limits: Limits = NO_LIMITS,
    bubblewrap: bool | None = None,
    cache: Path | None = None,
    meanwhile: Callable[[], object] = bool,
) -> Iterator[Validator]:
    """Run a validator with `workers` servers, which take a second or two to start and stop with the block.

    `bubblewrap` None uses it if it works. `cache` is a folder for formulas, by default in the user's cache
    folder. `meanwhile` is called while the servers start. Raises UserError if Manim is missing or the system
    cannot fork.
    """
    with pool(TASK, workers=workers, bubblewrap=bubblewrap, meanwhile=meanwhile) as servers:
        kept = Cache(cache or cache_folder())
        yield Validator(servers, limits, Typesetter(kept, servers.protection.bubblewrap))


def _without_answer(end: End, limits: Limits) -> Answer:
    match end.how:
        case "deadline":
            return failed(
                "deadline",
                f"still running after {limits.deadline:g} s; shorten the scene, or raise --deadline if it "
                "does not run forever",
            )
        case "folder":
            return failed("limit", f"it wrote more than {limits.folder} MiB or {limits.entries} files")
        case "threads":
            return failed("limit", f"it started more than {limits.threads} threads")
        case "answer":
            return failed("limit", f"its answer is larger than {limits.answer} MiB")
        case _:
            how = f" (signal {end.signal})" if end.signal else ""
            return failed("crashed", f"the process that ran it ended{how} before construct did")
