"""Fixes: what each edit makes of a file, which of them are made, and how files are written."""

from __future__ import annotations

import codecs
import os
import stat
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from misspawn import environments, evidence, examples, mends, prove
from misspawn.catalogue import load, records
from misspawn.cli import main
from misspawn.fixes import writing
from misspawn.fixes.applying import Unfixable, fixed
from misspawn.fixes.soundness import complaint
from misspawn.formats.diff import diff
from misspawn.model import Detector, Edit, Finding, Language, Pattern, Rewrite, Run, Safety
from misspawn.mutants import of_rewrite
from misspawn.page import page
from misspawn.project import Project
from misspawn.scanner import Scanner
from misspawn.site.book import Book
from misspawn.site.fixing import fix_it
from misspawn.site.markdown import inline
from misspawn.site.pages import fixes
from misspawn.source import encode

WriteRecord = Callable[..., Path]
Streams = pytest.CaptureFixture[str]
PATTERNS = load()
REWRITTEN = [pattern for pattern in PATTERNS if pattern.rewrites]
NO_FACTS = Project.in_memory({})
by_rewritten_id = pytest.mark.parametrize("pattern", REWRITTEN, ids=lambda pattern: pattern.id)


# -- the records ------------------------------------------------------------------


def test_at_least_ten_records_have_a_fix() -> None:
    assert len(REWRITTEN) >= 10


@by_rewritten_id
def test_fixes_silence_their_detector_and_every_part_of_them_is_needed(pattern: Pattern) -> None:
    assert list(mends.failures(pattern)) == []


@by_rewritten_id
def test_a_mended_example_is_proved_with_the_outcome_of_a_right_one(pattern: Pattern) -> None:
    mended = mends.proved(pattern)[len(pattern.examples) :]
    assert mended
    assert all(not one.is_wrong and one.title.endswith("(fixed)") for one in mended)
    outcomes = [one.expect for one in pattern.examples if not one.is_wrong]
    assert all(one.expect in outcomes for one in mended)


@by_rewritten_id
def test_a_record_says_that_it_has_a_fix_and_how_safe_it_is(pattern: Pattern) -> None:
    terminal = " ".join(" ".join(page(pattern, 80)).split())
    assert "FIXED BY MISSPAWN" in terminal
    table = fixes.fixes(Book((pattern,), {}))
    for rewrite in pattern.rewrites:
        assert f"({rewrite.safety.value}): {rewrite.because}" in terminal
        assert f"{rewrite.safety.value}**: {inline(rewrite.because)}" in fix_it(pattern, "x.md")
        assert f"| {rewrite.safety.value} | {inline(rewrite.because)} |" in table


def test_what_is_mended_is_proved_and_missed_like_other_examples() -> None:
    pattern = next(
        pattern for pattern in REWRITTEN if pattern.id == "subprocess-undecodable-output"
    )
    title = "A Latin-1 file breaks the caller (fixed)"
    tasks = prove.tasks([pattern], [environments.running()])
    assert title in {task.example.title for task in tasks}
    assert any(one.startswith(title) for one in evidence.missing(pattern, ()))
    (mended,) = [one for one in mends.proved(pattern) if one.title == title]
    proof = next(
        one for one in evidence.merged(pattern, (), (), date(2026, 1, 1)) if one.example == title
    )
    assert proof.digest == evidence.digest(mended)


@pytest.mark.parametrize(("blocked_for", "complaints"), [(0.4, 1), (0.0, 0)])
def test_a_mended_example_that_still_shows_the_mistake_is_not_proved(
    blocked_for: float, complaints: int
) -> None:
    pattern = next(pattern for pattern in REWRITTEN if pattern.id == "time-sleep-in-async")
    (task, *_) = prove.tasks([pattern], [environments.running()])
    wrong = task.example
    (mended,) = (one for one in mends.proved(pattern) if one.title == mends.title(wrong))
    assert mends.origin(pattern, wrong) is None
    assert mends.origin(pattern, mended) == wrong
    run = Run(code=0, stdout="", stderr="", seconds=0.4, blocked_for=blocked_for)
    assert len(list(prove._unmended(task._replace(example=mended), run))) == complaints


