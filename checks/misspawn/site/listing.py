"""The code of an example as blocks, with the flagged lines marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import basename, splitext

from misspawn import examples
from misspawn.model import Example
from misspawn.site.markdown import fence

_LANGUAGES = {
    ".py": "python",
    ".sh": "bash",
    ".yml": "yaml",
    ".yaml": "yaml",
    ".toml": "toml",
    ".ini": "ini",
    ".cfg": "ini",
    ".coveragerc": "ini",
    ".xml": "xml",
    ".json": "json",
}


def listing(example: Example, flags: Mapping[str, Sequence[int]]) -> str:
    """All files of the example; a single one goes without its name."""
    texts = examples.files(example)
    named = bool(example.files)
    return "\n".join(
        fence(
            text or "# empty",
            language(path),
            title=path if named else "",
            lines=flags.get(path, ()) if example.is_wrong else (),
        )
        for path, text in texts.items()
    )


def language(path: str) -> str:
    """The highlighter's name for a file."""
    name = basename(path)
    if name.startswith(("Dockerfile", "Containerfile")):
        return "docker"
    if name in ("pre-commit", ".coveragerc"):
        return "bash" if name == "pre-commit" else "ini"
    return _LANGUAGES.get(splitext(name)[1], "text")


def remark(example: Example, flags: Mapping[str, Sequence[int]]) -> str:
    """What the scan says to the example, in a record's words; nothing for a right one."""
    if not example.is_wrong:
        return example.note
    several = len(examples.files(example)) > 1
    places = [
        (f"{path}, " if several else "") + lines_in_words(lines) for path, lines in flags.items()
    ]
    if places:
        said = f"misspawn check reports {'; '.join(places)}."
    else:
        said = "The scan does not report this one."
    return " ".join(part for part in (said, example.note) if part)


def lines_in_words(lines: Sequence[int]) -> str:
    """`line 3`, `lines 3-5 and 9`."""
    spans: list[list[int]] = []
    for line in sorted(lines):
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    texts = [str(a) if a == b else f"{a}\N{EN DASH}{b}" for a, b in spans]
    head = "line" if texts == [str(lines[0])] else "lines"
    rest = texts if len(texts) == 1 else [", ".join(texts[:-1]), texts[-1]]
    return f"{head} {' and '.join(rest)}"
