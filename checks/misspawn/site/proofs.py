"""What the runs have shown, from the evidence alone: stamp, outputs, results by version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from misspawn import examples
from misspawn.evidence import PYTHONS, Entry
from misspawn.facts import Seen
from misspawn.mends import proved
from misspawn.model import Example, Pattern
from misspawn.site.blocks import div, para, tabs
from misspawn.site.book import Book
from misspawn.site.markdown import code, fence, raw

NOT_YET = "Not yet proved"
_NAMES = {"python": "Python"}


def lacking(book: Book, pattern: Pattern) -> list[str]:
    """The Python versions on which some example that can run there has no evidence."""
    return [
        python
        for python in PYTHONS
        if any(
            _runs_on(example, python)
            and python not in {run.python for run in book.runs(pattern, example)}
            for example in pattern.examples
        )
    ]


def stamp(book: Book, pattern: Pattern) -> str:
    """One line: on which versions all examples were run, and since when they show the same."""
    runs = [run for example in pattern.examples for run in book.runs(pattern, example)]
    missing = lacking(book, pattern)
    proved = [python for python in PYTHONS if python not in missing]
    if all(example.expect.unrunnable for example in pattern.examples):
        return _stamp("Cannot be run here", "none")
    if not runs or not proved:
        return _stamp(NOT_YET, "none")
    day = max(run.first for run in runs)
    text = (
        f"Verified on Python {versions(proved)} \N{MIDDLE DOT} unchanged since <time>{day}</time>"
    )
    if missing:
        return _stamp(f"{text} \N{MIDDLE DOT} not yet proved on {versions(missing)}", "part")
    return _stamp(text, "")


def _stamp(text: str, kind: str) -> str:
    extra = f" ms-stamp--{kind}" if kind else ""
    return f'<span class="ms-stamp{extra}"><span>{text}</span></span>'


def versions(pythons: Iterable[str]) -> str:
    """`3.10 - 3.13` for a range without gaps, else a list."""
    found = list(dict.fromkeys(pythons))
    numbers = [int(python.split(".")[1]) for python in found]
    if len(found) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{found[0]}\N{EN DASH}{found[-1]}"
    return ", ".join(found)


def outputs(book: Book, pattern: Pattern, example: Example) -> str:
    """A box with what running the example printed: tabs by version only where the facts differ."""
    groups = _groups(book.runs(pattern, example))
    if example.expect.unrunnable:
        shown = para("ms-caption", f"Not run: {raw(example.expect.unrunnable)}")
    elif len(groups) > 1:
        texts = {_label(group, groups): _output(group) for group in groups}
        shown = tabs(str(pattern.examples.index(example) + 1), texts)
    elif groups:
        shown = _output(groups[0])
    else:
        shown = para("ms-caption", _stamp(NOT_YET, "none"))
    return div("ms-output", para("ms-side", "Output"), shown)


def _groups(runs: Sequence[Entry]) -> list[list[Entry]]:
    groups: list[list[Entry]] = []
    for run in runs:
        same = next((group for group in groups if group[0].seen == run.seen), None)
        if same is None:
            groups.append([run])
        else:
            same.append(run)
    return groups


def _label(group: Sequence[Entry], groups: Sequence[Sequence[Entry]]) -> str:
    label = f"Python {versions(run.python for run in group)}"
    if len({run.pins for one in groups for run in one}) > 1:
        label += ", " + ", ".join(dict.fromkeys(run.pins for run in group))
    return label


def _output(group: Sequence[Entry]) -> str:
    newest = group[-1]
    used = ", ".join(
        f"{_NAMES.get(name, name)} {version}"
        for name, version in newest.versions.items()
        if version
    )
    lead = para("ms-caption", raw(f"On {used}: {account(newest.seen)}."))
    return lead + fence("\n".join(newest.output)) if newest.output else lead


def account(seen: Seen) -> str:
    """The facts of a run in words."""
    parts = []
    if seen.raised:
        phase = "" if seen.phase in ("", "run") else f" in the phase {seen.phase}"
        parts.append(f"raises {code(seen.raised)}{phase}")
    if seen.hangs:
        parts.append(f"still runs after {seen.hangs[:-1]} s")
    if seen.blocks_loop:
        parts.append(f"blocks the event loop for {seen.blocks_loop[:-1]} s or longer")
    if seen.pytest:
        parts.append("pytest: " + ", ".join(f"{n} {name}" for name, n in seen.pytest.items()))
    if seen.warned:
        parts.append(f"warns with {code(seen.warned[0].split(':')[0])}")
    if seen.left:
        parts.append("leaves " + ", ".join(seen.left))
    if seen.exit is not None and not seen.raised and not seen.pytest:
        parts.append(f"exit code {seen.exit}")
    return "; ".join(parts) or "runs"


def results(book: Book, pattern: Pattern) -> str:
    """A table: each example, and a column for the versions next to each other on which all show the same.

    As HTML, which is quicker to build.
    """
    shown = list(proved(pattern))
    columns = [
        (versions(pythons), column)
        for column, pythons in groupby(
            PYTHONS, lambda python: _column(book, pattern, shown, python)
        )
    ]
    head = "".join(f"<th>{label}</th>" for label, _ in columns)
    body = "".join(
        f"<tr><td><strong>{'Wrong' if example.is_wrong else 'Right'}:</strong> {raw(example.title)}</td>"
        f"{''.join(f'<td>{column[row]}</td>' for _, column in columns)}</tr>"
        for row, example in enumerate(shown)
    )
    return f"<table><thead><tr><th>Example</th>{head}</tr></thead><tbody>{body}</tbody></table>"


def _column(book: Book, pattern: Pattern, shown: Iterable[Example], python: str) -> list[str]:
    """What each example shows on one version."""
    runs = ((one, {run.python: run for run in book.runs(pattern, one)}) for one in shown)
    return [raw(_cell(example, python, found.get(python))) for example, found in runs]


def _cell(example: Example, python: str, run: Entry | None) -> str:
    if example.expect.unrunnable:
        return "cannot be run"
    if not examples.runs_on(example, f"{python}.0"):
        return "does not apply"
    if run is None:
        return "not yet proved"
    outcome = examples.expected(example, f"{python}.0")
    return "passes" if outcome.passes else account(run.seen)


def _runs_on(example: Example, python: str) -> bool:
    return not example.expect.unrunnable and examples.runs_on(example, f"{python}.0")