@by_rewritten_id
def test_right_examples_are_left_as_they_are(pattern: Pattern) -> None:
    for example in pattern.examples:
        if not example.is_wrong:
            tree = {path: text.encode() for path, text in examples.files(example).items()}
            facts = Project.in_memory(tree)
            found = (Scanner([pattern]).file(path, raw, facts) for path, raw in tree.items())
            assert not any(finding.fix for findings in found for finding in findings)


def test_what_is_wrong_with_a_rewrite_is_told(write_record: WriteRecord) -> None:
    def told(rewrite: str) -> list[str]:
        path = write_record(("    none: ['\\btimeout", f"{rewrite}    none: ['\\btimeout"))
        (pattern,), _ = records.read([str(path)])
        return list(mends.failures(pattern))

    head = "    rewrite:\n      safety: unsafe\n      because: It is only a test of it.\n"
    useless = told(f"{head}      edits: [{{after: '1 '}}]\n      all: [nothing]\n")
    assert "detector 1: its rewrite changes no wrong example; add one" in useless
    again = told(f"{head}      edits: [{{before: 'not '}}]\n")
    assert again[0] == "detector 1: its rewrite leaves a finding that it would change again"


# -- edits --------------------------------------------------------------------------


def rewritten(
    text: str,
    *edits: Edit,
    match: str = r"\b(?P<callee>slow\.(?P<name>\w+))\(",
    language: Language = Language.PYTHON,
    region: str = "call",
    path: str = "app.py",
    **conditions: Any,
) -> str:
    rewrite = Rewrite(
        safety=Safety.SAFE,
        because="It is a test.",
        edits=edits,
        **conditions,
    )
    detector = Detector(language=language, region=region, match=match, rewrite=rewrite)
    scanner = Scanner([structs.replace(PATTERNS[0], detect=(detector,))])
    found = [finding for finding in scanner.file(path, text.encode(), NO_FACTS) if finding.fix]
    if not found:
        return text
    first = found[0]

    def once(raw: bytes) -> list[Finding]:
        return [first] if raw == text.encode() else []

    return fixed(path, text.encode(), once, bool).raw.decode()


