"""Comments that keep findings quiet: read, applied, complained about, and written."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from misspawn import examples
from misspawn.catalogue import load
from misspawn.cli import main
from misspawn.model import Example, Finding, Language, Pattern
from misspawn.project import Project
from misspawn.regions.opening import documents
from misspawn.scanner import Scanner
from misspawn.site.finding import suppress
from misspawn.source import Source
from misspawn.suppressions import CATEGORY, KINDS, Terms, applying, noqa, notes, writing

PATTERNS = load()
SCANNER = Scanner(PATTERNS)
IDS = frozenset(pattern.id for pattern in PATTERNS)
TERMS = Terms(IDS, frozenset(pattern.id for pattern in PATTERNS if pattern.detect))
TODAY = date(2026, 11, 22)
ID = "subprocess-no-timeout"
SLOW = 'import subprocess\n\nsubprocess.check_output(["make"])'
Streams = pytest.CaptureFixture[str]


def scan(path: str, text: str, facts: Project | None = None) -> list[Finding]:
    """The findings of a file, suppressed ones included, and complaints about suppressions."""
    found = SCANNER.file(path, text.encode(), facts or Project.in_memory({}))
    return applying.applied(Source(path, text.encode()), found, lambda: TERMS, TODAY)


def told(path: str, text: str) -> list[str]:
    """The id of each finding, behind the reason if it is suppressed."""
    return [
        f"{finding.suppression.reason}: {finding.id}" if finding.suppression else finding.id
        for finding in scan(path, text)
    ]


TASK = "import asyncio\nasync def f(x):\n    asyncio.create_task(g(x)){}\nasync def g(x): await x\n"
RUNS = "import subprocess\nsubprocess.run(\n    x,{}\n){}\n"


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        (TASK.format("  # noqa: RUF006"), ["noqa: RUF006"]),
        (TASK.format("  #noqa:E501,RUF006 - kept alive by the loop"), ["noqa: RUF006"]),
        (TASK.format("  # noqa: E501 RUF006"), ["noqa: RUF006"]),
        (TASK.format("  # noqa"), [None]),
        (TASK.format("  # noqa: RUF0061"), [None]),
        (TASK.format("\n    y = 1  # noqa: RUF006"), [None]),
        (RUNS.format("  # noqa: PLW1510", ""), ["noqa: PLW1510", None]),
        (RUNS.format("", "  # noqa: PLW1510"), ["noqa: PLW1510", None]),
        ("try: pass\nexcept: pass  # noqa: E722\n" + TASK.format(""), [None]),
    ],
)
def test_a_rule_of_ruff_that_is_allowed_is_quiet_here_too(
    text: str, reasons: list[str | None]
) -> None:
    found = noqa.applied(
        Source("a.py", text.encode()),
        SCANNER.file("a.py", text.encode(), Project.in_memory({})),
        noqa.rules(PATTERNS),
    )
    assert [one.suppression.reason if one.suppression else None for one in sorted(found)] == reasons


def test_codes_about_style_are_no_rules_of_ours() -> None:
    told = noqa.rules(PATTERNS)
    assert "cancelled-error-swallowed" not in told
    assert told["subprocess-no-check"] == {"PLW1510"}


NOTE = f"# misspawn: ignore[{ID}]"
WHERE = {
    "at the end of its line": f"{SLOW}  {NOTE} why\n",
    "on the line above": SLOW.replace("\n\n", f"\n{NOTE} why\n"),
    "above other comments": SLOW.replace("\n\n", f"\n{NOTE} why\n# more\n"),
    "on a later line of the region": SLOW.replace('["make"]', f'\n    ["make"],  {NOTE} why\n'),
    "alone inside the region": SLOW.replace('["make"]', f'\n    {NOTE} why\n    ["make"],\n'),
    "at the end of a continued line": SLOW.replace("subprocess.c", "x = 1 + \\\n    subprocess.c")
    + f"  {NOTE} why",
    "above a continued line": SLOW.replace(
        "\n\nsubprocess.c", f"\n{NOTE} why\nx = 1 + \\\n    subprocess.c"
    ),
    "behind another comment": f"{SLOW}  # noqa: S603  {NOTE} why\n",
    "before another comment": f"{SLOW}  {NOTE} why  # noqa: S603\n",
    "with two ids": f"{SLOW}  # misspawn: ignore[subprocess-no-check, {ID}] why\n".replace(
        "check_output", "run"
    ),
    "until today": f"{SLOW}  {NOTE} why until=2026-11-22\n",
    "for the file": f"#!/usr/bin/env python\n# licence\n\n# misspawn: ignore-file[{ID}] why\n{SLOW}\n",
}


@pytest.mark.parametrize("text", WHERE.values(), ids=WHERE.keys())
def test_a_suppression_stands_for_the_whole_region(text: str) -> None:
    found = scan("a.py", text)
    assert [f.suppression.reason for f in found if f.suppression] == ["why"] * len(found)
    assert found


NOT_THERE = {
    "two lines above": SLOW.replace("\n\n", f"\n{NOTE} why\n\n"),
    "at the end of the line above": SLOW.replace("\n\n", f"  {NOTE} why\n"),
    "below": f"{SLOW}\n{NOTE} why\n",
}


@pytest.mark.parametrize("text", NOT_THERE.values(), ids=NOT_THERE.keys())
def test_a_suppression_elsewhere_is_unused(text: str) -> None:
    assert set(told("a.py", text)) == {ID, "suppression-unused"}


@pytest.mark.parametrize(
    "text",
    [
        f'x = "{NOTE} why"\n{SLOW}',
        f'"""\n{NOTE} why\n"""\n{SLOW}',
        SLOW.replace('["make"]', f'"""\n{NOTE} why\n"""'),
        SLOW.replace('["make"]', f"f'{{x}} {NOTE} why'"),
    ],
)
def test_what_stands_in_a_string_is_no_suppression(text: str) -> None:
    assert [finding.id for finding in scan("a.py", text)] == [ID]


PIPE = "sh-pipe-without-pipefail"
LANGUAGES = {
    "shell": ("a.sh", "#!/bin/bash\n{note}\npytest | tee log\n"),
    "shell, at the end": ("a.sh", "#!/bin/bash\npytest \\\n  | tee log  {note}\n"),
    "dockerfile": ("Dockerfile", "FROM a\n{note}\nRUN pytest -q \\\n    | tee log\n"),
    "dockerfile, inside": ("Dockerfile", "FROM a\nRUN pytest -q \\\n    {note}\n    | tee log\n"),
    "workflow": (
        ".github/workflows/a.yml",
        (
            "jobs:\n  a:\n    timeout-minutes: 5\n    steps:\n      {note}\n      - run: pytest | tee log\n"
            "        shell: sh\n"
        ),
    ),
    "workflow, in the script": (
        ".github/workflows/a.yml",
        (
            "jobs:\n  a:\n    timeout-minutes: 5\n    steps:\n      - run: |\n          pytest | tee log  {note}\n"
            "        shell: sh\n"
        ),
    ),
}


@pytest.mark.parametrize(("path", "text"), LANGUAGES.values(), ids=LANGUAGES.keys())
def test_every_language_s_comments_count(path: str, text: str) -> None:
    note = f"# misspawn: ignore[{PIPE}] why"
    assert told(path, text.replace("{note}", note)) == [f"why: {PIPE}"]


CONFIG = "pytest-loop-scope-unset-warning"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", '[tool.a]\nx = "{note}"  # c\n{note}\ny = """\n{note}\n"""\n'),
        ("tox.ini", "[pytest]\n; c\n{note}\naddopts =\n    {note}\n    -q\n"),
        ("compose.yaml", 'services:\n  a:\n    image: "{note}"\n    {note}\n    # c\n'),
        ("a.sh", "cat <<X\n{note}\nX\necho '{note}'\n{note}\n"),
        ("Dockerfile", "FROM a\nENV A {note}\n{note}\nCOPY <<X /x\n{note}\nX\n"),
    ],
)
def test_only_comments_are_read(path: str, text: str) -> None:
    note = f"# misspawn: ignore[{ID}] why"
    comments = {"tox.ini": 2}.get(path, 1)
    found = scan(path, text.replace("{note}", note))
    assert [f.id for f in found if f.category == CATEGORY] == ["suppression-unused"] * comments


WRONG = {
    f"{NOTE}": ("malformed", "a reason is missing"),
    f"{NOTE} until=2027-01-31": ("malformed", "a reason is missing"),
    "# misspawn: ignore[] why": ("malformed", "it names no id"),
    "# misspawn: ignore why": ("malformed", "`ignore` needs ids in brackets"),
    f"# misspawn: ignore[{ID}]why": ("malformed", "`ignore` needs ids in brackets"),
    f"# misspawn: ignroe[{ID}] why": ("malformed", "there is no `ignroe`"),
    f"# misspawn: disable[{ID}] why": ("malformed", "there is no `disable`"),
    f"{NOTE} why until=tomorrow": ("malformed", "`until=tomorrow` is not a date"),
    f"{NOTE} why until=20270131": ("malformed", "`until=20270131` is not a date"),
    f"{NOTE} why until=2027-01-31 until=2028-01-31": ("malformed", "it has two `until=`"),
    f"# misspawn: ignore-file[{ID}] why": ("malformed", "belongs to the first comments"),
    f"{NOTE} why until=2026-11-21": ("expired", f"the suppression of {ID} ended with 2026-11-21"),
    "# misspawn: ignore[subprocess-no-timeuot] why": ("unknown", f"did you mean `{ID}`?"),
    "# misspawn: ignore[suppression-unused] why": ("unknown", "ignored in the configuration"),
    "# misspawn: ignore[time-sleep-in-async] why": ("unused", "nothing here is reported"),
}


@pytest.mark.parametrize("note", WRONG)
def test_what_is_wrong_with_a_suppression_is_a_finding(note: str) -> None:
    kind, message = WRONG[note]
    found = scan("a.py", f"{SLOW}  {note}\n")
    assert [(f.id, bool(f.suppression)) for f in found] == [
        (ID, False),
        (f"suppression-{kind}", False),
    ]
    complaint = found[1]
    assert message in complaint.message
    assert complaint.category == CATEGORY
    assert complaint.url == f"https://misspawn.dev/suppressions/#suppression-{kind}"


@pytest.mark.parametrize(
    "comment", ["# misspawn: a scanner", "# see misspawn: ignore[x] y", "# `# misspawn: ignore`"]
)
def test_prose_is_no_suppression(comment: str) -> None:
    assert [finding.id for finding in scan("a.py", f"{comment}\n{SLOW}")] == [ID]


def test_complaints_have_fingerprints_of_their_own() -> None:
    text = f"# misspawn: ignore[{ID}] a\n" * 2
    once, moved = scan("a.py", text), scan("a.py", f"\n{text}")
    assert len({finding.fingerprint for finding in once}) == 2
    assert [finding.fingerprint for finding in once] == [f.fingerprint for f in moved]


# -- writing ------------------------------------------------------------------------


def found_in_examples() -> Iterator[tuple[str, str, dict[str, str], Example]]:
    for pattern in PATTERNS:
        for example in pattern.examples:
            texts = examples.files(example)
            for path in texts:
                yield f"{pattern.id}: {example.title}: {path}", path, texts, example


EXAMPLES = [(name, path, texts) for name, path, texts, _ in found_in_examples()]


def left(text: str, path: str, texts: dict[str, str]) -> list[Finding]:
    facts = Project.in_memory({**{p: t.encode() for p, t in texts.items()}, path: text.encode()})
    return [finding for finding in scan(path, text, facts) if not finding.suppression]


@pytest.mark.parametrize(
    ("path", "texts"), [item[1:] for item in EXAMPLES], ids=[item[0] for item in EXAMPLES]
)
def test_every_finding_of_every_example_can_be_suppressed(path: str, texts: dict[str, str]) -> None:
    text = texts[path]
    findings = left(text, path, texts)
    done = writing.write(Source(path, text.encode()), findings, "a reason", "")
    written = done.data.decode()
    assert [finding.id for finding in left(written, path, texts)] == [f.id for f in done.left]
    assert not [f for f in done.left if path.endswith(".py")]
    assert [line for line in written.splitlines() if "misspawn:" not in line] == [
        line for line in text.splitlines() if line in written.splitlines()
    ]
    if path.endswith(".py") and findings and is_python(text):
        assert ast.dump(ast.parse(written)) == ast.dump(ast.parse(text))


def is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def suppressed(path: str, text: str) -> tuple[str, list[Finding]]:
    done = writing.write(Source(path, text.encode()), scan(path, text), "why", "2027-01-31")
    return done.data.decode(), done.left


END = " why until=2027-01-31"


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (
            "a.py",
            "import subprocess\nif x:\n    y(\n        subprocess.check_output(a)\n    )\n",
            "import subprocess\nif x:\n    y(\n        {}\n        subprocess.check_output(a)\n    )\n",
        ),
        (
            "a.py",
            "import subprocess\nx = 1 + \\\n    len(subprocess.check_output(a))\n",
            "import subprocess\n{}\nx = 1 + \\\n    len(subprocess.check_output(a))\n",
        ),
        (
            "a.py",
            'import subprocess\nx = """\n""" + subprocess.check_output(a)\n',
            'import subprocess\nx = """\n""" + subprocess.check_output(a)  {}\n',
        ),
        (
            "a.py",
            "import subprocess; subprocess.check_output(a)\r\n",
            "{}\r\nimport subprocess; subprocess.check_output(a)\r\n",
        ),
        (
            "a.py",
            "import subprocess; subprocess.check_output(a); subprocess.check_output(\n  b)\n",
            "{}\nimport subprocess; subprocess.check_output(a); subprocess.check_output(\n  b)\n",
        ),
    ],
)
def test_a_suppression_is_written_where_it_counts(path: str, before: str, after: str) -> None:
    assert suppressed(path, before) == (after.replace("{}", NOTE + END), [])


def test_what_the_baseline_accepts_needs_no_comment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text("import subprocess\nsubprocess.check_output(a)\n", encoding="utf-8")
    main(["baseline"])
    capsys.readouterr()
    assert main(["suppress", "--reason", "it ends"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["suppress", "--reason", "it ends", "--no-baseline"]) == 0
    assert capsys.readouterr().out == "a.py:2: suppressed subprocess-no-timeout\n"


def test_nothing_is_written_where_no_line_can_carry_a_comment() -> None:
    text = "#!/bin/bash\ncat <<X\n$(pytest | tee log)\nX\n"
    written, rest = suppressed("a.sh", text)
    assert (written, [finding.id for finding in rest]) == (text, [PIPE])


# -- on the command line ---------------------------------------------------------------


@pytest.fixture
def project(own_records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    monkeypatch.chdir(project)
    return project


TWO = 'import subprocess\n\nsubprocess.run(["a"])\nsubprocess.run(["b"])\n'
QUIET = TWO.replace("\n\n", "\n# misspawn: ignore[sleepy-child] it ends\n")


def test_suppressed_findings_are_counted_and_shown_on_request(
    project: Path, capsys: Streams
) -> None:
    (project / "a.py").write_text(QUIET, encoding="utf-8")
    message = "sleepy-child subprocess.run() of sleep without a timeout"
    assert main(["check"]) == 1
    assert capsys.readouterr().out == f"a.py:4:1: {message}\n"
    assert main(["check", "--show-suppressed"]) == 1
    assert capsys.readouterr().out == (
        f"a.py:3:1: {message} (suppressed: it ends)\na.py:4:1: {message}\n"
    )
    assert main(["check", "--statistics"]) == 1
    assert capsys.readouterr().out == "1  warning  sleepy-child\n1  in all\n1  suppressed\n"
    main(["check", "--show-suppressed", "--format", "jsonl"])
    lines = capsys.readouterr().out.splitlines()
    assert '"suppressed": {"line": 2, "reason": "it ends", "until": ""}' in lines[0]
    assert "suppressed" not in lines[1]
    main(["check", "--show-suppressed", "--format", "text"])
    assert "  = suppressed by line 2: it ends\n" in capsys.readouterr().out
    assert main(["why", "a.py:3"]) == 0
    assert capsys.readouterr().out.endswith("no   suppression   line 2: it ends\n")
    (project / "a.py").write_text(QUIET.replace('subprocess.run(["b"])\n', ""), encoding="utf-8")
    assert main(["check", "--show-suppressed"]) == 0


@pytest.mark.parametrize(
    ("arguments", "text", "ids"),
    [
        ([], QUIET.replace("sleepy-child", "sleepy-chidl"), ["sleepy-child"] * 2 + ["unknown"]),
        (["--ignore", "suppression"], f"{TWO}# misspawn: ignore[x] y\n", ["sleepy-child"] * 2),
        (["--select", "sleepy-child"], f"{TWO}# misspawn: ignore[x] y\n", ["sleepy-child"] * 2),
        (["--select", "suppression-unknown"], f"{TWO}# misspawn: ignore[x] y\n", ["unknown"]),
        (["--ignore", "sleepy-child"], QUIET, []),
        ([], QUIET.replace("\nsubprocess.run", "\nf"), ["unused"]),
    ],
)
def test_complaints_are_selected_like_findings(
    arguments: list[str], text: str, ids: list[str], project: Path, capsys: Streams
) -> None:
    (project / "a.py").write_text(text, encoding="utf-8")
    main(["check", *arguments])
    found = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert sorted(found) == sorted(
        id if id == "sleepy-child" else f"suppression-{id}" for id in ids
    )


def test_an_id_that_a_path_ignores_is_not_unused(project: Path) -> None:
    (project / "a.py").write_text(QUIET, encoding="utf-8")
    (project / "misspawn.toml").write_text('per-path = {"a.py" = {ignore = ["sleepy-child"]}}')
    assert main(["check"]) == 0


def test_suppress_writes_once(project: Path, capsys: Streams) -> None:
    file = project / "a.py"
    file.write_bytes(b"\xef\xbb\xbf" + TWO.replace("\n", "\r\n").encode())
    command = ["suppress", "--reason", "they  end", "--until", "2099-01-31"]
    assert main(command) == 0
    assert capsys.readouterr().out == (
        "a.py:3: suppressed sleepy-child\na.py:5: suppressed sleepy-child\n"
    )
    note = "# misspawn: ignore[sleepy-child] they end until=2099-01-31\r\n"
    written = file.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    assert written.count(note.encode()) == 2
    assert main(["check"]) == 0
    assert main(command) == 0
    assert capsys.readouterr().out == ""
    assert file.read_bytes() == written


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "required: --reason"),
        (["--reason", " "], 2, "give a reason in words"),
        (["--reason", "a # b"], 2, "give a reason in words"),
        (["--reason", "a", "--until", "soon"], 2, "`soon` is not a date"),
        (["--reason", "a", "--until", "2020-01-01"], 2, "2020-01-01 has passed"),
        (["--reason", "a", "empty"], 3, "nothing to scan"),
        (["--reason", "a", "gone.py"], 2, "gone.py: there is no such file or folder"),
        (["--reason", "a", "wide.py"], 1, "wide.py: is not UTF-8"),
    ],
)
def test_suppress_says_what_it_cannot_do(
    arguments: list[str], code: int, message: str, project: Path, capsys: Streams
) -> None:
    (project / "empty").mkdir()
    (project / "wide.py").write_bytes(TWO.encode("utf-16"))
    try:
        ended = main(["suppress", *arguments])
    except SystemExit as stop:
        ended = int(stop.code or 0)
    assert ended == code
    assert message in capsys.readouterr().err


def test_suppressions_count_in_any_encoding(project: Path) -> None:
    for encoding in ("utf-16", "utf-8-sig"):
        (project / "a.py").write_bytes(
            QUIET.replace('subprocess.run(["b"])\n', "").encode(encoding)
        )
        assert main(["check"]) == 0


@pytest.mark.parametrize("pattern", [p for p in PATTERNS if p.detect], ids=lambda p: p.id)
def test_the_comment_on_a_record_s_page_is_a_suppression_of_it(pattern: Pattern) -> None:
    fences = re.findall(r"# misspawn: [^<`]*", html.unescape(suppress(pattern)))
    source = Source("a.py", f"{fences[0]}\n".encode())
    (note,) = notes.read(source, documents(source.data, [Language.PYTHON], frozenset()))
    assert (note.ids, note.reason, note.wrong) == ((pattern.id,), "the reason", "")


def test_kinds_have_their_page() -> None:
    page = (Path(__file__).parents[1] / "docs" / "suppressions.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"{{ #{kind} }}" not in page] == []


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_are_explained(kind: str, project: Path, capsys: Streams) -> None:
    assert main(["explain", kind]) == 0
    assert capsys.readouterr().out.endswith(f"https://misspawn.dev/suppressions/#{kind}\n")


def test_a_comment_of_absurd_length_is_no_suppression() -> None:
    assert told("a.py", f"{SLOW}  {NOTE} {'why ' * 1000}\n") == [ID]
