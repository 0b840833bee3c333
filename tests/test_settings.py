"""The configuration: found, checked, applied to paths, and shown."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from misspawn import catalogue, settings
from misspawn.cli import main
from misspawn.model import Place
from misspawn.project import Project
from misspawn.settings import Given, Policy, file
from misspawn.settings.file import File
from misspawn.settings.places import places

CHECKS = str(Path(__file__).parents[1] / "checks")
SLEEPY = 'import subprocess\n\nsubprocess.run(["sleep", "60"])\n'
FILES = ("a.py", "tests/test_a.py", "tools/b.py", "vendor/c.py")
MILD = ("severity: warning", "severity: warning\nmilder: {tests: hint}")
Streams = pytest.CaptureFixture[str]
WriteRecord = Callable[..., Path]


@pytest.fixture(autouse=True)
def project(own_records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a mistake in each of its files, and the small record as the catalogue."""
    project = tmp_path / "project"
    for name in FILES:
        write(project / name, SLEEPY)
    (project / ".git").mkdir()
    monkeypatch.chdir(project)
    return project


def write(path: Path | str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def reported(capsys: Streams, *arguments: str) -> dict[str, str]:
    """The severity of each finding of `check` by its path."""
    main(["check", "--format", "text", *arguments])
    out, err = capsys.readouterr()
    assert err == ""
    lines = [line for line in out.splitlines() if "[sleepy-child]" in line]
    return {line.partition(":")[0]: line.split()[1].partition("[")[0] for line in lines}


ALL = dict.fromkeys(FILES, "warning")
TABLE: dict[str, tuple[str, list[str], dict[str, str]]] = {
    "nothing said": ("", [], ALL),
    "ignored by id": ('ignore = ["sleepy-child"]', [], {}),
    "ignored by category": ('ignore = ["subprocess"]', [], {}),
    "ignored by severity": ('ignore = ["warning"]', [], {}),
    "selected": ('select = ["warning"]', [], ALL),
    "something else selected": ('select = ["hint"]', [], {}),
    "the command line selects": (
        'select = ["hint"]\nignore = ["warning"]',
        ["--select", "warning"],
        ALL,
    ),
    "the command line ignores more": ('select = ["warning"]', ["--ignore", "subprocess"], {}),
    "graded by id": (
        'severity = {sleepy-child = "error", subprocess = "hint"}',
        [],
        dict.fromkeys(FILES, "error"),
    ),
    "graded by category": ('severity = {subprocess = "hint"}', [], dict.fromkeys(FILES, "hint")),
    "graded, then ignored by severity": (
        'severity = {subprocess = "hint"}\nignore = ["hint"]',
        [],
        {},
    ),
    "a folder excluded": ('exclude = ["vendor/"]', [], {k: ALL[k] for k in FILES[:3]}),
    "all but one excluded": ('exclude = ["*", "!/a.py"]', [], {"a.py": "warning"}),
    "excluded though named": ('exclude = ["vendor/"]', ["vendor/c.py"], {}),
    "no file": ('ignore = ["warning"]', ["--isolated"], ALL),
    "ignored in some paths": (
        '[per-path."t*/**"]\nignore = ["subprocess"]',
        [],
        {"a.py": "warning", "vendor/c.py": "warning"},
    ),
    "graded in some paths, the last one decides": (
        (
            'severity = {sleepy-child = "error"}\n[per-path]\n"**/test_*.py" = {severity = {subprocess = '
            '"warning"}}\n"tests/" = {severity = {sleepy-child = "hint"}}'
        ),
        [],
        {**dict.fromkeys(FILES, "error"), "tests/test_a.py": "hint"},
    ),
    "graded in some paths, then selected": (
        'select = ["error"]\nper-path = {"vendor" = {severity = {subprocess = "error"}}}',
        [],
        {"vendor/c.py": "error"},
    ),
}


@pytest.mark.parametrize(("text", "arguments", "expected"), TABLE.values(), ids=TABLE.keys())
def test_what_is_in_force(
    text: str, arguments: list[str], expected: dict[str, str], capsys: Streams
) -> None:
    write("misspawn.toml", text)
    assert reported(capsys, *arguments) == expected


def test_excluding_everything_is_clean(capsys: Streams) -> None:
    write("misspawn.toml", 'exclude = ["*"]')
    assert main(["check"]) == 0
    assert main(["check", "a.py"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_record_is_milder_where_it_says_so(capsys: Streams, write_record: WriteRecord) -> None:
    write_record(MILD)
    assert reported(capsys) == {**ALL, "tests/test_a.py": "hint"}
    assert reported(capsys, "--ignore", "hint") == {k: v for k, v in ALL.items() if "test" not in k}
    assert reported(capsys, "--select", "hint") == {"tests/test_a.py": "hint"}
    write("misspawn.toml", 'severity = {sleepy-child = "error"}')
    assert reported(capsys) == dict.fromkeys(FILES, "error")


def test_milder_must_be_milder(capsys: Streams, write_record: WriteRecord) -> None:
    bad = write_record((MILD[0], "severity: warning\nmilder: {tests: error}"))
    assert main(["validate", str(bad)]) == 1
    assert "`error` is not milder than the record's `warning`" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/a.py", []),
        ("src/latest.py", []),
        ("contest/a.py", []),
        ("tests/a.py", [Place.TESTS]),
        ("src/app/test/deep/a.py", [Place.TESTS]),
        ("src/test_a.py", [Place.TESTS]),
        ("src/a_test.py", [Place.TESTS]),
        ("conftest.py", [Place.TESTS]),
        ("scripts/a.sh", [Place.SCRIPTS]),
        ("src/tools/a.py", [Place.SCRIPTS]),
        ("src/toolset/a.py", []),
        ("tests/scripts/a.py", [Place.TESTS, Place.SCRIPTS]),
    ],
)
def test_what_a_path_is_for(path: str, expected: list[Place]) -> None:
    assert list(places(path)) == expected


# -- which file ------------------------------------------------------------------

PYPROJECT = '[project]\nname = "x"\n'
OURS = '[tool.misspawn]\nignore = ["warning"]\n'


@pytest.mark.parametrize(
    ("files", "arguments", "path"),
    [
        ({}, [], None),
        ({"pyproject.toml": PYPROJECT}, [], None),
        ({"pyproject.toml": PYPROJECT + OURS}, [], "pyproject.toml"),
        ({"pyproject.toml": OURS, "misspawn.toml": ""}, [], "misspawn.toml"),
        ({"../misspawn.toml": ""}, [], "../misspawn.toml"),
        ({"../misspawn.toml": "", "pyproject.toml": PYPROJECT}, [], "../misspawn.toml"),
        ({"../misspawn.toml": "", "pyproject.toml": OURS}, [], "pyproject.toml"),
        ({"tests/misspawn.toml": ""}, ["tests"], None),
        ({"tests/misspawn.toml": ""}, ["--config", "tests/misspawn.toml"], "tests/misspawn.toml"),
        ({"misspawn.toml": ""}, ["--isolated"], None),
        ({"x.toml": "", "misspawn.toml": ""}, ["--config", "x.toml"], "x.toml"),
    ],
)
def test_the_nearest_file_from_the_scan_root_upwards_counts(
    files: dict[str, str], arguments: list[str], path: str | None, capsys: Streams
) -> None:
    for name, text in files.items():
        write(name, text)
    assert main(["config", *arguments]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == f"# {os.path.abspath(path) if path and '..' in path else path or NONE}"


NONE = "no configuration file"


def test_a_file_that_cannot_be_read_is_an_error(
    capsys: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, mode: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(file, "open", refuse, raising=False)
    assert main(["config"]) == 0  # nothing is there
    write("misspawn.toml", "")
    assert main(["check"]) == 2
    assert capsys.readouterr().err == "misspawn.toml: cannot be read: Permission denied\n"


def test_globs_are_relative_to_the_file(capsys: Streams) -> None:
    write("tests/misspawn.toml", 'exclude = ["/test_a.py"]\nper-path = {"../a.py" = {}}')
    found = reported(capsys, "--config", "tests/misspawn.toml", ".")
    assert found == {name: "warning" for name in FILES if name != "tests/test_a.py"}


# -- errors ----------------------------------------------------------------------

ERRORS = {
    'ingore = ["x"]': "1: unknown key `ingore`; did you mean `ignore`?",
    'exclude = "vendor"': "1: exclude: Expected `array`, got `str`",
    "\nselect = [1]": "2: select[0]: Expected `str`, got `int`",
    'severity = {subprocess = "grave"}': "1: severity.subprocess: `grave` is not known here; use one of "
    "error, warning, hint",
    'severity = {warning = "error"}': "1: severity: `warning` is no id, category or severity",
    'select = ["sleepy-chidl"]': "1: select: `sleepy-chidl` is no id, category or severity; did you mean "
    "`sleepy-child`?",
    '\n[per-path."tests/**"]\n# c\nignore = ["x"]': "4: per-path.tests/**.ignore: `x` is no id",
    '[per-path]\n"t" = {ingore = []}': "2: unknown key `ingore`; did you mean `ignore`?",
    'minimum-python = "2.7"': "1: minimum-python: Expected `str` matching regex",
    "minimum-python = 3.11": "1: minimum-python: Expected `str | null`, got `float`",
    '[[patterns]]\nfolder = "x"\nurl = "https://a/{id}"': "2: x: there is no such folder",
    '[[patterns]]\nfolder = "tests"\nurl = "https://a/"': "3: patterns[0].url: Expected `str` matching",
    '[[patterns]]\nfolder = "a"\nurl = "http://a/{id}"\n[[patterns]]\nurl = "http://a/{id}"': "4: `folder` is "
    "missing in patterns[1]; add it",
    "x = ": "1: not valid TOML: Invalid value",
    "x = 1\nx = 2\n": "2:6: not valid TOML: Cannot overwrite a value",
}


@pytest.mark.parametrize("text", ERRORS)
def test_a_wrong_file_is_told_with_its_line(text: str, capsys: Streams) -> None:
    write("misspawn.toml", text)
    assert main(["check"]) == 2
    assert capsys.readouterr().err.startswith(f"misspawn.toml:{ERRORS[text]}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "--config", "x.toml"], "x.toml: there is no such file"),
        (["check", "--config", "pyproject.toml"], "has no [tool.misspawn]"),
        (["config", "nowhere"], "nowhere: cannot be read"),
        (["check", "--select", "supression"], "did you mean `suppression`?"),
    ],
)
def test_wrong_arguments(arguments: list[str], message: str, capsys: Streams) -> None:
    write("pyproject.toml", PYPROJECT)
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


# -- records of the project's own ---------------------------------------------------

OWN = '[[patterns]]\nfolder = "rules"\nurl = "https://wiki.example.org/{category}/{id}"\n'


def own(write_record: WriteRecord, *changes: tuple[str, str]) -> None:
    made = write_record(("id: sleepy-child", "id: our-own"), *changes, name="subprocess/new.yaml")
    write("rules/subprocess/our-own.yaml", made.read_text(encoding="utf-8"))
    made.unlink()
    write("misspawn.toml", OWN)


def test_own_records_count_like_all_others(capsys: Streams, write_record: WriteRecord) -> None:
    own(write_record)
    assert main(["check", "a.py", "--format", "jsonl", "--select", "our-own"]) == 1
    assert '"url": "https://wiki.example.org/subprocess/our-own"' in capsys.readouterr().out
    assert main(["explain", "our-own"]) == 0
    assert "https://wiki.example.org/subprocess/our-own" in capsys.readouterr().out
    assert main(["list"]) == 0
    assert [line.split()[2] for line in capsys.readouterr().out.splitlines()] == [
        "our-own",
        "sleepy-child",
    ]
    assert main(["why", "a.py:3", "our-own"]) == 0
    assert "our-own detector 1: reported" in capsys.readouterr().out
    assert main(["validate", "--schema", "write"]) == 0
    assert Path("rules/schema.json").is_file()
    assert main(["validate"]) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("severity: warning", "severity: grave"),
            "our-own.yaml:5:1: severity: `grave` is not known",
        ),
        (("id: our-own", "id: sleepy-child"), "`sleepy-child` is not the file's name"),
    ],
)
def test_own_records_are_validated(
    change: tuple[str, str], message: str, capsys: Streams, write_record: WriteRecord
) -> None:
    own(write_record, change)
    for command in ("check", "validate"):
        assert main([command]) == (2 if command == "check" else 1)
        assert message in "".join(capsys.readouterr())


