"""The comments that keep findings quiet, as written: `# misspawn: ignore[id, id] reason until=2027-01-31`.

`ignore-file` in place of `ignore` stands for the whole file; it belongs to the file's first comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from typing import NamedTuple

from misspawn.regions.document import Document
from misspawn.source import Source
from misspawn.suppressions import WORD
from misspawn.suppressions.layout import layout

_NOTE = re.compile(r"(?<!\S)[#;]+[ \t]*misspawn:[ \t]*(.*?)[ \t]*(?=[ \t]#(?![0-9])|$)")
_DIRECTIVE = re.compile(r"(ignore(?:-file)?)\[([^\]]*)\](?!\S)[ \t]*(.*)")
_LIKE_ONE = re.compile(r"[\w-]*(?=[ \t]*\[)|[\w-]+")
_UNTIL = re.compile(r"(?<!\S)until=(\S*)")
_LONGEST = 2_000  # bytes; a longer comment is an attack
_FORMS = ("ignore", "ignore-file")
HOW = "write it like `# misspawn: ignore[id] the reason`"


class Note(NamedTuple):
    """One suppression. `line`: where it stands. `below`: the line it also stands for, 0 for none.

    `wrong`: what is the matter with it; it then keeps nothing quiet. Offsets are those of the file.
    """

    start: int
    end: int
    line: int
    below: int = 0
    whole_file: bool = False
    ids: tuple[str, ...] = ()
    reason: str = ""
    until: str = ""
    wrong: str = ""

    def expired(self, today: date) -> bool:
        """Whether its last day has passed."""
        return bool(self.until) and date.fromisoformat(self.until) < today

    def covers(self, first: int, last: int) -> bool:
        """Whether it stands for a region on these lines."""
        return self.whole_file or first <= self.line <= last or self.below == first


def text(ids: Iterable[str], reason: str, until: str) -> str:
    """A suppression as it is written."""
    parts = (f"# misspawn: ignore[{', '.join(ids)}]", reason, f"until={until}" if until else "")
    return " ".join(part for part in parts if part)


def read(source: Source, opened: Iterable[Document]) -> list[Note]:
    """All suppressions in the comments of a file, in its order, malformed ones included."""
    spans = {span for document in opened for span in document.comments(WORD)}
    found: dict[int, Note] = {}
    for start, end in sorted(span for span in spans if span[1] - span[0] < _LONGEST):
        comment = source.data[start:end].decode("utf-8", "replace").rstrip()
        for match in _NOTE.finditer(comment):
            at = start + len(comment[: match.start()].encode())
            stop = at + len(comment[match.start() : match.end()].encode())
            if note := _note(source, at, stop, match[1]):
                found.setdefault(at, note)
    return list(found.values())


def _note(source: Source, start: int, end: int, said: str) -> Note | None:
    """The suppression at a stretch; None when what is said only looks like the beginning of one."""
    line = source.position(start)[0]
    note = Note(start, end, line, layout(source).below[line])
    directive = _DIRECTIVE.fullmatch(said)
    if directive is None:
        wrong = _misspelt(said)
        return note._replace(wrong=wrong) if wrong else None
    form, ids, rest = directive.groups()
    untils = _UNTIL.findall(rest)
    note = note._replace(
        whole_file=form == "ignore-file",
        ids=tuple(dict.fromkeys(word.strip() for word in ids.split(",") if word.strip())),
        reason=" ".join(_UNTIL.sub("", rest).split()),
        until=untils[0] if untils else "",
    )
    return note._replace(wrong=_complaint(source, note, len(untils)))


def _misspelt(said: str) -> str:
    like = _LIKE_ONE.match(said)
    word = like[0] if like else ""
    near = get_close_matches(word, _FORMS, 1)
    if not near and not re.match(r"[\w-]*[ \t]*\[", said):
        return ""  # prose that happens to name us
    if word in _FORMS:
        return f"`{word}` needs ids in brackets, then a space and the reason; {HOW}"
    return f"there is no `{word}`; {HOW}"


def _complaint(source: Source, note: Note, untils: int) -> str:
    if not note.ids:
        return f"it names no id; {HOW}"
    if not note.reason:
        return f"a reason is missing; {HOW}"
    if untils > 1:
        return "it has two `until=`; keep one"
    if untils and not _is_date(note.until):
        return f"`until={note.until}` is not a date; write it like until=2027-01-31"
    if note.whole_file and note.line > layout(source).head:
        return "`ignore-file` belongs to the first comments of the file, above all else"
    return ""


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
