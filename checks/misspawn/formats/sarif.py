"""SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os.html.

What a comment or the baseline keeps quiet is reported as suppressed. The baseline is a suppression of kind
`external`: `baselineState` would compare with an earlier run, and there is none.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterable
from typing import Any, TextIO
from urllib.parse import quote

from misspawn import __version__
from misspawn.formats.style import Style, valid
from misspawn.model import Finding, Fix, Span

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {"error": "error", "warning": "warning", "hint": "note"}
_BASE = "%SRCROOT%"
_KEY = "misspawn/v1"  # names the way in which the fingerprint is made; a new way is a new name
Json = dict[str, Any]


def write(findings: Iterable[Finding], out: TextIO, style: Style) -> None:
    """One log with one run; the rules are those that have results."""
    found = list(findings)
    rules = {finding.id: finding for finding in sorted(found, key=lambda finding: finding.id)}
    numbers = {id: number for number, id in enumerate(rules)}
    driver = {
        "name": "misspawn",
        "version": __version__,
        "informationUri": "https://misspawn.dev/",
        "rules": [_rule(finding) for finding in rules.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": _text("where misspawn was run")}},
        "results": [_result(finding, numbers[finding.id]) for finding in found],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    out.write(json.dumps(log, indent=1) + "\n")


def _rule(finding: Finding) -> Json:
    summary = finding.summary or finding.message
    return {
        "id": finding.id,
        "shortDescription": _text(summary),
        "fullDescription": _text(f"{summary} {finding.remedy}"),
        "help": {
            "text": f"{summary}\n\n{finding.remedy}\n\n{finding.url}",
            "markdown": f"{summary}\n\n{finding.remedy}\n\n[{finding.id}]({finding.url})",
        },
        "helpUri": finding.url,
        "properties": {"tags": [finding.category]},
    }


def _result(finding: Finding, rule: int) -> Json:
    return {
        "ruleId": finding.id,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": _text(f"{finding.message}. {finding.remedy}"),
        "locations": [{"physicalLocation": _place(finding)}],
        "partialFingerprints": {_KEY: finding.fingerprint},
        "suppressions": [*_suppressions(finding)],
        **({"fixes": [_fix(finding.path, finding.fix)]} if finding.fix else {}),
    }


def _fix(path: str, fix: Fix) -> Json:
    """The changes as replacements. SARIF has no word for safety, so the description says it."""
    replacements = [
        {"deletedRegion": _region(change.span), "insertedContent": _text(change.text)}
        for change in fix.changes
    ]
    change = {"artifactLocation": _address(path), "replacements": replacements}
    return {"description": _text(f"{fix.safety}: {fix.because}"), "artifactChanges": [change]}


def _region(span: Span) -> Json:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _place(finding: Finding) -> Json:
    """The region and the whole lines around it, with their texts unless the excerpt ends before."""
    around: Json = {}
    span, lines = finding.span, finding.excerpt.split("\n")
    region = _region(span)
    if span.end_line - span.line < len(lines):
        covered = lines[: span.end_line - span.line + 1]
        covered[-1] = covered[-1][: span.end_column - 1]
        covered[0] = covered[0][span.column - 1 :]
        region["snippet"] = _text("\n".join(covered))
        whole = {"startLine": span.line, "endLine": span.end_line}
        around = {"contextRegion": whole | {"snippet": _text(finding.excerpt)}}
    return {"artifactLocation": _address(finding.path), "region": region, **around}


def _address(path: str) -> Json:
    """A file's address. Names are bytes, so all but plain ASCII is percent-encoded."""
    path = posixpath.normpath(path.replace(os.sep, "/"))
    address = quote(os.fsencode(path))
    if os.path.isabs(path):
        return {"uri": f"file:///{address.lstrip('/')}"}
    return {"uri": address} | ({} if path.startswith("../") else {"uriBaseId": _BASE})


def _suppressions(finding: Finding) -> Iterable[Json]:
    if said := finding.suppression:
        place = {"artifactLocation": _address(finding.path), "region": {"startLine": said.line}}
        why = f"{said.reason} (until {said.until})" if said.until else said.reason
        yield {
            "kind": "inSource",
            "justification": valid(why),
            "location": {"physicalLocation": place},
        }
    if finding.baselined:
        yield {"kind": "external", "justification": "It is in the baseline."}


def _text(text: str) -> dict[str, str]:
    return {"text": valid(text)}
