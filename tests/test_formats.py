"""The same three findings through each format."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from misspawn import formats
from misspawn.formats import FORMATS, format
from misspawn.formats.style import Style, style_for
from misspawn.model import Change, Finding, Fix, Span, Suppression

HELPERS = {
    "checkup",
    "__init__",
    "diagnosis",
    "diff",
    "progress",
    "statistics",
    "style",
    "verdicts",
}


def finding(path: str, span: Span, severity: str, excerpt: str) -> Finding:
    return Finding(
        path=path,
        span=span,
        id=f"a-{severity}",
        category="subprocess",
        severity=severity,
        message="It waits for ever",
        remedy="Bound it.",
        url=f"https://misspawn.dev/p/a-{severity}/",
        excerpt=excerpt,
        fingerprint="0123",
        lines=(span.line, span.end_line),
    )


FINDINGS = [
    finding("a.py", Span(9, 5, 9, 12), "error", "    call(x)"),
    finding("b\n.py", Span(9, 8, 11, 2), "warning", "x = '日'; call(\n\ty\n)"),
    finding("\udcff.py", Span(1, 1, 1, 1), "hint", "\x1b[2J"),
]

QUIET = [
    replace(FINDINGS[0], suppression=Suppression(8, "it is bounded\nabove", "2099-01-01")),
    replace(FINDINGS[0], baselined=True),
]

TEXT = """\
a.py:9:5: error[a-error] It waits for ever
9 |     call(x)
  |     ^^^^^^^
  = fix: Bound it.
  = https://misspawn.dev/p/a-error/

b\\n.py:9:8: warning[a-warning] It waits for ever
 9 | x = '日'; call(
   |         ^^^^^^^
10 |     y
   |     ^
11 | )
   | ^
   = fix: Bound it.
   = https://misspawn.dev/p/a-warning/

\udcff.py:1:1: hint[a-hint] It waits for ever
1 | \ufffd[2J
  | ^
  = fix: Bound it.
  = https://misspawn.dev/p/a-hint/
"""
CONCISE = """\
a.py:9:5: a-error It waits for ever
b\\n.py:9:8: a-warning It waits for ever
\udcff.py:1:1: a-hint It waits for ever
"""
STATISTICS = """\
1  error    a-error
1  hint     a-hint
1  warning  a-warning
3  in all
1  in the baseline
1  suppressed
"""
KEYS = "path line column end_line end_column id category severity message url excerpt fingerprint"


def written(name: str, *, colour: bool = False) -> str:
    out = io.StringIO()
    format(name).write(FINDINGS, out, Style(colour))
    return out.getvalue()


@pytest.mark.parametrize(("name", "expected"), [("text", TEXT), ("concise", CONCISE)])
def test_formats_for_people(name: str, expected: str) -> None:
    assert written(name) == expected


def test_jsonl_has_exactly_the_promised_keys_and_keeps_every_name() -> None:
    lines = written("jsonl").splitlines()
    assert all(line.isascii() for line in lines)
    objects = [json.loads(line) for line in lines]
    assert [" ".join(object_) for object_ in objects] == [KEYS] * 3
    assert [object_["path"] for object_ in objects] == ["a.py", "b\n.py", "\udcff.py"]
    assert [objects[1][key] for key in KEYS.split()[1:5]] == [9, 8, 11, 2]


def test_a_fix_is_told() -> None:
    change = Change(4, 8, "x", Span(9, 5, 9, 9))
    for safety, how in (("safe", "--fix"), ("unsafe", "--fix --unsafe-fixes")):
        fixable = replace(FINDINGS[0], fix=Fix(safety, "It is a test.", (change,)))
        out = io.StringIO()
        format("text").write([fixable, replace(fixable, baselined=True)], out, Style())
        assert out.getvalue().count(f"  = fixable with {how}\n") == 1
        out = io.StringIO()
        format("jsonl").write([fixable], out, Style())
        place = {"start": 4, "end": 8, "line": 9, "column": 5, "end_line": 9, "end_column": 9}
        edits = [place | {"text": "x"}]
        told = {"safety": safety, "because": "It is a test.", "edits": edits}
        assert json.loads(out.getvalue())["fix"] == told


def test_json_is_the_array_of_the_same_objects() -> None:
    lines = written("jsonl").splitlines()
    assert json.loads(written("json")) == [json.loads(line) for line in lines]
    out = io.StringIO()
    format("json").write([], out, Style())
    assert json.loads(out.getvalue()) == []


def test_statistics_count() -> None:
    out = io.StringIO()
    format("statistics").write([*FINDINGS, *QUIET], out, Style())
    assert out.getvalue() == STATISTICS


@pytest.mark.parametrize("name", ["text", "concise"])
def test_colour_changes_nothing_else(name: str) -> None:
    coloured = written(name, colour=True)
    assert "\033[31m" in coloured
    for code in (0, 1, 31, 33, 34, 36):
        coloured = coloured.replace(f"\033[{code}m", "")
    assert coloured == written(name)


@pytest.mark.parametrize(
    ("terminal", "environment", "colour"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_when_there_is_colour(
    terminal: bool, environment: dict[str, str], colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    assert style_for(stream, environment).colour is colour


def test_the_table_names_every_module_of_the_folder() -> None:
    modules = {file.stem for file in Path(formats.__file__).parent.glob("*.py")}
    assert modules - HELPERS == set(FORMATS)
