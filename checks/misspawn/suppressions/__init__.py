"""Comments that keep findings quiet: `# misspawn: ignore[id] reason`.

`notes` reads them, `applying` says what they come to, `writing` writes them. What is wrong with one is
a finding too. These findings belong to no record, since nothing can be run that shows them;
docs/suppressions.md is their page. Here is what a file without such comments needs, which is most.
"""

from __future__ import annotations

from typing import NamedTuple

WORD = b"misspawn:"
CATEGORY = "suppression"
PAGE = "https://misspawn.dev/suppressions/"
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # how UTF-16 begins, in which the word looks different


class Kind(NamedTuple):
    """One way in which a suppression is wrong, and what to do."""

    severity: str
    remedy: str


KINDS = {
    "suppression-expired": Kind(
        "warning", "Mend what it kept quiet, or decide anew and give a later date."
    ),
    "suppression-malformed": Kind("warning", "Mend the comment; as it is, it suppresses nothing."),
    "suppression-unknown": Kind("warning", "Mend the id; `misspawn list` shows all."),
    "suppression-unused": Kind("warning", "Delete the id, or the whole comment when it is alone."),
}


class Terms(NamedTuple):
    """What a run knows: all ids there are, and those whose findings in this file are all here."""

    known: frozenset[str]
    judged: frozenset[str]


def may_hold(raw: bytes) -> bool:
    """Whether a file can hold a suppression at all."""
    return WORD in raw or raw.startswith(_WIDE)