AWAIT = Edit(group="callee", operator="await")
LIMIT = Edit(group="callee", argument="limit=1")


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (Edit(replace="quick("), "slow.go(1)\n", "quick(1)\n"),
        (Edit(group="name", replace="run"), "slow.go(1)\n", "slow.run(1)\n"),
        (Edit(group="callee", before="{name}_"), "slow.go(1)\n", "go_slow.go(1)\n"),
        (Edit(group="name", after="({{1}})"), "slow.go(1)\n", "slow.go({1})(1)\n"),
        (Edit(find=r"\b(?P<n>\d+)", group="n", after="{n}"), "slow.go(a, 7)\n", "slow.go(a, 77)\n"),
        (Edit(find=r"\b9", replace="8"), "slow.go(1)\n", "slow.go(1)\n"),
        (Edit(scope="file", find=r"\bx\b", replace="y"), "x = 1\nslow.go()\n", "y = 1\nslow.go()\n"),
        (Edit(find="#", replace=""), "slow.go(  # 1\n)\n", "slow.go(  # 1\n)\n"),
        (Edit(above="a()"), "if a:\n    slow.go()\n", "if a:\n    a()\n    slow.go()\n"),
        (Edit(above="a()"), "x = slow.go()\n", "x = slow.go()\n"),
        (Edit(group="callee", below="# x"), "if a:\n    slow.go()\n", "if a:\n    slow.go()\n"),
        (Edit(find=r"\d+,", below="2,"), "slow.go(\n    1,\n)\n", "slow.go(\n    1,\n    2,\n)\n"),
    ],
)  # fmt: skip
def test_edits_of_text(edit: Edit, before: str, after: str) -> None:
    assert rewritten(before, edit) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("slow.go()", "slow.go(limit=1)"),
        ("slow.go(1)", "slow.go(1, limit=1)"),
        ("slow.go(1,)", "slow.go(1, limit=1)"),
        ("slow.go(f(1), *a)", "slow.go(f(1), *a, limit=1)"),
        ("slow.go(')', b=\"(\")", "slow.go(')', b=\"(\", limit=1)"),
        ("slow.go(\n    1,\n)", "slow.go(\n    1,\n    limit=1,\n)"),
        ("slow.go(\n    1,  # one\n)", "slow.go(\n    1,  # one\n    limit=1,\n)"),
        ("slow.go(\n    1\n)", "slow.go(\n    1,\n    limit=1\n)"),
        ("slow.go(\n    1  # one\n)", "slow.go(\n    1,  # one\n    limit=1\n)"),
        ("slow.go(\n    1,\n    # end\n)", "slow.go(\n    1,\n    limit=1,\n    # end\n)"),
        ("slow.go(\n    1, 2\n)", "slow.go(\n    1, 2, limit=1\n)"),
        ("slow.go(1,\n        2)", "slow.go(1,\n        2, limit=1)"),
        ("slow.go([\n    1,\n])", "slow.go([\n    1,\n], limit=1)"),
        ("slow.go(x for x in y)", "slow.go(x for x in y)"),
        ("f(slow.go(1), 2)", "f(slow.go(1, limit=1), 2)"),
    ],
)
def test_an_argument_is_set_as_the_last_one_is(before: str, after: str) -> None:
    assert rewritten(before + "\n", LIMIT) == after + "\n"
    assert rewritten(f"é = {before}\r\n", LIMIT) == f"é = {after}\r\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("slow.go()", "await slow.go()"),
        ("x = slow.go().y", "x = (await slow.go()).y"),
        ("slow.go()['a']", "(await slow.go())['a']"),
        ("slow.go()()", "(await slow.go())()"),
        ("f(slow.go(), 1)", "f(await slow.go(), 1)"),
        ("[slow.go() for _ in a]", "[await slow.go() for _ in a]"),
        ("any(slow.go() for _ in a)", "any(slow.go() for _ in a)"),
        ("lambda: slow.go()", "lambda: slow.go()"),
    ],
)
def test_an_await_goes_where_one_can_stand(before: str, after: str) -> None:
    head = "async def f():\n    "
    assert rewritten(f"{head}{before}\n", AWAIT) == f"{head}{after}\n"
    assert rewritten(f"def f():\n    {before}\n", AWAIT) == f"def f():\n    {before}\n"
    assert rewritten(f"{before}\n", AWAIT) == f"{before}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import sys\n", "import sys\n"),
        ("import sys as system\n", "import sys as system\n"),
        ("from sys import path as p\n", "from sys import path as p\n"),
        ("import os\n", "import os\nimport sys\n"),
        ("import zlib\n", "import sys\nimport zlib\n"),
        ("from os import path\n", "import sys\nfrom os import path\n"),
        ("import yaml\n", "import sys\n\nimport yaml\n"),
        ("import os\r\n", "import os\r\nimport sys\r\n"),
        ('"""About."""\n', '"""About."""\n\nimport sys\n'),
        ('#!/usr/bin/env python\n"""About."""\n', '#!/usr/bin/env python\n"""About."""\n\nimport sys\n'),
        ("from __future__ import annotations\n", "from __future__ import annotations\n\nimport sys\n"),
        ("# licence\n", "# licence\nimport sys\n\n"),
        ("if TYPE:\n    import sys\n", "import sys\n\nif TYPE:\n    import sys\n"),
        ("import os  # c\n", "import os  # c\nimport sys\n"),
    ],
)  # fmt: skip
def test_a_missing_import_is_added_where_a_sorter_would_put_it(before: str, after: str) -> None:
    edit = Edit(group="callee", replace="{sys.path}")
    names = {"system": "system.path", "from sys": "p"}
    name = next((n for key, n in names.items() if key in before), "sys.path")
    end = "\r\n" if "\r" in before else "\n"
    assert rewritten(f"{before}slow.go(){end}", edit) == f"{after}{name}(){end}"


@pytest.mark.parametrize(
    "text",
    [
        "from mine import sys\nslow.go()\n",
        "sys = 1\nslow.go()\n",
        "def f(sys):\n    slow.go()\n",
        "def f():\n    sys = 1\n    slow.go()\n",
    ],
)
def test_a_name_that_means_something_else_is_not_used(text: str) -> None:
    assert rewritten(text, Edit(group="callee", replace="{sys.path}")) == text


