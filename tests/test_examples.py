"""Every example of every record, and every fence in the documents, is an item here.

Python is checked for its format where it stands; `--update-examples` rewrites it there, and leaves the
rest of the file as it is. Right examples are linted too. What a fence shows as output is compared.
"""

from __future__ import annotations

import re
import shlex
import textwrap
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from pytest_examples import CodeExample, EvalExample, find_examples

import misspawn
from misspawn import catalogue
from misspawn.catalogue.checks import MAX_COLUMNS
from misspawn.cli import main

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
MEANT = ("ASYNC", "BLE", "PLW1510", "RUF059", "UP03")
"""Rules that a right example may break on purpose: it shows where our own detectors must be silent."""
CONSOLE = re.compile(r"(?ms)^```console\n\$ (misspawn [^\n]*)\n(.*?)^```$")


class Block(NamedTuple):
    """A text of an example, and where it stands in its record's file."""

    name: str
    example: CodeExample
    is_right: bool
    python: str = ""

    @property
    def is_python(self) -> bool:
        """Whether pytest-examples can read it."""
        return self.name.endswith(".py")


def blocks(path: Path) -> Iterator[tuple[str, list[Block]]]:
    """For each example of a record: a readable id, and its texts. A text that is used again is given once."""
    text = path.read_text(encoding="utf-8")
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    group, seen = uuid.uuid5(uuid.NAMESPACE_URL, str(path)), set[int]()
    for number, node in enumerate(member(root, "examples").value, 1):
        side = "right" if "right" in keys(node) else "wrong"
        found = []
        python = member(node, "python").value if "python" in keys(node) else ""
        for name, scalar in texts(node):
            if scalar.start_mark.index not in seen and scalar.style == "|":
                seen.add(scalar.start_mark.index)
                found.append(
                    Block(name, placed(path, text, scalar, group), side == "right", python)
                )
        words = re.sub(r"\W+", "-", member(node, side).value.lower()).strip("-")
        yield f"{path.stem}-{number}-{side}-{words[:40]}", found


def keys(node: yaml.MappingNode) -> list[str]:
    return [key.value for key, _ in node.value]


def member(node: yaml.MappingNode, key: str) -> Any:
    return next(value for name, value in node.value if name.value == key)


def texts(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """File name and scalar of each text; a single one is named after its language."""
    if "code" in keys(node):
        language = member(node, "language").value if "language" in keys(node) else "python"
        name = "example.py" if language in ("python", "pytest") else language
        yield name, member(node, "code")
    if "files" in keys(node):
        yield from ((name.value, scalar) for name, scalar in member(node, "files").value)


def placed(path: Path, text: str, scalar: yaml.ScalarNode, group: uuid.UUID) -> CodeExample:
    """A literal block as pytest-examples knows code; its lines are those after the `|`."""
    first = scalar.start_mark.line + 1
    lines = text.splitlines(keepends=True)
    own = lines[first : first + scalar.value.count("\n")]
    start = sum(map(len, lines[:first]))
    return CodeExample(
        source=textwrap.dedent("".join(own)),
        path=path,
        start_line=first,
        end_line=first + len(own),
        start_index=start,
        end_index=start + sum(map(len, own)),
        prefix="py",
        indent=min((len(line) - len(line.lstrip()) for line in own if line.strip()), default=0),
        group=group,
    )


def configure(check: EvalExample, *ignore: str, python: str = "", columns: int = 100) -> None:
    oldest = re.fullmatch(r">=3\.(\d+)", python)
    target: Any = f"py3{oldest[1]}" if oldest else "py310"
    check.set_config(
        line_length=columns,
        quotes="double",
        target_version=target,
        isort=True,
        ruff_ignore=[*ignore],
    )


RECORDS = [item for path in catalogue.files(catalogue.folder()) for item in blocks(Path(path))]
FENCES = list(find_examples(*DOCUMENTS))
SHOWN = [
    pytest.param(match[1], match[2], id=f"{path.name}: {match[1]}")
    for path in DOCUMENTS
    for match in CONSOLE.finditer(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("example", [item for _, item in RECORDS], ids=[id for id, _ in RECORDS])
def test_example(
    example: list[Block], eval_example: EvalExample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # away from our own configuration of ruff
    for block in example:
        unused = ["F401"] if block.example.path.parent.name == "imports" else []
        configure(eval_example, *MEANT, *unused, python=block.python, columns=MAX_COLUMNS)
        assert (
            not re.search(r"[ \t]+$|\t", block.example.source, re.MULTILINE) or not block.is_python
        )
        if block.is_python:
            check_python(block, eval_example)


def check_python(block: Block, check: EvalExample) -> None:
    if check.update_examples:
        check.format_black(block.example)
        return
    check.lint_black(block.example)
    if block.is_right:
        check.lint_ruff(block.example)


@pytest.mark.parametrize("fence", FENCES, ids=str)
def test_python_fence(
    fence: CodeExample, eval_example: EvalExample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a fence that shows output (`#> ...`) is run, and in this process."""
    configure(eval_example)
    shows_output = "#> " in fence.source
    if eval_example.update_examples:
        eval_example.format_black(fence)
        if shows_output:
            eval_example.run_print_update(fence)
        return
    monkeypatch.chdir(tmp_path)  # away from our own configuration of ruff
    eval_example.lint(fence)
    if shows_output:
        eval_example.run_print_check(fence)


@pytest.mark.parametrize(("command", "expected"), SHOWN)
def test_console_fence(
    command: str,
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each line that is shown is printed, when the command is given in the demo's project."""
    demo = Path(misspawn.__file__).parent / "demo"
    for file in demo.rglob("*.txt"):
        copy = tmp_path / file.relative_to(demo).with_suffix("")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    argv = shlex.split(command)[1:]
    main([*argv, "--format", "text"] if argv[0] == "check" else argv)
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in expected.splitlines() if line not in printed] == []


# -- rewriting in place ------------------------------------------------------------

RECORD = """\
# a comment
examples:
  # another
  - wrong:   with odd spacing
    code: |
      import os   # kept
      x = {  'a':1 }

      print( x )
    expect: {exits: 0}   # and a third
"""


def test_update_examples_rewrites_the_block_and_nothing_else(pytester: pytest.Pytester) -> None:
    record = pytester.path / "odd.yaml"
    record.write_text(RECORD, encoding="utf-8")
    pytester.makepyfile(
        f"""
        import importlib.util, pathlib, sys
        sys.path.insert(0, {str(ROOT / "checks")!r})
        spec = importlib.util.spec_from_file_location("examples_of_records", {__file__!r})
        ours = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(ours)
        [(_, blocks)] = ours.blocks(pathlib.Path({str(record)!r}))

        def test_it(eval_example):
            ours.configure(eval_example)
            ours.check_python(blocks[0], eval_example)
        """
    )
    assert pytester.runpytest_subprocess("--update-examples").ret == 0
    assert record.read_text(encoding="utf-8") == RECORD.replace(
        "      import os   # kept\n      x = {  'a':1 }\n\n      print( x )\n",
        '      import os  # kept\n\n      x = {"a": 1}\n\n      print(x)\n',
    )
