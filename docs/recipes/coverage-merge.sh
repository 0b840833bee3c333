#!/usr/bin/env bash
# Unit tests here, integration tests in a container, one report of both.
set -euo pipefail

mkdir -p coverage-integration coverage-data
trap 'docker compose -f coverage.compose.yaml down --volumes' EXIT

COVERAGE_FILE=coverage-data/.coverage.unit python -m coverage run -m app.unit
docker compose -f coverage.compose.yaml up --exit-code-from test-runner

# Data files can be combined, XML reports cannot. The files stay in place for a second look.
COVERAGE_FILE=coverage-data/.coverage python -m coverage combine --keep \
  coverage-data coverage-integration
COVERAGE_FILE=coverage-data/.coverage python -m coverage report --fail-under=100
COVERAGE_FILE=coverage-data/.coverage python -m coverage xml -o coverage.xml
