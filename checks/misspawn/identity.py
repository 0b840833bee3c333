"""What a finding is known by from one commit to the next: text that moving and reformatting do not change."""

from __future__ import annotations

import re
from typing import NamedTuple

from misspawn.regions.document import Document, Region
from misspawn.source import Source

BROAD = {  # kinds of which the hit is what to look at, not the whole
    *("function", "class", "module", "script", "file", "mapping", "section"),
    *("try", "with", "loop", "except"),
}
_JOINT = re.compile(rb"\\\r?\n")
_SPACE = re.compile(rb"[\s'\"]*([^\w\s'\"])[\s'\"]*|['\"]+")
_CLOSED = re.compile(rb",([)\]}])")
_DEFINITION = re.compile(rb"\b(?:def|class)\s+(\w+)")
_TITLE = re.compile(rb"[^(:\r\n]*")
_LINE = re.compile(rb"([ \t]*(?:- +)?)([^\s#(:][^(:\r\n]*)")
_FAR = 300  # lines; further up nothing is looked for, so that time stays linear


class Identity(NamedTuple):
    """`text` stands for the region, `within` for what is around it: names of definitions, or titles by indentation."""

    text: bytes
    within: bytes


def identity(
    source: Source, document: Document, region: Region, canonical: tuple[int, int]
) -> Identity:
    """The identity of a finding; `canonical`: the offsets of its hit in the document.

    The text of a broad region is its title and what was hit in it: editing the rest of a function
    makes no new finding. Names are as written: what they resolve to depends on which records look.
    """
    if region.kind in BROAD:
        start, end = document.locate(*canonical)
        text = _title(source, region) + b"\0" + plain(source.data[start:end])
    elif document.has_comments:
        text = plain(document.without_comments(source.data[region.start : region.end]))
    else:
        text = plain(region.deep)
    if document.has_comments:
        return Identity(text, b".".join(document.holders(*canonical)))
    return Identity(text, _outline(source.data, region.start))


def fingerprint(id: str, *parts: bytes) -> str:
    """What is made of a record's id and an identity, fit for files."""
    import hashlib  # loads OpenSSL; most files hold nothing

    return hashlib.sha256(b"\0".join([id.encode(), *parts])).hexdigest()[:16]


def plain(text: bytes) -> bytes:
    """Code without what formatters change: space around punctuation, quotes, line joints, trailing commas."""
    text = b" ".join(_JOINT.sub(b" ", text).split())
    return _CLOSED.sub(rb"\1", _SPACE.sub(rb"\1", text))


def _title(source: Source, region: Region) -> bytes:
    """What names a region: the name of a definition, the key of a mapping, the header of a section."""
    found = None
    if region.kind in ("function", "class"):
        found = _DEFINITION.search(source.data, region.start, region.end)
    elif region.kind in ("mapping", "section"):
        found = _TITLE.match(source.data, region.start, region.end)
    return plain(found[0]) if found else b""


def _outline(data: bytes, start: int) -> bytes:
    """The titles of the less and less indented lines above an offset: a path of keys, mostly."""
    begin = data.rfind(b"\n", 0, start) + 1
    line = _LINE.match(data, begin)
    indent = len(line[1]) if line else 0
    titles = []
    for _ in range(_FAR):
        if not (begin and indent):
            break
        begin = data.rfind(b"\n", 0, begin - 1) + 1
        above = _LINE.match(data, begin)
        if above and len(above[1]) < indent:
            indent = len(above[1])
            titles.append(plain(above[2]))
    return b"\0".join(titles)
