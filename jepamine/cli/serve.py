"""serve: generation, layouts and validation over HTTP."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import File, Folder, with_experiments, with_trust
from jepamine.serving.middleware import CACHE, DEADLINE, TRIES, WAITING, WORKERS


@click.command()
@click.option(
    "--run", metavar="NAME", help="Layout run that reads images. [default: none, descriptions only]"
)
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="0 picks a free port.")
@click.option(
    "--generator",
    "generators",
    multiple=True,
    default=("template",),
    metavar="NAME",
    help="Generator offered to clients; repeatable, the first is the default.",
)
@click.option(
    "--workers", type=click.IntRange(1, 256), default=WORKERS, help="Scenes that run at the same time."
)
@click.option(
    "--tries", type=click.IntRange(1, 20), default=TRIES, help="Attempts before falling back to template."
)
@click.option(
    "--deadline",
    type=click.FloatRange(0, 60, min_open=True),
    default=DEADLINE,
    help="Time limit for submitted code, in seconds.",
)
@click.option("--int8", is_flag=True, help="Quantize the runs' linear layers (smaller; for CPUs).")
@click.option(
    "--cache", type=click.IntRange(0, 1_000_000), default=CACHE, help="Number of responses to cache."
)
@click.option(
    "--waiting", type=click.IntRange(1, 10_000), default=WAITING, help="Queue size; further requests get 503."
)
@click.option(
    "--previews",
    type=Folder,
    metavar="DIR",
    help="Folder of previews; services may share it. [default: experiments/_service/previews]",
)
@click.option(
    "--preview-url",
    default="/previews",
    metavar="URL",
    help="Base URL of previews for clients, such as a CDN's.",
)
@click.option(
    "--allow-unprotected", is_flag=True, help="Serve even if submitted code cannot be fully sandboxed."
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="Host name that clients may use; repeatable. [default: the bound address and localhost]",
)
@click.option(
    "--token-file",
    type=File,
    metavar="FILE",
    help="File with a token that clients must send (Authorization: Bearer).",
)
@click.option("--json-logs", is_flag=True, help="Log each response to standard error as a JSON line.")
@with_trust
@with_experiments
def serve(experiments: Path, host: str, port: int, generators: tuple[str, ...], **rest: object) -> None:
    """Serve generation, layouts and validation over HTTP, with a page at / to try them.

    \b
    POST /generate  {"description": "a red circle above a blue square"}
    POST /layout    an image       POST /validate  {"code": ...}    POST /video  {"code": ...}
    GET  /metrics   Prometheus     GET  /healthz   GET /openapi.json
    """
    from jepamine.serving.server import run

    run(experiments, host, port, generators=generators, **rest)
