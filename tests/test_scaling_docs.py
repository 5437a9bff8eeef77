"""docs/scaling.md: its commands work as far as one machine can run them."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[1] / "docs" / "scaling.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def home(jepamine, recipe, tmp_path, monkeypatch) -> Path:
    """A folder with a trained run `default` and what one process scores of its clips."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JEPAMINE_EXPERIMENTS")
    assert jepamine("run", recipe, "--name", "default", "--epochs", 1).exit_code == 0
    manifest = "experiments/default/manifest.jsonl"
    assert jepamine("score", "--run", "default", manifest, "--output", "whole.jsonl").exit_code == 0
    return tmp_path


def call(jepamine, line: str) -> None:
    words = shlex.split(line)
    assert words[0] == "jepamine"
    paths = [found for word in words[1:] for found in (sorted(map(str, Path().glob(word))) or [word])]
    result = jepamine(*(paths if "*" in line else words[1:]))
    assert result.exit_code == 0, f"{line}\n{result.output}"


def test_parts_by_hand(jepamine, home):
    (commands,) = blocks("sh")
    for line in commands.splitlines():
        call(jepamine, line)
    assert (home / "scores.jsonl").read_bytes() == (home / "whole.jsonl").read_bytes()


@pytest.mark.slow
def test_the_slurm_array(jepamine, home, monkeypatch):
    script, submit = blocks("bash")[:2]
    array = re.search(r"--array=(\d+)-(\d+)", script)
    first, last = int(array[1]), int(array[2])
    (line,) = [line.removeprefix("srun ") for line in script.splitlines() if line.startswith("srun")]
    # 3 tasks instead of 100: as many as there are worth of clips, in the same form.
    for key, value in {"COUNT": 3, "MIN": first, "MAX": first + 2, "STEP": 1}.items():
        monkeypatch.setenv(f"SLURM_ARRAY_TASK_{key}", str(value))
    for index in range(first, first + 3):
        monkeypatch.setenv("SLURM_ARRAY_TASK_ID", str(index))
        call(jepamine, line)
    merge = submit.splitlines()[1]
    assert f"-of-{last - first + 1}.jsonl" in merge
    call(jepamine, merge.replace("-of-100", "-of-3"))
    assert (home / "scores.jsonl").read_bytes() == (home / "whole.jsonl").read_bytes()


def test_the_kubernetes_job(jepamine, home, monkeypatch):
    yaml = pytest.importorskip("yaml")
    (job,) = [yaml.safe_load(text) for text in blocks("yaml")]
    (container,) = job["spec"]["template"]["spec"]["containers"]
    environment = {item["name"]: item["value"] for item in container["env"]}
    assert environment["JEPAMINE_SHARDS"] == str(job["spec"]["completions"])
    monkeypatch.setenv("JEPAMINE_SHARDS", "2")
    for index in range(2):
        monkeypatch.setenv("JOB_COMPLETION_INDEX", str(index))
        assert jepamine(*container["args"]).exit_code == 0
    folder = Path("experiments/default/scores")
    parts = [json.loads(path.read_text()) for path in sorted(folder.glob("manifest-*-of-2.jsonl.done"))]
    assert [part["shard"] for part in parts] == [1, 2]


@pytest.mark.slow
def test_the_dask_commands(jepamine, home):
    pytest.importorskip("distributed", reason="Dask is not installed: pip install -e '.[dask]'")
    scheduler, worker, score = blocks("bash")[2].splitlines()
    bin_folder = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    started = []
    try:
        for line in (f"{scheduler} --port 0 --no-dashboard", f"{worker} --no-dashboard --no-nanny"):
            words = shlex.split(line)
            started.append(subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL))
            while not Path("scheduler.json").exists():
                time.sleep(0.05)
        call(jepamine, score)
        for line in blocks("bash")[3].splitlines():
            call(jepamine, line.replace("run default --name", "run small.toml --name"))
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()
    assert (home / "scores.jsonl").read_bytes() == (home / "whole.jsonl").read_bytes()


@pytest.fixture
def slurm(monkeypatch) -> Iterator[None]:
    """Slurm of one node on loopback, with a folder, key and ports of its own."""
    where = f"{os.environ['PATH']}:/usr/sbin"
    programs = {name: shutil.which(name, path=where) or "" for name in SLURM}
    absent = [name for name, path in programs.items() if not path]
    if absent:
        pytest.skip(f"not installed: {', '.join(absent)} (Debian: slurm-wlm)")
    # Sockets have short paths.
    with tempfile.TemporaryDirectory(prefix="slurm-") as name, contextlib.ExitStack() as stack:
        folder, daemons = Path(name), []
        for part in ("state", "spool"):
            (folder / part).mkdir()
        (folder / "key").write_bytes(os.urandom(128))
        (folder / "key").chmod(0o600)
        host, user = socket.gethostname().partition(".")[0], getpass.getuser()
        ports = [free_port(), free_port()]
        (folder / "slurm.conf").write_text(
            SLURM_CONF.format(folder=folder, host=host, user=user, ports=ports)
        )
        monkeypatch.setenv("SLURM_CONF", str(folder / "slurm.conf"))
        files = {
            "key-file": "key",
            "socket": "socket",
            "pid-file": "pid",
            "log-file": "log",
            "seed-file": "seed",
        }
        munge = [f"--{option}={folder / file}" for option, file in files.items()]
        for command in (
            [programs["munged"], "--foreground", "--force", *munge],
            [programs["slurmctld"], "-D", "-c"],
            [programs["slurmd"], "-D", "-N", host],
        ):
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            daemons.append(process)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            while command[0] == programs["munged"] and not (folder / "socket").exists():
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.05)
        while "idle" not in subprocess.run(["sinfo", "-h"], capture_output=True, text=True).stdout:
            assert [daemon.poll() for daemon in daemons] == [None] * 3, "munged, slurmctld or slurmd ended"
            time.sleep(0.2)
        yield


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


SLURM = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "sinfo")
SLURM_CONF = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket={folder}/socket
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/ctld.pid
SlurmdPidFile={folder}/d.pid
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
"""


@pytest.mark.slow
@pytest.mark.usefixtures("slurm")
def test_a_real_slurm_array(jepamine, home, monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    script = blocks("bash")[0].replace("0-99", "0-2").replace("#SBATCH --gres=gpu:1\n", "")
    script = script.replace("#SBATCH --cpus-per-task=8\n", "")
    Path("score.sh").write_text(script)
    submit, merge = blocks("bash")[1].splitlines()
    done = subprocess.run(shlex.split(submit), capture_output=True, text=True)
    assert done.returncode == 0, [path.read_text() for path in sorted(Path().glob("slurm-*.out"))]
    call(jepamine, merge.replace("-of-100", "-of-3"))
    assert (home / "scores.jsonl").read_bytes() == (home / "whole.jsonl").read_bytes()
