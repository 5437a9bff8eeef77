"""Scoring on a real Dask cluster: byte-identical to one process, also when workers are killed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from jepamine.cluster.tasks import results
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import parse_line

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install -e '.[dask]'")
dask = pytest.importorskip("dask")

EVERY = ["predicted", "masked", "knn", "uniqueness", "scene", "ensemble"]


@pytest.fixture
def whole(jepamine, recipe, clips, tmp_path) -> bytes:
    """A trained run `small` and what one process writes."""
    recipe.write_text(recipe.read_text() + f"[scoring]\nalso = {json.dumps(EVERY)}\n")
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    output = tmp_path / "whole.jsonl"
    assert jepamine("score", "--run", "small", clips, "--output", output).exit_code == 0
    return output.read_bytes()


def leftovers(output: Path) -> list[str]:
    return sorted(path.name for path in output.parent.glob(f"*{output.name}*") if path != output)


@pytest.mark.slow
def test_the_lines_are_byte_identical_to_those_of_one_process(cluster, jepamine, whole, clips, tmp_path):
    output = tmp_path / "dask.jsonl"
    words = ("score", "--run", "small", clips, "--output", output, "--dask", cluster.scheduler_address)
    result = jepamine(*words, "--parts", 3, "--dask-resource", "GPU=1")
    assert result.exit_code == 0, result.output
    assert output.read_bytes() == whole
    assert "score: 12/12 clips" in result.output
    assert leftovers(output) == []


@pytest.mark.slow
def test_a_killed_worker_loses_and_doubles_nothing(cluster, jepamine, whole, clips, tmp_path):
    many = [
        json.loads(line) | {"clip_id": f"{turn}-{number}", "scene": f"{turn}-{number // 3}"}
        for turn in range(5)
        for number, line in enumerate(clips.read_text().splitlines())
    ]
    manifest = clips.with_name("dask-many.jsonl")
    manifest.write_text("".join(json.dumps(line) + "\n" for line in many))
    single, output = tmp_path / "single.jsonl", tmp_path / "dask.jsonl"
    jepamine("score", "--run", "small", manifest, "--output", single)

    def kill_when_parts_arrive() -> None:
        for _ in range(2):
            arrived = len(list(tmp_path.glob("dask.jsonl.*.parts/0*.jsonl")))
            while len(list(tmp_path.glob("dask.jsonl.*.parts/0*.jsonl"))) <= arrived:
                time.sleep(0.005)
            # A worker that was killed has no process until it is started again.
            while not (pids := [worker.pid for worker in cluster.workers.values() if worker.pid]):
                time.sleep(0.005)
            os.kill(pids[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_when_parts_arrive, daemon=True)
    killer.start()
    words = ("score", "--run", "small", manifest, "--output", output, "--dask", cluster.scheduler_address)
    result = jepamine(*words, "--parts", 20)
    assert result.exit_code == 0, result.output
    killer.join(300)
    assert not killer.is_alive()
    assert output.read_bytes() == single.read_bytes()


@pytest.mark.slow
def test_a_scheduler_that_is_lost_and_restarted_loses_nothing(
    dask_processes, jepamine, whole, clips, tmp_path, monkeypatch
):
    output = tmp_path / "dask.jsonl"
    words = ("score", "--run", "small", clips, "--output", output, "--dask", dask_processes.file)
    dask_processes.start()
    saved = []

    def write_and_kill(path, data):
        write_atomic(path, data)
        saved.append(path.name)
        if len(saved) == 2:
            dask_processes.kill()

    monkeypatch.setattr("jepamine.cluster.saved_parts.write_atomic", write_and_kill)
    result = jepamine(*words)
    assert result.exit_code == 1
    assert "lost the Dask scheduler; start it and its workers again" in result.output
    assert "2 of 4 parts are finished and saved: continue with --resume" in result.output
    assert not output.exists()
    dask_processes.start()
    assert jepamine(*words, "--resume").exit_code == 0
    assert sorted(saved) == [f"{number:06d}.jsonl" for number in (1, 2, 3, 4)]
    assert output.read_bytes() == whole


def test_an_unreadable_clip_stops_the_command_and_resume_continues(cluster, jepamine, whole, clips, tmp_path):
    lines = [json.loads(line) for line in clips.read_text().splitlines()]
    broken = clips.with_name("dask-broken.jsonl")
    absent = clips.parent / "scene-2" / "late.jpg"
    lines[7] = lines[7] | {"frame_paths": ["scene-2/late.jpg"] * 4}
    broken.write_text("".join(json.dumps(line) + "\n" for line in lines))
    output = tmp_path / "dask.jsonl"
    words = ("score", "--run", "small", broken, "--output", output, "--dask", cluster.scheduler_address)
    result = jepamine(*words)
    assert result.exit_code == 1
    assert "late.jpg: no such file" in result.output
    assert "of 4 parts are finished and saved: continue with --resume" in result.output
    assert not output.exists()
    absent.write_bytes((clips.parent / "scene-2" / "0003.jpg").read_bytes())
    other = jepamine(*words, "--resume", "--parts", 2)
    assert "has 4 parts: continue with --parts 4, or without --resume" in other.output
    assert jepamine(*words, "--resume").exit_code == 0
    assert [json.loads(line)["clip_id"] for line in output.read_text().splitlines()] == [
        line["clip_id"] for line in lines
    ]
    absent.unlink()


def test_without_a_scheduler_the_command_says_so(jepamine, whole, clips, tmp_path, monkeypatch):
    monkeypatch.setattr("jepamine.cluster.tasks.CONNECT_SECONDS", 0.2)
    words = ("score", "--run", "small", clips, "--output", tmp_path / "d.jsonl", "--dask")
    result = jepamine(*words, "tcp://127.0.0.1:9")
    assert result.exit_code == 1
    assert "tcp://127.0.0.1:9: no Dask scheduler answers" in result.output
    result = jepamine(*words, "nowhere.json")
    assert "nowhere.json: neither an address, such as tcp://HOST:8786, nor a scheduler file" in result.output
    # Nothing was computed that a further command could continue.
    assert "--resume" not in result.output
    file = tmp_path / "file.json"
    for text, wrong in (
        ("{}", f"{file}: no key 'address': not what dask scheduler --scheduler-file writes"),
        ("no JSON", f"{file}: cannot be read as JSON"),
        ('{"address": "127.0.0.1:9"}', f"{file}: '127.0.0.1:9' is not an address such as tcp://HOST:8786"),
    ):
        file.write_text(text)
        assert f"Error: {wrong}" in jepamine(*words, file).output
    assert "Error: ftp://h:1: 'ftp://h:1' is not an address such as" in jepamine(*words, "ftp://h:1").output
    assert leftovers(tmp_path / "d.jsonl") == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that signs itself, and its key: with them each side knows the other."""
    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes a certificate, is not installed")
    folder = tmp_path_factory.mktemp("certificates")
    names = ("-keyout", folder / "key.pem", "-out", folder / "cert.pem")
    words = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=jepamine", *names)
    subprocess.run([str(word) for word in words], check=True, capture_output=True)
    return folder


