"""The ASGI application: routes and error handlers."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

import jepamine
from jepamine.errors import UserError
from jepamine.sandbox.server_pool import ServerLost
from jepamine.serving.job_queue import ClientGone, JobQueue, QueueFull
from jepamine.serving.middleware import AccessControl, AccessRules, Bounds, RequestLimits
from jepamine.serving.request_images import UPLOAD_SCHEMA, uploaded_image
from jepamine.serving.request_logs import RequestLog
from jepamine.serving.responses import (
    CLIENT_CLOSED_REQUEST,
    CommonHeaders,
    InternalErrors,
    content_security_policy,
    describe_errors,
    error_response,
    json_response,
)
from jepamine.serving.schemas import (
    ErrorResponse,
    FeedbackRequest,
    FeedbackResponse,
    GenerateRequest,
    GenerateResponse,
    HealthResponse,
    LayoutResponse,
    ValidateRequest,
    ValidateResponse,
    VideoRequest,
    VideoResponse,
)
from jepamine.serving.service import Service

PAGE = Path(__file__).with_name("page")
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_DESCRIPTIONS = {
    400: "not JSON, not a form, or a Host that is not served",
    401: "no valid bearer token",
    403: "a request from another origin",
    408: "the request took too long to arrive",
    413: "too large",
    422: "cannot be processed; `detail` says why",
    503: "too many requests; try again after `Retry-After` seconds",
}
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorResponse, "description": text} for status, text in _DESCRIPTIONS.items()
}


def create_app(service: Service, jobs: JobQueue, bounds: Bounds, rules: AccessRules) -> FastAPI:
    """Return the ASGI application."""
    app = FastAPI(
        title="jepamine",
        version=jepamine.__version__,
        description="Generate Manim code from a description or an image, run it, and check its layout.",
        # FastAPI's documentation pages load scripts from other hosts.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(InternalErrors)
    app.add_middleware(RequestLimits, bounds=bounds, refuse=error_response)
    app.add_middleware(AccessControl, rules=rules, refuse=error_response)
    policy = content_security_policy(service.preview_url)
    app.add_middleware(CommonHeaders, policy=policy, metrics=service.metrics)
    app.add_middleware(RequestLog)
    _add_error_handlers(app)
    _add_job_routes(app, service, jobs)
    _add_other_routes(app, service, jobs)
    app.mount("/page", StaticFiles(directory=PAGE), name="page")
    return app


def _add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(UserError)
    async def user_error(request: Request, error: UserError) -> Response:
        return error_response(422, str(error))

    @app.exception_handler(ServerLost)
    async def server_lost(request: Request, error: ServerLost) -> Response:
        return error_response(503, str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return error_response(422, describe_errors(error))

    @app.exception_handler(QueueFull)
    async def queue_full(request: Request, error: QueueFull) -> Response:
        return error_response(503, "the queue is full; try again in a moment")

    @app.exception_handler(ClientGone)
    async def client_gone(request: Request, error: ClientGone) -> Response:
        return error_response(CLIENT_CLOSED_REQUEST, "the client closed the connection")

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        response = error_response(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response


def _add_job_routes(app: FastAPI, service: Service, jobs: JobQueue) -> None:
    async def counted(run: Awaitable[tuple[Any, bool]]) -> tuple[Any, bool]:
        service.metrics.waiting.set(jobs.pending + 1)
        try:
            return await run
        finally:
            service.metrics.waiting.set(jobs.pending)

    @app.post("/generate", response_model=GenerateResponse, responses=_ERRORS)
    async def generate(body: GenerateRequest, request: Request) -> Response:
        """Generate a scene from a description, an image or both."""
        parsed = service.parse(body)
        key = service.key(parsed)
        result, cached = await counted(
            jobs.run(
                key,
                lambda: service.generate(parsed),
                partial(disconnected, request),
                is_fresh=service.has_preview,
            )
        )
        service.metrics.count_cache(cached)
        return json_response({"id": key, **result, "cached": cached})

    @app.post(
        "/layout",
        response_model=LayoutResponse,
        responses={**_ERRORS, 415: {"model": ErrorResponse, "description": "neither an image nor a form"}},
        openapi_extra=UPLOAD_SCHEMA,
    )
    async def layout(request: Request) -> Response:
        """Read the layout of an image, which is the body or the form field `image`."""
        image = await uploaded_image(request)
        key = service.layout_key(image)
        result, _ = await counted(
            jobs.run(key, lambda: service.layout(image), partial(disconnected, request))
        )
        return json_response({"id": key, **result})

    @app.post("/validate", response_model=ValidateResponse, responses=_ERRORS)
    async def validate(body: ValidateRequest, request: Request) -> Response:
        """Run code in the sandbox and report where its objects are."""
        key, job = uuid.uuid4().hex, partial(service.validate, body)
        result, _ = await counted(jobs.run(key, job, partial(disconnected, request), submitted=True))
        return json_response(result)

    @app.post("/video", response_model=VideoResponse, responses=_ERRORS)
    async def video(body: VideoRequest, request: Request) -> Response:
        """Film code in the sandbox, at a low resolution and without sound."""
        name, gone = service.video_name(body), partial(disconnected, request)
        if service.videos.has(name):
            return json_response({"video_url": service.video_url(name), "cached": True})
        url, joined = await counted(jobs.run(name, partial(service.film, body), gone, submitted=True))
        return json_response({"video_url": url, "cached": joined})


def _add_other_routes(app: FastAPI, service: Service, jobs: JobQueue) -> None:
    @app.post("/feedback", response_model=FeedbackResponse, responses=_ERRORS)
    async def feedback(body: FeedbackRequest) -> Response:
        """Store feedback on a response; with the true layout, measure the one that was returned."""
        response = jobs.kept(body.id)
        return json_response(await run_in_threadpool(service.store_feedback, body, response))

    @app.get("/healthz", response_model=HealthResponse)
    def healthz() -> Response:
        """Report what is served and how submitted code is confined."""
        return json_response(service.health())

    @app.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def metrics() -> Response:
        """Report counters and timings in Prometheus format."""
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @app.head("/previews/{file}", include_in_schema=False)
    @app.get(
        "/previews/{file}",
        response_class=Response,
        responses={
            200: {"content": dict.fromkeys(("image/png", "video/mp4"), _BINARY)},
            206: {"description": "the part that the header Range names", "content": {"video/mp4": _BINARY}},
            304: {"description": "not modified"},
            404: {"model": ErrorResponse, "description": "no such preview"},
        },
    )
    def preview(file: str, request: Request) -> Response:
        """Return the preview `ID.png` or the video `ID.mp4`, which never change."""
        path = service.previews.find(file) or service.videos.find(file)
        if path is None:
            return error_response(404, "no such preview")
        headers = {"ETag": f'"{path.stem}"', "Cache-Control": "public, max-age=31536000, immutable"}
        if request.headers.get("if-none-match", "").strip() in (f'"{path.stem}"', f'W/"{path.stem}"', "*"):
            return Response(status_code=304, headers=headers)
        return FileResponse(path, headers=headers)

    @app.head("/", include_in_schema=False)
    @app.get("/", include_in_schema=False)
    def index() -> Response:
        return FileResponse(PAGE / "index.html")


async def disconnected(request: Request) -> None:
    """Return when the client disconnects; its body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
