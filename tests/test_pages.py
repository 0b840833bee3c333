"""The renderer: what stands on pages, and that bad records and bad pages do not pass."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

pytest.importorskip("pygments")

from misspawn import catalogue, regex
from misspawn.commands import COMMANDS
from misspawn.errors import UserError
from misspawn.model import Symptom
from misspawn.site import beside, book, data, parts, proofs, redirects, symptoms
from misspawn.site.book import Book
from misspawn.site.markdown import code, html, inline, linked, nested
from misspawn.site.pages import precision

ROOT = Path(__file__).parents[1]
BOOK = book.load()
IDS = [pattern.id for pattern in BOOK.patterns]
QUERIES = {
    "RuntimeError: Event loop is closed": "event-loop-is-closed",
    "TypeError: object MagicMock can't be used in 'await' expression": "await-magicmock",
    "got Future <Future pending> attached to a different loop": "future-attached-to-different-loop",
    "ImportError: cannot import name 'get_session_store' from 'app.auth.session'": "import-name-not-committed",
    "RuntimeWarning: coroutine 'save' was never awaited": "coroutine-never-awaited",
    "subprocess.TimeoutExpired: Command '['docker', 'ps']' timed out after 30 seconds": (
        "calledprocesserror-only-handler"
    ),
    "asyncio.run() cannot be called from a running event loop": "asyncio-run-in-running-loop",
    "Couldn't combine from non-existent path 'coverage-integration/.coverage*'": "coverage-combine-no-data",
    "async def functions are not natively supported.": "pytest-async-test-without-plugin",
    "CoverageWarning: No data was collected. (no-data-collected)": "coverage-subprocess-not-measured",
}


@pytest.mark.parametrize("id", IDS)
def test_a_page_has_its_parts_in_order(id: str) -> None:
    pattern = BOOK.known[id]
    text = parts.part(BOOK, "pattern", id)
    wanted = [
        "ms-meta",
        "ms-summary",
        "ms-remedy",
        "ms-pair",
        "## What running it shows",
        "## When it occurs",
    ]
    places = [text.index(word) for word in wanted]
    assert places == sorted(places)
    assert text.count("{ #symptom-") == len(symptoms.messages(pattern))
    assert "ms-stamp" in text


def test_a_record_without_evidence_says_so() -> None:
    bare = Book(BOOK.patterns, {}, BOOK.root)
    assert all("Not yet proved" in parts.part(bare, "pattern", id) for id in IDS[:5])


@pytest.mark.parametrize("query", QUERIES)
def test_an_error_text_has_its_record(query: str) -> None:
    matching = {
        pattern.id
        for pattern in BOOK.patterns
        for symptom in pattern.symptoms
        if symptom.log and regex.compile(symptom.log).search(query.encode())
    }
    assert QUERIES[query] in matching


def test_every_symptom_is_the_same_regex_in_python_and_finds_its_sample() -> None:
    for pattern in BOOK.patterns:
        for symptom in symptoms.messages(pattern):
            source, flags = symptoms.script(pattern, symptom.log)
            found = re.compile(
                re.sub(r"\(\?<(?=\w)", "(?P<", source), re.IGNORECASE if flags else 0
            )
            assert any(found.search(line) for line in symptom.sample.splitlines()), symptom.log


@pytest.mark.parametrize("log", [r"(?=x)y", r"\Ax", r"(a)\1", r"(?s).*", r"a++", r"[[:alpha:]]"])
def test_a_symptom_that_browsers_read_differently_is_an_error(log: str) -> None:
    with pytest.raises(UserError, match="JavaScript"):
        symptoms.script(BOOK.patterns[0], log)


def test_data_fits_its_schema_and_loads() -> None:
    everything = data.everything(BOOK)
    assert msgspec.json.decode(data.as_json(everything), type=data.Everything) == everything
    assert json.loads(data.schema())["title"] == "The records of misspawn"
    script = data.as_script(everything)
    assert json.loads(script.removeprefix("window.misspawn = ").removesuffix(";\n"))["version"] == 1
    assert data.everything(BOOK, directories=False).patterns[0].url.endswith(".html")


def test_texts_for_machines_name_every_record() -> None:
    files = beside.files(BOOK, {"emergency.md": "# Emergency guide\n"})
    for id in IDS:
        assert f"p/{id}.md" in files["llms.txt"]
        assert f"- id: {id}\n" in files["llms-full.txt"]
        assert "<div" not in files[f"p/{id}.md"].split("```")[0]


def test_old_ids_lead_to_the_new_page() -> None:
    renamed = Book(BOOK.patterns, {}, BOOK.root, {"old-name": IDS[0]})
    pages = redirects.pages(renamed)
    assert f'"../{IDS[0]}/" + location.search + location.hash' in pages["p/old-name/index.html"]
    assert "canonical" in pages["p/old-name/index.html"]
    for bad in ({"old-name": "no-such-record"}, {IDS[0]: IDS[1]}):
        with pytest.raises(UserError):
            redirects.pages(Book(BOOK.patterns, {}, BOOK.root, bad))


def test_texts_come_out_as_written() -> None:
    assert (
        inline("a <b> *c* `x = {{ y }}` | d") == "a &#60;b&#62; &#42;c&#42; `x = {{ y }}` &#124; d"
    )
    assert code("a ` b") == "``a ` b``"
    assert html("__exit__ a_b") == "&#95;&#95;exit&#95;&#95; a_b"
    to = {"a-b": "x.md"}.get
    assert linked("see a-b, `a-b`\n```\na-b\n```", lambda word: to(word) or "") == (
        "see [a-b](x.md), `a-b`\n```\na-b\n```"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. a\n2. b", "1. a\n2. b"),
        ("1. a\n   more\n2. b", "1. a\n    more\n2. b"),
        ("1. a\n\n   ```sh\n   x\n   ```\n2. b", "1. a\n\n    ```sh\n    x\n    ```\n\n2. b"),
        ("- a\n\n  ```sh\n    x\n  ```\n- b", "- a\n\n    ```sh\n      x\n    ```\n\n- b"),
        ("1. a\n\nText.\n\n   code", "1. a\n\nText.\n\n   code"),
        ("```sh\n  x\n```", "```sh\n  x\n```"),
    ],
)
def test_what_belongs_to_an_item_stays_with_it(text: str, shown: str) -> None:
    assert nested(text) == shown


def test_steps_with_code_keep_their_numbers() -> None:
    for id in IDS:
        shown = parts.part(BOOK, "pattern", id)
        assert not re.search(r"^ {2,3}\S.*\n[0-9]+\. ", shown, re.MULTILINE), id


def test_versions_that_show_the_same_share_a_column() -> None:
    same, differ = (
        re.findall("<th>([^<]*)</th>", proofs.results(BOOK, BOOK.known[id]))
        for id in ("event-loop-is-closed", "syntax-newer-than-supported")
    )
    assert same == ["Example", "3.10\N{EN DASH}3.13"]
    assert len(differ) > 2


def test_the_reference_of_commands_tells_arguments_and_exit_codes() -> None:
    shown = parts.part(BOOK, "commands")
    assert "SUPPRESS" not in shown
    assert "| `--format FORMAT` | what is printed: text, concise, " in shown
    assert "| `3` | nothing to scan |" in shown
    assert all(f"## misspawn {name} {{ #{name} }}" in shown for name in COMMANDS)


# -- builds -----------------------------------------------------------------------

Build = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A repository with three records and the hand-written pages that need no particular one."""
    pytest.importorskip("material")
    for name in ("docs", "mkdocs.yml", "CONTRIBUTING.md", "CHANGELOG.md"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    hook = tmp_path / "checks/misspawn/site"
    hook.mkdir(parents=True)
    shutil.copy(ROOT / "checks/misspawn/site/hook.py", hook)
    shutil.copytree(ROOT / "patterns", tmp_path / "patterns")
    return tmp_path


@pytest.fixture
def build(site: Path) -> Build:
    def run(**env: str) -> subprocess.CompletedProcess[str]:
        import os

        return subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(site / "out")],
            cwd=site,
            env={
                **os.environ,
                "NO_MKDOCS_2_WARNING": "1",
                "DISABLE_MKDOCS_2_WARNING": "true",
                **env,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=110,
        )

    return run


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_site_builds_and_has_every_page(build: Build, site: Path) -> None:
    done = build()
    assert done.returncode == 0, done.stderr
    for id in IDS:
        assert (site / "out" / "p" / id / "index.html").is_file()
    assert not list((site / "docs").glob("p"))
    page = (site / "out" / "p" / IDS[0] / "index.html").read_text(encoding="utf-8")
    assert f"/edit/main/patterns/{book.place(BOOK.known[IDS[0]])}" in page
    from misspawn.site import links

    assert list(links.broken(site / "out")) == []