@pytest.mark.parametrize(
    ("conditions", "is_made"),
    [
        ({"none": (r"\b1\b",)}, False),
        ({"all": (r"\b2\b",)}, False),
        ({"outside": {"function": "."}}, False),
        ({"inside": {"function": "."}}, True),
    ],
)
def test_a_rewrite_has_conditions_of_its_own(conditions: dict[str, Any], is_made: bool) -> None:
    text = "def f():\n    slow.go(1)\n"
    assert (rewritten(text, Edit(replace="x("), **conditions) != text) == is_made


STEP = "jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: slow\n"
ABOVE = Edit(find=r"\brun:", above="if: always()")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (STEP, STEP.replace("- run", "- if: always()\n        run")),
        (
            STEP.replace("- run", "- name: x\n        run"),
            STEP.replace("- run", "- name: x\n        if: always()\n        run"),
        ),
        (STEP.replace("- run: slow", "- {run: slow}"), STEP.replace("- run: slow", "- {run: slow}")),
        (STEP.replace("\n", "\r\n"), STEP.replace("- run", "- if: always()\n        run").replace("\n", "\r\n")),
    ],
)  # fmt: skip
def test_a_key_of_a_workflow(before: str, after: str) -> None:
    path = ".github/workflows/ci.yml"
    kinds: dict[str, Any] = {
        "match": r"\bslow\b",
        "language": Language.WORKFLOW,
        "region": "mapping",
        "path": path,
    }
    assert rewritten(before, ABOVE, **kinds) == after


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("ci.sh", "slow go\n"),
        ("Dockerfile", "FROM x\nRUN true && \\\n    slow go\n"),
        ("compose.yaml", "services:\n  a:\n    image: x\n    command: sh -c 'slow go'\n"),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n      - run: |\n          slow go\n",
        ),
    ],
)
def test_a_command_is_fixed_wherever_it_stands(path: str, text: str) -> None:
    edit = Edit(after=" --x")
    done = rewritten(
        text, edit, match=r"\bslow\b", language=Language.SHELL, region="command", path=path
    )
    assert done == text.replace("slow", "slow --x")


# -- a file -------------------------------------------------------------------------

BLOCKED = "import asyncio\nimport time\n\n\nasync def f():\n    time.sleep(1)\n"
MENDED = BLOCKED.replace("time.sleep", "await asyncio.sleep")
SCANNER = Scanner([pattern for pattern in REWRITTEN if pattern.id == "time-sleep-in-async"])


def everything(raw: bytes, path: str = "app.py") -> bytes:
    return fixed(path, raw, lambda now: SCANNER.file(path, now, NO_FACTS), bool).raw


@pytest.mark.parametrize(
    "kept",
    [
        lambda text: text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: f"# -*- coding: latin-1 -*-\n# é\n{text}".encode("latin-1"),
        lambda text: f"# stray é\n{text}".encode("latin-1"),
        lambda text: codecs.BOM_UTF16_LE + f"# é\n{text}".encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.removesuffix("\n").encode(),
    ],
    ids=["utf-8", "crlf", "bom", "declared", "stray", "utf-16-le", "utf-16-be", "no newline"],
)
def test_encoding_mark_and_line_ends_are_kept(kept: Callable[[str], bytes]) -> None:
    assert everything(kept(BLOCKED)) == kept(MENDED)
    assert everything(kept(MENDED)) == kept(MENDED)


def test_the_encoding_of_a_file_is_told_from_its_bytes() -> None:
    assert encode("é".encode(), "é".encode()) == "é".encode()
    assert encode("é".encode(), b"\xe9") == b"\xe9"


def test_names_stay_as_the_file_imports_them() -> None:
    text = "from time import sleep as nap\nimport asyncio as aio\n\n\nasync def f():\n    nap(1)\n"
    assert everything(text.encode()).decode() == text.replace("    nap", "    await aio.sleep")


def test_fixes_that_share_an_import_add_it_once() -> None:
    text = "import time\n\n\nasync def f():\n    time.sleep(1)\n    time.sleep(2)\n"
    made = everything(text.encode()).decode()
    assert made.count("import asyncio\n") == 1
    assert made.count("await asyncio.sleep(") == 2


