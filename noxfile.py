"""Sessions of tests, lint, docs, dist, gpu, fuzz and bench: each in an environment of exact versions."""

import pathlib
import re
import shlex
import shutil

import nox

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "tests"]
nox.options.reuse_existing_virtualenvs = True


def install(session: nox.Session, *options: str) -> None:
    session.install(*options, "-r", "requirements.txt")
    session.install("--no-deps", "-e", ".")


def install_manim(session: nox.Session) -> None:
    # Built against system libraries; if they are missing its tests skip.
    session.run("pip", "install", "-r", "requirements-manim.txt", success_codes=[0, 1])


@nox.session
def tests(session: nox.Session) -> None:
    """Run the quick tests, those below two seconds; `-- --all` runs all, `-- --cov` measures coverage."""
    install(session)
    install_manim(session)
    # Two files at a time, the slow ones first; one thread each, as more would compete on two cores.
    # 6,690 quick tests in 290 s on two cores, all 7,062 in 810 s.
    workers = ["--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    words = [word for word in session.posargs if word != "--all"]
    marks = [] if "--all" in session.posargs else ["-m", "not slow"]
    session.run("pytest", *workers, *marks, *words, env={"OMP_NUM_THREADS": "1"})


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format, types and the layers of imports."""
    # Nothing of it is run: without compiling it takes half as long.
    install(session, "--no-compile")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into site/; a broken link is an error. `-- serve` shows it live."""
    install(session)
    session.install("-r", "requirements-docs.txt")
    if session.posargs == ["serve"]:
        session.run("mkdocs", "serve")
    else:
        session.run("mkdocs", "build", "--strict")


@nox.session
def dist(session: nox.Session) -> None:
    """Build sdist and wheel; follow the commands of both READMEs in a clean environment."""
    session.install("build")
    built = pathlib.Path(session.create_tmp()).absolute() / "dist"
    shutil.rmtree(built, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(built), silent=True)
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    session.install("-r", "requirements.txt")
    session.install("--no-deps", "--force-reinstall", str(wheel))
    project = built / "project"
    session.run("jepamine", "init", str(project))
    follow_readme(session, project, project / "sample")
    shutil.unpack_archive(sdist, built, filter="data")
    source = built / sdist.name.removesuffix(".tar.gz")
    session.install("--no-deps", "--force-reinstall", str(source))
    follow_readme(session, source, project / "sample")


def follow_readme(session: nox.Session, folder: pathlib.Path, footage: pathlib.Path) -> None:
    """Run the `jepamine` commands of a folder's README there; `footage` stands for the reader's own."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    # Indented, or in a block of sh; after `pip install -e . &&`.
    for line in re.findall(r"^(?:    |pip install -e \. && |)(jepamine .*)$", text, re.MULTILINE):
        words = shlex.split(line)
        if "--own" in words:
            words[words.index("--own") + 1] = str(footage)
        with session.chdir(folder):
            session.run(*words)


@nox.session
def gpu(session: nox.Session) -> None:
    """Measure encoding on a CUDA device and check that its embeddings are right; without one, say so."""
    install(session)
    session.run("pytest", "--numprocesses", "0", "tests/data/test_encoding.py")
    session.run("python", "benchmarks/gpu.py", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Fuzz the readers and the check of names for ten minutes each; `-- 60` for so many seconds each."""
    install(session)
    install_manim(session)
    session.install("atheris==3.0.0")
    seconds = session.posargs[0] if session.posargs else "600"
    kept = session.create_tmp()
    for target in ("manifest", "recipe", "scores", "labels", "check"):
        limits = (f"-max_total_time={seconds}", f"-artifact_prefix={kept}/{target}-", "-timeout=20")
        session.run("python", "benchmarks/coverage_fuzz.py", target, *limits)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed against bare PyTorch loops and of Manim scenes; print tables and write them as JSON."""
    install(session)
    install_manim(session)
    session.install("faiss-cpu==1.15.1")
    session.run("python", "benchmarks/speed.py", *session.posargs)
    session.run("python", "benchmarks/retrieval.py", *session.posargs)
    session.run("python", "benchmarks/scenes.py")
    session.run("python", "benchmarks/sandbox.py")
    session.run("python", "benchmarks/text_layouts.py")
