"""Regexes about calls, looked for from the names of what is called."""

from __future__ import annotations

import pytest

from misspawn.calls import Calls, call, matches

CHAIN = r"(?P<f>(?:\w+\.)*\w+)"


@pytest.mark.parametrize(
    ("pattern", "is_about"),
    [
        (rf"\bawait\s+{CHAIN}\(", True),
        (rf"(?m)^[ \t]*(?P<x>\w+)\s*=\s*{CHAIN}\(\)$", True),
        (rf"{CHAIN}\s", False),
        (r"(?P<f>\w+\.)\(", False),
        (rf"(?:a|{CHAIN}\()", False),
        (rf"b|{CHAIN}\(", False),
        (r"(?P<g>\w+)\(", False),
    ],
)
def test_a_regex_is_about_a_call_when_every_match_has_one(pattern: str, is_about: bool) -> None:
    assert (call(pattern, "f") is not None) == is_about


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (rf"\bawait\s+{CHAIN}\(", "await a.b(); c(); await\td()", ["a.b", "d"]),
        (rf"(?m)^[ \t]*{CHAIN}\(", "x = a()\n  b.c()\nd(e())", ["b.c", "d"]),
        (rf"\bif\s(?:[^\n:]*\sand\s)?{CHAIN}\(", "if a() and b():", ["b", "a"]),
        (rf"\b{CHAIN}\((?:[^()]|\([^()]*\))*\)\[", "a(b(c)[0])[1]", ["a", "b"]),
        (rf"\breturn\s+{CHAIN}\(", "return (a())", []),
    ],
)
def test_each_call_is_found(pattern: str, text: str, found: list[str]) -> None:
    about = call(pattern, "f")
    assert about is not None
    said = [match[b"f"] for match in matches(about, text.encode(), None)]
    assert said == [name.encode() for name in found]


def test_groups_of_both_parts_are_told() -> None:
    about = call(r"(?P<before>\w+) = (?P<f>\w+)\((?P<after>\d)(?P<none>x)?\)", "f")
    assert about is not None
    (match,) = matches(about, b"ab\ncd = ef(1)", None)
    assert (match.start(), match.end(), match[0]) == (3, 13, b"cd = ef(1)")
    assert match.groups() == (b"cd", b"ef", b"1", None)


def test_only_calls_by_the_names_are_told_each_with_its_own() -> None:
    awaited, bare = call(rf"\bawait {CHAIN}\(", "f"), call(rf"(?m)^{CHAIN}\(", "f")
    assert awaited is not None
    assert bare is not None
    calls = Calls([(awaited, frozenset({b"a"})), (bare, frozenset({b"b", b"d"}))])
    text = b"await x.a()\nawait b()\nb()\na()\nc.d()\n"
    assert calls.found(text) == {0: [10], 1: [text.index(b"\nb(") + 3, text.index(b"d(") + 2]}


def test_a_line_without_end_takes_no_quadratic_time() -> None:
    text = b"a(" * 200_000
    about = call(rf"(?m)^[ \t]*{CHAIN}\(", "f")
    assert about is not None
    assert Calls([(about, frozenset({b"a"}))]).found(text) == {0: [2]}
