"""Broken commits of one real project: what `misspawn check --against` finds before and after each fix.

python tests/bench/history.py REPOSITORY    # a clone of vishnu2kmohan/mcp-server-langgraph with its history

Prints one row a fix: the places found in its parent, whether all that are known to be broken are among
them, and whether they are gone in the fix. Nothing is checked out. Ends with 1 when a row is not as it must be.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from misspawn import catalogue
from misspawn.against import Against
from misspawn.model import Finding, Pattern
from misspawn.project import Project
from misspawn.scanner import Scanner
from misspawn.source import Unreadable
from misspawn.trees import GitTree, MemoryTree

IDS = frozenset(
    {
        "import-name-not-committed",
        "import-module-untracked",
        "import-case-mismatch",
        "syntax-newer-than-supported",
    }
)


class Fix(NamedTuple):
    """A commit that mended files: those that were broken in its parent, and a word of what the finding says."""

    commit: str
    broken: tuple[str, ...]
    lacked: str


PACKAGE = "src/mcp_server_langgraph"
FIXES = (
    Fix(
        "d98df827",
        (f"{PACKAGE}/health/__init__.py", f"{PACKAGE}/llm/__init__.py"),
        "does not define",
    ),
    Fix("ae6515c6", (f"{PACKAGE}/auth/role_mapper.py", "tests/test_keycloak.py"), "auth.keycloak"),
    Fix(
        "2421c465",
        (f"{PACKAGE}/api/gdpr.py", f"{PACKAGE}/middleware/session_timeout.py"),
        "get_session_store",
    ),
    Fix("a78880dd", ("tests/test_storage.py",), "AuditLog"),
    Fix("b2f76cb0", ("tests/test_auth_factory.py",), "auth.factory"),
    Fix("c76327b8", (f"{PACKAGE}/api/gdpr.py",), "get_current_user"),
    Fix("7e9ac1c8", (f"{PACKAGE}/tools/search_tools.py",), "async"),
    Fix("3d5d4b0d", ("tests/performance/test_benchmarks.py",), "3.1"),
    Fix("9918c45d", (f"{PACKAGE}/api/gdpr.py", f"{PACKAGE}/schedulers/cleanup.py"), "compliance"),
    Fix(
        "fcf52e0e",
        (f"{PACKAGE}/compliance/__init__.py", f"{PACKAGE}/compliance/gdpr/__init__.py"),
        "PostgresAuditLogStore",
    ),
    Fix("e209be4b", ("tests/builder/test_importer.py",), "validate_import"),
    Fix("b4ebb558", ("tests/test_agent.py",), "create_checkpointer"),
    Fix("09c518c1", (f"{PACKAGE}/app.py",), "RateLimiter"),
    Fix("71066d27", (f"{PACKAGE}/tools/tool_discovery.py",), "CODE_EXECUTION_TOOLS"),
    Fix("fa67a67c", ("tests/resilience/test_circuit_breaker.py",), "reset_all_circuit_breakers"),
    Fix("5d48554f", ("tests/ci/test_dora_metrics.py",), "dora_metrics"),
    Fix("9ec9f531", (f"{PACKAGE}/playground/__init__.py",), "playground.api"),
)


def findings(root: str, revision: str, patterns: Sequence[Pattern]) -> list[Finding]:
    """What a revision's own modules show of these records: faulty imports, and what each file says alone."""
    tree = GitTree(root, revision)
    view, scanner = Against(patterns, tree, MemoryTree({})), Scanner(patterns)
    files, facts = view.files(), Project.of(tree)
    tree.prepare(files)
    found: list[Finding] = []
    for path in files:
        found += view.file(path)
        with suppress(Unreadable):
            found += scanner.file(path, tree.read(path) or b"", facts)
    return found


def broken(fix: Fix, found: Iterable[Finding]) -> set[str]:
    """Which of the fix's files have a finding that names what they lacked."""
    return {
        finding.path
        for finding in found
        if finding.path in fix.broken and fix.lacked in finding.message
    }


def main() -> int:
    """Print the table; 1 when a fault is not found before its fix, or still there after it."""
    root, good = sys.argv[1], True
    patterns = [pattern for pattern in catalogue.load() if pattern.id in IDS]
    print("fix       findings before -> after  known files found before -> after")
    for fix in FIXES:
        before = findings(root, f"{fix.commit}^", patterns)
        after = findings(root, fix.commit, patterns)
        found, left = broken(fix, before), broken(fix, after)
        ok = len(found) == len(fix.broken) and not left
        good &= ok
        counts = f"{len(before):>6} -> {len(after):<6}"
        files = f"{len(found)} of {len(fix.broken)} -> {len(left)}"
        print(f"{fix.commit}  {counts:24}  {files:12}  {'' if ok else 'NOT AS KNOWN'}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