def test_nested_findings_are_fixed_in_turn() -> None:
    text = BLOCKED.replace("sleep(1)", "sleep(time.sleep(0) or 1)")
    expected = "    await asyncio.sleep(await asyncio.sleep(0) or 1)\n"
    assert everything(text.encode()).decode().endswith(expected)


def test_a_broken_text_is_refused() -> None:
    assert complaint("a.py", b"x = 1\n", b"x = = 1\n")
    assert complaint("a.sh", b"echo\n", b"if\n")
    assert complaint(".github/workflows/a.yml", b"a: 1\n", b"a: [\n")
    assert complaint("pyproject.toml", b"a = 1\n", b"a = \n")
    assert complaint("run", b"#!/bin/sh\n", b"x\n#!/bin/sh\n")
    assert not complaint("a.py", b"x = = 1\n", b"y = = 1\n")


def test_a_fix_that_breaks_the_syntax_raises() -> None:
    with pytest.raises(Unfixable, match="would not parse"):
        rewritten("slow.go(1)\n", Edit(group="callee", replace="= ="))


def test_a_mutant_of_a_rewrite_lacks_one_part() -> None:
    rewrite = Rewrite(
        safety=Safety.SAFE, because="It is a test.", edits=(AWAIT, LIMIT), none=("a", "b")
    )
    detector = Detector(region="call", match="x", rewrite=rewrite)
    lost = [mutant.lost for mutant in of_rewrite(detector)]
    assert lost == ["none a", "none b", "edit 1", "edit 2"]


@pytest.mark.parametrize("name", ["app.py", "a b/ä.py", 'quo"te.py'])
@pytest.mark.parametrize("ends", ["\n", "\r\n", ""])
def test_git_applies_a_diff(name: str, ends: str, tmp_path: Path) -> None:
    before = BLOCKED.replace("\n", ends or "\n").encode() + (b"" if ends else b"x = 1")
    path = tmp_path / name
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(before)
    except OSError:
        pytest.skip("this system has no such name")
    after = everything(before)
    patch = b"".join(diff(name, before, after))
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, check=True, timeout=30)
    assert path.read_bytes() == after != before


# -- the command ---------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text(BLOCKED)
    (tmp_path / "wait.sh").write_text("docker ps | grep -q healthy\n")
    return tmp_path


def check(*arguments: str) -> int:
    ids = "time-sleep-in-async,healthy-substring-matches-unhealthy,await-without-timeout"
    return main(["check", "--isolated", "--select", ids, *arguments])


def test_only_what_is_safe_is_fixed_unless_more_is_asked_for(
    project: Path, capsys: Streams
) -> None:
    assert check("--fix") == 1
    told = capsys.readouterr()
    assert "app.py:6:5: time-sleep-in-async" in told.out
    assert "healthy" not in told.out
    assert told.err == "fixed 1 finding in 1 file\n"
    assert (project / "wait.sh").read_text() == "docker ps | grep -w -q healthy\n"
    assert (project / "app.py").read_text() == BLOCKED
    assert check("--fix", "--unsafe-fixes") == 0
    assert (project / "app.py").read_text() == MENDED
    assert capsys.readouterr().err == "fixed 1 finding in 1 file\n"
    assert check("--fix", "--unsafe-fixes") == 0
    assert capsys.readouterr().err == "fixed 0 findings in 0 files\n"


def test_a_diff_writes_nothing_and_tells_by_its_exit_code(
    project: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert check("--diff", "--unsafe-fixes") == 1
    told = capfdbinary.readouterr()
    assert b"+    await asyncio.sleep(1)\n" in told.out
    assert told.err == b"would fix 2 findings in 2 files\n"
    assert (project / "app.py").read_text() == BLOCKED
    subprocess.run(["git", "apply", "-"], input=told.out, check=True, timeout=30)
    assert (project / "app.py").read_text() == MENDED
    assert check("--diff", "--unsafe-fixes") == 0
    assert capfdbinary.readouterr().out == b""


def test_a_diff_of_nothing_fixable_is_clean(project: Path) -> None:
    (project / "wait.sh").unlink()
    assert check("--diff") == 0
    assert check() == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--unsafe-fixes",),
        ("--fix", "--diff"),
        ("--fix", "-", "--stdin-filename", "a.py"),
        ("--fix", "--against", "index"),
        ("--fix", "--staged"),
        ("--diff", "--format", "json"),
        ("--diff", "--output", "json:x"),
        ("--diff", "--statistics"),
    ],
)
def test_what_does_not_go_together(project: Path, arguments: tuple[str, ...]) -> None:
    try:
        code = check(*arguments)
    except SystemExit as error:
        code = int(str(error.code))
    assert code == 2
    assert (project / "app.py").read_text() == BLOCKED


