"""The HTTP routes."""

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
from jepamine.serving.jobs import Busy, ClientGone, JobQueue
from jepamine.serving.middleware import Bounds, RequestLimits
from jepamine.serving.responses import GONE, Outermost, as_json, error_response, validation_message
from jepamine.serving.schemas import (
    Counted,
    ErrorDetail,
    Generate,
    Generated,
    Health,
    Satisfaction,
    Seen,
    Validate,
    Validated,
)
from jepamine.serving.service import Service
from jepamine.serving.static import add_page, policy

_DESCRIPTIONS = {
    400: "not JSON, or not a form",
    408: "the request body took too long to arrive",
    413: "too large",
    422: "the request cannot be processed; `detail` says why",
    503: "the queue is full; retry after `Retry-After` seconds",
}
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorDetail, "description": said} for status, said in _DESCRIPTIONS.items()
}


def create_app(service: Service, job_queue: JobQueue, bounds: Bounds) -> FastAPI:
    """Create the ASGI application."""
    app = FastAPI(
        title="jepamine",
        version=jepamine.__version__,
        description="From a description or an image to Manim code that was run and keeps its layout.",
        # Their pages load scripts from other hosts.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(RequestLimits, bounds=bounds, refuse=error_response)
    app.add_middleware(Outermost, policy=policy(service.address), metrics=service.metrics)
    _add_handlers(app)
    _add_work(app, service, job_queue)
    _add_rest(app, service, job_queue)
    add_page(app)
    return app


def _add_handlers(app: FastAPI) -> None:
    @app.exception_handler(UserError)
    async def mistaken(request: Request, error: UserError) -> Response:
        return error_response(422, str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return error_response(422, validation_message(error))

    @app.exception_handler(Busy)
    async def busy(request: Request, error: Busy) -> Response:
        return error_response(503, "the queue is full; try again in a moment")

    @app.exception_handler(ClientGone)
    async def gone(request: Request, error: ClientGone) -> Response:
        return error_response(GONE, "client closed the request")

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        response = error_response(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        # The traceback goes to the server log.
        return error_response(500, "internal error; see the server log")


def _add_work(app: FastAPI, service: Service, job_queue: JobQueue) -> None:
    async def counted(ask: Awaitable[tuple[Any, bool]]) -> tuple[Any, bool]:
        service.metrics.waiting.set(job_queue.waiting + 1)
        try:
            return await ask
        finally:
            service.metrics.waiting.set(job_queue.waiting)

    @app.post("/generate", response_model=Generated, responses=_ERRORS)
    async def generate(body: Generate, request: Request) -> Response:
        """Generate a scene from a description, an image or both."""
        asked = service.asked(body)
        key = service.key(asked)
        answer, cached = await counted(
            job_queue.ask(
                key, lambda: service.generate(asked), partial(left, request), fresh=service.still_shown
            )
        )
        service.metrics.cache(cached)
        return as_json({"id": key, **answer, "cached": cached})

    @app.post(
        "/layout",
        response_model=Seen,
        responses={**_ERRORS, 415: {"model": ErrorDetail, "description": "neither an image nor a form"}},
        openapi_extra=UPLOAD,
    )
    async def layout(request: Request) -> Response:
        """Predict the layout of an image, sent as the body or as the field `image` of a form."""
        image = await uploaded(request)
        key = service.layout_key(image)
        answer, _ = await counted(job_queue.ask(key, lambda: service.layout(image), partial(left, request)))
        return as_json(answer)

    @app.post("/validate", response_model=Validated, responses=_ERRORS)
    async def validate(body: Validate, request: Request) -> Response:
        """Run code in the sandbox and report where its objects are."""
        job: Callable[[], Any] = lambda: service.validate(body)  # noqa: E731
        answer, _ = await counted(job_queue.ask(uuid.uuid4().hex, job, partial(left, request), keep=False))
        return as_json(answer)


def _add_rest(app: FastAPI, service: Service, job_queue: JobQueue) -> None:
    @app.post("/feedback", response_model=Counted, responses=_ERRORS)
    def feedback(body: Satisfaction) -> Response:
        """Rate a response."""
        return as_json(service.take(body))

    @app.get("/healthz", response_model=Health)
    def healthz() -> Response:
        """Report the version, the runs and the protections in force."""
        return as_json(service.health())

    @app.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def metrics() -> Response:
        """Return counters and timings in Prometheus' format."""
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @app.head("/previews/{file}", include_in_schema=False)
    @app.get(
        "/previews/{file}",
        response_class=Response,
        responses={
            200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}},
            304: {"description": "not modified"},
            404: {"model": ErrorDetail, "description": "no such preview"},
        },
    )
    def preview(file: str, request: Request) -> Response:
        """Return a preview, `ID.png`. It never changes."""
        preview_file = service.previews.read(file)
        if preview_file is None:
            return error_response(404, "no such preview")
        name, png = preview_file
        headers = {"ETag": f'"{name}"', "Cache-Control": "public, max-age=31536000, immutable"}
        if request.headers.get("if-none-match", "").strip() in (f'"{name}"', f'W/"{name}"', "*"):
            return Response(status_code=304, headers=headers)
        return Response(png, headers=headers, media_type="image/png")


async def left(request: Request) -> None:
    """Return when the client disconnects; the body has been read by then."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
