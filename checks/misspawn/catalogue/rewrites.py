"""What the rewrite of a detector must fulfil: its edits say what to do where, with what there is."""

from __future__ import annotations

from collections.abc import Iterator

from misspawn.catalogue.tree import Keys
from misspawn.model import VERBS, Detector, Edit, Language, Pattern
from misspawn.regions.opening import document_type
from misspawn.templates import Field, fields

Complaints = Iterator[tuple[Keys, str]]
_OF_PYTHON = ("argument", "operator")


def regexes(detector: Detector) -> Iterator[tuple[Keys, str]]:
    """Every regex of a detector's rewrite, with its keys."""
    rewrite = detector.rewrite
    if rewrite is None:
        return
    for side in ("all", "none"):
        for index, text in enumerate(getattr(rewrite, side)):
            yield ("rewrite", side, index), text
        for index, text in enumerate(getattr(rewrite.file, side)):
            yield ("rewrite", "file", side, index), text
    for side in ("inside", "outside"):
        for context, text in getattr(rewrite, side).items():
            yield ("rewrite", side, context), text
    for index, edit in enumerate(rewrite.edits):
        if edit.find:
            yield ("rewrite", "edits", index, "find"), edit.find


def check_rewrites(pattern: Pattern) -> Complaints:
    """Edits have one verb and a place, their templates name what there is, and `mended` an example."""
    for index, detector in enumerate(pattern.detect):
        if detector.rewrite:
            for keys, message in (*_check_contexts(detector), *_check_edits(detector)):
                yield ("detect", index, "rewrite", *keys), message
    titles = {example.title for example in pattern.examples if not example.is_wrong}
    for index, example in enumerate(pattern.examples):
        if example.mended and example.mended not in titles:
            yield ("examples", index, "mended"), f"there is no right example `{example.mended}`"


def _check_contexts(detector: Detector) -> Complaints:
    contexts = document_type(detector.language).contexts
    for side in ("inside", "outside"):
        for context in getattr(detector.rewrite, side):
            if context not in contexts:
                known = ", ".join(contexts) or "none"
                yield (side, context), f"no context `{context}` in this language; known: {known}"


def _check_edits(detector: Detector) -> Complaints:
    for number, edit in enumerate(detector.rewrite.edits if detector.rewrite else ()):
        for keys, message in (*_check_place(edit, detector), *_check_verbs(edit, detector)):
            yield ("edits", number, *keys), message


def _check_place(edit: Edit, detector: Detector) -> Complaints:
    if edit.scope == "file" and not edit.find:
        yield ("scope",), "says where to look for `find`; give that too, or drop this"
    if edit.group:
        yield from ((("group",), message) for message in _unknown(edit.group, edit, detector))


def _check_verbs(edit: Edit, detector: Detector) -> Complaints:
    if len(edit.verbs) != 1:
        yield (), f"needs exactly one verb of {', '.join(VERBS)}"
    for verb, text in edit.verbs.items():
        if verb in _OF_PYTHON and detector.language is not Language.PYTHON:
            yield (verb,), "is about Python's calls; use another verb"
        if "\n" in text:
            yield (verb,), "has a line break, and its kind is the file's; use `above` or `below`"
        for field in fields(text):
            yield from (((verb,), message) for message in _check_field(field, edit, detector))


def _check_field(field: Field, edit: Edit, detector: Detector) -> Iterator[str]:
    if field.wrong:
        yield f"`{field.name}` belongs to no {{name}}; write it twice to have one"
    elif not field.is_name:
        yield from _unknown(field.name, edit, detector)
    elif detector.language is not Language.PYTHON:
        yield f"only Python imports names, so {{{field.name}}} means nothing here"


def _unknown(group: str, edit: Edit, detector: Detector) -> Iterator[str]:
    source = "find" if edit.find else "match"
    if f"(?P<{group}>" not in (edit.find or detector.match):
        yield f"`{source}` has no group (?P<{group}>...); name one"