def test_a_broken_link_in_a_record_fails_the_build(build: Build, site: Path) -> None:
    edit(
        site / "patterns/subprocess/subprocess-no-timeout.yaml",
        "quick_fix: |\n",
        "quick_fix: |\n  [x](no.md)\n",
    )
    done = build()
    assert done.returncode == 1
    assert "no.md" in done.stderr


def test_an_error_of_the_macro_fails_the_build(build: Build, site: Path) -> None:
    edit(site / "docs/metrics.md", 'misspawn("metrics")', 'misspawn("no-such-part")')
    assert build().returncode != 0


def test_missing_evidence_fails_the_build_of_a_release(build: Build, site: Path) -> None:
    for path in site.glob("patterns/subprocess/*.evidence.json"):
        path.unlink()
    done = build(MISSPAWN_REQUIRE_EVIDENCE="true")
    assert done.returncode == 1
    assert "no evidence for" in done.stderr


def test_a_symptom_that_misses_its_sample_fails_the_build(build: Build, site: Path) -> None:
    edit(
        site / "patterns/event-loop/event-loop-is-closed.yaml",
        "log: 'RuntimeError: Event loop is closed'",
        "log: 'RuntimeError: loop closed'",
    )
    done = build()
    assert done.returncode == 1
    assert "does not match its `sample`" in done.stderr