@pytest.mark.slow
def test_over_tls_the_certificates_are_those_of_dask_s_own_configuration(
    dask_processes, certificate, jepamine, whole, clips, tmp_path, monkeypatch
):
    cert, key = str(certificate / "cert.pem"), str(certificate / "key.pem")
    options = ("--tls-ca-file", cert, "--tls-cert", cert, "--tls-key", key)
    dask_processes.start(["--protocol", "tls"], options)
    address = json.loads(dask_processes.file.read_text())["address"]
    assert address.startswith("tls://")
    output = tmp_path / "dask.jsonl"
    words = ("score", "--run", "small", clips, "--output", output, "--dask")
    monkeypatch.setattr("jepamine.cluster.tasks.CONNECT_SECONDS", 2)
    for other in (address, address.replace("tls://", "tcp://")):
        refused = jepamine(*words, other)
        assert (refused.exit_code, output.exists()) == (1, False)
        assert f"{other}: no Dask scheduler answers: " in refused.output
        assert "Traceback" not in refused.output
    tls = "distributed.comm.tls"
    own = {f"{tls}.ca-file": cert, f"{tls}.client.cert": cert, f"{tls}.client.key": key}
    monkeypatch.setattr("jepamine.cluster.tasks.CONNECT_SECONDS", 30)
    with dask.config.set(own):
        result = jepamine(*words, address)
    assert result.exit_code == 0, result.output
    assert output.read_bytes() == whole


