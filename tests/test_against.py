"""What `misspawn check` says of imports in real repositories: index, commits, worktrees, submodules."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from misspawn.cli import main

GIT = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always")
STORE = "class Store: ...\n"
WHOLE = STORE + "\n\ndef get_store(): ...\n"


def git(*arguments: str, cwd: str = ".") -> None:
    command = ["git", *GIT, *arguments]
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, timeout=60)


def write(name: str, text: str = "") -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose index imports a function that only the working tree defines."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    git("init")
    write("src/app/__init__.py")
    write("src/app/session.py", STORE)
    write("src/app/api.py", "from app.session import Store\nfrom .session import get_store\n")
    git("add", ".")
    write("src/app/session.py", WHOLE)
    return folder


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The lines of a check with the import records."""
    ids = "import-name-not-committed,import-module-untracked,import-case-mismatch"
    main(["check", "--select", ids, *arguments])
    output = capsys.readouterr()
    return (output.out + output.err).splitlines()


FAULT = (
    "src/app/api.py:2:22: import-name-not-committed src/app/session.py does not define get_store; "
    "the working tree has it at src/app/session.py:4, not "
)


@pytest.mark.parametrize(
    ("arguments", "state"),
    [((), "staged"), (("--against", "index"), "staged"), (("--against", "HEAD"), "committed")],
)
def test_an_unstaged_function_is_reported_with_both_places(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], state: str
) -> None:
    git("commit", "-m", "half")
    assert said(capsys, *arguments) == [FAULT + state]


def test_a_repository_without_commits_has_an_index(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys) == [FAULT + "staged"]
    assert said(capsys, "--against", "HEAD")[0].startswith("git cannot list HEAD of ")


def test_after_git_add_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    git("add", ".")
    assert said(capsys) == []
    assert said(capsys, "--against", "index") == []


def test_paths_are_those_of_the_user(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(capsys, "src/app/session.py") == []
    assert said(capsys, "src/app") == [FAULT + "staged"]
    monkeypatch.chdir("src")
    assert said(capsys, "--against", "index", "app")[0].startswith("app/api.py:2:22: ")
    assert said(capsys, "--against", "index")[0].startswith("app/api.py:2:22: ")


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("from app import cart", "src/app/cart.py"),
        ("from app.cart import x", "src/app/cart.py:1"),
        ("from . import cart", "src/app/cart.py"),
        ("import cart2", "src/cart2.py"),
    ],
)
def test_an_untracked_module_is_reported_until_it_is_added(
    capsys: pytest.CaptureFixture[str], statement: str, place: str
) -> None:
    write("src/app/api.py", f"{statement}\n")
    git("add", ".")
    write("src/app/cart.py", "x = 1\n")
    write("src/cart2.py")
    (line,) = said(capsys)
    assert "import-module-untracked" in line
    assert line.endswith(f"the working tree has it at {place}, which git does not track")
    git("add", ".")
    assert said(capsys) == []


@pytest.mark.parametrize(
    ("pattern", "verdict"),
    [("lib/", "which git ignores because of `lib/`"), ("/src/app/lib/", ""), ("units.py", "")],
)
def test_a_pattern_that_swallows_a_package_is_told_from_one_that_means_it(
    capsys: pytest.CaptureFixture[str], pattern: str, verdict: str
) -> None:
    git("add", ".")
    write(".gitignore", f"{pattern}\n")
    write("src/app/api.py", "from app.lib import units\n")
    write("src/app/lib/__init__.py")
    write("src/app/lib/units.py")
    git("add", ".")
    lines = said(capsys, "--against", "index")
    assert [line.rpartition(", ")[2] for line in lines] == ([verdict] if verdict else [])


def test_a_rename_by_case_alone_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    write("src/app/api.py", "import app.Session\n")
    git("add", ".")
    (line,) = said(capsys, "--against", "index")
    assert "import-case-mismatch the index has src/app/session, which differs in case" in line


