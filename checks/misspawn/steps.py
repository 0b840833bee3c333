"""The `run:` steps of a GitHub workflow on this machine, in order, as a runner decides them.

This file runs inside the sandbox, by the interpreter under proof: it needs the standard library only.
It knows `if:` with the four status functions, `needs`, `env`, `working-directory`, `shell`, `defaults`,
`continue-on-error` and `timeout-minutes`. All jobs share one folder. What it cannot do fails the step.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from typing import Any

MINUTE = 6.0
"""Seconds that a minute of `timeout-minutes` lasts here."""
SHELLS = {
    "": ("bash", "-e"),
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
    "sh": ("sh", "-e"),
    "python": (sys.executable,),
}
ON_EVERY_RUNNER = ("actions/checkout@", "actions/setup-python@")
_TOKENS = re.compile(r"\s*(?:(always|success|failure|cancelled)\(\)|(!)(?!=)|(&&)|(\|\|)|([()]))")
_OPERATORS = {"!": " not ", "&&": " and ", "||": " or "}
Part = Mapping[str, Any]


def main(workflow: Part) -> int:
    """Run all jobs; 0 when none failed."""
    results: dict[str, str] = {}
    jobs = dict(workflow["jobs"])
    while jobs:
        name = next(name for name in jobs if not set(_listed(jobs[name].get("needs"))) & set(jobs))
        job = jobs.pop(name)
        results[name] = _job(
            workflow, job, [results[needed] for needed in _listed(job.get("needs"))]
        )
        print(f"job {name}: {results[name]}", flush=True)
    return 0 if set(results.values()) <= {"success", "skipped"} else 1


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _job(workflow: Part, job: Part, needed: list[str]) -> str:
    before = "success" if all(result == "success" for result in needed) else "failure"
    if "uses" in job or not holds(job.get("if"), before):
        return "skipped"
    status, deadline = "success", time.monotonic() + MINUTE * job.get("timeout-minutes", 360)
    for step in job["steps"]:
        if holds(step.get("if"), status):
            result = _step(workflow, job, step, None if status == "cancelled" else deadline)
            if result == "cancelled" or (status == "success" and not step.get("continue-on-error")):
                status = result
    return status


def holds(condition: Any, status: str) -> bool:
    """Whether an `if:` lets a step run. Without a status function it also asks for success."""
    text = re.sub(r"^\s*\$\{\{(.*)\}\}\s*$", r"\1", str(condition or "success()"))
    expression, at = "", 0
    while at < len(text.rstrip()):
        token = _TOKENS.match(text, at)
        if not token:
            raise SystemExit(f"if: {condition}: this condition cannot be decided here")
        function, *operators = token.groups()
        word = next(filter(None, operators), "")
        expression += (
            str(function in ("always", status)) if function else _OPERATORS.get(word, word)
        )
        at = token.end()
    return bool(eval(expression))  # noqa: S307 - nothing but True, False, not, and, or, brackets


def _step(workflow: Part, job: Part, step: Part, deadline: float | None) -> str:
    if "uses" in step:
        known = str(step["uses"]).startswith(ON_EVERY_RUNNER)
        return "success" if known else _failed(f"{step['uses']} cannot run here")
    if "${{" in step["run"]:
        return _failed("an expression in `run` cannot be evaluated here")
    own = time.monotonic() + MINUTE * step.get("timeout-minutes", 360)
    print(f"Run {step['run'].splitlines()[0]}", flush=True)
    code = _execute(workflow, job, step, min(own, deadline or own))
    if code is not None:
        return "success" if code == 0 else _failed(f"Process completed with exit code {code}.")
    _failed("the time given by timeout-minutes is over")
    return "cancelled" if deadline and deadline < own else "failure"


def _failed(reason: str) -> str:
    print(f"Error: {reason}", flush=True)
    return "failure"


def _execute(workflow: Part, job: Part, step: Part, deadline: float) -> int | None:
    """The exit code of a step's script, or None when its time is over."""
    layers = (workflow, job, {"defaults": {"run": step}, "env": step.get("env")})
    defaults: dict[str, Any] = {}
    env = {**os.environ, "CI": "true", "GITHUB_ACTIONS": "true"}
    for layer in layers:
        defaults |= (layer.get("defaults") or {}).get("run") or {}
        env |= {name: str(value) for name, value in (layer.get("env") or {}).items()}
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "step")
        with open(script, "w", encoding="utf-8") as stream:
            stream.write(step["run"])
        argv = [*SHELLS[defaults.get("shell", "")], script]
        return _wait(argv, defaults.get("working-directory", "."), env, deadline)


def _wait(argv: list[str], folder: str, env: dict[str, str], deadline: float) -> int | None:
    with subprocess.Popen(argv, cwd=folder, env=env, start_new_session=True) as process:
        try:
            return process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None


if __name__ == "__main__":
    raise SystemExit(main(json.loads(sys.argv[1])))
