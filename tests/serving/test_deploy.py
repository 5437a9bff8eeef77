"""The files of `deploy/`: nginx in front of the service, the steps of the Containerfile, the systemd unit."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import shlex
import shutil
import site
import socket
import ssl
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path

import pytest

from jepamine.serving.middleware import access_rules

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
NAME, TOKEN = "scenes.example.org", "0123456789abcdef0123456789abcdef"
LOGIN = {"Authorization": "Basic " + base64.b64encode(b"alice:secret").decode()}
JSON = {"Content-Type": "application/json"}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def guarded(serve, tmp_path):
    """Serve as the unit does: an allowed host and a token."""
    path = tmp_path / "token"
    path.write_text(TOKEN)
    with serve(tmp_path, rules=access_rules("127.0.0.1", (NAME,), path)) as live:
        yield live


@pytest.fixture
def nginx(guarded, tmp_path, wait_for):
    """Run nginx with deploy/nginx.conf in front of the service and yield its (HTTP, HTTPS) ports."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None or shutil.which("openssl") is None:
        pytest.skip("no nginx: apt-get install nginx openssl")
    folder = tmp_path / "etc"
    (folder / "tls").mkdir(parents=True)
    key, certificate = folder / "tls/privkey.pem", folder / "tls/fullchain.pem"
    subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-days", "2"]
    request = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        key,
        "-out",
        certificate,
    ]
    subprocess.run([*request, "-out", certificate, *subject], check=True, capture_output=True)
    hashed = subprocess.run(
        ["openssl", "passwd", "-apr1", "secret"], check=True, capture_output=True, text=True
    )
    (folder / "htpasswd").write_text(f"alice:{hashed.stdout}")
    (folder / "proxy-token.conf").write_text(f'proxy_set_header Authorization "Bearer {TOKEN}";\n')
    ports = free_port(), free_port()
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in (
        ("/etc/jepamine", str(folder)),
        ("127.0.0.1:8000", f"127.0.0.1:{guarded.port}"),
        ("listen 80", f"listen 127.0.0.1:{ports[0]}"),
        ("listen 443", f"listen 127.0.0.1:{ports[1]}"),
    ):
        assert old in text
        text = text.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # The workers of a root process change user otherwise, and cannot read a test's folder.
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "main.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {temporary}\n{text}}}\n"
    )
    process = subprocess.Popen(
        [program, "-p", folder, "-e", folder / "error.log", "-c", folder / "main.conf"],
        stderr=subprocess.PIPE,
        text=True,
    )

    def listens():
        assert process.poll() is None, process.stderr.read()
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", ports[1])) == 0

    wait_for(listens)
    yield ports
    process.terminate()
    process.wait(300)
    process.stderr.close()


def call(nginx, path, body=None, headers=None, host=NAME):
    """Send a request over TLS, with the certificate checked for `NAME`."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", nginx[1], timeout=300, context=context)
    try:
        method = "GET" if body is None else "POST"
        connection.request(method, path, body, {"Host": host, **(headers or {})})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def test_nginx_asks_for_a_login_and_passes_the_token_on(nginx):
    body = json.dumps({"description": "a circle"})
    assert call(nginx, "/generate", body, JSON)[0] == 401
    assert call(nginx, "/")[0] == 401
    status, headers, content = call(nginx, "/generate", body, JSON | LOGIN | {"Origin": f"https://{NAME}"})
    assert (status, json.loads(content)["layout_from"]) == (200, "text")
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])
    status, _, page = call(nginx, "/", None, LOGIN)
    assert (status, b"jepamine" in page) == (200, True)


def test_nginx_serves_health_without_a_login_and_metrics_to_no_one(nginx):
    status, _, content = call(nginx, "/healthz")
    assert (status, json.loads(content)["status"]) == (200, "ok")
    assert call(nginx, "/metrics", None, LOGIN)[0] == 404


def test_pages_of_other_sites_and_large_bodies_are_rejected_behind_nginx(nginx):
    body = json.dumps({"description": "a circle"})
    assert call(nginx, "/generate", body, JSON | LOGIN | {"Origin": "https://evil.example"})[0] == 403
    assert call(nginx, "/layout", b"x" * (13 * 2**20), LOGIN)[0] == 413


def test_nginx_redirects_http_and_closes_connections_for_other_names(nginx):
    connection = http.client.HTTPConnection("127.0.0.1", nginx[0], timeout=300)
    connection.request("GET", "/x?y=1", headers={"Host": NAME})
    response = connection.getresponse()
    assert (response.status, response.headers["location"]) == (301, f"https://{NAME}/x?y=1")
    connection.close()
    with pytest.raises(http.client.RemoteDisconnected):
        call(nginx, "/", None, LOGIN, host="evil.example")


def container_steps():
    """Return the (instruction, arguments) of the Containerfile, continuation lines joined."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines]


