"""JUnit XML, for CI systems that show nothing else: a failed test case a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TextIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from misspawn.formats.style import Style, one_line, valid
from misspawn.model import Finding

_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(findings: Iterable[Finding], out: TextIO, style: Style) -> None:
    """One suite; without findings it has one test case that passed, as an empty one is an error to some."""
    suite = Element("testsuite", name="misspawn")
    cases = [_case(finding) for finding in findings] or [
        Element("testcase", classname="misspawn", name="check")
    ]
    suite.extend(cases)
    for key, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        suite.set(key, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(cases)))
    root = Element("testsuites")
    root.append(suite)
    indent(root, " ")
    out.write(f"<?xml version='1.0' encoding='utf-8'?>\n{tostring(root, encoding='unicode')}\n")


def _case(finding: Finding) -> Element:
    path, line = valid(one_line(finding.path)), str(finding.span.line)
    case = Element(
        "testcase", classname=path, name=f"{finding.id}:{line}", file=path, line=line, time="0"
    )
    message = valid(one_line(finding.message))
    if finding.quiet:
        SubElement(case, "skipped", message=message)
        return case
    failure = SubElement(case, "failure", type=finding.severity, message=message)
    text = f"{path}:{line}: {message}\n\n{finding.excerpt}\n\n{finding.remedy}\n{finding.url}"
    failure.text = _NOT_XML.sub("\ufffd", text)
    return case
