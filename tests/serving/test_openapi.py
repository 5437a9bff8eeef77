"""Schemathesis holds the service against its own OpenAPI."""

from __future__ import annotations

import base64

import pytest

schemathesis = pytest.importorskip("schemathesis", reason="no schemathesis: pip install schemathesis")

from hypothesis import HealthCheck, Phase, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

# Not positive_data_acceptance: a schema cannot say which English names an object that can be drawn.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
