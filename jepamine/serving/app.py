"""The service over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

import jepamine
from jepamine.errors import UserError
from jepamine.serving.images import UPLOAD, uploaded
from jepamine.serving.jobs import Busy, Desk, Gone
from jepamine.serving.middleware import Bounds, Doorkeeper
from jepamine.serving.responses import GONE, Outermost, as_json, told, worded
from jepamine.serving.schemas import (
    Counted,
    Generate,
    Generated,
    Health,
    Satisfaction,
    Seen,
    Told,
    Validate,
    Validated,
)
from jepamine.serving.service import Service
from jepamine.serving.static import add_page, policy

_SAID = {
    400: "not JSON, or not a form",
    408: "it took too long to come",
    413: "too large",
    422: "nothing can be made of it; `detail` says why",
    503: "too many wait; `Retry-After` says for how many seconds to stay away",
}
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Told, "description": said} for status, said in _SAID.items()
}


def create_app(service: Service, desk: Desk, bounds: Bounds) -> FastAPI:
    """The ASGI application."""
    app = FastAPI(
        title="jepamine",
        version=jepamine.__version__,
        description="From a description or an image to Manim code that was run and keeps its layout.",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(Doorkeeper, bounds=bounds, refuse=told)
    app.add_middleware(Outermost, policy=policy(service.address), metrics=service.metrics)
    _add_handlers(app)
    _add_work(app, service, desk)
    _add_rest(app, service, desk)
    add_page(app)
    return app


def _add_handlers(app: FastAPI) -> None:
    @app.exception_handler(UserError)
    async def mistaken(request: Request, error: UserError) -> Response:
        return told(422, str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return told(422, worded(error))

    @app.exception_handler(Busy)
    async def busy(request: Request, error: Busy) -> Response:
        return told(503, "too many wait; try again in a moment")

    @app.exception_handler(Gone)
    async def gone(request: Request, error: Gone) -> Response:
        return told(GONE, "you went away")

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        response = told(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        # The traceback goes to the service's own log.
        return told(500, "a bug of the service, which was written down there")


def _add_work(app: FastAPI, service: Service, desk: Desk) -> None:
    async def counted(ask: Awaitable[tuple[Any, bool]]) -> tuple[Any, bool]:
        service.metrics.waiting.set(desk.waiting + 1)
        try:
            return await ask
        finally:
            service.metrics.waiting.set(desk.waiting)

    @app.post("/generate", response_model=Generated, responses=_ERRORS)
    async def generate(body: Generate, request: Request) -> Response:
        """Make a scene of a description, an image or both."""
        asked = service.asked(body)
        key = service.key(asked)
        answer, cached = await counted(
            desk.ask(key, lambda: service.generate(asked), partial(left, request), fresh=service.still_shown)
        )
        service.metrics.cache(cached)
        return as_json({"id": key, **answer, "cached": cached})

    @app.post(
        "/layout",
        response_model=Seen,
        responses={**_ERRORS, 415: {"model": Told, "description": "neither an image nor a form"}},
        openapi_extra=UPLOAD,
    )
    async def layout(request: Request) -> Response:
        """The layout of an image, which is the body itself or the field `image` of a form."""
        image = await uploaded(request)
        key = service.layout_key(image)
        answer, _ = await counted(desk.ask(key, lambda: service.layout(image), partial(left, request)))
        return as_json(answer)

    @app.post("/validate", response_model=Validated, responses=_ERRORS)
    async def validate(body: Validate, request: Request) -> Response:
        """Run code without its powers, and tell where its objects are."""
        job: Callable[[], Any] = lambda: service.validate(body)  # noqa: E731
        answer, _ = await counted(desk.ask(uuid.uuid4().hex, job, partial(left, request), keep=False))
        return as_json(answer)


def _add_rest(app: FastAPI, service: Service, desk: Desk) -> None:
    @app.post("/feedback", response_model=Counted, responses=_ERRORS)
    def feedback(body: Satisfaction) -> Response:
        """Say whether you are satisfied with an answer."""
        return as_json(service.take(body))

    @app.get("/healthz", response_model=Health)
    def healthz() -> Response:
        """What runs here, and what holds code back."""
        return as_json(service.health())

    @app.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def metrics() -> Response:
        """What was counted and timed, for Prometheus."""
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @app.head("/previews/{file}", include_in_schema=False)
    @app.get(
        "/previews/{file}",
        response_class=Response,
        responses={
            200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}},
            304: {"description": "it is as it was"},
            404: {"model": Told, "description": "there is no such preview"},
        },
    )
    def preview(file: str, request: Request) -> Response:
        """A preview, `ID.png`. It never changes."""
        found = service.previews.read(file)
        if found is None:
            return told(404, "there is no such preview")
        name, png = found
        headers = {"ETag": f'"{name}"', "Cache-Control": "public, max-age=31536000, immutable"}
        if request.headers.get("if-none-match", "").strip() in (f'"{name}"', f'W/"{name}"', "*"):
            return Response(status_code=304, headers=headers)
        return Response(png, headers=headers, media_type="image/png")


async def left(request: Request) -> None:
    """Ends when the client goes away; the body has been read by then."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