def test_what_is_suppressed_or_accepted_stays(project: Path, capsys: Streams) -> None:
    accepted = BLOCKED + "    time.sleep(2)\n"
    (project / "app.py").write_text(accepted)
    (project / "quiet.py").write_text(
        BLOCKED.replace("(1)", "(1)  # misspawn: ignore[time-sleep-in-async] it is a test")
    )
    (project / "wait.sh").unlink()
    assert main(["baseline", "--isolated", "--select", "time-sleep-in-async"]) == 0
    (project / "app.py").write_text(accepted + "    time.sleep(3)\n    time.sleep(2)\n")
    before = (project / "quiet.py").read_text()
    assert check("--fix", "--unsafe-fixes") == 0
    assert "fixed 2 findings in 1 file" in capsys.readouterr().err
    lines = (project / "app.py").read_text().splitlines()[5:]
    kept, mended = "    time.sleep({})", "    await asyncio.sleep({})"
    assert lines == [kept.format(1), kept.format(2), mended.format(3), mended.format(2)]
    assert (project / "quiet.py").read_text() == before


def test_only_changes_are_fixed_since_a_revision(project: Path) -> None:
    for command in (
        ("init", "-q"), ("add", "."),
        ("-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "x"),
    ):  # fmt: skip
        subprocess.run(["git", *command], check=True, timeout=30)
    text = BLOCKED + "\n\nasync def g():\n    time.sleep(2)\n"
    (project / "app.py").write_text(text)
    assert check("--fix", "--unsafe-fixes", "--since", "HEAD") == 0
    expected = text.replace("time.sleep(2)", "await asyncio.sleep(2)")
    assert (project / "app.py").read_text() == expected


def test_a_read_only_file_is_reported(project: Path, capsys: Streams) -> None:
    (project / "wait.sh").chmod(0o444)
    assert check("--fix", "wait.sh") == 1
    told = capsys.readouterr()
    assert "wait.sh: is read-only" in told.err
    assert "wait.sh:1" in told.out
    (project / "wait.sh").chmod(0o644)
    assert (project / "wait.sh").read_text() == "docker ps | grep -q healthy\n"


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX")
def test_links_are_left_alone_and_modes_are_kept(project: Path, capsys: Streams) -> None:
    (project / "wait.sh").chmod(0o750)
    outside = project.parent / f"{project.name}-outside.sh"
    (project / "wait.sh").rename(outside)
    (project / "wait.sh").symlink_to(outside)
    assert check("--fix", "wait.sh") == 1
    assert "is a symbolic link" in capsys.readouterr().err
    assert outside.read_text() == "docker ps | grep -q healthy\n"
    outside.replace(project / "wait.sh")
    assert check("--fix", "wait.sh") == 0
    assert stat.S_IMODE((project / "wait.sh").stat().st_mode) == 0o750
    assert sorted(path.name for path in project.iterdir()) == ["app.py", "wait.sh"]


def test_a_file_that_changes_meanwhile_is_not_overwritten(project: Path) -> None:
    reason = writing.write("app.py", b"what it was", b"fixed")
    assert "changed meanwhile" in reason
    assert (project / "app.py").read_text() == BLOCKED
    assert sorted(path.name for path in project.iterdir()) == ["app.py", "wait.sh"]


def test_a_fix_that_fails_leaves_its_finding(
    project: Path, capsys: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("misspawn.fixes.applying.complaint", lambda *_: "it would break")
    assert check("--fix") == 1
    told = capsys.readouterr()
    assert "wait.sh: is left as it is" in told.err
    assert "wait.sh:1" in told.out
    assert (project / "wait.sh").read_text() == "docker ps | grep -q healthy\n"
