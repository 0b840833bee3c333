"""What the model's words are called on pages."""

from __future__ import annotations

from misspawn.model import Branch, Category, Moment, Severity

CATEGORIES = {
    Category.IMPORTS: (
        "Imports",
        "Imports that break only in CI, and checks that test the wrong tree.",
    ),
    Category.MOCKS: (
        "Mocks",
        "Mocks of coroutine functions that cannot be awaited, or pass for the wrong reason.",
    ),
    Category.EVENT_LOOP: (
        "Event loop",
        "Event loops that are closed, foreign or already running; async tests and fixtures.",
    ),
    Category.ASYNC_FIRST: (
        "Async first",
        "Calls that block the loop, coroutines never awaited, tasks that vanish.",
    ),
    Category.SUBPROCESS: (
        "Subprocess",
        "Children that hang, outlive their parent, or fail without saying why.",
    ),
    Category.DOCKER: (
        "Docker and CI",
        "Containers, Compose files, shell scripts and workflows around the tests.",
    ),
    Category.COVERAGE: (
        "Coverage",
        "Coverage that children and containers lose, and reports that cannot be merged.",
    ),
    Category.PYTEST: ("pytest", "How pytest starts, shares and ends what a test spawns."),
    Category.MULTIPROCESSING: (
        "Multiprocessing",
        "Worker processes and pools: start methods, deadlocks, lost errors.",
    ),
    Category.SHELL: (
        "Shell",
        "Shell scripts that go on after a failure, or leave processes behind.",
    ),
}
"""Heading and one sentence for each category."""

SEVERITIES = {
    Severity.ERROR: "fails whenever it is run",
    Severity.WARNING: "fails on some runs, machines or inputs",
    Severity.HINT: "worth a look",
}

MOMENTS = {
    Moment.COMMITTING: "Before committing",
    Moment.ASYNC_TASKS: "Before spawning async tasks",
    Moment.SUBPROCESS: "Before spawning a subprocess",
    Moment.INTEGRATION_TESTS: "Before running integration tests",
}

BRANCHES = {
    Branch.EXCEPTION: (
        "An exception",
        "There is a traceback, and its last line names the mistake.",
    ),
    Branch.HANGS: ("It hangs", "Nothing ends and nothing is printed."),
    Branch.CI_ONLY: (
        "Green locally, red in CI",
        "The same commit behaves differently on another machine, or should.",
    ),
    Branch.COVERAGE: ("Coverage is missing", "The tests ran, and the report does not show it."),
}