def test_an_own_record_cannot_take_a_known_id(capsys: Streams, write_record: WriteRecord) -> None:
    own(write_record, ("id: our-own", "id: sleepy-child"))
    os.rename("rules/subprocess/our-own.yaml", "rules/subprocess/sleepy-child.yaml")
    assert main(["check"]) == 2
    assert "`sleepy-child` is also the id of" in capsys.readouterr().err


# -- what it costs, and what is shown ------------------------------------------------


def test_the_minimum_python_is_a_fact_of_the_project(tmp_path: Path) -> None:
    write("misspawn.toml", 'minimum-python = "3.12"')
    found = settings.load(".", Given())
    policy = Policy(found.options, catalogue.load(), root=".", folder=found.folder)
    facts = Project.in_memory({"pyproject.toml": b'[project]\nrequires-python = ">=3.10"\n'})
    assert facts.fact("requires-python", "a.py") == ">=3.10"
    assert Project.on_disk(".", policy.facts).fact("requires-python", "a.py") == ">=3.12"


FULL = """\
select = ["subprocess"]
ignore = []
exclude = ["vendor/", "*.bak"]
minimum-python = "3.11"
severity = {sleepy-child = "error"}

[per-path]
"tests/**" = {ignore = ["hint"], severity = {subprocess = "hint"}}
"""


