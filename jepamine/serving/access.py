"""Who may use the service: the Host and Origin of requests, and an optional bearer token."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jepamine.errors import UserError
from jepamine.serving.middleware import App, Message, Receive, Send

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
# Addresses that stand for all interfaces, which no client sends as its Host.
WILDCARDS = ("0.0.0.0", "::")
MIN_TOKEN = 16


@dataclass(frozen=True)
class AccessRules:
    """The accepted values of Host, without ports and in lower case, and the bearer token, None for none."""

    hosts: frozenset[str]
    token: str | None = None


def access_rules(bound: str, allowed: Iterable[str] = (), token_file: Path | None = None) -> AccessRules:
    """Return the rules for a service bound to the address `bound`: it, localhost and `allowed` are accepted.

    Raises UserError if the token file is unreadable, or its token is short or has spaces.
    """
    hosts = {*LOCAL_HOSTS, *(_bracketed(host) for host in allowed)}
    if bound not in WILDCARDS:
        hosts.add(_bracketed(bound))
    return AccessRules(frozenset(hosts), None if token_file is None else _read_token(token_file))


def _bracketed(host: str) -> str:
    host = host.lower()
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _read_token(path: Path) -> str:
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not ASCII"
        raise UserError(f"--token-file {path}: {reason}") from None
    if len(token) < MIN_TOKEN or token.split() != [token]:
        raise UserError(
            f"--token-file {path}: the token needs at least {MIN_TOKEN} characters and no spaces; "
            f"create one with: openssl rand -hex 32 > {path}"
        )
    return token


class AccessControl:
    """ASGI middleware that passes on requests within the rules; `refuse` answers the others.

    The Host check stops DNS rebinding, the Origin check requests that other sites' pages make. /healthz needs
    no token.
    """

    def __init__(self, app: App, *, rules: AccessRules, refuse: Callable[[int, str], App]) -> None:
        self._app, self._rules, self._refuse = app, rules, refuse

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        problem = self._problem(scope) if scope["type"] == "http" else None
        app = self._app if problem is None else self._refuse(*problem)
        await app(scope, receive, send)

    def _problem(self, scope: Message) -> tuple[int, str] | None:
        headers: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, []).append(value.decode("latin-1"))
        hosts, origins = headers.get(b"host", []), headers.get(b"origin", [])
        if len(hosts) != 1 or without_port(hosts[0]) not in self._rules.hosts:
            return 400, "this Host is not served here; the operator can add it with --allowed-host"
        if scope["method"] not in ("GET", "HEAD") and any(
            _host_of(one) != hosts[0].lower() for one in origins
        ):
            return 403, "requests from other origins are not accepted"
        if self._rules.token is not None and scope["path"] != "/healthz":
            credentials = " ".join(headers.get(b"authorization", []))
            scheme, _, token = credentials.partition(" ")
            correct = hmac.compare_digest(token.strip().encode(), self._rules.token.encode())
            if scheme.lower() != "bearer" or not correct:
                return 401, "send the token: Authorization: Bearer TOKEN"
        return None


def _host_of(origin: str) -> str | None:
    """Return host and port of an Origin in lower case, None for one that is no URL."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def without_port(host: str) -> str:
    """Return the name or address of a Host header, in lower case; IPv6 addresses keep their brackets."""
    host = host.strip().lower()
    return re.sub(r":[0-9]*$", "", host) if host.startswith("[") or host.count(":") == 1 else host
