"""Evidence: deterministic, dated by the first sight, and void when the example changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs

from misspawn import evidence
from misspawn.catalogue import records
from misspawn.model import Pattern, Remnant, Run, Thrown, Verdict
from misspawn.normal import excerpt, normal

WriteRecord = Callable[..., Path]

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture
def pattern(write_record: WriteRecord) -> Pattern:
    return records.read([str(write_record())])[0][0]


def verdict(pattern: Pattern, index: int = 0, python: str = "3.12.1", **changes: object) -> Verdict:
    fields = {"code": 1, "stdout": "took 0.73 s\n", "stderr": "", "seconds": 0.73} | changes
    return Verdict(
        id=pattern.id,
        title=pattern.examples[index].title,
        python=python,
        pins="latest",
        status="proved",
        expected="",
        run=Run(**fields),  # type: ignore[arg-type]
    )


def test_a_second_like_run_changes_no_byte(pattern: Pattern, tmp_path: Path) -> None:
    file = str(tmp_path / "x.yaml")
    first = evidence.merged(pattern, (), [verdict(pattern)], MONDAY)
    assert evidence.save(file, first)
    slower = verdict(pattern, stdout="took 2.91 s, and said something else\n", seconds=2.9)
    again = evidence.merged(pattern, evidence.load(file), [slower], TUESDAY)
    assert not evidence.save(file, again)


def test_another_observation_gets_another_date(pattern: Pattern) -> None:
    known = evidence.merged(pattern, (), [verdict(pattern)], MONDAY)
    thrown = Thrown(type="ValueError", message="no", phase="run")
    (proof, _) = evidence.merged(pattern, known, [verdict(pattern, thrown=thrown)], TUESDAY)
    assert proof.runs[0].first == "2026-11-24"
    assert proof.runs[0].seen.raised == "ValueError"


def test_runs_on_other_pythons_are_kept(pattern: Pattern) -> None:
    known = evidence.merged(pattern, (), [verdict(pattern, python="3.10.13")], MONDAY)
    (proof, _) = evidence.merged(pattern, known, [verdict(pattern)], TUESDAY)
    assert [(run.python, run.first) for run in proof.runs] == [
        ("3.10", "2026-11-23"),
        ("3.12", "2026-11-24"),
    ]


def test_a_changed_example_has_no_evidence(pattern: Pattern) -> None:
    known = evidence.merged(pattern, (), [verdict(pattern)], MONDAY)
    changed = structs.replace(pattern.examples[0], code="pass\n")
    other = structs.replace(pattern, examples=(changed, pattern.examples[1]))
    assert evidence.merged(other, known, [], TUESDAY)[0].runs == ()


def test_a_failed_proof_takes_its_evidence_away(pattern: Pattern) -> None:
    known = evidence.merged(pattern, (), [verdict(pattern)], MONDAY)
    failed = structs.replace(verdict(pattern), status="failed")
    assert evidence.merged(pattern, known, [failed], TUESDAY)[0].runs == ()


def test_what_is_not_run_here_keeps_its_evidence(pattern: Pattern) -> None:
    known = evidence.merged(pattern, (), [verdict(pattern)], MONDAY)
    skipped = structs.replace(verdict(pattern), status="not proved here", run=None)
    assert evidence.merged(pattern, known, [skipped], TUESDAY) == known


def test_differences_name_what_was_and_what_is(pattern: Pattern) -> None:
    known = evidence.merged(pattern, (), [verdict(pattern)], MONDAY)
    left = verdict(pattern, code=3, remnants=(Remnant(kind="zombie", name="sleep"),))
    assert list(evidence.differences(pattern, known, [left])) == [
        "no bound (Python 3.12, latest): exit was 1, is 3",
        "no bound (Python 3.12, latest): left was (), is ('zombie',)",
    ]
    assert list(evidence.differences(pattern, known, [verdict(pattern)])) == []


def test_the_newest_libraries_are_compared_with_the_pinned_ones(pattern: Pattern) -> None:
    known = evidence.merged(pattern, (), [verdict(pattern)], MONDAY)
    newest = structs.replace(verdict(pattern), pins="newest")
    assert list(evidence.differences(pattern, known, [newest])) == []


def test_missing_evidence_is_named(pattern: Pattern) -> None:
    known = evidence.merged(pattern, (), [verdict(pattern)], MONDAY)
    assert evidence.missing(pattern, known) == [
        "no bound (3.10, 3.11, 3.13)",
        "a bound (3.10, 3.11, 3.12, 3.13)",
    ]


def test_an_unreadable_file_is_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "x.evidence.json").write_text("[")
    assert evidence.load(str(tmp_path / "x.yaml")) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('File "/tmp/misspawn-a1b2/example/app.py", line 3', 'File "<here>/app.py", line 3'),
        ('File "/opt/py/lib/python3.12/asyncio/tasks.py"', 'File "<library>/asyncio/tasks.py"'),
        ("python /src/checks/misspawn/steps.py", "python <packages>/misspawn/steps.py"),
        ("/home/me/.cache/x/lib/python3.13/site-packages/pytest.py", "<packages>/pytest.py"),
        ("<Task at 0x7f00deadbeef>", "<Task at 0x...>"),
        ("1 passed in 0.03s", "1 passed in <seconds>"),
        ("timed out after 0.5 seconds", "timed out after 0.5 seconds"),
        ("2026-11-22 10:11:12,345 started", "<time> started"),
        ("pid 4242", "pid <pid>"),
        ("<Task pending name='Task-17'>", "<Task pending name='Task-N'>"),
        ("[gw3] worker crashed", "[gwN] worker crashed"),
        ("connect to 127.0.0.1:53412", "connect to 127.0.0.1:<port>"),
        ("commit 1e06b5c1e06b5c1e06b5c1e06b5c1e06b5c1e06b", "commit <hash>"),
    ],
)
def test_what_varies_is_replaced(text: str, expected: str) -> None:
    assert normal(text) == expected


def test_an_excerpt_is_the_end() -> None:
    assert excerpt(["a\n\nb\n", "c\n"], lines=2) == ("b", "c")