@pytest.mark.manim
@pytest.mark.slow
def test_the_container_s_files_install_and_serve_in_a_fresh_folder(tmp_path, wait_for):
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    steps = container_steps()
    app, data = tmp_path / "app", tmp_path / "data"
    app.mkdir()
    for instruction, arguments in steps:
        if instruction != "COPY":
            continue
        *sources, target = arguments.split()
        for source in map(ROOT.joinpath, sources):
            if source.is_dir():
                shutil.copytree(source, app / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, app / target)
    installs = [arguments for instruction, arguments in steps if "pip install" in arguments]
    for name in re.findall(r"-r (\S+)", " ".join(installs)):
        assert (app / name).is_file()
    # Its requirements come from this environment; the package itself is installed as the last step does.
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=False)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "requirements.pth").write_text("\n".join(site.getsitepackages()))
    python = environment / "bin/python"
    install = shlex.split(installs[-1])
    assert install[0] == "pip" and install[-1] == "."
    subprocess.run(
        [python, "-m", *install, "--no-build-isolation", "--no-index", "--quiet", "--ignore-installed"],
        cwd=app,
        check=True,
        timeout=300,
    )
    words = [*json.loads(dict(steps)["ENTRYPOINT"]), *json.loads(dict(steps)["CMD"])]
    port = str(free_port())
    places = {"jepamine": str(environment / "bin/jepamine"), "/data/experiments": str(data), "8000": port}
    words = [places.get(word, word) for word in words]
    log = tmp_path / "log"
    settings = {**os.environ, "OMP_NUM_THREADS": "1", "HOME": str(tmp_path)}
    with log.open("w") as file:
        process = subprocess.Popen([*words, "--allow-unprotected"], cwd=tmp_path, stderr=file, env=settings)
    try:

        def ready():
            assert process.poll() is None, log.read_text()
            return "serving on" in log.read_text()

        for _ in range(4):
            try:
                wait_for(ready)
                break
            except AssertionError:
                assert process.poll() is None, log.read_text()
        check = json.loads(dict(steps)["HEALTHCHECK"].partition(" CMD ")[2])
        code = check[2].replace("8000", port)
        subprocess.run([python, "-c", code], check=True, timeout=300)
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/page/page.js", timeout=300).read()
        assert page == (ROOT / "jepamine/serving/page/page.js").read_bytes()
    finally:
        process.terminate()
        assert process.wait(300) == 0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["path"] for line in lines if line["message"] == "response"] == ["/healthz", "/page/page.js"]


def test_the_unit_is_hardened_and_systemd_accepts_it(tmp_path):
    text = (DEPLOY / "jepamine.service").read_text()
    for setting in (
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=\n",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "SystemCallFilter=@system-service seccomp landlock_create_ruleset",
        "KillMode=mixed",
    ):
        assert f"\n{setting}" in text
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze: apt-get install systemd")
    unit = tmp_path / "jepamine.service"
    unit.write_text(text.replace("/opt/jepamine/bin/jepamine", sys.executable))
    done = subprocess.run(
        [analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False, timeout=300
    )
    assert [line for line in done.stderr.splitlines() if "jepamine.service" in line] == []
    rated = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", unit],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert rated.returncode == 0, rated.stdout[-2000:] + rated.stderr


def test_the_options_in_the_documents_exist():
    help_text = subprocess.run(
        [sys.executable, "-m", "jepamine", "serve", "--help"], capture_output=True, text=True, check=True
    ).stdout
    texts = [(ROOT / "docs/deploy.md").read_text(), *(path.read_text() for path in DEPLOY.iterdir())]
    used = re.findall(r"`(--[a-z-]+)|serve[^\n]*?(--[a-z-]+)", texts[0])
    for option in {first or second for first, second in used}:
        assert option in help_text, option
    (command,) = re.findall(r"ExecStart=((?:.*\\\n)*.*)", (DEPLOY / "jepamine.service").read_text())
    for option in re.findall(r" (--[a-z-]+)", command.partition(" serve ")[2]):
        assert option in help_text, option
