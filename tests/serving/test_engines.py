"""The commands of docs/deploy.md with a container engine: the image, and systemd with the unit and nginx."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BASE, IMAGE, BOOTED = "docker.io/library/python:3.11-slim", "jepamine", "jepamine-booted"
JSON = {"Content-Type": "application/json"}

# An image in which systemd is the first process. /etc/tls holds the certificate that an operator has already.
BOOTED_FILE = f"""
FROM localhost/{IMAGE}
USER root
RUN apt-get update && apt-get install -y --no-install-recommends systemd systemd-sysv openssl nginx-light curl
RUN userdel jepamine && mkdir /etc/tls && openssl req -x509 -newkey rsa:2048 -nodes -days 2 \
    -subj /CN=scenes.example.org -keyout /etc/tls/privkey.pem -out /etc/tls/fullchain.pem
ENTRYPOINT []
CMD ["/sbin/init"]
"""

pytestmark = [pytest.mark.slow, pytest.mark.manim]


def podman(*words, check=True, **settings):
    done = subprocess.run(["podman", *words], capture_output=True, text=True, check=False, **settings)
    assert not check or done.returncode == 0, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def commands(section):
    """Return the text of the command block of a section of docs/deploy.md."""
    text = (ROOT / "docs/deploy.md").read_text().partition(f"\n## {section}\n")[2]
    return re.search("```sh\n(.*?)```", text, flags=re.DOTALL)[1]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Copy what git knows of the repository: the folder in which the page's commands are typed."""
    folder = tmp_path_factory.mktemp("clone") / "jepamine"
    subprocess.run(["git", "clone", "-q", ROOT, folder], check=True)
    for name in subprocess.run(
        ["git", "diff", "--name-only", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split():
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def image(clone):
    """Build the image with the page's command."""
    if shutil.which("podman") is None:
        pytest.skip("no podman: apt-get install podman")
    if subprocess.run(["podman", "image", "exists", BASE], check=False).returncode:
        pulled = subprocess.run(["podman", "pull", "-q", BASE], capture_output=True, check=False)
        if pulled.returncode:
            pytest.skip(f"{BASE} is not here and cannot be pulled")
    build, _, run = commands("Container").partition("podman run")
    subprocess.run(build, shell=True, check=True, cwd=clone)
    return "podman run" + run


def request(path, body=None, headers=JSON):
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=300)
    try:
        connection.request("GET" if body is None else "POST", path, body and json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    except OSError:
        return 0, None
    finally:
        connection.close()


def patiently(wait_for, condition):
    """Wait as `wait_for` does, up to ten times as long: a start of the service imports Manim and torch."""
    for _ in range(9):
        try:
            return wait_for(condition)
        except AssertionError:
            pass
    return wait_for(condition)


def test_the_image_serves_protected_scenes_and_ends_with_0(image, wait_for):
    name = "jepamine-test"
    podman("rm", "-f", name, check=False)
    subprocess.run(image.replace("podman run", f"podman run -d --name {name}"), shell=True, check=True)
    try:
        patiently(wait_for, lambda: request("/healthz")[0] == 200)
        assert request("/healthz")[1]["protection"]["open"] == []
        podman("healthcheck", "run", name)
        status, answer = request("/generate", {"description": "a red circle"})
        assert (status, answer["layout_from"]) == (200, "text")
        code = "from manim import *\nclass A(Scene):\n    def construct(self):\n        self.add(Circle())\n"
        assert request("/validate", {"code": code})[1]["runs"] is True
        podman("stop", "-t", "60", name)
        assert podman("inspect", name, "--format", "{{.State.ExitCode}}").strip() == "0"
    finally:
        podman("rm", "-f", name, check=False)


@pytest.fixture
def booted(image, clone, tmp_path, wait_for):
    """Boot systemd in a container that has the clone, and yield a function that runs commands in it."""
    (tmp_path / "Containerfile").write_text(BOOTED_FILE)
    podman("build", "-f", tmp_path / "Containerfile", "-t", BOOTED, tmp_path)
    podman("rm", "-f", BOOTED, check=False)
    boot = ["run", "-d", "--name", BOOTED, "--systemd=always", "--privileged", "-v", f"{clone}:/clone:O"]
    podman(*boot, BOOTED)

    def run(script, text=None):
        return podman("exec", "-i", "-w", "/clone", BOOTED, "bash", "-ec", script, input=text)

    try:
        state = ["exec", BOOTED, "systemctl", "is-system-running"]
        wait_for(lambda: podman(*state, check=False).strip() in ("running", "degraded"))
        # On a machine's own systemd mounts are shared; credentials need it.
        run("mount --make-rshared /")
        yield run
    finally:
        podman("rm", "-f", "-t", "5", BOOTED, check=False)


def test_the_unit_and_nginx_serve_under_systemd_with_the_page_s_commands(booted, wait_for):
    booted(commands("systemd"))
    health = "curl -sf http://127.0.0.1:8000/healthz || true"
    patiently(wait_for, lambda: '"open": []' in booted(health))
    token = booted("cat /etc/jepamine/token").strip()
    post = '-H Content-Type:application/json -d \'{"description": "a circle"}\''
    ask = f"curl -s -o /dev/null -w '%{{http_code}}' {post}"
    assert booted(f"{ask} http://127.0.0.1:8000/generate") == "401"
    assert booted(f"{ask} -H 'Authorization: Bearer {token}' http://127.0.0.1:8000/generate") == "200"

    for line in commands("nginx").strip().splitlines():
        booted(line, "secret\nsecret\n")
        if line.startswith("cp "):
            booted("sed -i 's|/etc/jepamine/tls|/etc/tls|' /etc/nginx/conf.d/jepamine.conf")
    outside = "-k --resolve scenes.example.org:443:127.0.0.1 https://scenes.example.org/generate"
    wait_for(lambda: booted(f"{ask} {outside} || true") == "401")
    assert booted(f"{ask} -u alice:secret {outside}") == "200"
    booted("systemctl stop jepamine")
    assert booted("systemctl show -p Result,ExecMainStatus jepamine").split() == [
        "Result=success",
        "ExecMainStatus=0",
    ]
