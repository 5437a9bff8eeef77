"""Schemathesis tests the service against its OpenAPI schema."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("schemathesis", reason="no schemathesis: pip install schemathesis")

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    # Not positive_data_acceptance: no schema can describe which English describes a scene.
)


@pytest.mark.slow
def test_all_responses_conform_to_the_openapi_schema(shared, tmp_path):
    words = ["--max-examples", "25", "--seed", "7", "--generation-database", "none", "--no-color"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{shared.url}/openapi.json"),
            *("--checks", ",".join(CHECKS), "--warnings", "off", *words),
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "schemathesis_images",
            "PYTHONPATH": str(Path(__file__).parent),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 selected / 8 total" in done.stdout
    for path in ("/generate", "/layout", "/validate", "/feedback", "/healthz", "/metrics"):
        name = f'jepamine_requests_total{{path="{path}",status="200"}}'
        assert shared.metric(name) > 0, "no valid request was sent"