def test_a_detached_worktree_is_judged_by_its_own_index(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    git("commit", "-m", "half")
    git("worktree", "add", "--detach", "../check", "HEAD")
    monkeypatch.chdir(repository.parent / "check")
    assert said(capsys) == []
    (line,) = said(capsys, "--against", "HEAD")
    assert line.endswith("nor does the working tree have it")


def test_a_sparse_checkout_lacks_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    git("add", ".")
    git("commit", "-m", "whole")
    write("tests/test_api.py", "from app.session import get_store\n")
    git("add", ".")
    git("commit", "-m", "tests")
    git("sparse-checkout", "set", "tests")
    assert not Path("src").exists()
    assert said(capsys) == []
    assert said(capsys, "--against", "HEAD") == []


def test_what_lies_in_a_submodule_or_behind_a_link_is_not_judged(
    capsys: pytest.CaptureFixture[str], repository: Path
) -> None:
    git("add", ".")
    git("commit", "-m", "whole")
    git("clone", ".", "../vendored")
    git("submodule", "add", str(repository.parent / "vendored"), "src/app/vendored")
    Path("src/app/linked").symlink_to("vendored")
    write(
        "src/app/more.py",
        "import app.vendored.x\nfrom app.linked import y\nfrom app.vendored import z\n",
    )
    git("add", ".")
    assert said(capsys) == []
    assert said(capsys, "--against", "index") == []


def test_a_submodule_is_a_repository_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    git("commit", "-m", "half")
    git("clone", ".", "../outer")
    git("submodule", "add", str(repository), "inner", cwd="../outer")
    monkeypatch.chdir(repository.parent / "outer" / "inner")
    write("src/app/session.py", WHOLE)
    assert said(capsys) == [FAULT + "staged"]


def test_outside_of_a_repository_only_against_is_an_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.chdir(tmp_path / "plain")
    write("a.py", "import b\n")
    assert said(capsys) == []
    assert "not a git repository" in said(capsys, "--against", "index")[0]


def test_the_index_of_a_running_commit_counts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git commit FILE` makes its commit from an index of its own, which hooks are told of."""
    git("commit", "-m", "half")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next")
    git("read-tree", "HEAD")
    git("add", "src/app/session.py")
    assert said(capsys, "--against", "index") == said(capsys) == []
    git("reset", "-q", "--", "src/app/session.py")
    assert said(capsys) == [FAULT + "staged"]
    git("add", "src/app/session.py")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert said(capsys, "--against", "index") == [FAULT + "staged"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", '[tool.maturin]\nmodule-name = "pkg.fast"\n'),
        ("setup.py", 'ext_modules = [Extension(\n    name=f"{NAME}.fast", sources=["fast.c"])]\n'),
        ("tools/make.py", 'with open(os.path.join("pkg", "fast.py"), "w") as file:\n    file.write(TEXT)\n'),
        ("tools/make.py", '(FOLDER / "fast.py").write_text(TEXT)\n'),
        ("native/module.cc", "PYBIND11_MODULE(fast, m) {\n"),
        ("native/lib.rs", '#[pymodule]\n#[pyo3(name = "x")]\nfn fast(py: Python) {\n'),
        ("tools/build_cffi.py", "ffi.set_source(\n    'pkg.fast',\n    SOURCE)\n"),
        ("pkg/tools/__init__.py", "sys.meta_path.insert(0, Finder())\n"),
        ("pkg/__init__.py", "sys.meta_path = [Finder(), *sys.meta_path]\n"),
    ],
    ids=["maturin", "an extension", "a program", "a program by a path",
        "C++", "Rust", "cffi", "a hook", "the package's hook"],
)  # fmt: skip
def test_nothing_is_said_of_what_is_made(
    capsys: pytest.CaptureFixture[str], path: str, text: str
) -> None:
    git("rm", "-rfq", "src")
    write("other/__init__.py")
    write("pkg/__init__.py")
    write("pkg/main.py", "from pkg.fast import run\nfrom other.slow import run\n")
    write("tools/setup.cfg", "[mypy]\n")
    write("setup.cfg", "[mypy-other.slow]\nmodule = ['other.slow']\n")
    write("tools/read.py", 'with open("slow.py", "r") as file:\n    sys.meta_path\n')
    write(path, text)
    git("add", ".")
    assert [line.split()[0] for line in said(capsys, "--against", "index")] == ["pkg/main.py:2:24:"]


@pytest.mark.parametrize(
    ("importer", "statement", "others"),
    [
        ("bench/test_bench.py", "from bench import run", ("bench/__init__.py", "bench/bench.py")),
        ("a/tests/test_x.py", "from service import run", ("a/service.py", "b/setup.py", "b/service.py")),
        ("mcp/server.py", "from mcp.server.fast import x", ()),
        ("p/live/plugins/openai/llm.py", "from openai.types import x",
            ("p/pyproject.toml", "p/live/plugins/openai/__init__.py")),
        ("lib/shop/cart.py", "from shop.core import x", ("lib/shop/shop.py",)),
        ("b/flow.py", "from entry import run", ("b/demo/src/entry.py",)),
        ("b/conftest.py", "from build.env import x", ("b/demo/build.py", "b/demo/pyproject.toml")),
    ],
    ids=["beside a script", "where it is started", "of the same name", "by way of a namespace",
        "in a folder of the same name", "in a demo of its own", "in a project of its own"],
)  # fmt: skip
def test_nothing_is_said_where_a_nearer_file_may_be_meant(
    capsys: pytest.CaptureFixture[str], importer: str, statement: str, others: tuple[str, ...]
) -> None:
    git("rm", "-rfq", "src")
    write("a/tests/__init__.py")
    write("a/__init__.py")
    write(importer, f"{statement}\n")
    for name in others:
        write(name)
    git("add", ".")
    assert said(capsys, "--against", "index") == []


def places(capsys: pytest.CaptureFixture[str], word: str) -> list[str]:
    """Where a file is reported against the index; `word`: of its path."""
    return [line.split()[0] for line in said(capsys, "--against", "index") if word in line]


def test_a_file_that_asks_for_its_own_name_is_not_meant_by_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("plugin/robot.py", "from robot.api import get_model\n")
    write("plugin/motor.py", "import asyncio\n")
    write("plugin/runner.py", "from robot import run\nfrom motor import run\n")
    git("add", "plugin")
    assert places(capsys, "plugin") == ["plugin/runner.py:2:19:"]


def test_a_name_may_be_given_to_a_module_by_its_package(capsys: pytest.CaptureFixture[str]) -> None:
    write("src/app/__init__.py", "from app import base\n\nbase.dialect = object()\n")
    write("src/app/base.py", "x = 1\n")
    write("src/app/native.pyi", "def known(): ...\n")
    write("src/app/api.py", "")
    write(
        "src/app/names.py",
        "import app.api\n\nsetattr(app.api, 'buy', print)\nmonkeypatch.setattr(app.base, 'other', 1)\n",
    )
    write(
        "src/app/use.py",
        "from app.base import dialect, other\n"
        "from app.native import unknown\nfrom app.native.part import unknown\nfrom app.api import buy\n",
    )
    git("add", "src")
    assert places(capsys, "use.py") == ["src/app/use.py:1:31:"]


def test_another_copy_of_a_package_may_be_meant(capsys: pytest.CaptureFixture[str]) -> None:
    git("rm", "-rfq", "src")
    write("shop/__init__.py", "x = 1\n")
    write("python/shop/__init__.py", "y = 1\n")
    write("examples/use.py", "from shop import y\nfrom shop import z\n")
    git("add", ".")
    assert [line.split()[0] for line in said(capsys, "--against", "index")] == [
        "examples/use.py:2:18:"
    ]


def test_a_name_may_be_brought_by_a_decorated_function(capsys: pytest.CaptureFixture[str]) -> None:
    write(
        "src/app/__init__.py", "@lazy\ndef _():\n    from app.session import Store as Shop, Till\n"
    )
    write("src/app/session.py", "class Store: ...\nclass Till: ...\n")
    write("src/app/use.py", "from app import Shop\nfrom app import Store\nfrom app import Till\n")
    git("add", "src")
    assert places(capsys, "use.py") == ["src/app/use.py:2:17:"]


def test_a_module_below_src_is_known_to_the_tests(capsys: pytest.CaptureFixture[str]) -> None:
    write("src/cart.py", "x = 1\n")
    write("tests/test_cart.py", "from cart import total\n")
    git("add", ".")
    assert places(capsys, "tests") == ["tests/test_cart.py:1:18:"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (1, "fine app.session.Store: src/app/session.py:1"),
        (2, "detector 1: reported"),
        (3, "unknown json: json is most likely a module from elsewhere"),
        (4, "may have more names: it has a module-level `__getattr__`"),
        (5, "there is no import on this line"),
    ],
)
def test_why_says_what_becomes_of_an_import(
    capsys: pytest.CaptureFixture[str], line: int, reason: str
) -> None:
    write("src/app/dynamic.py", "def __getattr__(name): ...\n")
    write(
        "src/app/api.py",
        Path("src/app/api.py").read_text() + "import json\nfrom app.dynamic import x\n\n",
    )
    git("add", "src/app/dynamic.py")
    main(["why", f"src/app/api.py:{line}", "import-name-not-committed"])
    assert reason in capsys.readouterr().out


def test_the_shipped_hook_refuses_a_half_commit(capsys: pytest.CaptureFixture[str]) -> None:
    hooks = yaml.safe_load((Path(__file__).parents[1] / ".pre-commit-hooks.yaml").read_text())
    _, *arguments = hooks[0]["entry"].split()
    assert main(arguments) == 1
    git("add", ".")
    assert main(arguments) == 0