def test_without_a_worker_that_has_the_resource_the_command_says_what_it_waits_for(
    cluster, capsys, monkeypatch
):
    with distributed.Client(cluster) as client:
        assert list(results(client, len, {1: "abc"}, {"GPU": 1.0})) == [(1, 3)]
        assert "offers" not in capsys.readouterr().err
        monkeypatch.setattr("distributed.as_completed", lambda *_, **more: iter(()))
        assert list(results(client, len, {1: "abc"}, {"GPU": 2.0, "DISK": 1.0})) == []
    said = "warning: no worker of the Dask cluster offers GPU=2,DISK=1; waiting for one"
    assert said in capsys.readouterr().err


def test_dask_that_is_not_installed_is_named_with_its_extra(jepamine, whole, clips, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = jepamine(
        "score", "--run", "small", clips, "--output", tmp_path / "d.jsonl", "--dask", "tcp://127.0.0.1:9"
    )
    assert result.exit_code == 1
    assert "pip install 'jepamine[dask]'" in result.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--parts", "3"], "--parts, --dask-resource require --dask ADDRESS."),
        (["--dask", "tcp://h:1", "--dask-resource", "GPU"], "'GPU' is not NAME=N."),
        (["--dask", "tcp://h:1", "--shard", "1/2"], "--dask makes its own parts"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words, message, jepamine):
    result = jepamine("score", "--run", "small", "m.jsonl", *words)
    assert result.exit_code == 2
    assert message in result.output


@pytest.fixture
def bucket(s3, cluster, clips, tmp_path):
    """The clips in a bucket that the workers reach, too."""
    s3.put(clips.parent)
    names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
    settings = {name: os.environ[name] for name in names} | {"JEPAMINE_CACHE": str(tmp_path / "workers")}

    def reach() -> None:  # not `os.environ.update`: a copy of `environ` would be sent
        os.environ.update(settings)

    with distributed.Client(cluster) as client:
        # Also in a worker that is just starting: another test kills one.
        client.register_worker_callbacks(reach)
    return s3.url


@pytest.mark.slow
def test_scores_and_findings_of_a_bucket_are_those_of_one_process(
    bucket, cluster, jepamine, whole, clips, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    manifest = f"{bucket}/manifest.jsonl"
    words = ("--dask", cluster.scheduler_address, "--parts", 3)
    result = jepamine("score", "--run", "small", manifest, "--output", tmp_path / "dask.jsonl", *words)
    assert result.exit_code == 0, result.output
    near = whole.replace(json.dumps(str(clips)).encode(), json.dumps(manifest).encode())
    assert (tmp_path / "dask.jsonl").read_bytes() == near
    audits = [jepamine("manifest", "audit", manifest, "--json", *more) for more in ((), words)]
    assert [audit.exit_code for audit in audits] == [0, 0], audits[1].output
    assert json.loads(audits[0].stdout) == json.loads(audits[1].stdout)
    assert not list(tmp_path.glob("*.parts"))


def test_a_task_parses_the_lines_of_its_part_only(jepamine, whole, clips, tmp_path, monkeypatch):
    parsed: list[int] = []
    parts: list[list[int]] = []

    def results(client, function, tasks, resources):
        for number, task in tasks.items():
            parsed.clear()
            with monkeypatch.context() as patch:
                patch.setattr("jepamine.data.clips.parse_line", noting)
                result = function(task)
            parts.append(sorted(set(parsed)))
            yield number, result

    def noting(path, number, raw):
        if path == clips:
            parsed.append(number)
        return parse_line(path, number, raw)

    monkeypatch.setattr("jepamine.cluster.saved_parts.connected", lambda address: contextlib.nullcontext())
    monkeypatch.setattr("jepamine.cluster.saved_parts.results", results)
    output = tmp_path / "dask.jsonl"
    words = ("score", "--run", "small", clips, "--output", output, "--dask", "tcp://h:1", "--parts", 3)
    result = jepamine(*words)
    assert result.exit_code == 0, result.output
    assert parts == [[1, 2, 3, 10, 11, 12], [4, 5, 6], [7, 8, 9]]
    assert output.read_bytes() == whole