def test_config_prints_what_is_in_force_and_whence(capsys: Streams) -> None:
    write("misspawn.toml", FULL)
    assert main(["config", "tests/test_a.py", "--ignore", "docker"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines() == [
        "# misspawn.toml",
        'select = ["subprocess"]  # misspawn.toml:1',
        'ignore = ["docker"]  # misspawn.toml:2, command line',
        'exclude = ["vendor/", "*.bak"]  # misspawn.toml:3',
        'minimum-python = "3.11"  # misspawn.toml:4',
        "patterns = []  # default",
        "",
        "[severity]",
        '"sleepy-child" = "error"  # misspawn.toml:5',
        "",
        "[per-path]",
        '"tests/**" = {ignore = ["hint"], severity = {subprocess = "hint"}}  # misspawn.toml:8',
        "",
        "# tests/test_a.py matches of per-path: tests/**",
        "# sleepy-child: ignored",
    ]
    again = File("misspawn.toml", out.encode())
    first = File("misspawn.toml", FULL.replace("ignore = []", 'ignore = ["docker"]').encode())
    assert again.options == first.options


def test_a_scan_without_configuration_imports_nothing_for_it(own_records: Path) -> None:
    write("pyproject.toml", PYPROJECT)
    code = (
        "import sys; from misspawn import catalogue; from misspawn.cli import main; "
        f"catalogue.folder = lambda: {str(own_records)!r}; main(['check', 'a.py']); "
        "print(sorted({'tomllib', 'tomli', 'pathspec', 'difflib', 'misspawn.suppressions.notes', "
        "'misspawn.catalogue.convert'} & set(sys.modules)))"
    )
    assert main(["check", "a.py"]) == 1  # compiles the catalogue
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": CHECKS},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout.splitlines()[-1], done.stderr) == ("[]", "")
