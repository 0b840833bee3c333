"""Bad records give exact errors; good ones are compiled once and anew when they change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misspawn import catalogue, model, places
from misspawn.catalogue import cache, convert, records
from misspawn.catalogue.tree import Tree
from misspawn.errors import UserError
from misspawn.model import Severity

WriteRecord = Callable[..., Path]


def _rewrite(edit: str, conditions: str = "", language: str = "") -> tuple[str, str]:
    """The change that gives the detector of the small record a rewrite with one edit."""
    edits = f"      edits:\n        - {edit}\n" if edit else "      edits: []\n"
    head = "    rewrite:\n      safety: safe\n      because: It is a test of a rewrite.\n"
    spoken = f"    language: {language}\n" if language else ""
    region = "command" if language else "call"
    return (
        "  - region: call\n",
        f"  - region: {region}\n{spoken}{head}{edits}{conditions}",
    )


BAD = {
    "unknown key": (
        ("    none: [", "    non: ["),
        "37:5: unknown key `non`; did you mean `none`?",
    ),
    "missing key": (("severity: warning\n", ""), "1:1: `severity` is missing; add it"),
    "missing nested key": (
        ("  - region: call\n    match", "  - match"),
        "35:5: `region` is missing in detect[0]; add it",
    ),
    "wrong type": (("occurs_when: [a child hangs]", "occurs_when: often"), "17:1: occurs_when: Expected `array`, got `str`"),
    "float version": (
        ("since: 0.1.0", "since: 0.1"),
        "43:1: since: YAML reads `0.1` as a number; quote it: '0.1' (Expected `str`, got `float`)",
    ),
    "date": (
        ("'2026-11-22'", "2026-11-22"),
        "44:1: reviewed: YAML reads `2026-11-22` as a date; quote it: '2026-11-22' (Expected `str`, got `date`)",
    ),
    "no as text": (
        ("[a child hangs]", "[no]"),
        "17:15: occurs_when[0]: YAML reads `no` as true or false; quote it: 'no' (Expected `str`, got `bool`)",
    ),
    "on as key": (
        ("owner: platform", "owner: platform\non: x"),
        "46:1: YAML reads the key `on` as true or false; quote it: 'on'",
    ),
    "empty value": (
        ("owner: platform", "owner:"),
        "45:1: owner: YAML reads `` as nothing; give it a text (Expected `str`, got `null`)",
    ),
    "impossible date": (("'2026-11-22'", "2026-13-45"), "44:11: YAML cannot read `2026-13-45` as a date; quote it: '2026-13-45'"),
    "duplicate key": (("owner: platform", "owner: a\nowner: b"), "46:1: `owner` is given twice; keep one of them"),
    "not YAML": (("owner: platform", "owner: 'x"), "46:1: not valid YAML: while scanning a quoted scalar, found unexpected end of stream"),
    "recursion": (("occurs_when: [", "occurs_when: &a [*a, "), "17:1"),
    "unknown category": (
        ("category: subprocess", "category: subproces"),
        "4:1: category: `subproces` is not known here; did you mean `subprocess`?",
    ),
    "unknown moment": (
        ("owner:", "checklist: {sometime: x}\nowner:"),
        "45:13: checklist.sometime: `sometime` is not known here; use one of before-committing, ",
    ),
    "short text": (("A child that never exits keeps its parent waiting.", "Short."), "6:1: summary: Expected `str` of length >= 10"),
    "unknown region": (
        ("region: call", "region: kall"),
        "35:5: python has no region `kall`; use one of call, ",
    ),
    "unknown context": (
        ("    none: [", "    inside: {gadget: .}\n    none: ["),
        "37:14: no context `gadget` in this language; known: ",
    ),
    "unknown fact": (
        ("    none: [", "    project: {weather: {all: [x]}}\n    none: ["),
        "37:15: no such project fact; use one of pytest.<option>, pytest.config, dependencies, requires-python",
    ),
    "look-around": (
        (r"['\btimeout\s*=']", "['(?=x)']"),
        "37:12: not an RE2 regex: invalid perl operator: (?=",
    ),
    "bad outcome regex": (("{passes: true}", "{prints: '('}"), "33:14: not an RE2 regex: "),
    "sample": (
        ("after [0-9]+ seconds", "after [0-9]+ years"),
        "19:5: does not match its `sample`; mend one of them",
    ),
    "group": (
        ("    none: [", "    where: {name: {any: '(x)'}}\n    none: ["),
        "37:13: `match` has no group (?P<name>...); name one",
    ),
    "collects nothing": (
        ("subprocess\\.run\\('\n", "(?P<n>run)\\('\n    where: {n: {any: x}}\n"),
        "37:17: collects nothing; put the name in a group: (...)",
    ),
    "verbs": (
        _rewrite("{after: x, before: y}"),
        "40:11: needs exactly one verb of replace, before, after, above, below, argument, operator",
    ),
    "no edit": (_rewrite(""), "39:7: detect[0].rewrite.edits: Expected `array` of length >= 1"),
    "no place": (_rewrite("{after: x, scope: file}"), "40:22: says where to look for `find`"),
    "group of match": (
        _rewrite("{after: x, group: name}"),
        "40:22: `match` has no group (?P<name>...); name one",
    ),
    "group of find": (
        _rewrite("{find: y, after: '{name}'}"),
        "40:21: `find` has no group (?P<name>...); name one",
    ),
    "brace": (_rewrite("{after: 'a}'}"), "40:12: `}` belongs to no {name}; write it twice to have one"),
    "line break": (_rewrite('{after: "a\\n"}'), "40:12: has a line break, and its kind is the file's"),
    "regex of find": (_rewrite("{after: x, find: '(?=a)'}"), "40:22: not an RE2 regex"),
    "context of a rewrite": (
        _rewrite("{after: x}", "      inside: {gadget: .}\n"),
        "41:16: no context `gadget` in this language; known: ",
    ),
    "a verb of another language": (
        _rewrite("{operator: await}", language="shell"),
        "41:12: is about Python's calls; use another verb",
    ),
    "a name of another language": (
        _rewrite("{after: '{sys.path}'}", language="shell"),
        "41:12: only Python imports names, so {sys.path} means nothing here",
    ),
    "a mend that is not there": (
        ("  - wrong: no bound\n", "  - wrong: no bound\n    mended: another\n"),
        "23:5: there is no right example `another`",
    ),
    "key path": (("region: call", "region: call\n    at: a.b"), "36:5: a call has no key path; drop `at`"),
    "no detector": (
        (
            "detect:\n  - region: call\n    match: '\\bsubprocess\\.run\\('\n    none: ['\\btimeout\\s*=']\n",
            "",
        ),
        "1:1: has no detector; add `detect`, or say why not in `no_detector`",
    ),
    "no rg line": (
        ("rg_misses: calls that span several lines\n", ""),
        "1:1: `rg_misses` is missing; say what a plain ripgrep pipeline misses or wrongly reports",
    ),
    "myth": (("severity: warning", "severity: warning\nkind: myth\nclaim: x\nverdict: y"), "1:1: a myth needs `truth`; add it"),
    "two sides": (("    expect: {hangs", "    right: x\n    expect: {hangs"), "22:5: needs a title: either `wrong: ...` or `right: ...`"),
    "one side": (("wrong: no bound", "right: no bound"), "21:1: no `wrong` example; add one"),
    "escaping file": (
        ('    code: |\n      import subprocess\n\n      subprocess.run(["true"], timeout=60)\n', "    files: {../x.py: ''}\n"),
        "29:13: must be a relative path with `/` that stays in the example's folder",
    ),
    "long code": (
        ('      subprocess.run(["true"]', "\n" * 39 + '      subprocess.run(["true"]'),
        "29:5: has 42 lines; keep it to 40",
    ),
    "long line": (
        ("timeout=60)\n", f"timeout=60)  # {'x' * 29}\n"),
        "32:1: this line of the example has 69 columns; at most 68 fit beside the mended one",
    ),
    "long line of a file": (
        ('    code: |\n      import subprocess\n\n      subprocess.run(["true"], timeout=60)\n', f"    files: {{x.sh: 'echo {'x' * 69}'}}\n"),
        "29:13: this line of the example has 74 columns; at most 68 fit beside the mended one",
    ),
    "no outcome": (("{passes: true}", "{}"), "33:5: states no outcome; say what running it must show"),
    "id": (("id: sleepy-child", "id: sleepy"), "2:1: `sleepy` is not the file's name; rename one of them"),
    "related": (
        ("owner:", "related: [nobody]\nowner:"),
        "45:11: there is no other record `nobody`; mend the id or drop it",
    ),
    "first line": (("# yaml-language-server", "#"), "1:1: the first line must be `# yaml-language-server: $schema=../schema.json`"),
}  # fmt: skip


def test_the_small_record_is_valid(write_record: WriteRecord) -> None:
    patterns, problems = records.read([str(write_record())])
    assert problems == []
    assert patterns[0].severity is Severity.WARNING


def test_the_longest_line_that_fits_is_valid(write_record: WriteRecord) -> None:
    _, problems = records.read(
        [str(write_record(("timeout=60)\n", f"timeout=60)  # {'x' * 28}\n")))]
    )
    assert problems == []


@pytest.mark.parametrize("case", BAD)
def test_a_bad_record_is_told_where_and_why(write_record: WriteRecord, case: str) -> None:
    change, expected = BAD[case]
    path = str(write_record(change))
    patterns, problems = records.read([path])
    assert not patterns
    assert any(str(problem).startswith(f"{path}:{expected}") for problem in problems), problems


def test_all_problems_of_all_files_are_told_at_once(write_record: WriteRecord) -> None:
    first = write_record(("severity: warning", "severity: grave"), ("hangs: 2s", "hangs: long"))
    second = write_record(name="docker/sleepy-child.yaml")
    _, problems = records.read([str(first), str(second)])
    assert [(Path(problem.path).parent.name, problem.line) for problem in problems] == [
        ("docker", 2),
        ("docker", 4),
        ("subprocess", 5),
        ("subprocess", 27),
    ]
    assert "is also the id of" in problems[0].message


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"\0", b"", b"- 1", b"[" * 100_000])
def test_arbitrary_bytes_are_problems(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(raw)
    patterns, problems = records.read([str(path), str(tmp_path / "missing.yaml")])
    assert not patterns
    assert {problem.path for problem in problems} == {str(path), str(tmp_path / "missing.yaml")}


@given(st.text(alphabet="ab:-?*&!|>'\"#%@`[]{},<~=\n\t .0123456789\u2028", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    tree = Tree("x.yaml", text)
    assert convert.pattern(tree) is None
    assert tree.problems


def test_aliases_that_multiply_are_refused(write_record: WriteRecord) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)
    )
    _, problems = records.read([str(write_record(("owner:", bomb + "owner:")))])
    assert any("too much" in problem.message for problem in problems)


def test_a_compiled_catalogue_needs_no_yaml(
    own_records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = catalogue.load()
    monkeypatch.setattr(records, "read", lambda _: pytest.fail("the cache was not used"))
    assert catalogue.load() == first


def test_a_changed_record_is_compiled_anew(own_records: Path, write_record: WriteRecord) -> None:
    catalogue.load()
    write_record(("severity: warning", "severity: hint"))
    assert catalogue.load()[0].severity is Severity.HINT


def test_a_changed_module_of_the_model_changes_the_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "__file__", str(tmp_path / "__init__.py"))
    stamps = [cache.stamp([])]
    for text in ("a = 1\n", "a = 10\n"):
        (tmp_path / "nouns.py").write_text(text, encoding="utf-8")
        stamps.append(cache.stamp([]))
    assert len(set(stamps)) == 3


@pytest.mark.parametrize("content", [b"", b"\xc1", b"\x92\x90\x90", b"x" * 1000])
def test_a_broken_cache_is_replaced(own_records: Path, content: bytes) -> None:
    first = catalogue.load()
    file = Path(places.cached(cache._name(str(own_records))))
    good = file.read_bytes()
    file.write_bytes(content)
    assert catalogue.load() == first
    assert file.read_bytes() == good


def test_an_unwritable_cache_is_done_without(
    own_records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(places, "cache_folder", lambda: str(tmp_path / "file" / "below"))
    assert len(catalogue.load()) == 1


def test_a_malformed_record_stops_loading_with_its_problem(
    own_records: Path, write_record: WriteRecord
) -> None:
    write_record(("severity: warning", "severity: grave"))
    with pytest.raises(UserError, match=r"sleepy-child.yaml:5:1: severity: `grave` is not known"):
        catalogue.load()


def test_words_select_and_ignore(own_records: Path) -> None:
    patterns = catalogue.load()
    assert catalogue.choose(patterns, select=["subprocess"])
    assert catalogue.choose(patterns, select=["sleepy-child"], ignore=["hint"])
    assert not catalogue.choose(patterns, select=["docker"])
    assert not catalogue.choose(patterns, ignore=["warning"])
    with pytest.raises(UserError, match=r"`sleepy-chidl` is no id.*did you mean `sleepy-child`"):
        catalogue.choose(patterns, select=["sleepy-chidl"])