# -- symptoms and what was recorded ----------------------------------------------

_PLACEHOLDERS = (
    ("0x...", "0x7f00"),
    ("<pid>", "4711"),
    ("<seconds>", "1.000 seconds"),
    ("<number>", "1.234"),
)


def _recorded(book_: Book, id: str) -> str:
    pattern = book_.known[id]
    texts = []
    for example in pattern.examples:
        for run in book_.runs(pattern, example):
            texts += [
                *run.output,
                run.seen.raised + ": " + run.seen.message,
                *run.seen.warned,
                run.seen.printed,
                *run.seen.failures,
            ]
    text = "\n".join(texts)
    for old, new in _PLACEHOLDERS:
        text = text.replace(old, new)
    return text


def _misses(book_: Book, id: str) -> list[Symptom]:
    text = _recorded(book_, id)
    return [
        symptom
        for symptom in symptoms.messages(book_.known[id])
        if not any(regex.compile(symptom.log).search(line.encode()) for line in text.splitlines())
    ]


BY_OTHER_MEANS = {
    # Their examples catch the exception and print its text alone.
    "await-non-awaitable": "import asyncio\nasync def main():\n    await {}\nasyncio.run(main())",
    "missing-await-result-used": "async def fetch():\n    pass\nfetch()['status']",
    # Their examples hang, block or go wrong in silence. These are the same mistakes where something notices.
    "child-inherits-stdin": "import subprocess, sys\n"
    "subprocess.run([sys.executable, '-c', 'input()'], stdin=subprocess.DEVNULL, timeout=60)",
    "preexec-fn-with-threads": "import subprocess\n"
    "subprocess.run(['true'], preexec_fn=lambda: 1 / 0, timeout=60)",
    "pytest-hang-without-timeout": "import pathlib, pytest\n"
    "pathlib.Path('test_x.py').write_text('import time\\ndef test_x():\\n    time.sleep(60)')\n"
    "pytest.main(['--timeout=0.1', 'test_x.py'])",
    "subprocess-shell-true": "import subprocess\n"
    "subprocess.run('INJECTED', shell=True, timeout=60)",
    "time-sleep-in-async": "import asyncio, time\n"
    "async def main():\n    time.sleep(0.2)\n"
    "asyncio.run(main(), debug=True)",
}
UNPRINTED = {
    "workflow-no-timeout": "GitHub's server says it when a job has run for six hours",
}


@pytest.mark.skipif(sys.platform == "win32", reason="a shell and preexec_fn are POSIX's")
@pytest.mark.parametrize("id", BY_OTHER_MEANS)
def test_a_message_that_no_example_prints_is_printed_by_a_run_all_the_same(
    id: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BY_OTHER_MEANS[id]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    lines = (done.stdout + done.stderr).splitlines()
    logs = [regex.compile(symptom.log) for symptom in symptoms.messages(BOOK.known[id])]
    assert any(log.search(line.encode()) for log in logs for line in lines), lines


def test_only_records_whose_runs_print_nothing_are_left_out() -> None:
    assert all(
        len(_misses(BOOK, id)) == len(symptoms.messages(BOOK.known[id]))
        for id in (*BY_OTHER_MEANS, *UNPRINTED)
    )


@pytest.mark.parametrize(
    "id",
    [
        id
        for id in IDS
        if symptoms.messages(BOOK.known[id]) and id not in {*BY_OTHER_MEANS, *UNPRINTED}
    ],
)
def test_some_message_of_a_record_was_printed_by_its_own_runs(id: str) -> None:
    pattern = BOOK.known[id]
    if all(not BOOK.runs(pattern, example) for example in pattern.examples if example.is_wrong):
        pytest.skip("no runs yet")
    assert len(_misses(BOOK, id)) < len(symptoms.messages(pattern))


def test_a_changed_message_would_be_noticed() -> None:
    pattern = BOOK.known["event-loop-is-closed"]
    other = msgspec.structs.replace(
        pattern, symptoms=(Symptom(log="loop closed", sample="loop closed"),)
    )
    changed = Book([other], BOOK.proofs, BOOK.root)
    assert _misses(changed, other.id)


def test_what_was_judged_adds_up() -> None:
    told = precision.read()
    assert all(re.fullmatch(r"[0-9a-f]{40}", one.commit) for one in told.repositories)
    for row in told.detectors:
        assert BOOK.known[row.id].detect, f"{row.id} has no detector"
        assert 0 <= row.right <= row.judged <= row.findings
        assert row.judged > 0
        assert row.judged >= min(20, row.findings)
        assert bool(row.wrong) == (row.right < row.judged), (
            f"{row.id}: `wrong` says what the others are"
        )


def test_no_page_is_kept_in_the_repository() -> None:
    assert not (ROOT / "docs" / "p").exists()
    assert len(catalogue.load()) == len(IDS)
