"""doctor: check the installation."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import as_json, echo, with_experiments


@click.command()
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_experiments
def doctor(experiments: Path, json_: bool) -> None:
    """Check the installation: one line per piece. Exits with 1 if something is broken."""
    from dataclasses import asdict

    from jepamine.runs.doctor import examine, report

    checks = examine(experiments)
    as_json([asdict(check) for check in checks]) if json_ else echo(report(checks))
    if any(check.state == "broken" for check in checks):
        raise click.exceptions.Exit(1)
